// Package recommend knows how much products are wanted and which go together,
// by what shoppers look at, put into carts and buy, and names products beside
// others. Where nothing was learned yet it goes by what products are, so that a
// new shop has answers, too.
package recommend

import (
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/listing"
)

// ProductID is the catalog's.
type ProductID = listing.ProductID

// Kind says in what way products are wanted beside others.
type Kind string

// The kinds.
const (
	Similar        Kind = "similar"         // instead of it: looked at in the same visits, or much like it
	BoughtTogether Kind = "bought_together" // with it, by orders alone
	CrossSell      Kind = "cross_sell"      // with it, from other categories
	Upsell         Kind = "upsell"          // similar, and better by price
	Trending       Kind = "trending"        // wanted now; in the product's category first
)

// Because says why a product is named.
type Because string

// The reasons.
const (
	InSameOrders   Because = "in_same_orders" // Count orders hold both
	InSameVisits   Because = "in_same_visits" // Count visits looked at both
	SameCategory   Because = "same_category"
	SameVendor     Because = "same_vendor"
	SameAttributes Because = "same_attributes" // Count values are the same
	NearPrice      Because = "near_price"
	HigherPrice    Because = "higher_price"
	WantedNow      Because = "wanted_now" // more than before
	Popular        Because = "popular"
)

// Reason is one of the things that a recommendation stands on.
type Reason struct {
	Because Because
	Count   int64 // of orders, visits or values; 0 where there is nothing to count
}

// Recommendation is a product to show beside others. It may be one that the
// buyer cannot see: who loads it leaves it out.
type Recommendation struct {
	Product  catalog.ProductID
	ScorePPM int64 // of the best one there could be
	Reasons  []Reason
}

// MostAsked bounds how many can be asked for at once.
const MostAsked = 50

// Computed says that how much products are wanted is another now.
type Computed struct {
	Products []int64 `json:"products"` // at most 500
}

// Topic names the fact.
func (Computed) Topic() string { return "recommend.computed" }

// Aggregate says whose fact it is.
func (Computed) Aggregate() (string, int64) { return "recommend", 1 }
