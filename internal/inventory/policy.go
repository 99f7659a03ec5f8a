package inventory

import (
	"time"

	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/market"
)

// ReserveAt says when a market holds stock for its buyers.
type ReserveAt string

// The moments.
const (
	ReserveAtCheckout ReserveAt = "checkout" // when a checkout begins
	ReserveAtCart     ReserveAt = "cart"     // when a piece is put into a cart
)

// Policy is how a market promises its stock.
type Policy struct {
	Market      market.ID
	ReserveAt   ReserveAt
	Strategy    sourcing.Strategy // how locations are chosen for an order
	MaxLine     *int64            // pieces that one line may hold; nil: what the shop allows
	MaxCheckout *int64
	MaxCustomer *int64
	Version     int64 // 0: the market has none of its own
	UpdatedAt   time.Time
}

// DefaultPolicy is that of a market that has none of its own.
func DefaultPolicy(m market.ID) Policy {
	return Policy{Market: m, ReserveAt: ReserveAtCheckout, Strategy: sourcing.Priority}
}

// Validate reports every fault of the policy at once.
func (p Policy) Validate() error {
	var faults fault.List
	if p.ReserveAt != ReserveAtCheckout && p.ReserveAt != ReserveAtCart {
		faults.Add(fault.Newf(fault.Invalid, "invalid_value", "Stock is not held at %q.", string(p.ReserveAt)).At("reserveAt"))
	}
	if !p.Strategy.Valid() {
		faults.Add(fault.Newf(fault.Invalid, "invalid_value", "%q is no way to choose locations.", string(p.Strategy)).At("strategy"))
	}
	for _, bound := range []struct {
		of   string
		most *int64
	}{{"maxLine", p.MaxLine}, {"maxCheckout", p.MaxCheckout}, {"maxCustomer", p.MaxCustomer}} {
		if bound.most != nil && (*bound.most <= 0 || *bound.most > MaxQuantity) {
			faults.Add(errQuantity.At(bound.of))
		}
	}
	return faults.Err()
}

// Caps gives what bounds a hold in the policy's market, for Hold.Caps: the
// policy's own bounds, and those of the shop for what it leaves open. It is nil
// where the policy has none.
func (s *Service) Caps(p Policy) *HoldCaps {
	if p.MaxLine == nil && p.MaxCheckout == nil && p.MaxCustomer == nil {
		return nil
	}
	own := func(bound *int64, shop int64) int64 {
		if bound == nil {
			return shop
		}
		return *bound
	}
	return &HoldCaps{
		Line: own(p.MaxLine, s.caps.Line), Checkout: own(p.MaxCheckout, s.caps.Checkout),
		Customer: own(p.MaxCustomer, s.caps.Customer), Client: s.caps.Client,
	}
}

// PolicyChanged says that a market's policy is new or different.
type PolicyChanged struct {
	Market  market.ID `json:"market"`
	Version int64     `json:"version"`
}

// Topic names the fact.
func (PolicyChanged) Topic() string { return "stock_policy.changed" }

// Aggregate says whose fact it is.
func (f PolicyChanged) Aggregate() (string, int64) { return "stock_policy", int64(f.Market) }
