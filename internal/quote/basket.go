package quote

import (
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/shipping"
)

// The shipments that a purchase is split into.
const (
	Goods   = "shipping" // what is sent
	Digital = "digital"  // what needs no sending; brought at once, for nothing
)

// Basket is what is to be bought, where it goes, and what was chosen.
type Basket struct {
	Currency    money.Currency
	TaxIncluded bool
	To          postal.Place
	Items       []Item
	Choices     map[string]string // shipment → handle of the delivery method
	Adjustments []Adjustment
	Credits     []Credit
}

// Item is a number of equal pieces of the goods.
type Item struct {
	ID         int64 // the caller's; unique in the basket, not 0
	Quantity   int
	Goods      listing.Goods
	Components []Component // of a bundle: what is in one of it
}

// Priced is a basket with its quote.
type Priced struct {
	Quote     Quote
	Shipments []Shipment
}

// Shipment is a part of the basket that is brought together.
type Shipment struct {
	ID       string
	Items    []int64
	Grams    int64
	Options  []shipping.Option // cheapest first; none: it cannot be brought there
	Selected *shipping.Option  // nil: not chosen, or no longer on offer
}
