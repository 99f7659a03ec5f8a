// Package lifecycle holds the states of a purchase order. There is no I/O here.
package lifecycle

import "github.com/souk-commerce/souk/internal/kernel/fsm"

// State is where a purchase order stands.
type State string

// The states.
const (
	Draft     State = "draft"    // being written; the supplier does not know of it
	Ordered   State = "ordered"  // goods are to come
	Received  State = "received" // goods came, and no more are to come
	Cancelled State = "cancelled"
)

// Over reports whether nothing is to come of the order any more.
func (s State) Over() bool { return s == Received || s == Cancelled }

// Event moves an order from one state to another.
type Event string

// The events.
const (
	Update  Event = "update"
	Order   Event = "order"
	Receive Event = "receive"
	Cancel  Event = "cancel" // a draft, or of an order what has not come
)

// Facts are what the guards look at, as the event leaves them.
type Facts struct {
	Open bool // something is still to come
	Came bool // something has come
}

var (
	settled = fsm.Guard[Facts]{Name: "nothing more is to come", Holds: func(f Facts) bool { return !f.Open }}
	over    = fsm.Guard[Facts]{Name: "something came and nothing more is to come", Holds: func(f Facts) bool { return f.Came && !f.Open }}
)

// Transition is a row of the table.
type Transition = fsm.Transition[State, Event, Facts]

// Transitions is the whole machine: what is not in it is refused.
func Transitions() fsm.Table[State, Event, Facts] {
	return fsm.Table[State, Event, Facts]{
		{From: Draft, Event: Update, To: Draft},
		{From: Draft, Event: Order, To: Ordered},
		{From: Draft, Event: Cancel, To: Cancelled},
		{From: Ordered, Event: Update, To: Ordered},
		{From: Ordered, Event: Receive, To: Received, Guard: &settled},
		{From: Ordered, Event: Receive, To: Ordered},
		{From: Ordered, Event: Cancel, To: Received, Guard: &over},
		{From: Ordered, Event: Cancel, To: Cancelled, Guard: &settled},
		{From: Ordered, Event: Cancel, To: Ordered},
	}
}
