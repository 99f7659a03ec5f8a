// Package quote works out what a purchase costs. There is one function for it,
// Of, without I/O and without a clock: cart, checkout and order all show what it
// gave, so that a price never depends on where it is read. Discounts, gift cards
// and credit come in as inputs; whoever grants them knows nothing of the rest.
//
// # Rounding
//
// All amounts are whole minor units of one currency. Tax is taken of each line
// and each delivery on its own, after discounts, rounded half away from zero
// (commercial rounding), and never rounded again: totals are sums. Where prices
// carry tax, the tax of a line is amount × R / (1 + R), R being the sum of its
// rates, and is shared among them by largest remainder; else each rate is taken
// of the amount by itself.
package quote

import (
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/tax"
)

// Input is everything that a quote depends on.
type Input struct {
	Currency    money.Currency
	TaxIncluded bool // prices carry tax
	Lines       []LineInput
	Deliveries  []DeliveryInput
	Adjustments []Adjustment
	Credits     []Credit // in the order in which they are used up
}

// LineInput is a number of equal pieces.
type LineInput struct {
	ID        int64 // the caller's; unique in the input, not 0
	Variant   int64
	Quantity  int // 1 and more
	UnitPrice int64
	Taxes     []tax.Levy
	// Components are what is in one bundle: they cost nothing, and are agreed to.
	Components []bundle.Component
}

// DeliveryInput is a delivery that was chosen.
type DeliveryInput struct {
	Shipment string // the caller's; unique in the input
	Method   string
	Price    int64
	Taxes    []tax.Levy
}

// Adjustment takes an amount off one line or one delivery. Those of the same
// target come one after the other; more than what is left cannot be taken.
type Adjustment struct {
	Source   string `json:"source"` // who grants it: "promotion/12"
	Title    string `json:"title"`
	Line     int64  `json:"line,omitempty"`     // 0: none
	Shipment string `json:"shipment,omitempty"` // "": none
	Amount   int64  `json:"amount"`             // minor units, not negative; in a quote what it took
}

// Credit pays a part of the total: a gift card, store credit.
type Credit struct {
	Source    string
	Available int64
}

// Quote is what a purchase costs. Amounts are minor units of Currency, none is
// negative.
type Quote struct {
	Currency    money.Currency `json:"currency"`
	TaxIncluded bool           `json:"tax_included"`
	Lines       []Line         `json:"lines"`
	Deliveries  []Delivery     `json:"deliveries"`
	Taxes       []Tax          `json:"taxes"`    // of everything, one for each name and rate
	Credits     []Applied      `json:"credits"`  // what was used of each credit, also when it is nothing
	Subtotal    int64          `json:"subtotal"` // lines before discounts
	Discount    int64          `json:"discount"` // of lines and deliveries
	Delivery    int64          `json:"delivery"` // before discounts
	Tax         int64          `json:"tax"`
	Total       int64          `json:"total"` // Subtotal - Discount + Delivery, + Tax where prices do not carry it
	Credit      int64          `json:"credit"`
	Due         int64          `json:"due"` // Total - Credit
}

// Line is what a number of equal pieces costs.
type Line struct {
	ID          int64        `json:"id"`
	Variant     int64        `json:"variant"`
	Quantity    int          `json:"quantity"`
	UnitPrice   int64        `json:"unit_price"`
	Subtotal    int64        `json:"subtotal"` // UnitPrice × Quantity
	Discount    int64        `json:"discount"`
	Total       int64        `json:"total"` // Subtotal - Discount
	Tax         int64        `json:"tax"`   // in Total where prices carry it, else beside it
	Taxes       []Tax        `json:"taxes"`
	Adjustments []Adjustment `json:"adjustments"`
	// Components are what is in one bundle; none of what is no bundle.
	Components []bundle.Component `json:"components,omitempty"`
}

// Delivery is what a delivery costs.
type Delivery struct {
	Shipment    string       `json:"shipment"`
	Method      string       `json:"method"`
	Price       int64        `json:"price"`
	Discount    int64        `json:"discount"`
	Total       int64        `json:"total"` // Price - Discount
	Tax         int64        `json:"tax"`
	Taxes       []Tax        `json:"taxes"`
	Adjustments []Adjustment `json:"adjustments"`
}

// Tax is an amount of one tax.
type Tax struct {
	tax.Levy
	Amount int64 `json:"amount"`
}

// Applied is what was used of a credit.
type Applied struct {
	Source string `json:"source"`
	Amount int64  `json:"amount"`
}
