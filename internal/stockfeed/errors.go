package stockfeed

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound    = fault.New(fault.NotFound, "stock_feed_not_found", "There is no such feed.")
	ErrRunNotFound = fault.New(fault.NotFound, "stock_feed_run_not_found", "There is no such run of a feed.")
	ErrStale       = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrHandleTaken = fault.New(fault.Conflict, "handle_taken", "Another feed has this handle.").At("handle")
	ErrUnsigned    = fault.New(fault.Invalid, "feed_unsigned", "Only webhooks have a secret.")
	ErrNotPulled   = fault.New(fault.Invalid, "feed_not_pulled", "Only a feed with an address can be fetched.")
	// ErrSignature does not say what is wrong: whoever guesses learns nothing.
	ErrSignature = fault.New(fault.Unauthenticated, "signature_refused", "The message is not signed as this feed's messages are.")
)

// Why a delivery is refused as a whole.
var (
	errRepeated = fault.New(fault.Conflict, "repeated", "This was delivered before.")
	errOutdated = fault.New(fault.Conflict, "stale", "A later delivery of this feed was taken already.")
	errFuture   = fault.New(fault.Invalid, "as_of_in_future", "The delivery speaks of a time that has not come.")
	errInactive = fault.New(fault.Conflict, "feed_inactive", "The feed takes nothing in.")
	errSequence = fault.New(fault.Invalid, "invalid_sequence", "A sequence is a whole number above zero.")
	errAsOf     = fault.New(fault.Invalid, "invalid_as_of", "The instant is written like 2026-03-02T09:00:00Z.")
	errMessage  = fault.Newf(fault.Invalid, "invalid_message", "The name of a message has at most %d visible characters.", maxMessage)
	errNoLines  = fault.New(fault.Invalid, "no_lines", "The delivery has no lines.")
	errJSON     = fault.New(fault.Invalid, "invalid_json", "The delivery is no JSON object with a list of lines.")
	errLines    = fault.Newf(fault.Invalid, "too_many_lines", "A delivery has at most %d lines.", MaxLines)
	errBytes    = fault.Newf(fault.Invalid, "file_too_large", "A delivery has at most %d bytes.", MaxBytes)
)

// Why a line is refused.
var (
	errItem      = fault.New(fault.Invalid, "invalid_item", "The line names no item.")
	errUnknown   = fault.New(fault.NotFound, "unknown_item", "The shop has no such item.")
	errAmbiguous = fault.New(fault.Conflict, "ambiguous_item", "Several variants are called this.")
	errQuantity  = fault.New(fault.Invalid, "invalid_quantity", "The quantity is no whole number, or outside of what is allowed.")
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{
	"stock_feed_handle_key":        ErrHandleTaken,
	"stock_feed_location_location": fault.New(fault.NotFound, "location_not_found", "There is no such location.").At("location"),
}
