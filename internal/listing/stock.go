package listing

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
)

// serving are the ids of the locations whose stock is sold in the buyer's
// market: the active ones that serve it, or every market. They depend on no
// row, so that they are gathered once for a statement and not once for a
// variant.
func (s *statement) serving(at Context) string {
	return s.bind(`ARRAY(SELECT w.id FROM location w WHERE w.active
 AND (NOT EXISTS (SELECT 1 FROM location_market k WHERE k.location_id = w.id)
  OR EXISTS (SELECT 1 FROM location_market k WHERE k.location_id = w.id AND k.market_id = ?)))`, at.Market)
}

// stock is what is left of v in the buyer's market.
func (s *statement) stock(at Context) string {
	return `COALESCE((SELECT sum(l.on_hand - l.taken - l.safety) FROM stock_level l
 WHERE l.variant_id = v.id AND l.location_id = ANY(` + s.serving(at) + `)), 0)`
}

// lowAt is from how few pieces of v on the merchant calls its stock in the
// buyer's market low; none where the merchant says nothing.
func (s *statement) lowAt(at Context) string {
	return `(SELECT sum(h.low_at) FROM stock_threshold h WHERE h.variant_id = v.id AND h.location_id = ANY(` + s.serving(at) + `))`
}

// preordered holds while v is sold ahead of its release.
func (s *statement) preordered(at Context) string {
	return s.bind("v.preorder AND (v.preorder_at IS NULL OR v.preorder_at > ?)", at.Now)
}

// buyable holds for variants that can be bought now, given an expression for
// what is left of v. It is the rule of [catalog.StockPolicy.Ahead]; of bundles
// there is what their components allow.
func (s *statement) buyable(at Context, left string) string {
	preordered := s.preordered(at)
	return `CASE WHEN ` + isBundle + ` THEN (` + s.bundles(at) + `)[2] > 0 ELSE (NOT v.tracked
 OR CASE WHEN ` + preordered + ` THEN v.preorder_limit IS NULL ELSE v.backorder AND v.backorder_limit IS NULL END
 OR ` + left + ` + CASE WHEN ` + preordered + ` THEN v.preorder_limit WHEN v.backorder THEN v.backorder_limit ELSE 0 END > 0) END`
}

// policyColumns are what policyInto reads.
const policyColumns = "v.tracked, v.backorder, v.backorder_limit, v.backorder_at, v.preorder, v.preorder_limit, v.preorder_at"

func policyInto(p *catalog.StockPolicy) []any {
	return []any{&p.Tracked, &p.Backorder, &p.BackorderLimit, &p.BackorderAt, &p.Preorder, &p.PreorderLimit, &p.PreorderAt}
}

// StockState says how a variant's stock stands.
type StockState string

// The states of stock.
const (
	StockIn        StockState = "in_stock"
	StockLow       StockState = "low_stock"
	StockBackorder StockState = "backorder"
	StockPreorder  StockState = "preorder"
	StockOut       StockState = "out_of_stock"
)

// lowStock is from how few pieces on a badge says «few left» where the merchant
// has set no threshold.
const lowStock = 5

// Stock says how the stock stands, in words for a badge.
func (v *Variant) Stock() StockState {
	switch {
	case !v.Available:
		return StockOut
	case v.Preorder:
		return StockPreorder
	case v.InStock == nil || int64(*v.InStock) > v.lowAt:
		return StockIn
	case *v.InStock > 0:
		return StockLow
	}
	return StockBackorder
}

// NotInStock reports that nothing is there while it can still be ordered.
func (v *Variant) NotInStock() bool { return v.Available && v.InStock != nil && *v.InStock <= 0 }

// BackorderAt is when pieces that are ordered now, while none is there, are
// expected; nil when that is not known.
func (v *Variant) BackorderAt() *time.Time {
	if v.Stock() != StockBackorder {
		return nil
	}
	return v.expectedAt
}

// PreorderAt is when the variant is released; nil when that is not known, or
// when it is.
func (v *Variant) PreorderAt() *time.Time {
	if v.Stock() != StockPreorder {
		return nil
	}
	return v.expectedAt
}

// supply says whether and how the variant can be bought, by the rule of
// buyable.
func (v *Variant) supply(p catalog.StockPolicy, left int64, lowAt *int64, now time.Time) {
	ahead, limit, at := p.Ahead(now)
	v.OnDemand, v.Preorder, v.lowAt = ahead, p.Preordered(now), lowStock
	if at != nil && at.After(now) { // a date that has passed promises nothing
		v.expectedAt = at
	}
	if lowAt != nil {
		v.lowAt = *lowAt
	}
	if !p.Tracked {
		v.Available = true
		return
	}
	shown := int(max(left, 0))
	v.InStock = &shown
	switch {
	case !ahead:
		v.Available = left > 0
	case limit == nil:
		v.Available = true
	default:
		v.Available = left+*limit > 0
	}
}
