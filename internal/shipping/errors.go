package shipping

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound  = fault.New(fault.NotFound, "delivery_zone_not_found", "There is no such delivery zone.")
	ErrStale     = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrAreaTaken = fault.New(fault.Conflict, "area_taken", "Another zone serves this area.").At("areas")
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{
	"delivery_zone_name_key":           fault.New(fault.Conflict, "already_exists", "Another zone has this name.").At("name"),
	"deliveryarea_country_subdivision": ErrAreaTaken,
}
