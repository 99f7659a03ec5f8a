package quote

import (
	"math"
	"math/bits"
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
)

// Pricer turns baskets into quotes: it knows the taxes of places and the ways
// of bringing goods there. It reads nothing but memory.
type Pricer struct {
	taxes    *tax.Directory
	delivery *shipping.Directory
}

// NewPricer wires the directories.
func NewPricer(taxes *tax.Directory, delivery *shipping.Directory) *Pricer {
	return &Pricer{taxes: taxes, delivery: delivery}
}

// Check tells why an item cannot be priced in a currency, nil when it can.
func (i Item) Check(currency money.Currency) error {
	switch {
	case i.Quantity < 1 || i.Quantity > MaxQuantity:
		return ErrQuantity
	case i.Goods.Sellable && !i.intact():
		return ErrBundle
	case !i.sellable():
		return ErrNotForSale
	}
	price, priced := i.Price()
	switch {
	case !priced:
		return ErrNoPrice
	case i.Goods.Currency != currency:
		return money.ErrMixed
	case price.Amount < 0 || price.Amount > MaxAmount:
		return ErrAmount
	}
	return nil
}

// Price works out what a basket costs, how it can be brought to its place, and
// what was chosen of that. It refuses a basket with items that Check refuses,
// all of them at once with their ids in the path; a caller that wants to price
// the rest leaves them out beforehand.
//
// Delivery is chosen by the weight of what is sent and by its value after the
// discounts of its lines. Adjustments of a shipment for which no method is
// selected wait: they take nothing.
func (p *Pricer) Price(b Basket) (Priced, error) {
	in, err := p.goods(b)
	if err != nil {
		return Priced{}, err
	}
	goods, err := Of(in)
	if err != nil {
		return Priced{}, err
	}
	shipments := p.shipments(b, goods)
	in.Deliveries = p.deliveries(b, shipments)
	in.Adjustments = slices.DeleteFunc(slices.Clone(b.Adjustments), func(a Adjustment) bool {
		return slices.ContainsFunc([]string{Goods, Digital}, func(id string) bool {
			return a.target() == target{shipment: id} && !selected(shipments, id)
		})
	})
	in.Credits = b.Credits
	q, err := Of(in)
	return Priced{Quote: q, Shipments: shipments}, err
}

// goods gives the part of the input that is known before the delivery.
func (p *Pricer) goods(b Basket) (Input, error) {
	var faults fault.List
	in := Input{Currency: b.Currency, TaxIncluded: b.TaxIncluded, Lines: make([]LineInput, len(b.Items))}
	for i, item := range b.Items {
		if refusal, refused := fault.As(item.Check(b.Currency)); refused {
			faults.Add(refusal.At("items", strconv.FormatInt(item.ID, 10)))
			continue
		}
		price, _ := item.Price()
		in.Lines[i] = LineInput{ID: item.ID, Variant: int64(item.Goods.Variant), Quantity: item.Quantity, UnitPrice: price.Amount,
			Components: item.parts()}
		if item.Goods.Taxable {
			in.Lines[i].Taxes = p.taxes.Goods(b.To, item.Goods.TaxCode)
		}
	}
	for _, a := range b.Adjustments {
		if a.Shipment == "" {
			in.Adjustments = append(in.Adjustments, a)
		}
	}
	return in, faults.Err()
}

// shipments splits a basket into what is sent and what needs no sending. goods
// is the quote of the lines alone, in the order of the items.
func (p *Pricer) shipments(b Basket, goods Quote) []Shipment {
	sent, digital := Shipment{ID: Goods}, Shipment{ID: Digital}
	var value int64
	for i, item := range b.Items {
		if !item.RequiresShipping() {
			digital.Items = append(digital.Items, item.ID)
			continue
		}
		sent.Items = append(sent.Items, item.ID)
		sent.Grams = addWeight(sent.Grams, item.Grams(), item.Quantity)
		value += goods.Lines[i].Total
	}
	var out []Shipment
	if len(sent.Items) > 0 {
		sent.Options = p.delivery.Options(b.To, shipping.Parcel{Grams: sent.Grams, Value: money.New(value, b.Currency)})
		sent.choose(b.Choices[Goods])
		out = append(out, sent)
	}
	if len(digital.Items) > 0 {
		digital.Options = []shipping.Option{{Handle: Digital, Title: "Digital delivery", Price: money.New(0, b.Currency)}}
		digital.choose(Digital)
		out = append(out, digital)
	}
	return out
}

// choose selects the option with the handle, if it is on offer.
func (s *Shipment) choose(handle string) {
	for i := range s.Options {
		if s.Options[i].Handle == handle {
			s.Selected = &s.Options[i]
			return
		}
	}
}

// addWeight gives the weight with so many pieces; what is too heavy to count is
// as heavy as can be.
func addWeight(grams, each int64, pieces int) int64 {
	hi, lo := bits.Mul64(uint64(max(each, 0)), uint64(pieces))
	if hi > 0 || lo > uint64(math.MaxInt64-grams) {
		return math.MaxInt64
	}
	return grams + int64(lo)
}

// deliveries gives what was chosen, with the taxes on what is sent.
func (p *Pricer) deliveries(b Basket, shipments []Shipment) []DeliveryInput {
	var out []DeliveryInput
	for _, s := range shipments {
		if s.Selected == nil {
			continue
		}
		d := DeliveryInput{Shipment: s.ID, Method: s.Selected.Handle, Price: s.Selected.Price.Minor}
		if s.ID == Goods {
			d.Taxes = p.taxes.Delivery(b.To)
		}
		out = append(out, d)
	}
	return out
}

func selected(shipments []Shipment, id string) bool {
	return slices.ContainsFunc(shipments, func(s Shipment) bool { return s.ID == id && s.Selected != nil })
}
