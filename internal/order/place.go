package order

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/quote"
)

// Place makes an order, in the caller's transaction. It is confirmed at once
// when the money is ours or set aside, or none is due; else it waits. A checkout
// has one order at most: placing it again answers the one that there is and
// changes nothing, so that a payment which came with the second call is not
// attached and stays the caller's to give back.
func (s *Service) Place(ctx context.Context, p Placement) (Order, error) {
	if err := p.validate(); err != nil {
		return Order{}, err
	}
	var o Order
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		payments, err := p.paying()
		if err != nil {
			return err
		}
		o = p.order(s.db.Now(ctx))
		steps, err := o.begin(payments)
		if err != nil {
			return err
		}
		isNew, err := s.insert(ctx, &o, p.Quote.Hash())
		if err != nil {
			return err
		}
		if !isNew {
			o, err = s.byCheckout(ctx, p.Checkout)
			return err
		}
		return s.finish(ctx, &o, steps, payments)
	})
	return o, err
}

// paying gives the payment that a placement comes with.
func (p Placement) paying() ([]payment.Payment, error) {
	switch {
	case p.Payment.ID == 0:
		return nil, nil
	case p.Payment.Checkout != p.Checkout:
		return nil, errMismatch
	}
	return []payment.Payment{p.Payment}, nil
}

// begin takes the first steps of the machine.
func (o *Order) begin(payments []payment.Payment) ([]step, error) {
	o.State = lifecycle.Pending
	steps := []step{{event: lifecycle.Place, after: o.State}}
	if facts := o.facts(payments); facts.Paid {
		next, err := lifecycle.Transitions().Next(o.State, lifecycle.Confirm, facts)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step{event: lifecycle.Confirm, before: o.State, after: next})
		o.State = next
	}
	o.Version = int64(len(steps))
	o.settle(payments)
	return steps, nil
}

// finish writes what belongs to a new order.
func (s *Service) finish(ctx context.Context, o *Order, steps []step, payments []payment.Payment) error {
	if err := s.insertParts(ctx, o); err != nil {
		return err
	}
	if err := s.insertSteps(ctx, o.ID, steps); err != nil {
		return err
	}
	for _, p := range payments {
		if err := s.payments.Attach(ctx, p.ID, int64(o.ID)); err != nil {
			return fmt.Errorf("attach the payment to order %d: %w", o.Number, err)
		}
	}
	facts := []event.Fact{Placed{Order: o.ID, Version: 1, Checkout: o.Checkout, Number: o.Number}}
	for i, st := range steps[1:] {
		facts = append(facts, Changed{Order: o.ID, Version: int64(i) + 2, Event: st.event, State: st.after})
	}
	return s.events.Record(ctx, facts...)
}

// validate checks that the placement and its quote speak of the same things. A
// placement is made by the shop itself, so a fault is the shop's own.
func (p Placement) validate() error {
	if len(p.Quote.Lines) == 0 || len(p.Quote.Lines) != len(p.Items) {
		return errMismatch
	}
	items := p.items()
	for _, l := range p.Quote.Lines {
		if it, ok := items[l.ID]; !ok || int64(it.Goods.Variant) != l.Variant {
			return errMismatch
		}
	}
	return nil
}

// order freezes a placement.
func (p Placement) order(now time.Time) Order {
	q := p.Quote
	o := Order{
		Checkout: p.Checkout, Customer: p.Customer, Market: p.Market, MarketHandle: p.MarketHandle,
		Country: p.Country, Language: p.Language, Currency: q.Currency,
		Email: contact.Email(p.Email), Phone: p.Phone, AcceptsMarketing: p.AcceptsMarketing,
		Note: p.Note, Attributes: p.Attributes, ShippingAddress: p.ShippingAddress, BillingAddress: p.BillingAddress,
		Lines: p.lines(), Deliveries: p.deliveries(),
		Subtotal: q.Subtotal, Discount: q.Discount, Delivery: q.Delivery, Tax: q.Tax, Total: q.Total, Credit: q.Credit,
		TaxIncluded: q.TaxIncluded, PayLater: p.PayLater, PlacedAt: now, UpdatedAt: now, epoch: 1,
	}
	o.Taxes = sumTaxes(o.Lines, o.Deliveries)
	return o
}

func (p Placement) items() map[int64]Item {
	items := make(map[int64]Item, len(p.Items))
	for _, it := range p.Items {
		items[it.Line] = it
	}
	return items
}

func (p Placement) lines() []Line {
	items := p.items()
	lines := make([]Line, len(p.Quote.Lines))
	for i, q := range p.Quote.Lines {
		lines[i] = items[q.ID].line(q)
		if p.Checkout != 0 {
			lines[i].CheckoutLine = q.ID
		}
	}
	return lines
}

// line freezes a line of the quote.
func (it Item) line(q quote.Line) Line {
	g := it.Goods
	of := quote.Item{ID: q.ID, Quantity: q.Quantity, Goods: g, Components: it.Components}
	tier, _ := of.Price()
	return Line{
		Variant: g.Variant, Product: g.Product, Title: g.Title, VariantTitle: g.VariantTitle, SKU: g.SKU, Vendor: g.Vendor,
		Quantity: q.Quantity, UnitPrice: q.UnitPrice, CompareAt: tier.CompareAt,
		Subtotal: q.Subtotal, Discount: q.Discount, Tax: q.Tax, Total: q.Total,
		UnitCost: of.UnitCost(), TaxCode: g.TaxCode, Taxable: g.Taxable, RequiresShipping: of.RequiresShipping(), Grams: of.Grams(),
		Attributes: it.Attributes, ImageURL: g.ImageURL, Taxes: append([]quote.Tax(nil), q.Taxes...), Components: it.components(),
	}
}

func (it Item) components() []Component {
	var all []Component
	for _, c := range it.Components {
		g := c.Goods
		all = append(all, Component{Variant: c.Variant, Product: g.Product, Title: g.Title, VariantTitle: g.VariantTitle, SKU: g.SKU,
			Quantity: c.Quantity, RequiresShipping: g.RequiresShipping, Grams: g.Grams})
	}
	return all
}

func (p Placement) deliveries() []Delivery {
	var all []Delivery
	for _, q := range p.Quote.Deliveries {
		d := Delivery{Shipment: q.Shipment, Method: q.Method, Title: q.Method,
			Price: q.Price, Discount: q.Discount, Tax: q.Tax, Taxes: append([]quote.Tax(nil), q.Taxes...)}
		for _, c := range p.Deliveries {
			if c.Shipment == q.Shipment {
				d.Title, d.MinDays, d.MaxDays = c.Title, c.MinDays, c.MaxDays
			}
		}
		all = append(all, d)
	}
	return all
}
