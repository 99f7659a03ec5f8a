package cart

import (
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/quote"
)

// sold gives the price of a line; false when it cannot be bought here now.
func (d *draft) sold(l *line) (listing.Tier, bool) {
	g := d.goods[l.variant]
	if (quote.Item{Quantity: l.quantity, Goods: g}).Check(d.at.Currency) != nil {
		return listing.Tier{}, false
	}
	return g.PriceFor(l.quantity)
}

// priceChanged reports whether a line costs something else than the buyer saw.
func (d *draft) priceChanged(l *line) bool {
	tier, ok := d.sold(l)
	return ok && !d.moved && l.seen != nil && *l.seen != tier.Amount
}

// noticePrices remarks on prices that are not what the buyer saw.
func (d *draft) noticePrices() {
	for _, l := range d.lines {
		if d.priceChanged(l) {
			d.remark(PriceChanged, l, messagePrice)
		}
	}
}

// see marks all prices as seen.
func (d *draft) see() {
	for _, l := range d.lines {
		if tier, ok := d.sold(l); ok {
			l.seen = &tier.Amount
		} else if d.moved {
			l.seen = nil // it was in another currency
		}
	}
	d.moved = false
	gone := func(r remark) bool { return r.code == PriceChanged && !slices.Contains(d.lines, r.line) }
	d.remarks = slices.DeleteFunc(d.remarks, gone)
}

// quote prices what can be bought. Lines that are new must have their numbers.
func (s *Service) quote(d *draft) (quote.Priced, error) {
	to, _ := d.place()
	b := quote.Basket{Currency: d.at.Currency, TaxIncluded: d.at.PricesIncludeTax, To: to, Choices: d.Choices}
	for _, l := range d.lines {
		if _, ok := d.sold(l); ok {
			b.Items = append(b.Items, quote.Item{ID: int64(l.id), Quantity: l.quantity, Goods: d.goods[l.variant]})
		}
	}
	return s.rooms.Pricer.Price(b)
}

// view prices a cart and says how it stands.
func (s *Service) view(d *draft) (Cart, error) {
	c := d.cart(s.sign(d.ID, d.Epoch))
	var err error
	if c.Priced, err = s.quote(d); err != nil {
		return Cart{}, err
	}
	quoted := make(map[int64]quote.Line, len(c.Priced.Quote.Lines))
	for _, q := range c.Priced.Quote.Lines {
		quoted[q.ID] = q
	}
	totals := d.totals()
	for i, l := range d.lines {
		c.Lines[i].Goods, c.Lines[i].Quote = d.goods[l.variant], quoted[int64(l.id)]
		if tier, ok := d.sold(l); ok {
			c.Lines[i].CompareAt = tier.CompareAt
		}
		c.Warnings = append(c.Warnings, d.state(l, totals[l.variant])...)
	}
	return c, nil
}

const (
	messagePrice       = "The price has changed."
	messageUnavailable = "This cannot be bought any more."
	messageOut         = "This is out of stock."
)

// state says what is the matter with a line, of whose variant there are so many
// pieces in the cart.
func (d *draft) state(l *line, total int) (all []Warning) {
	if _, ok := d.sold(l); !ok {
		return []Warning{{Unavailable, l.id, messageUnavailable}}
	}
	if d.priceChanged(l) {
		all = append(all, Warning{PriceChanged, l.id, messagePrice})
	}
	switch offer := d.goods[l.variant].Offer(); {
	case offer == 0:
		all = append(all, Warning{OutOfStock, l.id, messageOut})
	case offer < int64(total):
		all = append(all, Warning{NotEnoughStock, l.id, pieces(offer)})
	}
	return all
}
