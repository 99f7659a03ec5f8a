package staff

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room. A wrong password and an unknown address answer
// alike.
var (
	ErrNotFound    = fault.New(fault.NotFound, "staff_not_found", "There is no such member of staff.")
	ErrStale       = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrSignIn      = fault.New(fault.Unauthenticated, "unauthenticated", "Sign in first.")
	ErrCredentials = fault.New(fault.Invalid, "invalid_credentials", "The e-mail address or the password is wrong.")
	ErrAttempts    = fault.New(fault.Exhausted, "rate_limited", "Too many attempts; wait a few minutes.")
	ErrToken       = fault.New(fault.Invalid, "token_invalid", "This token is not valid any more; sign in again.")
	ErrLastOwner   = fault.New(fault.Conflict, "last_owner", "The shop needs at least one owner who can sign in.")
	ErrEmailTaken  = fault.New(fault.Conflict, "already_exists", "Somebody has this e-mail address already.").At("email")
)
