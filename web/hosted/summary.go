package hosted

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/quote"
)

// summary is what is bought and what it costs.
type summary struct {
	Heading string
	Lines   []item
	Sums    []sum
	Total   string
	Notes   []string // under the total
	Open    bool     // unfolded on small screens, too
	Held    string   // how long the goods are kept
}

// item is a line of what is bought.
type item struct {
	Title    string
	Details  []string
	ImageURL string
	Quantity int
	Amount   string
	Before   string // the amount before a discount
	Problem  string
}

// sum is a row of the reckoning.
type sum struct{ Label, Amount string }

func (p page) price(m money.Money) string {
	if m.Minor == 0 {
		return p.T("free")
	}
	return p.format.money(m)
}

// summaryOf shows what a checkout buys.
func (s *site) summaryOf(p page, c checkout.Checkout) summary {
	q := c.Priced.Quote
	all := summary{
		Heading: p.T("summary.heading"), Total: p.money(q.Due, c.Currency),
		Sums: p.sums(q, delivery(p, c)), Held: s.held(p, c),
	}
	all.Notes = p.taxNotes(q.TaxIncluded, q.Taxes, c.Currency)
	for i := range c.Lines {
		all.Lines = append(all.Lines, p.item(c, &c.Lines[i]))
	}
	return all
}

func (p page) item(c checkout.Checkout, l *checkout.Line) item {
	it := item{
		Title: first(l.Goods.Title, l.Title), Details: filled(l.Goods.VariantTitle), ImageURL: l.Goods.ImageURL, Quantity: l.Quantity,
	}
	for _, part := range l.Components {
		it.Details = append(it.Details, inside(part.Quantity, part.Goods.Title, part.Goods.VariantTitle))
	}
	it.Details = append(it.Details, shown(l.Attributes)...)
	if l.Quote.Quantity > 0 {
		it.Amount = p.money(l.Quote.Total, c.Currency)
	}
	if l.Quote.Discount > 0 {
		it.Before = p.money(l.Quote.Subtotal, c.Currency)
	}
	for _, problem := range c.Problems {
		if problem.Line == l.ID {
			it.Problem = p.T(lineKey(l, problem.Code) + ".short")
		}
	}
	return it
}

// inside tells of a part of one bundle.
func inside(quantity int, title, variant string) string {
	if variant != "" {
		title += " (" + variant + ")"
	}
	return strconv.Itoa(quantity) + " × " + title
}

// shown gives the attributes of a line that are meant for people. By an old
// custom of shops, those that begin with an underscore are not.
func shown(attributes []cart.Attribute) []string {
	var all []string
	for _, a := range attributes {
		if a.Key != "" && !strings.HasPrefix(a.Key, "_") {
			all = append(all, a.Key+": "+a.Value)
		}
	}
	return all
}

// sums is the reckoning from the goods to the total. What delivery costs is
// given in words, since it may not be known yet; "" leaves it out.
func (p page) sums(q quote.Quote, delivery string) []sum {
	all := []sum{{p.T("sum.subtotal"), p.money(q.Subtotal, q.Currency)}}
	if q.Discount > 0 {
		all = append(all, sum{p.T("sum.discount"), p.money(-q.Discount, q.Currency)})
	}
	if delivery != "" {
		all = append(all, sum{p.T("sum.delivery"), delivery})
	}
	if !q.TaxIncluded {
		for _, t := range q.Taxes {
			all = append(all, sum{t.Name, p.money(t.Amount, q.Currency)})
		}
	}
	if q.Credit > 0 {
		all = append(all, sum{p.T("sum.credit"), p.money(-q.Credit, q.Currency)})
	}
	return all
}

// taxNotes tells which taxes the prices carry.
func (p page) taxNotes(included bool, taxes []quote.Tax, c money.Currency) []string {
	var notes []string
	for _, t := range taxes {
		if included {
			notes = append(notes, p.T("sum.including", "tax", t.Name, "amount", p.money(t.Amount, c)))
		}
	}
	return notes
}

// delivery tells what bringing the goods costs.
func delivery(p page, c checkout.Checkout) string {
	if !sends(c) {
		return ""
	}
	for _, shipment := range c.Priced.Shipments {
		switch {
		case shipment.ID == quote.Digital:
		case c.ShippingAddress == nil:
			return p.T("sum.later")
		case shipment.Selected == nil:
			return p.T("sum.unchosen")
		}
	}
	return p.price(money.New(c.Priced.Quote.Delivery, c.Currency))
}

// held tells how long the goods are kept for this buyer.
func (s *site) held(p page, c checkout.Checkout) string {
	if c.State != lifecycle.Open && c.State != lifecycle.Ready || c.HeldUntil == nil {
		return ""
	}
	minutes := int(c.HeldUntil.Sub(s.Clock.Now()) / time.Minute)
	if minutes < 1 {
		return ""
	}
	return p.words.count("held", minutes)
}

// summaryOfOrder shows what an order bought, as it was frozen.
func (p page) summaryOfOrder(o order.Order) summary {
	q := quote.Quote{Currency: o.Currency, TaxIncluded: o.TaxIncluded, Taxes: o.Taxes, Subtotal: o.Subtotal, Discount: o.Discount, Credit: o.Credit}
	brought := ""
	if slices.ContainsFunc(o.Deliveries, func(d order.Delivery) bool { return d.Shipment != quote.Digital }) {
		brought = p.price(money.New(o.Delivery, o.Currency))
	}
	all := summary{
		Heading: p.T("order.items"), Total: p.money(o.Total-o.Credit, o.Currency), Sums: p.sums(q, brought),
		Notes: p.taxNotes(o.TaxIncluded, o.Taxes, o.Currency), Open: true,
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		it := item{
			Title: l.Title, Details: filled(l.VariantTitle), ImageURL: l.ImageURL, Quantity: l.Quantity,
			Amount: p.money(l.Total, o.Currency),
		}
		for _, part := range l.Components {
			it.Details = append(it.Details, inside(part.Quantity, part.Title, part.VariantTitle))
		}
		for _, a := range l.Attributes {
			it.Details = append(it.Details, shown([]cart.Attribute{cart.Attribute(a)})...)
		}
		if l.Discount > 0 {
			it.Before = p.money(l.Subtotal, o.Currency)
		}
		all.Lines = append(all.Lines, it)
	}
	return all
}

// Initial stands where there is no picture.
func (i item) Initial() string {
	for _, r := range i.Title {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return ""
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
