package inventory

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrLocationNotFound = fault.New(fault.NotFound, "location_not_found", "There is no such location.")
	ErrVariantNotFound  = fault.New(fault.NotFound, "variant_not_found", "There is no such variant.")
	ErrStale            = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrHandleTaken      = fault.New(fault.Conflict, "handle_taken", "Another location has this handle.").At("handle")
	ErrNeedsDefault     = fault.New(fault.Conflict, "needs_default", "Make another location the default one first.").At("default")
	ErrInsufficient     = fault.New(fault.Conflict, "insufficient_stock", "There is less on hand than would be taken away.")
	ErrCountChanged     = fault.New(fault.Conflict, "count_changed", "What is on hand is no longer what was counted against.")
	ErrInactive         = fault.New(fault.Conflict, "location_inactive", "The location takes nothing in.")
	ErrReserved         = fault.New(fault.Conflict, "variant_reserved", "Pieces of the variant are promised to buyers.")
	ErrNotHeld          = fault.New(fault.Conflict, "not_held", "Not everything that is wanted is held.")
	ErrCommitted        = fault.New(fault.Conflict, "hold_committed", "What the checkout holds is being paid for.")
	ErrNotAllocated     = fault.New(fault.Conflict, "not_allocated", "The location has not that many pieces of the line to give up.").At("quantity")
	ErrSameLocation     = fault.New(fault.Invalid, "same_location", "The pieces are to be moved to another location.").At("to")
	ErrReasonRequired   = fault.New(fault.Invalid, "reason_required", "A change of stock that no paper brings about needs a reason.").At("reason")
	ErrKeyRequired      = fault.New(fault.Invalid, "idempotency_key_required", "A change of stock needs an idempotency key.").At("idempotencyKey")

	errTwice     = fault.New(fault.Invalid, "duplicate_line", "The same variant and location stand twice.")
	errLineTwice = fault.New(fault.Invalid, "duplicate_line", "The same line stands twice.")
	errNoMarket  = fault.New(fault.NotFound, "market_not_found", "There is no such market.").At("markets")
	errQuantity  = fault.New(fault.Invalid, "invalid_quantity", "The quantity is outside of what is allowed.")
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{
	"location_handle":               ErrHandleTaken,
	"location_market_market_market": errNoMarket,
	"stock_policy_market_market":    errNoMarket.At("market"),
	"stock_level_location_location": ErrLocationNotFound,
	"stock_level_variant_variant":   ErrVariantNotFound,
}
