package order

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/tax"
)

// address is a postal address as it is stored.
type address struct {
	FirstName         string         `json:"first_name,omitempty"`
	LastName          string         `json:"last_name,omitempty"`
	Company           string         `json:"company,omitempty"`
	Address1          string         `json:"address1,omitempty"`
	Address2          string         `json:"address2,omitempty"`
	DependentLocality string         `json:"dependent_locality,omitempty"`
	City              string         `json:"city,omitempty"`
	SortingCode       string         `json:"sorting_code,omitempty"`
	ZoneCode          string         `json:"zone_code,omitempty"`
	Zip               string         `json:"zip,omitempty"`
	Phone             string         `json:"phone,omitempty"`
	Country           locale.Country `json:"country,omitempty"`
}

func addressJSON(a *postal.Address) ([]byte, error) {
	if a == nil {
		return nil, nil
	}
	return json.Marshal(address(*a))
}

func addressOf(raw json.RawMessage) (*postal.Address, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var a address
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, fmt.Errorf("read address: %w", err)
	}
	return (*postal.Address)(&a), nil
}

func attributesOf(raw json.RawMessage) ([]Attribute, error) {
	var all []Attribute
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	return all, nil
}

func orderOf(r *ent.Order) (Order, error) {
	attributes, err := attributesOf(r.Attributes)
	if err != nil {
		return Order{}, err
	}
	shipping, err := addressOf(r.ShippingAddress)
	if err != nil {
		return Order{}, err
	}
	billing, err := addressOf(r.BillingAddress)
	if err != nil {
		return Order{}, err
	}
	return Order{
		ID: ID(r.ID), Number: r.Number, State: lifecycle.State(r.State), Checkout: value(r.CheckoutID), Customer: value(r.CustomerID),
		Market: market.ID(r.MarketID), MarketHandle: r.Market, Country: locale.Country(r.Country),
		Language: locale.Language(r.Language), Currency: money.Currency(r.Currency),
		Email: r.Email, Phone: r.Phone, AcceptsMarketing: r.AcceptsMarketing, Note: r.Note, Attributes: attributes,
		ShippingAddress: shipping, BillingAddress: billing,
		Subtotal: r.Subtotal, Discount: r.Discount, Delivery: r.Delivery, Tax: r.Tax, Total: r.Total, Credit: r.Credit,
		TaxIncluded: r.TaxIncluded, PayLater: r.PayLater, CancelReason: lifecycle.CancelReason(r.CancelReason),
		Version: r.Version, PlacedAt: r.PlacedAt, CancelledAt: r.CancelledAt, UpdatedAt: r.UpdatedAt, epoch: r.Epoch,
	}, nil
}

func lineOf(r *ent.OrderLine) (Line, error) {
	attributes, err := attributesOf(r.Attributes)
	return Line{
		ID: LineID(r.ID), Variant: listing.VariantID(r.VariantID), Product: listing.ProductID(r.ProductID),
		Title: r.Title, VariantTitle: r.VariantTitle, SKU: r.Sku, Vendor: r.Vendor,
		Quantity: r.Quantity, Cancelled: r.Cancelled, Fulfilled: r.Fulfilled, Returned: r.Returned,
		UnitPrice: r.UnitPrice, CompareAt: r.CompareAt, Subtotal: r.Subtotal, Discount: r.Discount, Tax: r.Tax, Total: r.Total,
		UnitCost: r.UnitCost, TaxCode: r.TaxCode, Taxable: r.Taxable, RequiresShipping: r.RequiresShipping,
		Grams: r.WeightGrams, Attributes: attributes, ImageURL: r.ImageURL, CheckoutLine: value(r.CheckoutLineID),
	}, err
}

func componentOf(r *ent.OrderLineComponent) Component {
	return Component{
		Variant: listing.VariantID(r.VariantID), Product: listing.ProductID(r.ProductID), Title: r.Title, VariantTitle: r.VariantTitle,
		SKU: r.Sku, Quantity: r.Quantity, RequiresShipping: r.RequiresShipping, Grams: r.WeightGrams,
	}
}

func deliveryOf(r *ent.OrderDelivery) Delivery {
	return Delivery{
		ID: DeliveryID(r.ID), Shipment: r.Shipment, Method: r.Method, Title: r.Title,
		Price: r.Price, Discount: r.Discount, Tax: r.Tax, MinDays: r.MinDays, MaxDays: r.MaxDays,
	}
}

func taxOf(r *ent.OrderTax) quote.Tax {
	return quote.Tax{Levy: tax.Levy{Name: r.Title, PPM: r.RatePpm}, Amount: r.Amount}
}

func noteOf(r *ent.OrderNote) Note {
	return Note{ID: NoteID(r.ID), Body: r.Body, AuthorID: r.AuthorID, AuthorName: r.AuthorName, CreatedAt: r.CreatedAt}
}

// sumTaxes gives one tax for each name and rate, sorted by them.
func sumTaxes(lines []Line, deliveries []Delivery) []quote.Tax {
	sums := map[tax.Levy]int64{}
	for _, l := range lines {
		for _, t := range l.Taxes {
			sums[t.Levy] += t.Amount
		}
	}
	for _, d := range deliveries {
		for _, t := range d.Taxes {
			sums[t.Levy] += t.Amount
		}
	}
	var all []quote.Tax
	for levy, amount := range sums {
		all = append(all, quote.Tax{Levy: levy, Amount: amount})
	}
	slices.SortFunc(all, func(a, b quote.Tax) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.PPM, b.PPM))
	})
	return all
}

// settle works out what depends on the payments.
func (o *Order) settle(payments []payment.Payment) {
	o.Captured, o.Refunded = 0, 0
	for _, p := range payments {
		o.Captured += p.Captured
		o.Refunded += p.Refunded
	}
	parts := lifecycle.Parts{State: o.State, Total: o.Total - o.Credit, Captured: o.Captured, Refunded: o.Refunded}
	for _, l := range o.Lines {
		parts.Ordered += l.Quantity - l.Cancelled
		parts.Fulfilled += l.Fulfilled
		parts.Returned += l.Returned
	}
	o.Status = lifecycle.StatusOf(parts)
}

func value(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// none turns 0 into NULL.
func none(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func raw(ids []ID) []int64 {
	all := make([]int64, len(ids))
	for i, id := range ids {
		all[i] = int64(id)
	}
	return all
}
