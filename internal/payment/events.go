package payment

import "github.com/souk-commerce/souk/internal/payment/lifecycle"

// The topics of this room.
const (
	TopicChanged    = "payment.changed"
	TopicHeard      = "payment.heard"
	TopicRefundOwed = "payment.refund_owed"
	TopicRefunded   = "payment.refunded"
)

const aggregate = "payment"

// Changed says that a payment took a step.
type Changed struct {
	Payment  ID              `json:"payment"`
	Checkout int64           `json:"checkout"`
	Order    int64           `json:"order,omitempty"`
	Version  int64           `json:"version"`
	State    lifecycle.State `json:"state"`
}

// Topic names the fact.
func (Changed) Topic() string { return TopicChanged }

// Aggregate says whose fact it is.
func (f Changed) Aggregate() (string, int64) { return aggregate, int64(f.Payment) }

// Heard says that a provider has news of a payment. What they are is not said:
// whoever settles asks.
type Heard struct {
	Payment ID    `json:"payment"`
	Version int64 `json:"version"`
}

// Topic names the fact.
func (Heard) Topic() string { return TopicHeard }

// Aggregate says whose fact it is.
func (f Heard) Aggregate() (string, int64) { return aggregate, int64(f.Payment) }

// RefundOwed says that a payment's money must go back to the buyer.
type RefundOwed struct {
	Payment  ID     `json:"payment"`
	Checkout int64  `json:"checkout"`
	Order    int64  `json:"order,omitempty"`
	Version  int64  `json:"version"`
	Reason   string `json:"reason"`
}

// Topic names the fact.
func (RefundOwed) Topic() string { return TopicRefundOwed }

// Aggregate says whose fact it is.
func (f RefundOwed) Aggregate() (string, int64) { return aggregate, int64(f.Payment) }

// Refunded says that what was owed has gone back.
type Refunded struct {
	Payment  ID    `json:"payment"`
	Checkout int64 `json:"checkout"`
	Order    int64 `json:"order,omitempty"`
	Version  int64 `json:"version"`
}

// Topic names the fact.
func (Refunded) Topic() string { return TopicRefunded }

// Aggregate says whose fact it is.
func (f Refunded) Aggregate() (string, int64) { return aggregate, int64(f.Payment) }
