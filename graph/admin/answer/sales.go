package answer

import (
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
)

// TaxRateInput is a tax rate with its rate in percent.
type TaxRateInput struct {
	tax.Input
	Rate string
}

// DeliveryZoneInput is a delivery zone whose rates have amounts as text.
type DeliveryZoneInput struct {
	Name    string
	Areas   []shipping.Area
	Methods []DeliveryMethodInput
}

// DeliveryMethodInput is a method of such a zone.
type DeliveryMethodInput struct {
	shipping.Method
	Rates []DeliveryRateInput
}

// DeliveryRateInput is a rate with amounts as text, in its own currency.
type DeliveryRateInput struct {
	shipping.Rate
	Amount   string
	FreeFrom *string
}

// OrderLine is a line of an order with the currency of its amounts.
type OrderLine struct {
	order.Line
	Order    order.ID
	Currency money.Currency
}

// OrderLines gives the lines of an order.
func OrderLines(o order.Order) []OrderLine {
	out := make([]OrderLine, len(o.Lines))
	for i, l := range o.Lines {
		out[i] = OrderLine{l, o.ID, o.Currency}
	}
	return out
}

// UnitPrice is what one piece cost.
func (l OrderLine) UnitPrice() money.Money { return money.New(l.Line.UnitPrice, l.Currency) }

// CompareAt is the price that was shown beside it; nil if there was none.
func (l OrderLine) CompareAt() *money.Money { return OptionalMoney(l.Line.CompareAt, l.Currency) }

// Subtotal is the unit price times the quantity.
func (l OrderLine) Subtotal() money.Money { return money.New(l.Line.Subtotal, l.Currency) }

// Discount is what was taken off.
func (l OrderLine) Discount() money.Money { return money.New(l.Line.Discount, l.Currency) }

// Tax is the sum of its taxes.
func (l OrderLine) Tax() money.Money { return money.New(l.Line.Tax, l.Currency) }

// Total is what is left of the subtotal.
func (l OrderLine) Total() money.Money { return money.New(l.Line.Total, l.Currency) }

// Taxes are its taxes, one by one.
func (l OrderLine) Taxes() []OrderTax { return OrderTaxes(l.Line.Taxes, l.Currency) }

// ImageURL is where the picture was; nil if there was none.
func (l OrderLine) ImageURL() *string {
	if l.Line.ImageURL == "" {
		return nil
	}
	return &l.Line.ImageURL
}

// OrderDelivery is a delivery of an order with the currency of its amounts.
type OrderDelivery struct {
	order.Delivery
	Currency money.Currency
}

// OrderDeliveries gives the deliveries of an order.
func OrderDeliveries(o order.Order) []OrderDelivery {
	out := make([]OrderDelivery, len(o.Deliveries))
	for i, d := range o.Deliveries {
		out[i] = OrderDelivery{d, o.Currency}
	}
	return out
}

// Price is what it cost before discounts.
func (d OrderDelivery) Price() money.Money { return money.New(d.Delivery.Price, d.Currency) }

// Discount is what was taken off.
func (d OrderDelivery) Discount() money.Money { return money.New(d.Delivery.Discount, d.Currency) }

// Tax is the sum of its taxes.
func (d OrderDelivery) Tax() money.Money { return money.New(d.Delivery.Tax, d.Currency) }

// Taxes are its taxes, one by one.
func (d OrderDelivery) Taxes() []OrderTax { return OrderTaxes(d.Delivery.Taxes, d.Currency) }

// OrderTax is an amount of one tax.
type OrderTax struct {
	Name   string
	Rate   string // percent
	Amount money.Money
}

// OrderTaxes gives taxes with the currency of their amounts.
func OrderTaxes(taxes []quote.Tax, c money.Currency) []OrderTax {
	out := make([]OrderTax, len(taxes))
	for i, t := range taxes {
		out[i] = OrderTax{t.Name, Percent(t.PPM), money.New(t.Amount, c)}
	}
	return out
}

// OptionalMoney is an amount that may be missing.
func OptionalMoney(minor *int64, c money.Currency) *money.Money {
	if minor == nil {
		return nil
	}
	m := money.New(*minor, c)
	return &m
}
