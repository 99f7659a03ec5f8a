// Package lifecycle holds the states of a checkout and its steps. There is no
// I/O here.
package lifecycle

import "github.com/souk-commerce/souk/internal/kernel/fsm"

// State is where a checkout stands.
type State string

// The states.
const (
	Open           State = "open"            // something is missing
	Ready          State = "ready"           // nothing is missing but the submission
	Submitting     State = "submitting"      // the payment provider is being asked
	AwaitingAction State = "awaiting_action" // the buyer must act with the provider
	Completed      State = "completed"       // there is an order
	Expired        State = "expired"
	Cancelled      State = "cancelled"
)

// Ended reports whether nothing but late money can move it any more.
func (s State) Ended() bool { return s == Completed || s == Expired || s == Cancelled }

// Editable reports whether the buyer may still change what is bought and where
// it goes.
func (s State) Editable() bool { return s == Open || s == Ready }

// Event moves a checkout from one state to another.
type Event string

// The events.
const (
	Amend     Event = "amend"     // data changed; the problems say whether it is ready
	Submit    Event = "submit"    // the buyer agrees to the quote
	Challenge Event = "challenge" // the provider wants the buyer to act
	Decline   Event = "decline"   // the provider refuses, or the attempt was given up
	Place     Event = "place"     // money is sure: there is an order
	Expire    Event = "expire"
	Cancel    Event = "cancel"
)

// Step is a part of the form.
type Step string

// The steps, in their order.
const (
	Contact         Step = "contact"
	ShippingAddress Step = "shipping_address"
	Delivery        Step = "delivery"
	BillingAddress  Step = "billing_address"
	Payment         Step = "payment"
	Review          Step = "review"
)

// Facts are what the guards look at.
type Facts struct {
	Problems      int  // what stands between the checkout and its order
	QuoteAgreed   bool // the buyer agreed to the quote as it is now
	StockHeld     bool // every piece is held for this checkout
	PaymentGood   bool // the money is ours, set aside for us, or due later by agreement
	PaymentOpen   bool // an attempt is under way of which the verdict is not known
	StockRegained bool // after expiry: every piece could be held anew
}

// The guards.
var (
	complete   = fsm.Guard[Facts]{Name: "nothing is missing", Holds: func(f Facts) bool { return f.Problems == 0 }}
	incomplete = fsm.Guard[Facts]{Name: "something is missing", Holds: func(f Facts) bool { return f.Problems > 0 }}
	agreed     = fsm.Guard[Facts]{Name: "nothing is missing, the quote is agreed and stock is held",
		Holds: func(f Facts) bool { return f.Problems == 0 && f.QuoteAgreed && f.StockHeld }}
	paid     = fsm.Guard[Facts]{Name: "the money is sure", Holds: func(f Facts) bool { return f.PaymentGood }}
	settled  = fsm.Guard[Facts]{Name: "no payment is under way", Holds: func(f Facts) bool { return !f.PaymentOpen }}
	regained = fsm.Guard[Facts]{Name: "the money is sure and stock was held anew",
		Holds: func(f Facts) bool { return f.PaymentGood && f.StockRegained }}
)

// Transition is a row of the table.
type Transition = fsm.Transition[State, Event, Facts]

// Transitions is the whole machine: what is not in it is refused.
func Transitions() fsm.Table[State, Event, Facts] {
	return fsm.Table[State, Event, Facts]{
		{From: Open, Event: Amend, To: Ready, Guard: &complete},
		{From: Open, Event: Amend, To: Open, Guard: &incomplete},
		{From: Ready, Event: Amend, To: Ready, Guard: &complete},
		{From: Ready, Event: Amend, To: Open, Guard: &incomplete},
		{From: Ready, Event: Submit, To: Submitting, Guard: &agreed},
		{From: Submitting, Event: Challenge, To: AwaitingAction},
		{From: Submitting, Event: Decline, To: Open},
		{From: AwaitingAction, Event: Decline, To: Open},
		{From: Submitting, Event: Place, To: Completed, Guard: &paid},
		{From: AwaitingAction, Event: Place, To: Completed, Guard: &paid},
		{From: Open, Event: Cancel, To: Cancelled},
		{From: Ready, Event: Cancel, To: Cancelled},
		{From: AwaitingAction, Event: Cancel, To: Cancelled, Guard: &settled},
		{From: Open, Event: Expire, To: Expired},
		{From: Ready, Event: Expire, To: Expired},
		{From: AwaitingAction, Event: Expire, To: Expired, Guard: &settled},
		{From: Expired, Event: Place, To: Completed, Guard: &regained},
	}
}
