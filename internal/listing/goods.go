package listing

import (
	"math"
	"time"

	"github.com/souk-commerce/souk/internal/bundle"
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
	Sellable         bool       // the product is published and sold in this market
	Tracked          bool       // stock is counted
	Stock            int64      // on hand less taken and kept back, over the locations that serve the market
	Ahead            bool       // sold beyond stock: before its release, or when it is used up
	AheadLimit       *int64     // of pieces sold ahead; nil: as many as are asked for
	AheadAt          *time.Time // when what was sold ahead is expected
	Preorder         bool       // is not released yet
	RequiresShipping bool
	Taxable          bool
	TaxCode          string
	Grams            int64
	UnitCost         *int64 // minor units of the shop's currency
	// Bundle is what it is made of; nil when it is no bundle. The stock of a
	// bundle is what its choices allow.
	Bundle *bundle.Recipe
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
	if len(g.Prices) == 0 {
		return 0
	}
	return g.Supply()
}

// Supply is how many pieces can be given away now, be it inside of a bundle,
// where they need no price; never negative.
func (g Goods) Supply() int64 {
	switch {
	case !g.Sellable:
		return 0
	case !g.Tracked, g.Ahead && g.AheadLimit == nil:
		return math.MaxInt64
	case g.Ahead:
		return max(g.Stock+*g.AheadLimit, 0)
	}
	return max(g.Stock, 0)
}
