package catalog

import (
	"context"
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// CreateVariants adds variants to a product, each a combination of existing
// option values that is not there yet.
func (s *Service) CreateVariants(ctx context.Context, id ProductID, version int64, in []NewVariant) ([]Variant, error) {
	for i := range in {
		in[i].normalize()
	}
	var faults fault.List
	for i, v := range in {
		faults = append(faults, below(v.validate().Err(), "variants", strconv.Itoa(i))...)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	var made []VariantID
	after, err := s.changeVariants(ctx, id, version, "variant.create", func(ctx context.Context, p Product) (ids []VariantID, err error) {
		n, err := s.countVariants(ctx, id)
		if err != nil {
			return nil, err
		}
		if n+len(in) > MaxVariants {
			return nil, tooMany(MaxVariants, "variants")
		}
		made, err = s.insertVariants(ctx, p, in, n+1)
		return made, err
	})
	return after, err
}

// UpdateVariant changes the variant if version is the current one.
func (s *Service) UpdateVariant(ctx context.Context, id VariantID, version int64, c VariantChange) (Variant, error) {
	c.normalize()
	if err := c.Validate(); err != nil {
		return Variant{}, err
	}
	var after Variant
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.VariantByID(ctx, id)
		if err != nil {
			return err
		}
		// The product first, as everywhere: what is decided about its variants is
		// decided one at a time.
		if err := s.lockOnly(ctx, before.ProductID); err != nil {
			return err
		}
		if err := s.lock(ctx, lockVariant, int64(id), version); err != nil {
			return err
		}
		if err := s.saveVariant(ctx, before, c); err != nil {
			return err
		}
		after, err = s.VariantByID(ctx, id)
		if err != nil {
			return err
		}
		return s.noteVariants(ctx, before.ProductID, "variant.update", []Variant{before}, []Variant{after})
	})
	return after, err
}

func (s *Service) saveVariant(ctx context.Context, before Variant, c VariantChange) error {
	if c.Values != nil {
		p, err := s.ProductByID(ctx, before.ProductID)
		if err != nil {
			return err
		}
		chosen, err := choose(p.Options, c.Values)
		if err != nil {
			return err
		}
		if err := s.rechoose(ctx, before.ID, chosen); err != nil {
			return err
		}
	}
	if c.SKU != nil && *c.SKU != "" {
		if err := s.refuseTakenSKUs(ctx, []string{*c.SKU}, before.ID, func(int) []string { return []string{"sku"} }); err != nil {
			return err
		}
	}
	return s.updateVariant(ctx, before, c)
}

// DeleteVariants takes variants away for good. A product keeps at least one.
// Orders keep what they copied.
func (s *Service) DeleteVariants(ctx context.Context, id ProductID, version int64, variants []VariantID) (Product, error) {
	_, err := s.changeVariants(ctx, id, version, "variant.delete", func(ctx context.Context, _ Product) ([]VariantID, error) {
		own, err := s.variantIDs(ctx, id)
		if err != nil {
			return nil, err
		}
		for i, v := range variants {
			if !slices.Contains(own, v) {
				return nil, ErrVariantNotFound.At("variants", strconv.Itoa(i))
			}
		}
		if len(unique(variants)) >= len(own) {
			return nil, ErrLastVariant
		}
		return variants, s.deleteVariants(ctx, id, variants)
	})
	if err != nil {
		return Product{}, err
	}
	return s.ProductByID(ctx, id)
}

func (s *Service) deleteVariants(ctx context.Context, id ProductID, variants []VariantID) error {
	refs := make([]VariantRef, len(variants))
	for i, v := range variants {
		refs[i] = VariantRef{Variant: v, Product: id}
	}
	err := s.exec(ctx, "lock variants", `SELECT FROM variant WHERE id = ANY($1) ORDER BY id FOR UPDATE`, raw(variants))
	if err != nil {
		return err
	}
	for _, d := range s.dependents {
		if err := d.VariantsDeleting(ctx, refs); err != nil {
			return err
		}
	}
	if err := s.exec(ctx, "delete variants", `DELETE FROM variant WHERE id = ANY($1)`, raw(variants)); err != nil {
		return err
	}
	return s.renumberVariants(ctx, id)
}

// ReorderVariants puts the named variants first, in this order; the others
// follow as they stood.
func (s *Service) ReorderVariants(ctx context.Context, id ProductID, version int64, order []VariantID) (Product, error) {
	return s.change(ctx, id, version, edit{
		action: "product.variant_reorder", aspects: []Aspect{AspectVariants},
		write: func(ctx context.Context, _ Product) error {
			return s.exec(ctx, "reorder variants", `
				UPDATE variant v SET position = n.position
				FROM (
					SELECT id, row_number() OVER (ORDER BY array_position($2::bigint[], id), position, id) AS position
					FROM variant WHERE product_id = $1
				) n
				WHERE v.id = n.id AND v.position <> n.position`, int64(id), raw(order))
		},
	})
}

// changeVariants runs a change of a product's variants under the product's
// lock, and gives those that write names, as they are afterwards.
func (s *Service) changeVariants(ctx context.Context, id ProductID, version int64, action string, write func(context.Context, Product) ([]VariantID, error)) ([]Variant, error) {
	var after []Variant
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, lockProduct, int64(id), version); err != nil {
			return err
		}
		p, err := s.ProductByID(ctx, id)
		if err != nil {
			return err
		}
		existing, err := s.variantsOf(ctx, id)
		if err != nil {
			return err
		}
		ids, err := write(ctx, p)
		if err != nil {
			return err
		}
		if after, err = s.variantsIn(ctx, ids); err != nil {
			return err
		}
		before := slices.DeleteFunc(existing, func(v Variant) bool { return !slices.Contains(ids, v.ID) })
		return s.noteVariants(ctx, id, action, before, after)
	})
	return after, err
}

// noteVariants counts the product's version up and writes the books.
func (s *Service) noteVariants(ctx context.Context, id ProductID, action string, before, after []Variant) error {
	if err := s.touchProduct(ctx, id); err != nil {
		return err
	}
	version, err := s.productVersion(ctx, id)
	if err != nil {
		return err
	}
	return s.record(ctx, note{
		action: action, kind: "product", id: int64(id), before: before, after: after,
		facts: []event.Fact{ProductUpdated{Product: id, Version: version, Aspects: []Aspect{AspectVariants}}},
	})
}
