// Package order keeps purchases that were made. What was bought, for how much
// and under which taxes is copied into an order when it is placed; nothing is
// looked up again. Its state moves by the table in lifecycle, and every step is
// a row of its history.
package order

import (
	"time"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/quote"
)

// The identities of this room.
type (
	ID         int64
	LineID     int64
	NoteID     int64
	DeliveryID int64
)

// Order is a purchase that was made.
type Order struct {
	ID               ID
	Number           int64 // what people call it by; its own sequence
	State            lifecycle.State
	Status           lifecycle.Status // what the buyer is told; follows from the rest
	Checkout         int64            // 0: staff made it
	Customer         int64            // 0 is a guest
	Market           market.ID
	MarketHandle     string // when it was placed
	Country          locale.Country
	Language         locale.Language
	Currency         money.Currency
	Email            string
	Phone            string
	AcceptsMarketing bool
	Note             string // the buyer's
	Attributes       []Attribute
	ShippingAddress  *postal.Address
	BillingAddress   *postal.Address
	Lines            []Line
	Deliveries       []Delivery
	Taxes            []quote.Tax // summed by name and rate
	Subtotal         int64       // lines before discounts; this and all below minor units
	Discount         int64
	Delivery         int64
	Tax              int64
	Total            int64
	Credit           int64
	TaxIncluded      bool
	PayLater         bool
	Captured         int64 // of all its payments
	Refunded         int64
	CancelReason     lifecycle.CancelReason
	Tags             []string
	Version          int64
	PlacedAt         time.Time
	CancelledAt      *time.Time
	UpdatedAt        time.Time

	epoch int
}

// Line is what was bought, frozen.
type Line struct {
	ID               LineID
	Variant          listing.VariantID
	Product          listing.ProductID
	Title            string
	VariantTitle     string
	SKU              string
	Vendor           string
	Quantity         int
	Cancelled        int
	Fulfilled        int
	Returned         int
	UnitPrice        int64
	CompareAt        *int64
	Subtotal         int64
	Discount         int64
	Tax              int64
	Total            int64
	UnitCost         *int64 // minor units of the shop's currency; staff only
	TaxCode          string
	Taxable          bool
	RequiresShipping bool
	Grams            int64
	Attributes       []Attribute
	ImageURL         string
	Taxes            []quote.Tax
	Components       []Component // of a bundle
	CheckoutLine     int64       // that its pieces are reserved by; 0: none
}

// Component is a part of a bundle that was bought, frozen.
type Component struct {
	Variant          listing.VariantID
	Product          listing.ProductID
	Title            string
	VariantTitle     string
	SKU              string
	Quantity         int // in one bundle
	RequiresShipping bool
	Grams            int64
}

// Allocation is where pieces of a line are. Those that were given back or moved
// elsewhere have none.
type Allocation struct {
	Line     LineID
	Variant  listing.VariantID // of a bundle's line, that of its component
	Location inventory.LocationID
	Quantity int64
	State    inventory.ReservationState
}

// Reallocation asks for pieces of a line to be sent from another location.
type Reallocation struct {
	Order    ID
	Version  int64 // that was seen
	Line     LineID
	Variant  listing.VariantID // 0: the line's own; a bundle's line names its component
	From, To inventory.LocationID
	Quantity int64
	Reason   string // for people
}

// Delivery is how a part of an order is brought, frozen.
type Delivery struct {
	ID       DeliveryID
	Shipment string
	Method   string
	Title    string
	Price    int64
	Discount int64
	Tax      int64
	MinDays  *int
	MaxDays  *int
	Taxes    []quote.Tax
}

// Attribute is a word of the shop's own on an order or a line.
type Attribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Placement is everything that an order is made of. It is frozen by being
// placed.
type Placement struct {
	Checkout         int64
	Customer         int64
	Market           market.ID
	MarketHandle     string
	Country          locale.Country
	Language         locale.Language
	Email            string
	Phone            string
	AcceptsMarketing bool
	Note             string
	Attributes       []Attribute
	ShippingAddress  *postal.Address
	BillingAddress   *postal.Address
	Items            []Item
	Deliveries       []Chosen
	Quote            quote.Quote
	Payment          payment.Payment // as it was just recorded; zero: nothing was due
	PayLater         bool
}

// Item is a line of the quote with the goods it is about.
type Item struct {
	Line       int64 // the line of the quote
	Goods      listing.Goods
	Attributes []Attribute
	Components []quote.Component // of a bundle
}

// Chosen is a delivery of the quote with what it is called.
type Chosen struct {
	Shipment string
	Title    string
	MinDays  *int
	MaxDays  *int
}

// Note is what staff wrote to an order.
type Note struct {
	ID         NoteID
	Body       string
	AuthorID   int64
	AuthorName string
	CreatedAt  time.Time
}

// Entry is one thing that happened to an order. A buyer sees those that are
// Public, staff all of them.
type Entry struct {
	At      time.Time
	Kind    string // "order.placed", "payment.captured", "note", "mail.sent" …
	Message string
	Detail  string // why, in staff's words; never for buyers
	Actor   string // who, for staff
	Public  bool
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	State  lifecycle.State
	Tag    string
	Email  string
	Number int64
	Text   string // part of the e-mail address or of a name, or a number
	From   time.Time
	Until  time.Time // not part of it
}

// Sort is the order of a list, the greatest first; ties go by id.
type Sort string

// The orders. The zero value is by the time of placing, newest first.
const (
	ByPlaced Sort = "placed_at"
	ByTotal  Sort = "total"
	ByNumber Sort = "number"
)
