package checkout

import (
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/quote"
)

// view gives a checkout as it stands now: priced anew while the buyer may still
// change it, as it was submitted from then on.
func (s *Service) view(ctx context.Context, r *row) (Checkout, error) {
	c := s.shell(r)
	if err := s.price(ctx, r, &c); err != nil {
		return Checkout{}, err
	}
	return c, s.finish(ctx, r, &c)
}

// finish adds to a priced checkout what is held and paid, and judges it.
func (s *Service) finish(ctx context.Context, r *row, c *Checkout) error {
	if r.state.Editable() {
		if err := s.lookAtStock(ctx, r, c); err != nil {
			return err
		}
	}
	payments, err := s.rooms.Payments.OfCheckouts(ctx, []int64{int64(r.id)})
	if err != nil {
		return err
	}
	c.Payments = payments[int64(r.id)]
	s.judge(r, c)
	return nil
}

// lookAtStock says what is held, and what is missing if that is not everything.
func (s *Service) lookAtStock(ctx context.Context, r *row, c *Checkout) error {
	until, all, err := s.rooms.Stock.CheckHeld(ctx, inventory.CheckoutID(r.id), r.wants(c.Lines))
	if err != nil {
		return err
	}
	c.held = all
	if !all {
		return s.missing(ctx, r, c)
	}
	if !until.IsZero() {
		c.HeldUntil = &until
	}
	return nil
}

// shell gives what needs no other room.
func (s *Service) shell(r *row) Checkout {
	c := Checkout{
		ID: r.id, Token: s.token(r.id), State: r.state, Version: r.version, Cart: r.cart, Market: r.market, Country: r.country,
		Language: r.language, Currency: r.currency, Email: r.email, Phone: r.phone, AcceptsMarketing: r.marketing, Note: r.note,
		Attributes: r.attributes, Codes: r.codes, ShippingAddress: r.shipping, BillingAddress: r.billing, BillingSame: r.same,
		Lines: make([]Line, len(r.lines)), Methods: s.rooms.Payments.Methods(), Order: r.order,
		CreatedAt: r.createdAt, UpdatedAt: r.updatedAt, ExpiresAt: r.expiresAt,
	}
	if r.same {
		c.BillingAddress = r.shipping
	}
	if r.customer != nil {
		c.Customer = *r.customer
	}
	copy(c.Lines, r.lines)
	return c
}

// price finds out what everything costs. What cannot be sold is left out of the
// quote, and becomes a problem.
func (s *Service) price(ctx context.Context, r *row, c *Checkout) error {
	if r.frozen != nil {
		*c = s.submitted(r)
		return nil
	}
	at, err := s.rooms.Buyers.Context(market.Wish{Country: r.country, Language: r.language}, s.db.Now(ctx))
	if err != nil {
		return err
	}
	goods, err := s.rooms.Listing.Goods(ctx, at, r.variants())
	if err != nil {
		return err
	}
	r.currency, c.Currency = at.Currency, at.Currency
	b := quote.Basket{Currency: at.Currency, TaxIncluded: at.PricesIncludeTax, To: r.destination(), Choices: r.choices}
	for i := range c.Lines {
		l := &c.Lines[i]
		l.Goods, l.Components = goods[l.Variant], quote.Components(goods, partsOf(l.Components))
		if item := l.item(); item.Check(at.Currency) == nil {
			b.Items = append(b.Items, item)
		}
	}
	if c.Priced, err = s.rooms.Pricer.Price(b); err != nil {
		return err
	}
	c.QuoteHash = c.Priced.Quote.Hash()
	c.quoteLines()
	return nil
}

// submitted gives a checkout as it was when its buyer submitted it.
func (s *Service) submitted(r *row) Checkout {
	c := s.shell(r)
	c.Lines = slices.Clone(r.frozen.Lines)
	c.Priced, c.QuoteHash = r.frozen.Priced, r.hash
	if !r.state.Ended() {
		c.held, c.HeldUntil = true, &r.expiresAt
	}
	return c
}

