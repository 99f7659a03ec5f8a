// Package lifecycle holds the states of a payment attempt. There is no I/O here.
package lifecycle

import "github.com/souk-commerce/souk/internal/kernel/fsm"

// State is where an attempt stands.
type State string

// The states. The first three are open: nobody knows the verdict yet.
const (
	Created           State = "created"         // written down, the provider may or may not have heard of it
	RequiresAction    State = "requires_action" // the buyer must do something with the provider first
	Processing        State = "processing"      // the provider was asked and has not decided
	Authorized        State = "authorized"      // the money is set aside for us, or owed by agreement
	PartiallyCaptured State = "partially_captured"
	Captured          State = "captured"
	Failed            State = "failed" // declined
	Cancelled         State = "cancelled"
	Voided            State = "voided" // the money went back, or was never taken
	Expired           State = "expired"
)

// Open reports whether the verdict is still to come.
func (s State) Open() bool { return s == Created || s == RequiresAction || s == Processing }

// Good reports whether the money is ours or set aside for us.
func (s State) Good() bool { return s == Authorized || s == PartiallyCaptured || s == Captured }

// Event moves an attempt from one state to another.
type Event string

// The events; all but Cancel, Expire and Void are the provider's word.
const (
	Challenge Event = "challenge" // the buyer must act
	Process   Event = "process"   // no verdict yet
	Authorize Event = "authorize"
	Capture   Event = "capture"
	Decline   Event = "decline"
	Cancel    Event = "cancel"
	Expire    Event = "expire"
	Void      Event = "void"
)

// None is the facts of a machine without guards.
type None = struct{}

// Transition is a row of the table.
type Transition = fsm.Transition[State, Event, None]

// Transitions is the whole machine: what is not in it is refused.
func Transitions() fsm.Table[State, Event, None] {
	return fsm.Table[State, Event, None]{
		{From: Created, Event: Challenge, To: RequiresAction},
		{From: Created, Event: Process, To: Processing},
		{From: Created, Event: Authorize, To: Authorized},
		{From: Created, Event: Capture, To: Captured},
		{From: Created, Event: Decline, To: Failed},
		{From: Created, Event: Cancel, To: Cancelled},
		{From: Processing, Event: Challenge, To: RequiresAction},
		{From: Processing, Event: Authorize, To: Authorized},
		{From: Processing, Event: Capture, To: Captured},
		{From: Processing, Event: Decline, To: Failed},
		{From: Processing, Event: Cancel, To: Cancelled},
		{From: RequiresAction, Event: Process, To: Processing},
		{From: RequiresAction, Event: Authorize, To: Authorized},
		{From: RequiresAction, Event: Capture, To: Captured},
		{From: RequiresAction, Event: Decline, To: Failed},
		{From: RequiresAction, Event: Cancel, To: Cancelled},
		{From: Created, Event: Expire, To: Expired},
		{From: Processing, Event: Expire, To: Expired},
		{From: RequiresAction, Event: Expire, To: Expired},
		// The provider's word comes late, after the shop gave the attempt up.
		{From: Expired, Event: Authorize, To: Authorized},
		{From: Expired, Event: Capture, To: Captured},
		{From: Expired, Event: Decline, To: Failed},
		{From: Cancelled, Event: Authorize, To: Authorized},
		{From: Cancelled, Event: Capture, To: Captured},
		{From: Authorized, Event: Capture, To: Captured},
		{From: Authorized, Event: Void, To: Voided},
		{From: PartiallyCaptured, Event: Capture, To: Captured},
		{From: PartiallyCaptured, Event: Void, To: Voided},
		{From: Captured, Event: Void, To: Voided},
	}
}
