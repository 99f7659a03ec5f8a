package market

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound     = fault.New(fault.NotFound, "market_not_found", "There is no such market.")
	ErrNoShop       = fault.New(fault.NotFound, "shop_not_found", "The shop has not been set up yet.")
	ErrStale        = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrNeedsDefault = fault.New(fault.Conflict, "needs_default", "One market must be the default one; make another one that first.").At("default")
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{
	"market_handle":         fault.New(fault.Conflict, "already_exists", "Another market has this handle, or it is not made of small letters, digits and hyphens.").At("handle"),
	"marketcountry_country": fault.New(fault.Conflict, "country_taken", "Another market serves one of these countries.").At("countries"),
	"marketdomain_host":     fault.New(fault.Conflict, "domain_taken", "Another market is served under one of these domains.").At("domains"),
	"market_domain_host":    fault.New(fault.Invalid, "invalid_host", "A domain is a host name without protocol and path.").At("domains"),
	"market_language_tag":   fault.New(fault.Invalid, "invalid_language", "A language is a tag such as en or pt-br.").At("languages"),
}