// item is the line as it is priced.
func (l *Line) item() quote.Item {
	return quote.Item{ID: int64(l.ID), Quantity: l.Quantity, Goods: l.Goods, Components: l.Components}
}

// quoteLines gives each line its part of the quote.
func (c *Checkout) quoteLines() {
	of := make(map[int64]quote.Line, len(c.Priced.Quote.Lines))
	for _, q := range c.Priced.Quote.Lines {
		of[q.ID] = q
	}
	for i := range c.Lines {
		c.Lines[i].Quote = of[int64(c.Lines[i].ID)]
	}
}

func (r *row) variants() []listing.VariantID {
	ids := make([]listing.VariantID, len(r.lines))
	for i, l := range r.lines {
		ids[i] = l.Variant
	}
	return ids
}

// destination is where taxes and delivery are those of: the shipping address,
// else the billing one, else the buyer's country.
func (r *row) destination() postal.Place {
	switch {
	case r.shipping != nil:
		return r.shipping.Place()
	case r.billing != nil:
		return r.billing.Place()
	}
	return postal.Place{Country: r.country}
}

// sendTo is where the goods go, as places are chosen by it.
func (r *row) sendTo() sourcing.Destination {
	to := r.destination()
	return sourcing.Destination{Country: to.Country, Province: to.Zone, PostalCode: to.Zip}
}

// wants are the pieces that must be held: of a bundle, those of its components.
// What is not counted needs no holding.
func (r *row) wants(lines []Line) []inventory.Want {
	var wants []inventory.Want
	for i := range lines {
		l := &lines[i]
		parts := l.Components
		if len(parts) == 0 {
			parts = []quote.Component{{Variant: l.Variant, Quantity: 1, Goods: l.Goods}}
		}
		for _, p := range parts {
			if p.Goods.Tracked {
				wants = append(wants, inventory.Want{Line: int64(l.ID), Variant: p.Variant, Quantity: int64(l.Quantity) * int64(p.Quantity)})
			}
		}
	}
	return wants
}

// missing adds the problem of lines that cannot have what they need, while not
// everything is held: those that were short when it was asked for just now, else
// those for which too little is left. Lines share what there is.
func (s *Service) missing(ctx context.Context, r *row, c *Checkout) error {
	if len(c.short) > 0 {
		c.lack(func(l *Line) bool {
			return slices.ContainsFunc(c.short, func(short inventory.Shortage) bool { return short.Line == int64(l.ID) })
		})
		return nil
	}
	held, err := s.rooms.Stock.ReservationsOf(ctx, []inventory.CheckoutID{inventory.CheckoutID(r.id)})
	if err != nil {
		return err
	}
	supply := c.supply(held[inventory.CheckoutID(r.id)], s.db.Now(ctx))
	c.lack(func(l *Line) bool {
		item := l.item()
		if item.Check(c.Currency) != nil {
			return false
		}
		supply.Take(item, int64(l.Quantity))
		return supply.Short(item)
	})
	return nil
}

// lack adds a problem for each line that is short.
func (c *Checkout) lack(short func(*Line) bool) {
	for i := range c.Lines {
		if l := &c.Lines[i]; short(l) {
			c.Problems = append(c.Problems, Problem{Code: OutOfStock, Step: lifecycle.Review, Line: l.ID,
				Message: "There is not enough of “" + l.Title + "” left."})
		}
	}
}

// supply is what there is for the checkout: what is on offer, and what it holds
// itself.
func (c *Checkout) supply(own []inventory.Reservation, now time.Time) *quote.Supply {
	left := map[listing.VariantID]int64{}
	for i := range c.Lines {
		l := &c.Lines[i]
		left[l.Variant] = l.Goods.Supply()
		for _, p := range l.Components {
			left[p.Variant] = p.Goods.Supply()
		}
	}
	for _, h := range own {
		active := h.State == inventory.Committed || h.State == inventory.Held && h.ExpiresAt.After(now)
		if n, ok := left[h.Variant]; ok && active && n < quote.Endless {
			left[h.Variant] = n + h.Quantity
		}
	}
	supply := quote.NewSupply()
	for v, n := range left {
		supply.Stock(v, n)
	}
	return supply
}

