package listing

import (
	"math"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Goods are the facts about a variant on which a purchase depends, as they are
// in the market now. A cart reads them each time it is priced, and an order
// copies them.
type Goods struct {
	Variant          VariantID
	Product          ProductID
	Handle           string // of the product
	Title            string // of the product, in the buyer's language
	VariantTitle     string // "" for the only variant of a product
	SKU              string
	Vendor           string
	ImageURL         string
	Currency         money.Currency
	Prices           []Tier // by quantity, the first from one piece on; none: it is not sold here
	Rule             QuantityRule
	Sellable         bool  // the product is published and sold in this market
	Tracked          bool  // stock is counted
	Stock            int64 // on hand less taken and kept back, over all active locations
	Backorder        bool  // sold on when stock is used up
	BackorderLimit   *int64
	RequiresShipping bool
	Taxable          bool
	TaxCode          string
	Grams            int64
	UnitCost         *int64 // minor units of the shop's currency
}

// Tier is a unit price from a quantity on.
type Tier struct {
	From      int
	Amount    int64 // minor units
	CompareAt *int64
}

// PriceFor gives the unit price for a number of pieces; false when there is none.
func (g Goods) PriceFor(quantity int) (Tier, bool) {
	var best Tier
	found := false
	for _, t := range g.Prices {
		if t.From <= quantity && (!found || t.From >= best.From) {
			best, found = t, true
		}
	}
	return best, found
}

// Offer is how many pieces can be sold now; never negative.
func (g Goods) Offer() int64 {
	switch {
	case !g.Sellable || len(g.Prices) == 0:
		return 0
	case !g.Tracked, g.Backorder && g.BackorderLimit == nil:
		return math.MaxInt64
	case g.Backorder:
		return max(g.Stock+*g.BackorderLimit, 0)
	}
	return max(g.Stock, 0)
}
