package payment

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound      = fault.New(fault.NotFound, "payment_not_found", "There is no such payment.")
	ErrMethodUnknown = fault.New(fault.Invalid, "payment_method_unknown", "There is no such way to pay.").At("method")
	ErrUnderWay      = fault.New(fault.Conflict, "payment_under_way", "Another payment of this checkout is under way.")
	ErrAttached      = fault.New(fault.Conflict, "payment_attached", "The payment belongs to another order.")
	ErrNothingToOwe  = fault.New(fault.Conflict, "nothing_to_refund", "The payment holds no money that could go back.")
	ErrNothingOwed   = fault.New(fault.Conflict, "no_refund_owed", "Nothing is owed back of this payment.")
	ErrByHand        = fault.New(fault.Conflict, "refund_by_hand", "The money came beside the shop; give it back by hand and mark it.")
	ErrNotByHand     = fault.New(fault.Conflict, "not_by_hand", "The provider moves the money of this payment, not the shop's staff.")
	// ErrUnknown says that the provider gave no verdict that could be used: the
	// money may have moved or not.
	ErrUnknown = fault.New(fault.Unavailable, "payment_outcome_unknown", "The payment provider has not answered; what became of the payment will be found out.")

	errReferenceTaken = fault.New(fault.Conflict, "payment_reference_taken", "The provider gave one reference to two payments.")
	errNoCheckout     = fault.New(fault.NotFound, "checkout_not_found", "There is no such checkout.")
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{
	"payment_one_live":           ErrUnderWay,
	"payment_provider_reference": errReferenceTaken,
	"payment_checkout_checkout":  errNoCheckout,
}
