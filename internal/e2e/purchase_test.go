package e2e_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/app"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

// buyer follows one purchase through the shop API.
type buyer struct {
	s     *shop
	cart  string
	id    string
	token string
	quote string
}

const (
	anyProduct = `{ products(first: 50) { nodes { variants(first: 1) { nodes { id availableForSale quantityAvailable requiresShipping } } } } }`
	createCart = `mutation($variant: ID!, $n: Int!) { cartCreate(input: {lines: [{merchandiseId: $variant, quantity: $n}], buyerIdentity: {countryCode: US}}) {
		cart { id checkoutUrl totalQuantity cost { totalAmount { amount currencyCode } } } userErrors { code message } warnings { code } } }`
	fields = `checkout { id token state version quoteHash nextStep problems { code step message } totals { total { amount } due { amount } }
		payments { id state nextAction { kind url } } shipments { id methods { handle } selectedMethod { handle } } order { id } } userErrors { code field message }`
	startCheckout = `mutation($cart: ID!, $key: String!) { checkoutStart(input: {cartId: $cart, email: "ada@example.com", country: US, idempotencyKey: $key}) { ` + fields + ` } }`
	setAddress    = `mutation($ref: CheckoutRef!) { checkoutSetShippingAddress(ref: $ref, address: {firstName: "Ada", lastName: "Lovelace",
		address1: "1 Market Street", city: "San Francisco", zoneCode: "CA", zip: "94105", countryCode: US}) { ` + fields + ` } }`
	selectDelivery = `mutation($ref: CheckoutRef!, $shipment: ID!, $method: String!) {
		checkoutSelectShipping(ref: $ref, choices: [{shipmentId: $shipment, methodHandle: $method}]) { ` + fields + ` } }`
	complete = `mutation($ref: CheckoutRef!, $quote: String!, $token: String!, $key: String!) {
		checkoutComplete(ref: $ref, quoteHash: $quote, idempotencyKey: $key, payment: {methodHandle: "sandbox", token: $token}) {
			` + fields + ` order { id orderNumber status totalPrice { amount } } orderAccessToken } }`
	orderByToken = `query($t: String!) { orderByAccessToken(token: $t) { orderNumber status email lineItems(first: 5) { nodes { title quantity } } timeline { kind } } }`
)

// inStock gives a variant that is counted, sent, and there.
func inStock(t *testing.T, s *shop) (id string, left int) {
	t.Helper()
	for _, p := range s.query(t, anyProduct, nil).at("products", "nodes").list() {
		v := p.at("variants", "nodes", 0)
		if sent, _ := v.at("requiresShipping").v.(bool); sent && v.at("quantityAvailable").number() > 5 {
			return v.at("id").text(), v.at("quantityAvailable").number()
		}
	}
	t.Fatal("nothing is in stock")
	return "", 0
}

func (s *shop) left(t *testing.T, variant string) int {
	t.Helper()
	return s.query(t, `query($id: ID!) { node(id: $id) { ... on ProductVariant { quantityAvailable } } }`, map[string]any{"id": variant}).
		at("node", "quantityAvailable").number()
}

func (b *buyer) ref() map[string]any { return map[string]any{"id": b.id, "token": b.token} }

// read takes what a checkout mutation answered; refusals fail the test.
func (b *buyer) read(t *testing.T, payload node) node {
	t.Helper()
	if refused := payload.at("userErrors").list(); len(refused) > 0 {
		t.Fatal(payload.json())
	}
	c := payload.at("checkout")
	b.id, b.token, b.quote = c.at("id").text(), c.at("token").text(), c.at("quoteHash").text()
	return c
}

// prepare brings a purchase to where only the submission is missing.
func prepare(t *testing.T, s *shop, variant, key string) *buyer {
	t.Helper()
	b := &buyer{s: s}
	made := s.query(t, createCart, map[string]any{"variant": variant, "n": 1}).at("cartCreate")
	b.cart = made.at("cart", "id").text()
	if b.cart == "" {
		t.Fatal(made.json())
	}
	b.read(t, s.query(t, startCheckout, map[string]any{"cart": b.cart, "key": key}).at("checkoutStart"))
	parcel := b.read(t, s.query(t, setAddress, map[string]any{"ref": b.ref()}).at("checkoutSetShippingAddress")).at("shipments", 0)
	c := b.read(t, s.query(t, selectDelivery, map[string]any{"ref": b.ref(), "shipment": parcel.at("id").v,
		"method": parcel.at("methods", 0, "handle").v}).at("checkoutSelectShipping"))
	if c.at("state").text() != "READY" || c.at("nextStep").text() != "PAYMENT" {
		t.Fatal(c.json())
	}
	return b
}

func (b *buyer) submission(token, key string) map[string]any {
	return map[string]any{"ref": b.ref(), "quote": b.quote, "token": token, "key": key}
}

// A shopper buys by the API: stock goes down by what was bought, the cart is
// gone, the order is there, and the mail is in the mailbox, once.
func TestPurchase_fromCartToMail(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	variant, _ := inStock(t, s)
	b := prepare(t, s, variant, "story-start")
	done := s.query(t, complete, b.submission("ok", "story")).at("checkoutComplete")
	b.read(t, done)
	number := done.at("order", "orderNumber").number()
	access := done.at("orderAccessToken").text()
	if number <= 0 || access == "" || done.at("order", "status").text() != "PAID" {
		t.Fatal(done.json())
	}
	if got := s.query(t, `query($id: ID!) { cart(id: $id) { id } }`, map[string]any{"id": b.cart}); got.at("cart").v != nil {
		t.Errorf("the cart is still there: %s", got.json())
	}
	o := s.query(t, orderByToken, map[string]any{"t": access}).at("orderByAccessToken")
	if o.at("orderNumber").number() != number || o.at("email").text() != "ada@example.com" {
		t.Error(o.json())
	}
	mailed := func() bool {
		return strings.Count(s.do(t, http.MethodGet, "/mailbox", "").body, "ada@example.com") > 0
	}
	if !s.until(30*time.Second, mailed) {
		t.Error("no mail came")
	}
}

