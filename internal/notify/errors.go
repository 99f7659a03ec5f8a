package notify

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound = fault.New(fault.NotFound, "mail_not_found", "There is no such mail.")

	errInFlight = fault.New(fault.Unavailable, "mail_in_flight", "somebody else may be sending this mail right now")
	errFrom     = fault.New(fault.Invalid, "variable_refused", "SOUK_MAIL_FROM is no address: it should look like Shop <shop@example.com>.").At("SOUK_MAIL_FROM")
)
