package cart

import (
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/quote"
)

// item is what a line is about, as it is now.
func (d *draft) item(l *line) quote.Item {
	return quote.Item{ID: int64(l.id), Quantity: l.quantity, Goods: d.goods[l.variant], Components: quote.Components(d.goods, l.components)}
}

// sold gives the price of a line; false when it cannot be bought here now.
func (d *draft) sold(l *line) (listing.Tier, bool) {
	item := d.item(l)
	if item.Check(d.at.Currency) != nil {
		return listing.Tier{}, false
	}
	return item.Price()
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
			b.Items = append(b.Items, d.item(l))
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
	supply, err := d.taken()
	if err != nil {
		return Cart{}, err
	}
	totals := d.totals()
	for i, l := range d.lines {
		item := d.item(l)
		c.Lines[i].Goods, c.Lines[i].Components, c.Lines[i].Quote = item.Goods, item.Components, quoted[item.ID]
		if tier, ok := d.sold(l); ok {
			c.Lines[i].CompareAt = tier.CompareAt
		}
		c.Warnings = append(c.Warnings, d.state(l, supply, totals[l.variant])...)
	}
	return c, nil
}

const (
	messagePrice       = "The price has changed."
	messageUnavailable = "This cannot be bought any more."
	messageBundle      = "What is in this bundle has changed; choose it again."
	messageOut         = "This is out of stock."
	messageShared      = "There is not enough for all lines that need it."
)

// state says what is the matter with a line, of whose variant there are so many
// pieces in the cart, when all lines have taken what they need.
func (d *draft) state(l *line, supply *quote.Supply, total int) (all []Warning) {
	item := d.item(l)
	if refusal := item.Check(d.at.Currency); refusal != nil {
		if fault.Is(refusal, quote.ErrBundle.Reason) {
			return []Warning{{BundleChanged, l.id, messageBundle}}
		}
		return []Warning{{Unavailable, l.id, messageUnavailable}}
	}
	if d.priceChanged(l) {
		all = append(all, Warning{PriceChanged, l.id, messagePrice})
	}
	if !supply.Short(item) {
		return all
	}
	if len(l.components) > 0 {
		total = l.quantity
	}
	switch room := d.room(l); {
	case room == 0:
		all = append(all, Warning{OutOfStock, l.id, messageOut})
	case room < int64(total):
		all = append(all, Warning{NotEnoughStock, l.id, pieces(room)})
	default:
		all = append(all, Warning{NotEnoughStock, l.id, messageShared})
	}
	return all
}
