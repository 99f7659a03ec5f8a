package inventory

import (
	"context"
	"strconv"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Posting is one movement that the papers of a later room bring about: a
// transfer, a purchase order, a count, a feed.
type Posting struct {
	Variant  catalog.VariantID
	Location LocationID
	Kind     Kind
	Delta    Stock
}

// Post writes movements and the levels that they change, all or none of them.
// It joins the transaction of the papers, whose state is what keeps it from
// being done twice; they write the audit row, and Cause names them. A level
// that is not there yet is opened; several postings to one level are written in
// their order. The faults name their line.
//
// No count goes below zero, and nothing is promised (Taken) beyond what is
// available at the location: ErrInsufficient.
func (s *Service) Post(ctx context.Context, why Cause, lines []Posting) error {
	if len(lines) == 0 {
		return nil
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		moves := make([]move, len(lines))
		for i, l := range lines {
			moves[i] = move{place: place{l.Variant, l.Location}}
		}
		products, err := s.existing(ctx, moves)
		if err != nil {
			return err
		}
		levels, err := s.openLevels(ctx, moves)
		if err != nil {
			return err
		}
		changes, err := judge(lines, levels)
		if err != nil {
			return err
		}
		if err := s.post(ctx, why, changes); err != nil {
			return err
		}
		return s.noteChanges(ctx, changes, products)
	})
}

// judge folds postings onto their levels, and refuses those that cannot be.
func judge(lines []Posting, levels map[place]Level) ([]change, error) {
	var faults fault.List
	changes := make([]change, len(lines))
	for i, l := range lines {
		at := place{l.Variant, l.Location}
		c := change{kind: l.Kind, before: levels[at], delta: l.Delta}
		after := c.after()
		if min(after.OnHand, after.Taken, after.Incoming, after.Safety) < 0 ||
			l.Delta.Taken > 0 && after.OnHand-after.Taken-after.Safety < 0 {
			faults.Add(ErrInsufficient.At("lines", strconv.Itoa(i)))
			continue
		}
		changes[i], levels[at] = c, after
	}
	return changes, faults.Err()
}
