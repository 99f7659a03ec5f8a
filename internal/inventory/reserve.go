package inventory

import (
	"context"
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
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
	seen := map[key]bool{}
	for i, w := range h.Wants {
		if w.Quantity <= 0 || w.Quantity > MaxQuantity {
			faults.Add(errQuantity.At("lines", strconv.Itoa(i)))
		}
		if k := (key{w.Line, w.Variant}); seen[k] {
			faults.Add(errLineTwice.At("lines", strconv.Itoa(i)))
		} else {
			seen[k] = true
		}
	}
	return faults.Err()
}

// Reserve holds what is wanted until a time, in place of whatever the checkout
// holds: all of it or, with shortages, nothing of it, and then what was held
// before is still held. Variants whose stock is not counted need no hold. What
// is held already is kept, so that asking for the same again only prolongs it.
//
// Holds that are asked for at the same time are decided together where
// combining is on (package combine): then an error of the context leaves open
// whether the hold was made, and asking again finds out.
func (s *Service) Reserve(ctx context.Context, h Hold) ([]Shortage, error) {
	if err := s.db.Refuse(ctx, "reserving stock"); err != nil {
		return nil, err
	}
	if err := h.Validate(s.db.Now(ctx)); err != nil {
		return nil, err
	}
	asked := ask{Hold: h, who: actor.From(ctx)}
	if s.combined != nil {
		return s.combined.Do(ctx, int64(h.Checkout), asked)
	}
	answers, err := s.decide(ctx, []ask{asked}, true)
	if err != nil {
		return nil, err
	}
	return answers[0].Value, answers[0].Err
}

// supply says how a variant is sold.
type supply struct {
	variant catalog.VariantID
	product catalog.ProductID
	tracked bool
	ahead   bool   // sold when stock is used up, or before there is any
	limit   *int64 // of pieces ordered ahead; nil is none
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
	now, out := s.db.Now(ctx), make(map[catalog.VariantID]supply, len(found))
	for id, p := range found {
		ahead, limit, _ := p.Ahead(now)
		out[id] = supply{variant: id, product: p.Product, tracked: p.Tracked, ahead: ahead, limit: limit}
	}
	return out, nil
}

// elsewhere is how many pieces the client and the customer of a hold have in
// their other checkouts.
type elsewhere struct{ client, customer int64 }

// allow refuses to hold more than the caps, naming the line that goes over.
func (c HoldCaps) allow(h Hold, supplies map[catalog.VariantID]supply, others elsewhere) error {
	var sum int64
	lines := map[int64]int64{}
	for i, w := range h.Wants {
		if s, known := supplies[w.Variant]; known && !s.tracked {
			continue
		}
		sum += w.Quantity
		lines[w.Line] += w.Quantity
		for _, cap := range []struct {
			held, most int64
			of         string
		}{
			{lines[w.Line], c.Line, "one line"},
			{sum, c.Checkout, "one checkout"},
			{others.customer + sum, only(c.Customer, h.Customer), "one customer"},
			{others.client + sum, only(c.Client, h.Client), "one buyer"},
		} {
			if cap.most > 0 && cap.held > cap.most {
				return fault.Newf(fault.Exhausted, "hold_limit", "At most %d pieces of %s can be held before they are paid.", cap.most, cap.of).
					At("lines", strconv.Itoa(i))
			}
		}
	}
	return nil
}

// only gives the cap for somebody who is known.
func only(most int64, who string) int64 {
	if who == "" {
		return 0
	}
	return most
}
