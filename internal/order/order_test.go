package order_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	paymentstate "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/payment/paymenttest"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/testkit"
)

// shop is a room of orders over a stocked variant and two ways to pay.
type shop struct {
	*order.Service
	db       *postgres.DB
	ctx      context.Context // staff
	stock    *inventory.Service
	payments *payment.Service
	store    redis.Store
	variant  catalog.Variant
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func open(t *testing.T) *shop {
	t.Helper()
	checks := append(order.Checks(), append(payment.Checks(), inventory.Checks()...)...)
	return over(t, testkit.DB(t, testkit.WithInvariants(checks...), testkit.WithMaxConns(20)))
}

func over(t *testing.T, db *postgres.DB) *shop {
	t.Helper()
	events, log := event.NewOutbox(db), audit.New(db)
	products := catalog.NewService(db, events, log)
	s := &shop{db: db, ctx: actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7, Name: "Ada"}),
		stock: inventory.NewService(db, events, log, products), store: redis.NewMemory(db.Clock())}
	products.Attach(s.stock)
	s.payments = payment.NewService(db, events,
		paymenttest.NewFake(payment.Method{Handle: "card", Title: "Card", Kind: payment.Card}),
		paymenttest.NewFake(payment.Method{Handle: "later", Title: "Later", Kind: payment.Manual, PayLater: true}))
	key := must[secret.Key](t)(secret.NewKey("a key of thirty-two bytes at least"))
	s.Service = order.NewService(order.Rooms{DB: db, Events: events, Audit: log, Inventory: s.stock, Payments: s.payments, Attempts: s.store, Key: key})

	main := must[inventory.Location](t)(s.stock.CreateLocation(s.ctx, inventory.NewLocation{Handle: "main", Name: "Main", Default: true}))
	p := must[catalog.Product](t)(products.CreateProduct(s.ctx, catalog.NewProduct{Title: "Shirt", Variants: []catalog.NewVariant{{Tracked: ptr(true)}}}))
	pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(products.VariantPages(s.ctx, []catalog.ProductID{p.ID}, page.Args{}))
	s.variant = pages[p.ID].Items[0]
	must[[]inventory.Level](t)(s.stock.Receive(s.ctx, inventory.Cause{Key: "in", Reason: "test"},
		[]inventory.Receipt{{Variant: s.variant.ID, Location: main.ID, Quantity: 100}}))
	return s
}

func ptr[T any](v T) *T { return &v }

