package pricing

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound    = fault.New(fault.NotFound, "price_list_not_found", "There is no such price list.")
	ErrNoBase      = fault.New(fault.NotFound, "no_base_price_list", "The shop has no base price list yet.")
	ErrStale       = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrNameTaken   = fault.New(fault.Conflict, "name_taken", "Another price list has this name.").At("name")
	ErrSecondBase  = fault.New(fault.Conflict, "base_exists", "The shop has a base price list already.").At("base")
	ErrMarketTaken = fault.New(fault.Conflict, "market_taken", "The market has a price list already.").At("marketId")
	ErrBaseStays   = fault.New(fault.Conflict, "base_stays", "The base price list cannot be deleted.")
	ErrBaseFollows = fault.New(fault.Invalid, "base_follows_nothing", "The base price list has fixed prices only and no market.").At("base")
	ErrNeedsMarket = fault.New(fault.Invalid, "required", "A price list that is not the base one belongs to a market.").At("marketId")
	ErrNoFirstTier = fault.New(fault.Invalid, "missing_first_tier", "A variant with a price for many needs one for a single piece, too.").At("prices")
	errNoVariant   = fault.New(fault.NotFound, "variant_not_found", "There is no such variant.")
	errWrongMoney  = fault.New(fault.Invalid, "currency_mismatch", "The price is not in the list's currency.")
	errSummed      = fault.New(fault.Conflict, "price_is_sum", "This costs the sum of its parts; set the prices of those.")
	errTwice       = fault.New(fault.Invalid, "duplicate_price", "The same price is set twice.")
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{
	"price_list_one_base":     ErrSecondBase,
	"price_list_one_a_market": ErrMarketTaken,
	"pricelist_name":          ErrNameTaken,
	"price_variant_variant":   errNoVariant,
}