// judge derives problems and steps from the data.
func (s *Service) judge(r *row, c *Checkout) {
	if r.state.Editable() {
		c.Problems = append(s.problems(r, c), c.Problems...)
	}
	open := map[lifecycle.Step]bool{}
	for _, p := range c.Problems {
		open[p.Step] = true
	}
	good := false
	for i := range c.Payments {
		good = good || c.Payments[i].State.Good()
	}
	open[lifecycle.Payment] = !good && c.Priced.Quote.Due > 0
	open[lifecycle.Review] = open[lifecycle.Review] || c.Order == 0
	for _, step := range []lifecycle.Step{lifecycle.Contact, lifecycle.ShippingAddress, lifecycle.Delivery, lifecycle.BillingAddress,
		lifecycle.Payment, lifecycle.Review} {
		switch {
		case !open[step]:
			c.Completed = append(c.Completed, step)
		case c.Next == nil && c.Order == 0:
			c.Next = &step
		}
	}
}

// problems lists what stands between the checkout and its submission, in the
// order of the steps.
func (s *Service) problems(r *row, c *Checkout) []Problem {
	var found []Problem
	add := func(code ProblemCode, step lifecycle.Step, field, message string) {
		found = append(found, Problem{Code: code, Step: step, Field: field, Message: message})
	}
	if r.email == "" {
		add(Required, lifecycle.Contact, "email", "An e-mail address is needed for the confirmation.")
	}
	sent := c.sent()
	if sent && r.shipping == nil {
		add(Required, lifecycle.ShippingAddress, "", "An address to send it to is needed.")
	}
	for _, sh := range c.Priced.Shipments {
		switch {
		case sh.ID != quote.Goods || r.shipping == nil:
		case len(sh.Options) == 0:
			add(Invalid, lifecycle.Delivery, "", "Nothing is delivered to this address.")
		case sh.Selected == nil:
			add(Required, lifecycle.Delivery, "", "A way of delivery must be chosen.")
		}
	}
	if c.BillingAddress == nil && (!sent || r.shipping != nil) {
		add(Required, lifecycle.BillingAddress, "", "A billing address is needed.")
	}
	if len(c.Lines) == 0 {
		add(NotFound, lifecycle.Review, "", "There is nothing left to buy.")
	}
	return append(found, lineProblems(c)...)
}

// sent reports whether anything must be sent.
func (c *Checkout) sent() bool {
	for i := range c.Lines {
		if c.Lines[i].RequiresShipping() {
			return true
		}
	}
	return false
}

func lineProblems(c *Checkout) []Problem {
	var found []Problem
	total := map[listing.VariantID]int{}
	for i := range c.Lines {
		total[c.Lines[i].Variant] += c.Lines[i].Quantity
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		rule := l.Goods.Rule
		switch n := total[l.Variant]; {
		case l.Outdated():
			found = append(found, Problem{Code: Invalid, Step: lifecycle.Review, Line: l.ID, Message: "What is in “" + l.Title + "” has changed; choose anew."})
		case l.item().Check(c.Currency) != nil:
			found = append(found, Problem{Code: NotFound, Step: lifecycle.Review, Line: l.ID, Message: "“" + l.Title + "” is no longer sold."})
		case n < rule.Minimum, rule.Increment > 1 && n%rule.Increment != 0, rule.Maximum != nil && n > *rule.Maximum:
			found = append(found, Problem{Code: Invalid, Step: lifecycle.Review, Line: l.ID,
				Message: "“" + l.Title + "” cannot be bought in this quantity."})
		}
	}
	return found
}

// facts are what the machine's guards look at.
func (c *Checkout) facts() lifecycle.Facts {
	f := lifecycle.Facts{Problems: len(c.Problems), StockHeld: c.held}
	for i := range c.Payments {
		f.PaymentGood = f.PaymentGood || c.Payments[i].State.Good()
		f.PaymentOpen = f.PaymentOpen || c.Payments[i].State.Open()
	}
	return f
}
