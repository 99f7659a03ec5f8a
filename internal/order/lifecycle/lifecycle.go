// Package lifecycle holds the states of an order and what a buyer is told of
// them. There is no I/O here.
package lifecycle

import "github.com/souk-commerce/souk/internal/kernel/fsm"

// State is where an order stands.
type State string

// The states.
const (
	Draft     State = "draft"     // staff put it together
	Pending   State = "pending"   // placed, the money is not sure yet
	Confirmed State = "confirmed" // to be fulfilled
	OnHold    State = "on_hold"   // staff look at it first
	Completed State = "completed" // everything was delivered and paid
	Cancelled State = "cancelled"
	Expired   State = "expired" // the money never came
)

// Over reports whether nothing is to come of the order any more.
func (s State) Over() bool { return s == Completed || s == Cancelled || s == Expired }

// Event moves an order from one state to another.
type Event string

// The events.
const (
	Place    Event = "place" // a draft is placed with money still to come
	Confirm  Event = "confirm"
	Hold     Event = "hold"
	Resume   Event = "resume"
	Complete Event = "complete"
	Cancel   Event = "cancel"
	Expire   Event = "expire"
)

// CancelReason says why an order was cancelled.
type CancelReason string

// The reasons.
const (
	ByCustomer  CancelReason = "customer"
	ByDecline   CancelReason = "declined"
	ByFraud     CancelReason = "fraud"
	ByInventory CancelReason = "inventory"
	ByOther     CancelReason = "other"
	ByStaff     CancelReason = "staff"
)

// Valid reports whether r is one of the reasons.
func (r CancelReason) Valid() bool {
	switch r {
	case ByCustomer, ByDecline, ByFraud, ByInventory, ByOther, ByStaff:
		return true
	}
	return false
}

// Facts are what the guards look at.
type Facts struct {
	Paid      bool // nothing is due, or the money is ours or set aside for us
	Fulfilled bool // nothing is left to be sent
	Shipped   bool // something was sent
}

var (
	paid      = fsm.Guard[Facts]{Name: "the money is ours or set aside", Holds: func(f Facts) bool { return f.Paid }}
	delivered = fsm.Guard[Facts]{Name: "it is paid and nothing is left to be sent", Holds: func(f Facts) bool { return f.Paid && f.Fulfilled }}
	unsent    = fsm.Guard[Facts]{Name: "nothing was sent", Holds: func(f Facts) bool { return !f.Shipped }}
)

// Transition is a row of the table.
type Transition = fsm.Transition[State, Event, Facts]

// Transitions is the whole machine: what is not in it is refused.
func Transitions() fsm.Table[State, Event, Facts] {
	return fsm.Table[State, Event, Facts]{
		{From: Draft, Event: Place, To: Pending},
		{From: Draft, Event: Cancel, To: Cancelled},
		{From: Pending, Event: Confirm, To: Confirmed, Guard: &paid},
		{From: Pending, Event: Hold, To: OnHold},
		{From: Pending, Event: Cancel, To: Cancelled},
		{From: Pending, Event: Expire, To: Expired},
		{From: Confirmed, Event: Hold, To: OnHold},
		{From: OnHold, Event: Resume, To: Confirmed, Guard: &paid},
		{From: OnHold, Event: Resume, To: Pending},
		{From: OnHold, Event: Cancel, To: Cancelled, Guard: &unsent},
		{From: Confirmed, Event: Cancel, To: Cancelled, Guard: &unsent},
		{From: Confirmed, Event: Complete, To: Completed, Guard: &delivered},
	}
}

// Status is what a buyer is told.
type Status string

// The statuses.
const (
	StatusPending   Status = "pending"
	StatusConfirmed Status = "confirmed"
	StatusPaid      Status = "paid"
	StatusFulfilled Status = "fulfilled"
	StatusShipped   Status = "shipped"
	StatusDelivered Status = "delivered"
	StatusRefunded  Status = "refunded"
	StatusReturned  Status = "returned"
	StatusDisputed  Status = "disputed"
	StatusCancelled Status = "cancelled"
)

// Parts are the facts of an order and of what hangs on it, from which its
// status follows.
type Parts struct {
	State     State
	Total     int64 // minor units
	Captured  int64 // what was taken of the buyer's money
	Refunded  int64
	Ordered   int // pieces, without cancelled ones
	Fulfilled int
	Returned  int
	// Shipments, where there are any: all must be under way, all delivered.
	Shipments int
	Shipped   int
	Delivered int
	Disputed  bool
}

// StatusOf is the projection from the machines to the one word that a buyer is
// told. It has no memory: the same parts give the same status.
func StatusOf(p Parts) Status {
	switch {
	case p.State == Cancelled || p.State == Expired:
		return StatusCancelled
	case p.Disputed:
		return StatusDisputed
	case p.Ordered > 0 && p.Returned >= p.Ordered:
		return StatusReturned
	case p.Captured > 0 && p.Refunded >= p.Captured:
		return StatusRefunded
	case p.Shipments > 0 && p.Delivered == p.Shipments && p.Fulfilled >= p.Ordered:
		return StatusDelivered
	case p.Shipments > 0 && p.Shipped == p.Shipments && p.Fulfilled >= p.Ordered:
		return StatusShipped
	case p.Ordered > 0 && p.Fulfilled >= p.Ordered:
		return StatusFulfilled
	case p.State == Pending || p.State == Draft:
		return StatusPending
	case p.Captured-p.Refunded >= p.Total:
		return StatusPaid
	}
	return StatusConfirmed
}
