package catalog

import "github.com/souk-commerce/souk/internal/market"

// MaxFeatured is how many products a window holds.
const MaxFeatured = 100

// Window is where featured products stand: of the whole shop, of one market, of
// one category, or of one category in one market.
type Window struct {
	Market   *market.ID
	Category *CategoryID
}
