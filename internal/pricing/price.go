// Package pricing knows what a variant costs in each market: price lists, fixed
// and derived prices, and the span of each product's prices.
package pricing

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/market"
)

// ListID is a price list's identity.
type ListID int64

// The bounds of amounts and rules, which keep every conversion within int64.
const (
	MaxAmount  = 1_000_000_000_000 // minor units
	MaxFactor  = 1_000_000_000_000 // parts per million
	MaxStep    = 1_000_000_000     // minor units
	MaxChanges = 2_000             // prices in one change
)

// List holds the prices of a market in one currency. The base list, in the
// shop's currency, belongs to no market and serves those without their own. A
// list with a rule is derived: it follows the base list, except where it has
// fixed prices.
type List struct {
	ID        ListID
	Name      string
	Currency  money.Currency
	Base      bool
	MarketID  *market.ID
	Rule      *Rule
	Version   int64 // grows with every change to the list or its prices
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Price is what one piece of a variant costs in a list, from a quantity on. A
// variant that has a price in a list has one from one piece on.
type Price struct {
	List        ListID
	Variant     catalog.VariantID
	MinQuantity int
	Amount      money.Money
	CompareAt   *money.Money // a former or recommended price to show beside it
	Derived     bool         // computed from the base list
	UpdatedAt   time.Time
}

// Range is the span of a product's prices for one piece in a list.
type Range struct {
	List         ListID
	Product      catalog.ProductID
	Min, Max     money.Money
	MinCompareAt *money.Money
	MaxCompareAt *money.Money
	OnSale       bool // some variant costs less than its compare-at price
}

// NewList is a list to make. Of base lists there is one; every other list
// belongs to a market and is kept in that market's currency.
type NewList struct {
	Name     string
	Base     bool
	MarketID *market.ID
	Rule     *Rule // none: fixed prices only
}

// ListChange changes what is not nil. A zero rule makes the list one of fixed
// prices only.
type ListChange struct {
	Name *string
	Rule *Rule
}

// Change sets the fixed price of a variant from a quantity on, or takes it away.
type Change struct {
	Variant     catalog.VariantID
	MinQuantity int          // 0 means 1
	Amount      *money.Money // none: take the fixed price away; a derived one comes back
	CompareAt   *money.Money
}

// Filter narrows a list of prices; zero fields do not.
type Filter struct {
	Variants []catalog.VariantID
	Fixed    bool // only those that are not derived
}

// Sort is the order of a list of prices; ties go by id.
type Sort string

// The orders. The zero value is by variant and quantity.
const (
	ByVariant Sort = "variant"
	ByAmount  Sort = "amount"
	ByUpdate  Sort = "updated_at"
)

// For gives the price that holds for a quantity, of all prices of one variant
// in one list.
func For(prices []Price, quantity int) (Price, bool) {
	best, found := Price{}, false
	for _, p := range prices {
		if p.MinQuantity <= quantity && (!found || p.MinQuantity > best.MinQuantity) {
			best, found = p, true
		}
	}
	return best, found
}
