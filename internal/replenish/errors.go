package replenish

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound = fault.New(fault.NotFound, "threshold_not_found", "There is no such threshold.")
	ErrStale    = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
)