// points are where the server is killed while a purchase is completed.
func points() []string {
	return []string{"checkout.claiming", "checkout.claimed", "payment.answered", "checkout.placing", "checkout.concluding", "checkout.concluded"}
}

// TestPurchase_survivesKillAtEachPoint kills the server (kill -9) at every named
// point of completion, starts it again and retries: one order, one charge, stock
// down by one. The invariants of all books, the sandbox's own ledger among them,
// are asked at the end.
func TestPurchase_survivesKillAtEachPoint(t *testing.T) {
	t.Parallel()
	notShort(t)
	dir, db, settings := databaseShop(t)
	for _, point := range points() {
		t.Run(point, func(t *testing.T) {
			s := startAt(t, dir, append(settings, "SOUK_FAILPOINT="+point))
			variant, before := inStock(t, s)
			b := prepare(t, s, variant, "start-"+point)
			dies(t, s, b, "kill-"+point)

			s = startAt(t, dir, settings)
			b.s = s
			done := s.query(t, complete, b.submission("ok", "kill-"+point)).at("checkoutComplete")
			b.read(t, done)
			again := s.query(t, complete, b.submission("ok", "kill-"+point)).at("checkoutComplete")
			if number := done.at("order", "orderNumber").number(); number <= 0 || again.at("order", "orderNumber").number() != number {
				t.Fatalf("%s\n%s", done.json(), again.json())
			}
			if got := s.left(t, variant); got != before-1 {
				t.Errorf("%d left of %d", got, before)
			}
			if err := s.stop(); err != nil {
				t.Error(err)
			}
			onceEach(t, db)
		})
	}
}

// A buyer who never comes back after the server died has an order all the same:
// the shop asks about his payment by itself.
func TestPurchase_isSettledWithoutTheBuyer(t *testing.T) {
	t.Parallel()
	notShort(t)
	dir, db, settings := databaseShop(t)
	s := startAt(t, dir, append(settings, "SOUK_FAILPOINT=payment.answered"))
	variant, before := inStock(t, s)
	dies(t, s, prepare(t, s, variant, "start"), "kill")
	s = startAt(t, dir, settings)
	settled := func() bool { return count(t, db, `SELECT count(*) FROM sales_order`) == 1 }
	if !s.until(time.Minute, settled) {
		t.Fatalf("no order came:\n%s", s.out)
	}
	if got := s.left(t, variant); got != before-1 {
		t.Errorf("%d left of %d", got, before)
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	onceEach(t, db)
}

// goods is a small catalogue that is in stock: importing it takes a second, where
// drawing the pictures of the sample shop takes many.
const goods = `Handle,Title,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Requires Shipping,Variant Grams
lamp,Lamp,LAMP,49.00,shopify,1000,true,900
stool,Stool,STOOL,89.50,shopify,1000,true,4000
`

// databaseShop makes a small shop in a database that the test can look into.
func databaseShop(t *testing.T) (dir string, db *postgres.DB, settings []string) {
	t.Helper()
	db = testkit.DB(t, testkit.WithClock(clock.System()), testkit.WithInvariants(app.Checks()...))
	settings = []string{"SOUK_ENV=dev", "DATABASE_URL=" + db.DirectURL()}
	dir = t.TempDir()
	if out, problems, err := souk(t, environment(dir, settings...), "import", write(t, "goods.csv", goods)); err != nil {
		t.Fatalf("%v\n%s%s", err, out, problems)
	}
	return dir, db, settings
}

// startAt starts a shop that is over at the end of the test, however it ended.
func startAt(t *testing.T, dir string, settings []string) *shop {
	t.Helper()
	s, err := start(dir, settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.kill() })
	return s
}

// dies submits a purchase to a server that is to die of it.
func dies(t *testing.T, s *shop, b *buyer, key string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	status, err := s.postRaw(ctx, complete, b.submission("ok", key))
	if err == nil {
		t.Fatalf("the server lives and answers %d", status)
	}
	select {
	case <-s.exited:
	case <-ctx.Done():
		t.Fatal("the server did not die")
	}
}

// onceEach asks for one order, one charge and one mail at most for each checkout.
func onceEach(t *testing.T, db *postgres.DB) {
	t.Helper()
	for what, sql := range map[string]string{
		"checkouts that are not completed":   `SELECT count(*) FROM checkout WHERE state <> 'completed'`,
		"charges without an order":           `SELECT count(*) FROM sandbox_charge b LEFT JOIN payment p ON p.provider_key = b.key WHERE p.order_id IS NULL OR b.state <> 'charged'`,
		"orders beside those of charges":     `SELECT abs((SELECT count(*) FROM sales_order) - (SELECT count(*) FROM sandbox_charge))`,
		"orders with more than one mail":     `SELECT count(*) FROM (SELECT subject_id FROM mail_message GROUP BY subject_id HAVING count(*) > 1) m`,
		"carts of orders that are not ended": `SELECT count(*) FROM cart k JOIN checkout c ON c.cart_id = k.id WHERE k.state <> 'completed'`,
	} {
		if n := count(t, db, sql); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
}

func count(t *testing.T, db *postgres.DB, sql string) int {
	t.Helper()
	var n int
	if err := db.Conn(t.Context()).QueryRow(t.Context(), sql).Scan(&n); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return n
}
