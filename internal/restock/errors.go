package restock

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrVariant  = fault.New(fault.NotFound, "variant_not_found", "There is no such variant for sale here.")
	ErrInStock  = fault.New(fault.Conflict, "in_stock", "It can be bought now.")
	ErrEmail    = fault.New(fault.Invalid, "invalid_email", "That is no e-mail address.")
	ErrAttempts = fault.New(fault.Exhausted, "rate_limited", "Too many attempts; wait a few minutes.")
	ErrToken    = fault.New(fault.NotFound, "request_not_found", "The link is not valid any more.")
	ErrNotFound = fault.New(fault.NotFound, "request_not_found", "There is no such request.")
)