// checkout makes what a payment hangs on.
func (s *shop) checkout(t *testing.T) int64 {
	t.Helper()
	var id int64
	err := s.db.Conn(s.ctx).QueryRow(s.ctx, `
		WITH m AS (
			INSERT INTO market (created_at, updated_at, handle, name, currency, prices_include_tax)
			SELECT $1, $1, 'm' || (random() * 1e15)::bigint, 'M', 'EUR', true RETURNING id),
		c AS (
			INSERT INTO cart (created_at, updated_at, country, language, currency, attributes, codes, preferences, metafields, choices, expires_at, market_id)
			SELECT $1, $1, 'DE', 'en', 'EUR', '[]', '[]', '{}', '[]', '{}', $1, id FROM m RETURNING id, market_id)
		INSERT INTO checkout (created_at, updated_at, cart_version, state, country, language, currency, attributes, codes, choices, expires_at, cart_id, market_id)
		SELECT $1, $1, 1, 'submitting', 'DE', 'en', 'EUR', '[]', '[]', '{}', $1, id, market_id FROM c RETURNING id`, s.db.Now(s.ctx)).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

var vat = tax.Levy{Name: "VAT 19%", PPM: 190_000}

// placement buys n lines of two shirts and one delivery.
func (s *shop) placement(t *testing.T, lines int) order.Placement {
	t.Helper()
	in := quote.Input{Currency: "EUR", TaxIncluded: true,
		Deliveries:  []quote.DeliveryInput{{Shipment: quote.Goods, Method: "standard", Price: 490, Taxes: []tax.Levy{vat}}},
		Adjustments: []quote.Adjustment{{Source: "promotion/1", Title: "Ten off", Line: 1, Amount: 10}}}
	p := order.Placement{
		Checkout: s.checkout(t), Market: 1, MarketHandle: "de", Country: "DE", Language: "de",
		Email: " Ada@Example.com ", Phone: "+49 30 1", Note: "ring twice", Attributes: []order.Attribute{{Key: "gift", Value: "yes"}},
		ShippingAddress: &postal.Address{FirstName: "Ada", LastName: "Lovelace", Address1: "Hauptstr. 1", City: "Berlin", Zip: "10115", Country: "DE"},
		Deliveries:      []order.Chosen{{Shipment: quote.Goods, Title: "Standard", MinDays: ptr(1), MaxDays: ptr(3)}},
	}
	for i := range int64(lines) {
		in.Lines = append(in.Lines, quote.LineInput{ID: i + 1, Variant: int64(s.variant.ID), Quantity: 2, UnitPrice: 1999, Taxes: []tax.Levy{vat}})
		p.Items = append(p.Items, order.Item{Line: i + 1, Attributes: []order.Attribute{{Key: "engraving", Value: fmt.Sprint(i)}}, Goods: listing.Goods{
			Variant: s.variant.ID, Product: 1, Title: "Shirt", VariantTitle: "M", SKU: "S-M", Vendor: "Souk", Currency: "EUR",
			Prices: []listing.Tier{{From: 1, Amount: 1999, CompareAt: ptr(int64(2499))}}, UnitCost: ptr(int64(700)),
			Taxable: true, RequiresShipping: true, Grams: 200, Tracked: true,
		}})
	}
	p.Quote = must[quote.Quote](t)(quote.Of(in))
	return p
}

// pay makes a payment of the placement that has come to a verdict.
func (s *shop) pay(t *testing.T, p *order.Placement, method string, state paymentstate.State) {
	t.Helper()
	amount := money.New(p.Quote.Due, p.Quote.Currency)
	opened := must[payment.Payment](t)(s.payments.Open(s.ctx, payment.New{Checkout: p.Checkout, Method: method, Amount: amount, Token: "ok"}))
	p.Payment = must[payment.Payment](t)(s.payments.Record(s.ctx, opened.ID, payment.Verdict{State: state, Amount: amount, Reference: fmt.Sprint("ref-", opened.ID)}))
	p.PayLater = method == "later"
}

// paid is an order whose pieces are out of stock and whose money has come.
func (s *shop) paid(t *testing.T) order.Order {
	t.Helper()
	p := s.placement(t, 1)
	s.pay(t, &p, "card", paymentstate.Captured)
	of := inventory.CheckoutID(p.Checkout)
	wants := []inventory.Want{{Line: 1, Variant: s.variant.ID, Quantity: 2}}
	short := must[[]inventory.Shortage](t)(s.stock.Reserve(s.ctx, inventory.Hold{Checkout: of, Wants: wants, Until: s.db.Now(s.ctx).Add(time.Hour)}))
	if len(short) > 0 {
		t.Fatalf("short of %v", short)
	}
	var o order.Order
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		var err error
		if err = s.stock.Commit(ctx, of, wants); err != nil {
			return err
		}
		if err = s.stock.Consume(ctx, of); err != nil {
			return err
		}
		o, err = s.Place(ctx, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (s *shop) later(t *testing.T) order.Order {
	t.Helper()
	p := s.placement(t, 1)
	s.pay(t, &p, "later", paymentstate.Authorized)
	return must[order.Order](t)(s.Place(s.ctx, p))
}

func (s *shop) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := s.db.Conn(s.ctx).QueryRow(s.ctx, sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (s *shop) history(t *testing.T, id order.ID) string {
	t.Helper()
	var text string
	err := s.db.Conn(s.ctx).QueryRow(s.ctx, `
		SELECT string_agg(sequence || ':' || event || ':' || before || '>' || after, ' ' ORDER BY sequence)
		FROM order_transition WHERE order_id = $1`, int64(id)).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (s *shop) taken(t *testing.T) int {
	t.Helper()
	return s.count(t, `SELECT taken FROM stock_level WHERE variant_id = $1`, int64(s.variant.ID))
}

func TestPlace_freezesWhatWasBoughtAndConfirmsWhatIsPaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.placement(t, 3)
	s.pay(t, &p, "card", paymentstate.Captured)
	o := must[order.Order](t)(s.Place(s.ctx, p))
	read := must[order.Order](t)(s.ByID(s.ctx, o.ID))
	if diff := cmp.Diff(o, read, cmp.AllowUnexported(order.Order{})); diff != "" {
		t.Errorf("placed and read differ:\n%s", diff)
	}
	if o.Number < 1001 || o.Status != lifecycle.StatusPaid || o.Version != 2 || o.Email != "ada@example.com" || o.Total != p.Quote.Total || o.Captured != o.Total {
		t.Errorf("%+v", o)
	}
	if l := o.Lines[0]; l.UnitPrice != 1999 || *l.CompareAt != 2499 || *l.UnitCost != 700 || l.Discount != 10 || l.Taxes[0].Amount != l.Tax || l.ID == 0 {
		t.Errorf("line %+v", l)
	}
	if got := s.history(t, o.ID); got != "1:place:>pending 2:confirm:pending>confirmed" {
		t.Errorf("history %s", got)
	}
	if n := s.count(t, `SELECT count(*) FROM outbox WHERE aggregate_kind = 'order' AND aggregate_id = $1`, int64(o.ID)); n != 2 {
		t.Errorf("%d facts", n)
	}
	if attached := must[payment.Payment](t)(s.payments.ByID(s.ctx, p.Payment.ID)); attached.Order != int64(o.ID) {
		t.Errorf("payment of order %d", attached.Order)
	}
}

func TestPlace_fewStatementsHoweverManyLines(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, lines := range []int{1, 300} {
		p := s.placement(t, lines)
		s.pay(t, &p, "card", paymentstate.Captured)
		err := s.db.InTx(s.ctx, func(ctx context.Context) error {
			ctx, counter := postgres.CountStatements(ctx)
			_, err := s.Place(ctx, p)
			if n := counter.Statements(); n > 7 {
				t.Errorf("%d statements for %d lines:\n%q", n, lines, counter.SQL())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPlace_oneOrderForACheckout(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.placement(t, 2)
	s.pay(t, &p, "card", paymentstate.Captured)
	ids := make([]order.ID, 40)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			o, err := s.Place(s.ctx, p)
			if err != nil {
				t.Error(err)
			}
			ids[i] = o.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] || id == 0 {
			t.Fatalf("orders %v", ids)
		}
	}
	if n := s.count(t, `SELECT count(*) FROM sales_order`); n != 1 {
		t.Errorf("%d orders", n)
	}
	if n := s.count(t, `SELECT count(*) FROM outbox WHERE topic = 'order.placed'`); n != 1 {
		t.Errorf("%d facts", n)
	}
}

func TestPlace_goesWithTheCallersTransaction(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.placement(t, 1)
	s.pay(t, &p, "card", paymentstate.Captured)
	crash := errors.New("crash")
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		_, err := s.Place(ctx, p)
		return errors.Join(err, crash)
	})
	if !errors.Is(err, crash) {
		t.Fatal(err)
	}
	if n := s.count(t, `SELECT count(*) FROM sales_order`); n != 0 {
		t.Errorf("%d orders of a transaction that failed", n)
	}
	if p := must[payment.Payment](t)(s.payments.ByID(s.ctx, p.Payment.ID)); p.Order != 0 {
		t.Error("the payment stayed attached")
	}
}

func TestPlace_waitsWhereTheMoneyIsNotSure(t *testing.T) {
	t.Parallel()
	for state, want := range map[paymentstate.State]lifecycle.State{
		paymentstate.Captured: lifecycle.Confirmed, paymentstate.Authorized: lifecycle.Confirmed, paymentstate.Processing: lifecycle.Pending,
	} {
		s := open(t)
		p := s.placement(t, 1)
		s.pay(t, &p, "card", state)
		if o := must[order.Order](t)(s.Place(s.ctx, p)); o.State != want {
			t.Errorf("%s: %s, version %d", state, o.State, o.Version)
		}
	}
}

func TestPlace_freeOrdersNeedNoPayment(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.placement(t, 1)
	p.Quote.Credit, p.Quote.Due = p.Quote.Total, 0
	if o := must[order.Order](t)(s.Place(s.ctx, p)); o.State != lifecycle.Confirmed || o.Status != lifecycle.StatusPaid {
		t.Errorf("%s, %s", o.State, o.Status)
	}
}

func TestPlace_refusesWhatDoesNotBelongTogether(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, spoil := range map[string]func(p *order.Placement){
		"no lines":           func(p *order.Placement) { p.Items, p.Quote.Lines = nil, nil },
		"an item too few":    func(p *order.Placement) { p.Items = p.Items[:1] },
		"another item":       func(p *order.Placement) { p.Items[0].Line = 77 },
		"another variant":    func(p *order.Placement) { p.Items[0].Goods.Variant++ },
		"another's payment":  func(p *order.Placement) { p.Checkout = s.checkout(t) },
		"a total of its own": func(p *order.Placement) { p.Quote.Total-- },
	} {
		p := s.placement(t, 2)
		s.pay(t, &p, "card", paymentstate.Captured)
		spoil(&p)
		if o, err := s.Place(s.ctx, p); err == nil {
			t.Errorf("%s: order %d", name, o.Number)
		}
	}
}
