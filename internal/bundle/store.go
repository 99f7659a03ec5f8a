package bundle

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{"bundle_choice_variant_variant": errUnknown}

// bundlesSQL reads bundles with all that is in them, in its order. The filter
// narrows the bundles b.
const bundlesSQL = `
	SELECT b.id, b.variant_id, b.kind, b.pricing, b.discount_ppm, b.version, b.created_at, b.updated_at,
		s.position, s.title, s.least_pieces, s.most_pieces, c.variant_id, c.quantity
	FROM bundle b JOIN bundle_slot s ON s.bundle_id = b.id JOIN bundle_choice c ON c.slot_id = s.id
	WHERE %s ORDER BY b.id, s.position, c.position`

// ByVariants gives the bundles that variants are; those that are none are
// missing.
func (s *Service) ByVariants(ctx context.Context, ids []catalog.VariantID) (map[catalog.VariantID]Bundle, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := s.read(ctx, `b.variant_id = ANY($1)`, ids)
	out := make(map[catalog.VariantID]Bundle, len(all))
	for _, b := range all {
		out[b.Variant] = b
	}
	return out, err
}

// summed gives those bundles that cost a sum which variants are or are a part of.
func (s *Service) summed(ctx context.Context, variants []catalog.VariantID) ([]Bundle, error) {
	return s.read(ctx, `b.pricing = 'sum' AND (b.variant_id = ANY($1) OR b.id IN (
		SELECT t.bundle_id FROM bundle_choice p JOIN bundle_slot t ON t.id = p.slot_id WHERE p.variant_id = ANY($1)))`, variants)
}

func (s *Service) read(ctx context.Context, filter string, variants []catalog.VariantID) ([]Bundle, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, fmt.Sprintf(bundlesSQL, filter), variants)
	if err != nil {
		return nil, fmt.Errorf("read bundles: %w", postgres.Fault(err))
	}
	var all []Bundle
	var b Bundle
	var slot Slot
	var c Choice
	var position, last int
	into := []any{&b.ID, &b.Variant, &b.Kind, &b.Pricing, &b.DiscountPPM, &b.Version, &b.CreatedAt, &b.UpdatedAt,
		&position, &slot.Title, &slot.Least, &slot.Most, &c.Variant, &c.Quantity}
	_, err = pgx.ForEachRow(rows, into, func() error {
		if n := len(all); n == 0 || all[n-1].ID != b.ID {
			all, last = append(all, b), 0
		}
		of := &all[len(all)-1]
		if position != last {
			of.Slots, last = append(of.Slots, slot), position
		}
		in := &of.Slots[len(of.Slots)-1]
		in.Choices = append(in.Choices, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read bundles: %w", postgres.Fault(err))
	}
	return all, nil
}

// lock keeps other writers of bundles out until the transaction ends; readers
// read on.
func (s *Service) lock(ctx context.Context) error {
	return s.exec(ctx, "lock bundles", `LOCK TABLE bundle IN SHARE ROW EXCLUSIVE MODE`)
}

// used reports whether a bundle has one of the variants in it.
func (s *Service) used(ctx context.Context, variants []catalog.VariantID) (bool, error) {
	var found bool
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT EXISTS (SELECT FROM bundle_choice WHERE variant_id = ANY($1))`, variants).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("look for bundles: %w", postgres.Fault(err))
	}
	return found, nil
}

// with gives the bundles that variants are a part of.
func (s *Service) with(ctx context.Context, parts []catalog.VariantID) ([]catalog.VariantID, error) {
	if len(parts) == 0 {
		return nil, nil
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT DISTINCT b.variant_id FROM bundle_choice c JOIN bundle_slot s ON s.id = c.slot_id JOIN bundle b ON b.id = s.bundle_id
		WHERE c.variant_id = ANY($1)`, parts)
	if err != nil {
		return nil, fmt.Errorf("look for bundles: %w", postgres.Fault(err))
	}
	bundles, err := pgx.CollectRows(rows, pgx.RowTo[catalog.VariantID])
	return bundles, postgres.Fault(err)
}

// writeSQL makes the variant $1 a bundle: kind $2, pricing $3, discount $4, now
// $5. What was in it is gone by then.
const writeSQL = `
	WITH made AS (
		INSERT INTO bundle AS b (variant_id, kind, pricing, discount_ppm, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 1, $5, $5)
		ON CONFLICT (variant_id) DO UPDATE SET kind = excluded.kind, pricing = excluded.pricing,
			discount_ppm = excluded.discount_ppm, version = b.version + 1, updated_at = excluded.updated_at
		RETURNING id
	), slot AS (
		INSERT INTO bundle_slot (bundle_id, position, title, least_pieces, most_pieces)
		SELECT made.id, n.place, n.title, n.least, n.most
		FROM made, unnest($6::text[], $7::bigint[], $8::bigint[]) WITH ORDINALITY AS n(title, least, most, place)
		RETURNING id, position
	)
	INSERT INTO bundle_choice (slot_id, position, variant_id, quantity)
	SELECT slot.id, n.place, n.variant, n.quantity
	FROM unnest($9::bigint[], $10::bigint[], $11::bigint[]) WITH ORDINALITY AS n(slot, variant, quantity, place)
	JOIN slot ON slot.position = n.slot`

// write makes the variant a bundle by the recipe, whatever it was before.
func (s *Service) write(ctx context.Context, variant catalog.VariantID, r Recipe) error {
	err := s.exec(ctx, "clear bundle", `DELETE FROM bundle_slot WHERE bundle_id IN (SELECT id FROM bundle WHERE variant_id = $1)`, variant)
	if err != nil {
		return err
	}
	var titles []string
	var least, most, slots, quantities []int
	var variants []int64
	for i, slot := range r.Slots {
		titles, least, most = append(titles, slot.Title), append(least, slot.Least), append(most, slot.Most)
		for _, c := range slot.Choices {
			slots, variants, quantities = append(slots, i+1), append(variants, int64(c.Variant)), append(quantities, c.Quantity)
		}
	}
	return s.exec(ctx, "write bundle", writeSQL, variant, r.Kind, r.Pricing, r.DiscountPPM, s.db.Now(ctx),
		titles, least, most, slots, variants, quantities)
}

// drop makes the variants bundles no more.
func (s *Service) drop(ctx context.Context, variants ...catalog.VariantID) error {
	return s.exec(ctx, "take bundle away", `DELETE FROM bundle WHERE variant_id = ANY($1)`, variants)
}

func (s *Service) exec(ctx context.Context, what, sql string, args ...any) error {
	if _, err := s.db.Conn(ctx).Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("%s: %w", what, postgres.Conflict(err, byConstraint))
	}
	return nil
}
