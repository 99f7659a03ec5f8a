package order

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room. Whoever asks for an order with a wrong secret, a
// wrong number or a wrong address is told ErrNotFound and nothing else.
var (
	ErrNotFound    = fault.New(fault.NotFound, "order_not_found", "There is no such order.")
	ErrStale       = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrAttempts    = fault.New(fault.Exhausted, "rate_limited", "Too many attempts; wait a few minutes.")
	ErrNothingOwed = fault.New(fault.Conflict, "nothing_owed", "No payment of this order waits to be marked as paid.")
	ErrReason      = fault.New(fault.Invalid, "invalid_cancel_reason", "This is no reason to cancel an order.").At("reason")
	ErrNote        = fault.Newf(fault.Invalid, "invalid_note", "A note has between 1 and %d characters.", maxNote).At("body")
	ErrLine        = fault.New(fault.NotFound, "order_line_not_found", "The order has no such line.").At("line")
	ErrPart        = fault.New(fault.Invalid, "order_line_variant", "The line has no pieces of this variant, or of several and none is named.").At("variant")
	ErrTags        = fault.Newf(fault.Invalid, "invalid_tags", "An order has at most %d tags of between 1 and %d characters.", maxTags, maxTag).At("tags")

	errMismatch = fault.New(fault.Internal, "placement_mismatch", "the placement and its quote do not speak of the same things")
)

const (
	maxNote = 5000 // characters
	maxTags = 250
	maxTag  = 255
)
