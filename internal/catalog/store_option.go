package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/productoption"
	"github.com/souk-commerce/souk/ent/productoptionvalue"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// insertOptions makes options with their values, positions counted from first.
func (s *Service) insertOptions(ctx context.Context, id ProductID, in []NewOption, first int) ([]Option, error) {
	out := make([]Option, len(in))
	for i, o := range in {
		row, err := s.db.Ent(ctx).ProductOption.Create().
			SetProductID(int64(id)).SetName(o.Name).SetPosition(first + i).SetLinkedTo(o.LinkedTo).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("create option: %w", postgres.Conflict(err, byConstraint))
		}
		out[i] = Option{ID: OptionID(row.ID), Name: o.Name, Position: row.Position, LinkedTo: o.LinkedTo}
		if out[i].Values, err = s.insertValues(ctx, out[i].ID, o.Values, 1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// insertValues makes the values of one option, positions counted from first.
func (s *Service) insertValues(ctx context.Context, option OptionID, in []NewOptionValue, first int) ([]OptionValue, error) {
	var out []OptionValue
	for part := range slices.Chunk(in, chunk) {
		start := first + len(out)
		rows, err := s.db.Ent(ctx).ProductOptionValue.MapCreateBulk(part, func(c *ent.ProductOptionValueCreate, i int) {
			c.SetOptionID(int64(option)).SetName(part[i].Name).SetPosition(start + i).
				SetNillableSwatchColor(part[i].Swatch.Color).SetNillableSwatchMediaID(pointer(part[i].Swatch.MediaID))
		}).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("create option values: %w", postgres.Conflict(err, byConstraint))
		}
		for i, r := range rows {
			out = append(out, OptionValue{ID: OptionValueID(r.ID), Name: r.Name, Position: r.Position, Swatch: part[i].Swatch})
		}
	}
	return out, nil
}

// giveValue gives every variant of the product a value on an axis.
func (s *Service) giveValue(ctx context.Context, id ProductID, option OptionID, value OptionValueID) error {
	return s.exec(ctx, "give variants a value", `
		INSERT INTO variant_option_value (variant_id, option_id, value_id)
		SELECT id, $2, $3 FROM variant WHERE product_id = $1`, int64(id), int64(option), int64(value))
}

func (s *Service) updateOption(ctx context.Context, id OptionID, c OptionChange) error {
	err := s.db.Ent(ctx).ProductOption.Update().Where(productoption.ID(int64(id))).
		SetNillableName(c.Name).SetNillableLinkedTo(c.LinkedTo).Exec(ctx)
	if err != nil {
		return fmt.Errorf("update option: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

func (s *Service) updateValue(ctx context.Context, id OptionValueID, c OptionValueChange) error {
	update := s.db.Ent(ctx).ProductOptionValue.Update().Where(productoptionvalue.ID(int64(id))).SetNillableName(c.Name)
	if c.Swatch != nil {
		assign(c.Swatch.Color, update.SetSwatchColor, update.ClearSwatchColor)
		assign(pointer(c.Swatch.MediaID), update.SetSwatchMediaID, update.ClearSwatchMediaID)
	}
	if err := update.Exec(ctx); err != nil {
		return fmt.Errorf("update option value: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// deleteOption takes an axis with its values; the others close ranks.
func (s *Service) deleteOption(ctx context.Context, id OptionID) error {
	return s.exec(ctx, "remove option", `
		WITH gone AS (DELETE FROM product_option WHERE id = $1 RETURNING product_id)
		UPDATE product_option o SET position = n.position
		FROM (
			SELECT id, row_number() OVER (ORDER BY position, id) AS position
			FROM product_option WHERE product_id = (SELECT product_id FROM gone) AND id <> $1
		) n
		WHERE o.id = n.id`, int64(id))
}

// deleteUnusedValue takes a value away unless a variant has it.
func (s *Service) deleteUnusedValue(ctx context.Context, id OptionValueID) error {
	n, err := s.execCount(ctx, "remove option value", `
		DELETE FROM product_option_value
		WHERE id = $1 AND NOT EXISTS (SELECT FROM variant_option_value WHERE value_id = $1)`, int64(id))
	if err == nil && n == 0 {
		return ErrValueInUse
	}
	return err
}

// refreshKeys writes the variants' keys and titles anew from their values. Keys
// of another order of options never meet those of the present one, so that the
// unique index holds all along.
func (s *Service) refreshKeys(ctx context.Context, id ProductID) error {
	return s.exec(ctx, "refresh variant keys", `
		UPDATE variant v SET option_key = k.key, title = k.title, version = v.version + 1, updated_at = $2
		FROM (
			SELECT x.variant_id, string_agg(x.value_id::text, '-' ORDER BY o.position) AS key,
				string_agg(c.name, ' / ' ORDER BY o.position) AS title
			FROM variant_option_value x
			JOIN product_option o ON o.id = x.option_id
			JOIN product_option_value c ON c.id = x.value_id
			WHERE o.product_id = $1
			GROUP BY x.variant_id
		) k
		WHERE v.id = k.variant_id AND (v.option_key, v.title) IS DISTINCT FROM (k.key, k.title)`,
		int64(id), s.db.Now(ctx))
}
