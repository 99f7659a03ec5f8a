package inventory

import (
	"context"

	"github.com/souk-commerce/souk/internal/catalog"
)

// Safety says how many pieces of a level are kept back and never promised.
type Safety struct {
	Variant  catalog.VariantID
	Location LocationID
	Pieces   int64
}

// SetSafety says how many pieces are kept back, all or none of the lines. What
// is promised already stays promised.
func (s *Service) SetSafety(ctx context.Context, why Cause, lines []Safety) ([]Level, error) {
	moves := make([]move, len(lines))
	for i, l := range lines {
		moves[i] = move{place: place{l.Variant, l.Location}, valid: l.Pieces >= 0 && l.Pieces <= MaxQuantity}
	}
	return s.keyed(ctx, "stock.safety", why, lines, moves, func(ctx context.Context) ([]LevelID, error) {
		return s.keepBack(ctx, why, lines, moves)
	})
}

// keepBack writes what changes of the safety of levels.
func (s *Service) keepBack(ctx context.Context, why Cause, lines []Safety, moves []move) ([]LevelID, error) {
	products, err := s.existing(ctx, moves)
	if err != nil {
		return nil, err
	}
	levels, err := s.openLevels(ctx, moves)
	if err != nil {
		return nil, err
	}
	ids := make([]LevelID, len(lines))
	var changes []change
	for i, l := range lines {
		now := levels[moves[i].place]
		if ids[i] = now.ID; now.Safety != l.Pieces {
			changes = append(changes, change{kind: Adjusted, before: now, delta: Stock{Safety: l.Pieces - now.Safety}})
		}
	}
	if err := s.post(ctx, why, changes); err != nil || len(changes) == 0 {
		return ids, err
	}
	return ids, s.noteStock(ctx, "stock.safety", why, changes, products)
}
