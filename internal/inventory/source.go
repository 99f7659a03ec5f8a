package inventory

import (
	"context"
	"maps"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/market"
)

// Sourcing is whose pieces go where, and from whose locations they may come.
type Sourcing struct {
	Checkout CheckoutID
	Market   market.ID // whose policy counts and whose locations serve; 0 is served by all
	To       sourcing.Destination
}

// Source gives what a checkout has committed to its order, in the transaction
// that places it, from the locations that the market's strategy chooses.
//
// The pieces are held somewhere already, so nothing can be short. The plan is
// made without locks; where it is what is held, which is the rule, no level is
// touched. Else the levels are locked, the plan is made again, and the pieces
// move. They stay where they are when the locations that serve the market do
// not have everything, and so do pieces that were ordered ahead.
func (s *Service) Source(ctx context.Context, in Sourcing) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		own, seen, err := s.consumeSeeing(ctx, in)
		if err != nil || len(seen.levels) < 2 {
			return err
		}
		if err := s.locate(ctx, &seen); err != nil {
			return err
		}
		have := allocated(own)
		if maps.Equal(have, seen.plan(have, in.To)) {
			return nil
		}
		now, err := s.lockSources(ctx, in.Market, have.variants())
		if err != nil {
			return err
		}
		now.strategy, now.places = seen.strategy, seen.places
		return s.relocate(ctx, Cause{Reason: "sourcing", ReferenceKind: ofCheckout, ReferenceID: int64(in.Checkout)}, own, now.plan(have, in.To), now)
	})
}

// relocate brings the pieces of an order to where they should be, under the
// locks of all levels concerned: rows that differ end, others take their place.
func (s *Service) relocate(ctx context.Context, why Cause, own []Reservation, want shares, now sources) error {
	have := allocated(own)
	moved := want.minus(have)
	if len(moved) == 0 {
		return nil
	}
	if err := s.exchange(ctx, own, moved, want); err != nil {
		return err
	}
	changes := now.changes(moved.totals())
	if err := s.post(ctx, why, changes); err != nil {
		return err
	}
	refs, err := s.catalog.RefsOfVariants(ctx, want.variants())
	if err != nil {
		return err
	}
	products := make(map[catalog.VariantID]catalog.ProductID, len(refs))
	for _, r := range refs {
		products[r.Variant] = r.Product
	}
	return s.noteChanges(ctx, changes, products)
}

// minus tells by how much the shares differ.
func (a shares) minus(b shares) shares {
	diff := maps.Clone(a)
	for at, n := range b {
		diff[at] -= n
	}
	maps.DeleteFunc(diff, func(_ share, n int64) bool { return n == 0 })
	return diff
}

// changes are the movements of levels whose promises differ, by id.
func (s *sources) changes(moved map[place]int64) []change {
	var out []change
	for _, l := range s.levels {
		n := moved[place{l.Variant, l.Location}]
		kind := Allocated
		if n < 0 {
			kind = Deallocated
		}
		if n != 0 {
			out = append(out, change{kind: kind, before: l.Level, delta: Stock{Taken: n}})
		}
	}
	return out
}
