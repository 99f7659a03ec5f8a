package tax

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound = fault.New(fault.NotFound, "tax_rate_not_found", "There is no such tax rate.")
	ErrStale    = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{
	"taxrate_country_zone_tax_code_name": fault.New(fault.Conflict, "already_exists",
		"The place has a tax of this name on this sort of goods already.").At("name"),
}
