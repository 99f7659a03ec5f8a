package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// LevelRef names the stock of one variant at one location, also where no level
// of it was opened yet.
type LevelRef struct {
	Variant  catalog.VariantID
	Location LocationID
}

// Shelf is a level and how fast it empties.
type Shelf struct {
	LevelRef
	Stock
	Sold int64 // pieces that orders took here since the time that was asked for
}

// Free is what is there beyond promises and what is kept back; less than nothing
// where more is promised than there is.
func (s Shelf) Free() int64 { return s.OnHand - s.Taken - s.Safety }

// Shelves gives a shelf for each of the levels that are named, in one statement.
// What was sold is what orders have consumed: holds that came to nothing do not
// count, nor does what was bought and cancelled.
func (s *Service) Shelves(ctx context.Context, levels []LevelRef, since time.Time) (map[LevelRef]Shelf, error) {
	variants, locations := make([]int64, len(levels)), make([]int64, len(levels))
	for i, l := range levels {
		variants[i], locations[i] = int64(l.Variant), int64(l.Location)
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT k.variant_id, k.location_id, COALESCE(l.on_hand, 0), COALESCE(l.taken, 0), COALESCE(l.incoming, 0), COALESCE(l.safety, 0), r.sold
		FROM unnest($1::bigint[], $2::bigint[]) AS k(variant_id, location_id)
		LEFT JOIN stock_level l ON l.variant_id = k.variant_id AND l.location_id = k.location_id
		CROSS JOIN LATERAL (
			SELECT COALESCE(sum(quantity), 0)::bigint AS sold FROM reservation
			WHERE variant_id = k.variant_id AND location_id = k.location_id AND state = 'consumed' AND ended_at >= $3
		) r`, variants, locations, since)
	if err != nil {
		return nil, fmt.Errorf("read shelves: %w", postgres.Fault(err))
	}
	out := make(map[LevelRef]Shelf, len(levels))
	var f Shelf
	_, err = pgx.ForEachRow(rows, []any{&f.Variant, &f.Location, &f.OnHand, &f.Taken, &f.Incoming, &f.Safety, &f.Sold}, func() error {
		out[f.LevelRef] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read shelves: %w", postgres.Fault(err))
	}
	return out, nil
}

// Known refuses variants and locations that are not there, naming their line. In
// a transaction the variants stay until its end.
func (s *Service) Known(ctx context.Context, levels []LevelRef) error {
	moves := make([]move, len(levels))
	for i, l := range levels {
		moves[i] = move{place: place{l.Variant, l.Location}}
	}
	_, err := s.existing(ctx, moves)
	return err
}

// LevelsAt gives those of the levels that were opened.
func (s *Service) LevelsAt(ctx context.Context, levels []LevelRef) (map[LevelRef]Level, error) {
	variants, locations := make([]int64, len(levels)), make([]int64, len(levels))
	for i, l := range levels {
		variants[i], locations[i] = int64(l.Variant), int64(l.Location)
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT l.id, l.variant_id, l.location_id, l.on_hand, l.taken, l.incoming, l.safety, l.version, l.updated_at
		FROM stock_level l JOIN unnest($1::bigint[], $2::bigint[]) AS k(variant_id, location_id)
			ON k.variant_id = l.variant_id AND k.location_id = l.location_id`, variants, locations)
	if err != nil {
		return nil, fmt.Errorf("read stock levels: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Level, error) { return scanLevel(row) })
	if err != nil {
		return nil, fmt.Errorf("read stock levels: %w", postgres.Fault(err))
	}
	out := make(map[LevelRef]Level, len(found))
	for _, l := range found {
		out[LevelRef{l.Variant, l.Location}] = l
	}
	return out, nil
}
