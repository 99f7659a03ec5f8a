package merchandising

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound        = fault.New(fault.NotFound, "item_not_found", "There is no such item.")
	ErrVersionNotFound = fault.New(fault.NotFound, "item_version_not_found", "The item has no such version.").At("number")
	ErrStale           = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrArchived        = fault.New(fault.Conflict, "item_archived", "The item is archived.")
	ErrLive            = fault.New(fault.Conflict, "already_live", "This version is live already.").At("number")
	ErrNotLive         = fault.New(fault.Conflict, "not_live", "The item is not live.")
	ErrNotEarlier      = fault.New(fault.Conflict, "not_earlier", "A rollback goes to an earlier version than the live one.").At("number")
	ErrOtherKind       = fault.New(fault.Invalid, "other_kind", "An item keeps its kind.").At("content")
	ErrFull            = fault.New(fault.Exhausted, "too_many_live", "So many of this kind may not be live at once; unpublish some first.")
	ErrExperiment      = fault.New(fault.Conflict, "experiment_running", "Another experiment is live at the same time; one visit can be in one only.")
)

var errTwice = fault.New(fault.Invalid, "draft_named_twice", "A preview shows one draft of an item.")
