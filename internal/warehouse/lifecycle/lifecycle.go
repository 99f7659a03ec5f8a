// Package lifecycle holds the states of transfers and of stock counts. There is
// no I/O here.
package lifecycle

import "github.com/souk-commerce/souk/internal/kernel/fsm"

// TransferState is where a transfer stands.
type TransferState string

// The states of a transfer.
const (
	Draft     TransferState = "draft"      // being written; no stock knows of it
	Reserved  TransferState = "reserved"   // its pieces are kept back where they are
	InTransit TransferState = "in_transit" // they left, and not all have come
	Received  TransferState = "received"   // nothing is on the way any more
	Cancelled TransferState = "cancelled"
)

// Over reports whether nothing is to come of the transfer any more.
func (s TransferState) Over() bool { return s == Received || s == Cancelled }

// TransferEvent moves a transfer from one state to another.
type TransferEvent string

// The events of a transfer.
const (
	UpdateTransfer  TransferEvent = "update"
	ReserveTransfer TransferEvent = "reserve"
	ShipTransfer    TransferEvent = "ship"
	ReceiveTransfer TransferEvent = "receive"
	CancelTransfer  TransferEvent = "cancel"
)

// TransferFacts are what the guards look at, as the event leaves them.
type TransferFacts struct {
	OnTheWay int64 // pieces that left and neither came nor were lost
}

var arrived = fsm.Guard[TransferFacts]{Name: "nothing is on the way any more", Holds: func(f TransferFacts) bool { return f.OnTheWay == 0 }}

// TransferTransition is a row of the table.
type TransferTransition = fsm.Transition[TransferState, TransferEvent, TransferFacts]

// TransferTransitions is the whole machine: what is not in it is refused.
func TransferTransitions() fsm.Table[TransferState, TransferEvent, TransferFacts] {
	return fsm.Table[TransferState, TransferEvent, TransferFacts]{
		{From: Draft, Event: UpdateTransfer, To: Draft},
		{From: Draft, Event: ReserveTransfer, To: Reserved},
		{From: Draft, Event: CancelTransfer, To: Cancelled},
		{From: Reserved, Event: UpdateTransfer, To: Reserved},
		{From: Reserved, Event: ShipTransfer, To: InTransit},
		{From: Reserved, Event: CancelTransfer, To: Cancelled},
		{From: InTransit, Event: UpdateTransfer, To: InTransit},
		{From: InTransit, Event: ReceiveTransfer, To: Received, Guard: &arrived},
		{From: InTransit, Event: ReceiveTransfer, To: InTransit},
	}
}

// CountState is where a stock count stands.
type CountState string

// The states of a count.
const (
	Open    CountState = "open"
	Applied CountState = "applied" // its differences are in the books
	Dropped CountState = "cancelled"
)

// CountEvent moves a count from one state to another.
type CountEvent string

// The events of a count.
const (
	RecordCount CountEvent = "record"
	ApplyCount  CountEvent = "apply"
	CancelCount CountEvent = "cancel"
)

// CountTransition is a row of the table.
type CountTransition = fsm.Transition[CountState, CountEvent, struct{}]

// CountTransitions is the whole machine: what is not in it is refused.
func CountTransitions() fsm.Table[CountState, CountEvent, struct{}] {
	return fsm.Table[CountState, CountEvent, struct{}]{
		{From: Open, Event: RecordCount, To: Open},
		{From: Open, Event: ApplyCount, To: Applied},
		{From: Open, Event: CancelCount, To: Dropped},
	}
}
