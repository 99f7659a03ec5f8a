package checkout

import "github.com/souk-commerce/souk/internal/checkout/lifecycle"

// Changed says that a checkout is new or different.
type Changed struct {
	Checkout ID              `json:"checkout"`
	Version  int64           `json:"version"`
	State    lifecycle.State `json:"state"`
}

// Topic names the fact.
func (Changed) Topic() string { return "checkout.changed" }

// Aggregate says whose fact it is.
func (c Changed) Aggregate() (string, int64) { return "checkout", int64(c.Checkout) }

// LatePayment says that money came for a checkout that had been given up, and
// what was done with it.
type LatePayment struct {
	Checkout ID    `json:"checkout"`
	Version  int64 `json:"version"`
	Payment  int64 `json:"payment"`
	Accepted bool  `json:"accepted"` // there is an order after all; else the money goes back
}

// Topic names the fact.
func (LatePayment) Topic() string { return "checkout.late_payment" }

// Aggregate says whose fact it is.
func (l LatePayment) Aggregate() (string, int64) { return "checkout", int64(l.Checkout) }
