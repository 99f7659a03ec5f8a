package hosted

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	orderstate "github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	paying "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
)

const (
	token      = "7-secret"
	orderToken = "9-sesame"
	cartKey    = "k3y"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// world is every room behind the pages, in memory: one cart, one checkout, one
// order.
type world struct {
	c           checkout.Checkout
	o           *order.Order
	shop        market.Shop
	markets     []market.Market
	refuse      map[string]error // by use case
	started     []checkout.Start
	ended       map[string]checkout.Checkout // by key of Start
	submissions []checkout.Submission
	changes     []cart.LineChange
	confirmed   []payment.ID
	timeline    []order.Entry
	origins     []string
	pages       http.Handler
}

// newWorld has a checkout in which nothing is filled in.
func newWorld() *world {
	w := &world{
		shop:   market.Shop{Name: "Lumen & Oak", PrimaryDomain: "https://shop.example"},
		refuse: map[string]error{}, ended: map[string]checkout.Checkout{},
	}
	until := noon.Add(14*time.Minute + 30*time.Second)
	w.c = checkout.Checkout{
		ID: 7, Token: token, State: lifecycle.Open, Version: 3, Cart: 42, Market: 1, Country: "DE", Language: "en", Currency: "EUR",
		BillingSame: true, HeldUntil: &until, ExpiresAt: noon.Add(time.Hour),
		Lines: []checkout.Line{
			{ID: 1, CartLine: 11, Variant: 101, Quantity: 2, Goods: goods("Desk lamp “Halo”", "Brass", 8900, 20)},
			{ID: 2, CartLine: 12, Variant: 102, Quantity: 1, Goods: goods("Oak tray", "", 4550, 3), Attributes: []cart.Attribute{{Key: "Engraving", Value: "For Ada"}, {Key: "_ref", Value: "hidden"}}},
		},
		Methods: []payment.Method{
			{Handle: "sandbox", Title: "Sandbox", Kind: payment.Card},
			{Handle: "manual", Title: "Invoice", Kind: payment.Manual, PayLater: true, PublicConfig: []byte(`{"instructions":"Please transfer within 14 days.\nIBAN DE02 1203 0000 0000 2020 51"}`)},
		},
	}
	w.judge()
	return w
}

func goods(title, variant string, price, stock int64) listing.Goods {
	return listing.Goods{Title: title, VariantTitle: variant, Currency: "EUR", Prices: []listing.Tier{{From: 1, Amount: price}},
		Sellable: true, Tracked: true, Stock: stock, RequiresShipping: true}
}

// berlin is an address that Germany takes.
var berlin = postal.Address{FirstName: "Ada", LastName: "Byron", Address1: "Lindenstraße 7", Zip: "10969", City: "Berlin", Country: "DE"}

// upTo fills a checkout in, as far as the step before the one that is given.
func (w *world) upTo(step lifecycle.Step) *world {
	for _, s := range sequence {
		if s == step {
			break
		}
		switch s {
		case lifecycle.Contact:
			w.c.Email = "ada@example.com"
		case lifecycle.ShippingAddress:
			a := berlin
			w.c.ShippingAddress = &a
		case lifecycle.Delivery:
			w.judge()
			w.c.Priced.Shipments[0].Selected = &w.c.Priced.Shipments[0].Options[0]
		}
	}
	w.judge()
	return w
}

// judge prices the checkout and works out its steps.
func (w *world) judge() {
	c := &w.c
	q := quote.Quote{Currency: "EUR", TaxIncluded: true}
	needs := false
	for i := range c.Lines {
		l := &c.Lines[i]
		tier, _ := l.Goods.PriceFor(l.Quantity)
		total := tier.Amount * int64(l.Quantity)
		l.Quote = quote.Line{ID: int64(l.ID), Quantity: l.Quantity, UnitPrice: tier.Amount, Subtotal: total, Total: total}
		q.Subtotal += total
		needs = needs || l.Goods.RequiresShipping
	}
	if needs && len(c.Priced.Shipments) == 0 {
		two, four, one := 2, 4, 1
		c.Priced.Shipments = []quote.Shipment{{ID: quote.Goods, Options: []shipping.Option{
			{Handle: "standard", Title: "Standard", Price: money.New(490, "EUR"), MinDays: &two, MaxDays: &four},
			{Handle: "express", Title: "Express", Description: "With tracking", Price: money.New(1290, "EUR"), MaxDays: &one},
		}}}
	}
	selected := false
	for _, s := range c.Priced.Shipments {
		if s.Selected != nil {
			q.Delivery += s.Selected.Price.Minor
			selected = true
		}
	}
	q.Total = q.Subtotal + q.Delivery
	q.Tax = q.Total * 19 / 119
	q.Taxes = []quote.Tax{{Levy: tax.Levy{Name: "VAT 19%", PPM: 190_000}, Amount: q.Tax}}
	q.Due = q.Total
	c.Priced.Quote = q
	c.QuoteHash = "hash-" + money.New(q.Due, "EUR").Decimal()
	c.Completed = nil
	for step, done := range map[lifecycle.Step]bool{
		lifecycle.Contact: c.Email != "", lifecycle.ShippingAddress: !needs || c.ShippingAddress != nil,
		lifecycle.Delivery: !needs || selected || c.ShippingAddress == nil, lifecycle.BillingAddress: c.ShippingAddress != nil || c.BillingAddress != nil,
	} {
		if done {
			c.Completed = append(c.Completed, step)
		}
	}
}

func (w *world) amend(use string, change func()) (checkout.Checkout, error) {
	if err := w.refuse[use]; err != nil {
		return checkout.Checkout{}, err
	}
	change()
	w.c.Version++
	w.judge()
	return w.c, nil
}

func (w *world) ByToken(_ context.Context, t string) (checkout.Checkout, error) {
	if t != token {
		return checkout.Checkout{}, fault.New(fault.NotFound, "checkout_not_found", "There is no such checkout.")
	}
	return w.c, w.refuse["ByToken"]
}

func (w *world) Start(_ context.Context, in checkout.Start) (checkout.Checkout, error) {
	w.started = append(w.started, in)
	if old, ok := w.ended[in.Key]; ok {
		return old, nil
	}
	return w.c, w.refuse["Start"]
}

func (w *world) SetContact(_ context.Context, _ checkout.Ref, in checkout.Contact) (checkout.Checkout, error) {
	if !strings.Contains(in.Email, "@") {
		return checkout.Checkout{}, fault.New(fault.Invalid, "email_invalid", "This is not an e-mail address.").At("email")
	}
	return w.amend("SetContact", func() { w.c.Email, w.c.Phone, w.c.AcceptsMarketing = in.Email, in.Phone, *in.AcceptsMarketing })
}

func (w *world) SetShippingAddress(_ context.Context, _ checkout.Ref, to postal.Address) (checkout.Checkout, error) {
	if err := addressFaults(to); err != nil {
		return checkout.Checkout{}, err
	}
	return w.amend("SetShippingAddress", func() { w.c.ShippingAddress = &to })
}

func (w *world) SetBillingAddress(_ context.Context, _ checkout.Ref, to *postal.Address, same bool) (checkout.Checkout, error) {
	if !same {
		if err := addressFaults(*to); err != nil {
			return checkout.Checkout{}, err
		}
	}
	return w.amend("SetBillingAddress", func() { w.c.BillingAddress, w.c.BillingSame = to, same })
}

func addressFaults(a postal.Address) error {
	faults := postal.Validate(a)
	for i, f := range faults {
		faults[i] = f.At("address", f.Path[0])
	}
	return faults.Err()
}

func (w *world) SelectDelivery(_ context.Context, _ checkout.Ref, choices map[string]string) (checkout.Checkout, error) {
	s := &w.c.Priced.Shipments[0]
	i := slices.IndexFunc(s.Options, func(o shipping.Option) bool { return o.Handle == choices[s.ID] })
	if i < 0 && len(choices) > 0 {
		return checkout.Checkout{}, fault.New(fault.Invalid, "delivery_method_unknown", "This way of delivery is not on offer.").At("choices")
	}
	return w.amend("SelectDelivery", func() {
		if i >= 0 {
			s.Selected = &s.Options[i]
		}
	})
}

// Complete does what the sandbox would.
func (w *world) Complete(_ context.Context, in checkout.Submission) (checkout.Outcome, error) {
	w.submissions = append(w.submissions, in)
	if err := w.refuse["Complete"]; err != nil {
		return checkout.Outcome{}, err
	}
	p := payment.Payment{ID: payment.ID(len(w.c.Payments) + 1), Method: in.Method, State: paying.Captured}
	switch cmp.Or(in.Token, "ok") {
	case "ok":
		w.place()
	case "decline":
		p.State, p.DeclineReason, w.c.State = paying.Failed, "The card was declined.", lifecycle.Open
	case "challenge":
		p.State, p.Action, w.c.State = paying.RequiresAction, &payment.Action{Kind: payment.ActChallenge, URL: "http://example.com/sandbox/challenge/1"}, lifecycle.AwaitingAction
	case "away":
		p.State, p.Action, w.c.State = paying.RequiresAction, &payment.Action{Kind: payment.ActRedirect, URL: "https://pay.example/go"}, lifecycle.AwaitingAction
	case "hang":
		p.State, w.c.State = paying.Processing, lifecycle.Submitting
	}
	w.c.Payments = append(w.c.Payments, p)
	return checkout.Outcome{Checkout: w.c, Order: w.o, Declined: p.State == paying.Failed}, nil
}

func (w *world) place() {
	w.c.State, w.c.Order = lifecycle.Completed, 9
	w.o = newOrder()
}

func (w *world) Confirm(_ context.Context, _ checkout.Ref, id payment.ID) (checkout.Outcome, error) {
	w.confirmed = append(w.confirmed, id)
	if err := w.refuse["Confirm"]; err != nil {
		return checkout.Outcome{}, err
	}
	w.place()
	return checkout.Outcome{Checkout: w.c, Order: w.o}, nil
}

func (w *world) Cancel(context.Context, checkout.Ref) (checkout.Checkout, error) {
	w.c.State = lifecycle.Cancelled
	return w.c, w.refuse["Cancel"]
}

func newOrder() *order.Order {
	a := berlin
	two, four := 2, 4
	return &order.Order{
		ID: 9, Number: 1042, State: orderstate.Confirmed, Status: orderstate.StatusPaid, Checkout: 7, Country: "DE", Language: "en", Currency: "EUR",
		Email: "ada@example.com", ShippingAddress: &a, BillingAddress: &a, TaxIncluded: true, Subtotal: 22350, Delivery: 490, Total: 22840, Tax: 3647, Captured: 22840,
		Taxes:      []quote.Tax{{Levy: tax.Levy{Name: "VAT 19%", PPM: 190_000}, Amount: 3647}},
		Deliveries: []order.Delivery{{Title: "Standard", Price: 490, MinDays: &two, MaxDays: &four}},
		Lines: []order.Line{
			{ID: 1, Title: "Desk lamp “Halo”", VariantTitle: "Brass", Quantity: 2, UnitPrice: 8900, Subtotal: 17800, Total: 17800},
			{ID: 2, Title: "Oak tray", Quantity: 1, UnitPrice: 4550, Subtotal: 4550, Total: 4550, Attributes: []order.Attribute{{Key: "Engraving", Value: "For Ada"}}},
		},
		PlacedAt: noon,
	}
}

// cartRoom and orderRoom are the rooms whose methods have names that the
// checkout's have, too.
type cartRoom struct{ *world }

func (r cartRoom) ByRef(_ context.Context, ref cart.Ref) (cart.Cart, error) {
	if ref != (cart.Ref{ID: 42, Key: cartKey}) {
		return cart.Cart{}, fault.New(fault.NotFound, "cart_not_found", "There is no such cart.")
	}
	return cart.Cart{ID: 42, Key: cartKey, Version: 5}, nil
}

func (r cartRoom) ByID(ctx context.Context, id cart.ID) (cart.Cart, error) {
	if err := r.refuse["cart.ByID"]; err != nil {
		return cart.Cart{}, err
	}
	return r.ByRef(ctx, cart.Ref{ID: id, Key: cartKey})
}

func (r cartRoom) UpdateLines(_ context.Context, _ cart.Ref, changes []cart.LineChange) (cart.Change, error) {
	if err := r.refuse["UpdateLines"]; err != nil {
		return cart.Change{}, err
	}
	r.changes = append(r.changes, changes...)
	r.c.Problems = nil
	for _, change := range changes {
		for i := range r.c.Lines {
			if r.c.Lines[i].CartLine == change.ID {
				r.c.Lines[i].Quantity = *change.Quantity
			}
		}
	}
	r.judge()
	return cart.Change{}, nil
}

type orderRoom struct{ *world }

func (r orderRoom) ByID(context.Context, order.ID) (order.Order, error) { return *r.o, nil }

func (r orderRoom) ByToken(_ context.Context, t string) (order.Order, error) {
	if t != orderToken || r.o == nil {
		return order.Order{}, fault.New(fault.NotFound, "order_not_found", "There is no such order.")
	}
	return *r.o, nil
}

func (orderRoom) Token(order.Order) string { return orderToken }

func (r orderRoom) Timeline(_ context.Context, ids []order.ID) (map[order.ID][]order.Entry, error) {
	return map[order.ID][]order.Entry{ids[0]: r.timeline}, nil
}

func (r orderRoom) OfOrders(_ context.Context, ids []int64) (map[int64][]payment.Payment, error) {
	return map[int64][]payment.Payment{ids[0]: r.c.Payments}, nil
}

func (r orderRoom) Method(handle string) (payment.Method, bool) { return methodOf(r.c, handle) }

func (r orderRoom) Shop() market.Shop       { return r.shop }
func (r orderRoom) Active() []market.Market { return r.markets }

// handler gives the pages of the world.
func (w *world) handler(t testing.TB) http.Handler {
	t.Helper()
	if w.pages != nil {
		return w.pages
	}
	h, err := New(Config{
		Checkouts: w, Steps: w, Carts: cartRoom{w}, Orders: orderRoom{w}, Payments: orderRoom{w}, Shop: orderRoom{w},
		PublicURL: "http://example.com/", PaymentOrigins: w.origins, Clock: clock.NewManual(noon), Log: slog.New(slog.DiscardHandler),
		Client: func(context.Context) string { return "somebody" },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.pages = h
	return h
}

// answer is what a browser gets.
type answer struct {
	*httptest.ResponseRecorder
	body string
}

func (a answer) to() string { return a.Header().Get("Location") }

// has tells whether the page holds all of the texts.
func (a answer) has(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

func (a answer) hasNot(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			t.Errorf("the page has %q", text)
		}
	}
}

func (w *world) get(t *testing.T, path string) answer {
	t.Helper()
	return w.send(t, httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form, as a browser does from one of our pages. fields are names
// and values in turn.
func (w *world) post(t *testing.T, path string, fields ...string) answer {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", "null")
	return w.send(t, r)
}

func (w *world) send(t *testing.T, r *http.Request) answer {
	t.Helper()
	rec := httptest.NewRecorder()
	w.handler(t).ServeHTTP(rec, r)
	return answer{rec, rec.Body.String()}
}
