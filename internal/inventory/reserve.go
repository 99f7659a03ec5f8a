package inventory

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// LimitHolds sets what can be held without paying; without it nothing is
// capped. It is called while the shop is being wired, before the first request.
func (s *Service) LimitHolds(caps HoldCaps) { s.caps = caps }

// Validate reports every fault of the request at once.
func (h Hold) Validate(now time.Time) error {
	var faults fault.List
	if h.Checkout <= 0 {
		faults.Add(fault.New(fault.Invalid, "required", "A hold names its checkout.").At("checkout"))
	}
	if !h.Until.After(now) {
		faults.Add(fault.New(fault.Invalid, "invalid_time", "A hold lasts until a time to come.").At("until"))
	}
	if len(h.Wants) > MaxLines {
		faults.Add(fault.Newf(fault.Invalid, "invalid_lines", "A hold has at most %d lines.", MaxLines).At("lines"))
	}
	seen := map[int64]bool{}
	for i, w := range h.Wants {
		if w.Quantity <= 0 || w.Quantity > MaxQuantity {
			faults.Add(errQuantity.At("lines", strconv.Itoa(i)))
		}
		if seen[w.Line] {
			faults.Add(errLineTwice.At("lines", strconv.Itoa(i)))
		}
		seen[w.Line] = true
	}
	return faults.Err()
}

// errShort rolls back what cannot be done in full.
var errShort = errors.New("not everything is there")

// Reserve holds what is wanted until a time, in place of whatever the checkout
// holds: all of it or, with shortages, nothing of it, and then what was held
// before is still held. Variants whose stock is not counted need no hold. What
// is held already is kept, so that asking for the same again only prolongs it.
func (s *Service) Reserve(ctx context.Context, h Hold) ([]Shortage, error) {
	if err := s.db.Refuse(ctx, "reserving stock"); err != nil {
		return nil, err
	}
	if err := h.Validate(s.db.Now(ctx)); err != nil {
		return nil, err
	}
	supplies, err := s.supplies(ctx, h.variants())
	if err != nil {
		return nil, err
	}
	var short []Shortage
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		short, err = s.reserve(ctx, h, supplies)
		return err
	})
	if errors.Is(err, errShort) {
		return short, nil
	}
	return nil, err
}

func (h Hold) variants() []catalog.VariantID {
	out := make([]catalog.VariantID, len(h.Wants))
	for i, w := range h.Wants {
		out[i] = w.Variant
	}
	return out
}

// supply says how a variant is sold.
type supply struct {
	variant   catalog.VariantID
	product   catalog.ProductID
	tracked   bool
	backorder bool
	limit     *int64 // of pieces ordered ahead; nil is none
}

// supplies leaves out variants that are gone.
func (s *Service) supplies(ctx context.Context, variants []catalog.VariantID) (map[catalog.VariantID]supply, error) {
	if len(variants) == 0 {
		return nil, nil
	}
	found, err := s.catalog.StockPolicies(ctx, variants)
	if err != nil {
		return nil, err
	}
	out := make(map[catalog.VariantID]supply, len(found))
	for id, p := range found {
		out[id] = supply{variant: id, product: p.Product, tracked: p.Tracked, backorder: p.Backorder, limit: p.BackorderLimit}
	}
	return out, nil
}

// reserve is one attempt.
func (s *Service) reserve(ctx context.Context, h Hold, supplies map[catalog.VariantID]supply) ([]Shortage, error) {
	own, elsewhere, err := s.enterCapped(ctx, h)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(own, func(r Reservation) bool { return r.State == Committed }) {
		return nil, ErrCommitted
	}
	add := saved{client: h.Client, until: h.Until}
	kept, others, open := h.compare(own, supplies)
	for _, r := range kept {
		add.kept = append(add.kept, r.ID)
	}
	if len(others)+len(open) == 0 {
		return nil, s.save(ctx, newBook(nil), add)
	}
	if err := s.caps.allow(h, supplies, elsewhere); err != nil {
		return nil, err
	}
	book, err := s.lockFor(ctx, h, others, open, supplies)
	if err != nil {
		return nil, err
	}
	for _, r := range others {
		book.giveBack(r, Released, ReleasedHold)
	}
	if short := book.serve(h.Checkout, open, supplies); len(short) > 0 {
		return short, errShort
	}
	return nil, s.save(ctx, book, add)
}

// compare tells what is held rightly already, what else is held, and which
// wants are open.
func (h Hold) compare(own []Reservation, supplies map[catalog.VariantID]supply) (kept, others []Reservation, open []Want) {
	have, right := quantities(own), map[key]bool{}
	for _, w := range h.Wants {
		k := key{w.Line, w.Variant}
		s, known := supplies[w.Variant]
		switch {
		case known && !s.tracked:
		case have[k] == w.Quantity:
			right[k] = true
		default:
			open = append(open, w)
		}
	}
	for _, r := range own {
		if right[key{r.Line, r.Variant}] {
			kept = append(kept, r)
		} else {
			others = append(others, r)
		}
	}
	return kept, others, open
}

// lockFor locks the levels of what is wanted and of what is given back for it.
func (s *Service) lockFor(ctx context.Context, h Hold, others []Reservation, open []Want, supplies map[catalog.VariantID]supply) (*book, error) {
	var variants, onDemand []catalog.VariantID
	for _, r := range others {
		variants = append(variants, r.Variant)
	}
	for _, w := range open {
		variants = append(variants, w.Variant)
		if supplies[w.Variant].backorder {
			onDemand = append(onDemand, w.Variant)
		}
	}
	book, err := s.lockBook(ctx, variants, onDemand, h.Checkout)
	if err != nil {
		return nil, err
	}
	for id, s := range supplies {
		book.products[id] = s.product
	}
	return book, nil
}

// allow refuses to hold more than the caps, naming the line that goes over.
func (c HoldCaps) allow(h Hold, supplies map[catalog.VariantID]supply, elsewhere int64) error {
	var sum int64
	for i, w := range h.Wants {
		if s, known := supplies[w.Variant]; known && !s.tracked {
			continue
		}
		sum += w.Quantity
		var most int64
		var of string
		switch {
		case over(w.Quantity, c.Line):
			most, of = c.Line, "one line"
		case over(sum, c.Checkout):
			most, of = c.Checkout, "one checkout"
		case h.Client != "" && over(elsewhere+sum, c.Client):
			most, of = c.Client, "one buyer"
		default:
			continue
		}
		return fault.Newf(fault.Exhausted, "hold_limit", "At most %d pieces of %s can be held before they are paid.", most, of).
			At("lines", strconv.Itoa(i))
	}
	return nil
}

func over(n, most int64) bool { return most > 0 && n > most }
