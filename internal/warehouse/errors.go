package warehouse

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrTransferNotFound = fault.New(fault.NotFound, "transfer_not_found", "There is no such transfer.")
	ErrCountNotFound    = fault.New(fault.NotFound, "stock_count_not_found", "There is no such stock count.")
	ErrStale            = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrSamePlace        = fault.New(fault.Invalid, "same_location", "A transfer goes to another location.").At("to")
	ErrNotDraft         = fault.New(fault.Conflict, "not_draft", "Only a draft's lines can be changed.").At("lines")
	ErrNotListed        = fault.New(fault.Invalid, "not_listed", "The transfer has no line of this variant.")
	ErrMoreThanReserved = fault.New(fault.Conflict, "more_than_reserved", "More would leave than is kept back for the transfer.")
	ErrMoreThanSent     = fault.New(fault.Conflict, "more_than_sent", "More would come or be lost than is on the way.")
	ErrNothingSent      = fault.New(fault.Invalid, "nothing_sent", "Nothing would leave; cancel the transfer instead.").At("lines")
	ErrInTransfer       = fault.New(fault.Conflict, "variant_in_transfer", "Pieces of the variant are kept back for a transfer, or on the way.")
	ErrBeingCounted     = fault.New(fault.Conflict, "being_counted", "Another open count of the location has this variant.")
	ErrTooManyLines     = fault.Newf(fault.Invalid, "too_many", "A count has at most %d lines; count the location in parts.", MaxCountLines)

	errTwice    = fault.New(fault.Invalid, "duplicate_line", "The same variant stands twice.")
	errQuantity = fault.New(fault.Invalid, "invalid_quantity", "The quantity is outside of what is allowed.")
)
