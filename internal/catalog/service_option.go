package catalog

import (
	"context"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// AddOption adds an axis. Existing variants take its first value. The default
// option of a product without choice gives way to it.
func (s *Service) AddOption(ctx context.Context, id ProductID, version int64, in NewOption) (Product, error) {
	in.normalize()
	if err := in.validate().Err(); err != nil {
		return Product{}, err
	}
	return s.changeOptions(ctx, id, version, "product.option_add", func(ctx context.Context, before Product) error {
		position := len(before.Options) + 1
		if before.withoutChoice() {
			position = 1
		} else if position > MaxOptions {
			return tooMany(MaxOptions, "options")
		}
		added, err := s.insertOptions(ctx, id, []NewOption{in}, position)
		if err != nil {
			return err
		}
		if err := s.giveValue(ctx, id, added[0].ID, added[0].Values[0].ID); err != nil {
			return err
		}
		if before.withoutChoice() {
			return s.deleteOption(ctx, before.Options[0].ID)
		}
		return nil
	})
}

// UpdateOption renames an option or links it to another metafield.
func (s *Service) UpdateOption(ctx context.Context, id ProductID, version int64, option OptionID, c OptionChange) (Product, error) {
	if c.Name != nil {
		if f := checkText(*c.Name, 1, MaxTitle, "name"); f != nil {
			return Product{}, f
		}
	}
	return s.changeOptions(ctx, id, version, "product.option_update", func(ctx context.Context, before Product) error {
		if _, ok := before.option(option); !ok {
			return ErrOptionNotFound
		}
		return s.updateOption(ctx, option, c)
	})
}

// ReorderOptions puts the product's options in this order; all are named.
func (s *Service) ReorderOptions(ctx context.Context, id ProductID, version int64, order []OptionID) (Product, error) {
	return s.changeOptions(ctx, id, version, "product.option_reorder", func(ctx context.Context, before Product) error {
		now := make([]OptionID, len(before.Options))
		for i, o := range before.Options {
			now[i] = o.ID
		}
		if !sameSet(now, order) {
			return incompleteOrder("options")
		}
		return s.exec(ctx, "reorder options", `
			UPDATE product_option o SET position = n.position
			FROM unnest($1::bigint[]) WITH ORDINALITY AS n(id, position) WHERE o.id = n.id`, raw(order))
	})
}

// RemoveOption takes an axis away. It is refused where two variants would then
// be the same. A product that loses its last option is one without choice.
func (s *Service) RemoveOption(ctx context.Context, id ProductID, version int64, option OptionID) (Product, error) {
	return s.changeOptions(ctx, id, version, "product.option_remove", func(ctx context.Context, before Product) error {
		if _, ok := before.option(option); !ok {
			return ErrOptionNotFound
		}
		if len(before.Options) == 1 {
			return s.removeLastOption(ctx, id, option)
		}
		return s.deleteOption(ctx, option)
	})
}

func (s *Service) removeLastOption(ctx context.Context, id ProductID, option OptionID) error {
	n, err := s.countVariants(ctx, id)
	if err != nil {
		return err
	}
	if n > 1 {
		return ErrSameVariants
	}
	if err := s.deleteOption(ctx, option); err != nil {
		return err
	}
	added, err := s.insertOptions(ctx, id, []NewOption{{Name: DefaultOption, Values: []NewOptionValue{{Name: DefaultValue}}}}, 1)
	if err != nil {
		return err
	}
	return s.giveValue(ctx, id, added[0].ID, added[0].Values[0].ID)
}

// AddOptionValues adds choices at the end of an axis.
func (s *Service) AddOptionValues(ctx context.Context, id ProductID, version int64, option OptionID, values []NewOptionValue) (Product, error) {
	for i := range values {
		values[i].normalize()
	}
	if err := checkValues(values).Err(); err != nil {
		return Product{}, err
	}
	return s.changeOptions(ctx, id, version, "product.option_value_add", func(ctx context.Context, before Product) error {
		o, ok := before.option(option)
		if !ok {
			return ErrOptionNotFound
		}
		if len(o.Values)+len(values) > MaxVariants {
			return tooMany(MaxVariants, "values")
		}
		_, err := s.insertValues(ctx, option, values, len(o.Values)+1)
		return err
	})
}

// UpdateOptionValue renames a choice or changes its swatch.
func (s *Service) UpdateOptionValue(ctx context.Context, id ProductID, version int64, value OptionValueID, c OptionValueChange) (Product, error) {
	if c.Name != nil {
		if f := checkText(*c.Name, 1, MaxTitle, "name"); f != nil {
			return Product{}, f
		}
	}
	if c.Swatch != nil {
		normal := c.Swatch.normal()
		if f := normal.validate("swatch"); f != nil {
			return Product{}, f
		}
		c.Swatch = &normal
	}
	return s.changeOptions(ctx, id, version, "product.option_value_update", func(ctx context.Context, before Product) error {
		if _, _, ok := before.value(value); !ok {
			return ErrValueNotFound
		}
		return s.updateValue(ctx, value, c)
	})
}

// ReorderOptionValues puts the choices of an axis in this order; all are named.
func (s *Service) ReorderOptionValues(ctx context.Context, id ProductID, version int64, option OptionID, order []OptionValueID) (Product, error) {
	return s.changeOptions(ctx, id, version, "product.option_value_reorder", func(ctx context.Context, before Product) error {
		o, ok := before.option(option)
		if !ok {
			return ErrOptionNotFound
		}
		now := make([]OptionValueID, len(o.Values))
		for i, v := range o.Values {
			now[i] = v.ID
		}
		if !sameSet(now, order) {
			return incompleteOrder("values")
		}
		return s.exec(ctx, "reorder option values", `
			UPDATE product_option_value v SET position = n.position
			FROM unnest($1::bigint[]) WITH ORDINALITY AS n(id, position) WHERE v.id = n.id`, raw(order))
	})
}

// RemoveOptionValue takes a choice away that no variant has.
func (s *Service) RemoveOptionValue(ctx context.Context, id ProductID, version int64, value OptionValueID) (Product, error) {
	return s.changeOptions(ctx, id, version, "product.option_value_remove", func(ctx context.Context, before Product) error {
		o, _, ok := before.value(value)
		if !ok {
			return ErrValueNotFound
		}
		if len(o.Values) == 1 {
			return ErrLastValue
		}
		return s.deleteUnusedValue(ctx, value)
	})
}

// changeOptions runs a change of options; keys and titles of the variants
// follow.
func (s *Service) changeOptions(ctx context.Context, id ProductID, version int64, action string, write func(context.Context, Product) error) (Product, error) {
	return s.change(ctx, id, version, edit{
		action: action, aspects: []Aspect{AspectOptions, AspectVariants},
		write: func(ctx context.Context, before Product) error {
			if err := write(ctx, before); err != nil {
				return err
			}
			return s.refreshKeys(ctx, id)
		},
	})
}

func incompleteOrder(path string) error {
	return fault.New(fault.Invalid, "incomplete_order", "Name each of them once, in the new order.").At(path)
}

// sameSet reports whether b is a permutation of a.
func sameSet[T ~int64](a, b []T) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
