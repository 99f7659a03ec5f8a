package shop_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// move adds pieces of a variant at a place, and tells of it.
func (s *till) move(sku string, at inventory.LocationID, by int64) {
	s.t.Helper()
	_, err := s.shop.Stock.Adjust(salesfloor.Context(), inventory.Cause{Key: secret.Token(), Reason: "test"},
		[]inventory.Adjustment{{Variant: s.shop.Variants[sku], Location: at, Delta: by}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.tell()
}

// place makes a location that serves one market only.
func (s *till) place(market string) inventory.LocationID {
	s.t.Helper()
	l, err := s.shop.Stock.CreateLocation(salesfloor.Context(), inventory.NewLocation{Handle: "only-" + market, Name: "Only " + market,
		Markets: s.markets(market)})
	if err != nil {
		s.t.Fatal(err)
	}
	return l.ID
}

// markets gives the id of a market by its handle.
func (s *till) markets(handle string) []market.ID {
	for _, m := range s.shop.Markets.Active() {
		if m.Handle == handle {
			return []market.ID{m.ID}
		}
	}
	s.t.Fatalf("no market %s", handle)
	return nil
}

const stockOfMug = `{ stockChanged(variantIds: ["{{mug}}"]) { variantId availableForSale quantityAvailable stockState currentlyNotInStock } }`

func mugs(n int, state string) string {
	return fmt.Sprintf(`"availableForSale":%v,"quantityAvailable":%d,"stockState":"%s","currentlyNotInStock":false}]}}`, n > 0, n, state)
}

func TestStockChanged_tellsWhatChangedInTheMarket(t *testing.T) {
	s := openTill(t)
	web := httptest.NewServer(shop.Visitors(s.handler))
	t.Cleanup(func() { s.handler.Close(); web.Close() })
	before := runtime.NumGoroutine()
	berlin := s.place("de")
	s.tell()

	both := s.subscribe(web.URL, `subscription { stockChanged(variantIds: ["{{shirt-s}}", "{{mug}}", "{{mug}}"]) { quantityAvailable stockState } }`)
	both.expect(`{"stockChanged":[{"quantityAvailable":100,"stockState":"IN_STOCK"},{"quantityAvailable":10,"stockState":"IN_STOCK"}]}`)
	us := s.subscribe(web.URL, `subscription @inContext(country: US) `+stockOfMug)
	us.expect(mugs(10, "IN_STOCK"))
	de := s.subscribe(web.URL, `subscription @inContext(country: DE) `+stockOfMug)
	de.expect(mugs(10, "IN_STOCK"))
	socket := s.dial(web.URL)
	socket.write(`{"id":"1","type":"subscribe","payload":{"query":%q}}`, s.written(`subscription `+stockOfMug))
	socket.expect(mugs(10, "IN_STOCK"))

	s.move("mug", s.shop.Location, -6)
	for _, watching := range []interface{ expect(string) }{us, de, socket} {
		watching.expect(mugs(4, "LOW_STOCK"))
	}
	both.expect(`{"stockChanged":[{"quantityAvailable":4,"stockState":"LOW_STOCK"}]}`)

	s.move("mug", berlin, 3)
	de.expect(mugs(7, "IN_STOCK"))
	s.move("mug", s.shop.Location, -4) // what Berlin got was nothing to buyers in the United States
	us.expect(mugs(0, "OUT_OF_STOCK"))
	de.expect(mugs(3, "LOW_STOCK"))

	v, err := s.shop.Catalog.VariantByID(t.Context(), s.shop.Variants["mug"])
	if err != nil {
		t.Fatal(err)
	}
	yes, when := true, s.shop.DB.Clock().Now().Add(24*time.Hour)
	if _, err := s.shop.Catalog.UpdateVariant(salesfloor.Context(), v.ID, v.Version, catalog.VariantChange{Preorder: &yes, PreorderAt: &when}); err != nil {
		t.Fatal(err)
	}
	s.tell()
	us.expect(`"availableForSale":true,"quantityAvailable":0,"stockState":"PREORDER","currentlyNotInStock":true`)

	for _, done := range []*stream{both, us, de} {
		done.close()
	}
	_ = socket.CloseNow()
	http.DefaultClient.CloseIdleConnections()
	for i := 0; runtime.NumGoroutine() > before+4; i++ { // nobody looks for those who are gone
		if i == 500 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// wire is a subscription over WebSocket.
type wire struct {
	*websocket.Conn
	s *till
}

func (s *till) dial(url string) *wire {
	s.t.Helper()
	c, res, err := websocket.Dial(s.t.Context(), strings.Replace(url, "http", "ws", 1), &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		s.t.Fatal(err)
	}
	_ = res.Body
	w := &wire{c, s}
	w.write(`{"type":"connection_init"}`)
	w.expect("connection_ack")
	return w
}

func (w *wire) write(format string, args ...any) {
	w.s.t.Helper()
	if err := w.Write(w.s.t.Context(), websocket.MessageText, fmt.Appendf(nil, format, args...)); err != nil {
		w.s.t.Fatal(err)
	}
}

func (w *wire) expect(want string) {
	w.s.t.Helper()
	_, got, err := w.Read(w.s.t.Context())
	if err != nil || !strings.Contains(string(got), want) {
		w.s.t.Fatalf("%s, %v, not %s", got, err, want)
	}
}

func TestStockChanged_refusesWhatCannotBeWatched(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	web := httptest.NewServer(shop.Visitors(s.handler))
	t.Cleanup(func() { s.handler.Close(); web.Close() })
	for ids, want := range map[string]string{
		"": "REQUIRED", `"x"`: "VARIANT_NOT_FOUND", `"gid://souk/Product/1"`: "VARIANT_NOT_FOUND", `"gid://souk/ProductVariant/0"`: "VARIANT_NOT_FOUND",
		strings.Repeat(`"{{mug}}", `, 101): "LIMIT_EXCEEDED",
	} {
		refused := s.subscribe(web.URL, `subscription { stockChanged(variantIds: [`+ids+`]) { stockState } }`)
		refused.expect(want)
		refused.close()
	}
	// What is not sold is out of stock, whoever it is.
	gone := s.subscribe(web.URL, `subscription { stockChanged(variantIds: ["gid://souk/ProductVariant/999999"]) { availableForSale quantityAvailable stockState } }`)
	gone.expect(`[{"availableForSale":false,"quantityAvailable":null,"stockState":"OUT_OF_STOCK"}]`)
	gone.close()
}

func TestStockNotify_answersAlikeWhoeverAsks(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	s.move("mug", s.shop.Location, -10)
	ask := func(variant, email string) string {
		return s.ask(`mutation { stockNotify(variantId: "` + variant + `", email: "` + email + `") { done userErrors { code field message } } }`).body
	}
	first := ask("{{mug}}", "ada@example.com")
	for _, email := range []string{"ada@example.com", "ADA@example.com", "eve@example.com"} {
		if again := ask("{{mug}}", email); again != first || !strings.Contains(again, `"done":true,"userErrors":[]`) {
			t.Errorf("%s: %s, the first was %s", email, again, first)
		}
	}
	for name, c := range map[string]struct{ variant, email, want string }{
		"in stock": {"{{shirt-s}}", "ada@example.com", `"code":"CONFLICT","field":["variantId"]`}, "no address": {"{{mug}}", "ada", `"code":"INVALID","field":["email"]`},
		"a product": {"gid://souk/Product/1", "ada@example.com", `"code":"NOT_FOUND","field":["variantId"]`},
		"a header":  {"{{mug}}", `a@example.com\r\nBcc: eve@example.com`, `"code":"INVALID","field":["email"]`},
		"no text":   {"{{mug}}", `\u0000@example.com`, `"code":"INVALID","field":["email"]`},
	} {
		if got := ask(c.variant, c.email); !strings.Contains(got, c.want) || !strings.Contains(got, `"done":false`) {
			t.Errorf("%s: %s", name, got)
		}
	}
	waiting, err := s.restock.Page(t.Context(), restock.Filter{State: restock.Waiting}, page.Args{})
	if err != nil || len(waiting.Items) != 2 {
		t.Fatalf("%+v, %v", waiting.Items, err)
	}
	for token, want := range map[string]string{s.restock.Token(waiting.Items[0].ID): `"done":true`, "1-forged": `"done":false,"userErrors":[{"code":"NOT_FOUND"`} {
		if got := s.ask(`mutation { stockNotifyCancel(token: "` + token + `") { done userErrors { code } } }`); !strings.Contains(got.body, want) {
			t.Errorf("%s: %s", token, got.body)
		}
	}
	if n, err := s.restock.Count(t.Context(), restock.Filter{State: restock.Waiting}); err != nil || n != 1 {
		t.Errorf("%d wait, %v", n, err)
	}
}

// set makes bundles of boxes: a fixed one of a shirt and two mugs, and one of
// two pieces that the buyer picks.
func (s *till) set() {
	s.t.Helper()
	for sku, r := range map[string]bundle.Recipe{
		"gift": {Kind: bundle.Fixed, Pricing: bundle.Own, Slots: []bundle.Slot{
			{Title: "Shirt", Least: 1, Most: 1, Choices: []bundle.Choice{{Variant: s.shop.Variants["shirt-s"], Quantity: 1}}},
			{Title: "Mugs", Least: 1, Most: 1, Choices: []bundle.Choice{{Variant: s.shop.Variants["mug"], Quantity: 2}}}}},
		"mix": {Kind: bundle.Pick, Pricing: bundle.Own, Slots: []bundle.Slot{{Title: "Two of these", Least: 2, Most: 2, Choices: []bundle.Choice{
			{Variant: s.shop.Variants["shirt-s"], Quantity: 1}, {Variant: s.shop.Variants["shirt-m"], Quantity: 1}, {Variant: s.shop.Variants["mug"], Quantity: 1}}}}},
	} {
		s.shop.Sell(s.t, sku, nil, 0, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: sku}, Price: 4_001})
		if _, err := s.shop.Bundles.Set(salesfloor.Context(), s.shop.Variants[sku], 0, r); err != nil {
			s.t.Fatal(err)
		}
	}
	s.tell()
}

func TestBundles_areShownWithTheirParts(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	s.set()
	const parts = `{ kind slots { title least most choices { quantity variantId variant { sku price { amount } product { title featuredImage { url } } } } } }`
	a := s.ask(`{ node(id: "{{gift}}") { ... on ProductVariant { quantityAvailable availableForSale stockState bundle ` + parts + ` } } }`)
	want := `"quantityAvailable":5,"availableForSale":true,"stockState":"LOW_STOCK","bundle":{"kind":"FIXED","slots":[` +
		`{"title":"Shirt","least":1,"most":1,"choices":[{"quantity":1,"variantId":"` + s.written("{{shirt-s}}") + `","variant":{"sku":"shirt-s","price":{"amount":"25.0"},"product":{"title":"Shirt","featuredImage":null}}}]},` +
		`{"title":"Mugs","least":1,"most":1,"choices":[{"quantity":2,"variantId":"` + s.written("{{mug}}") + `","variant":{"sku":"mug","price":{"amount":"9.99"},"product":{"title":"Mug","featuredImage":null}}}]}]}`
	if !strings.Contains(a.body, want) {
		t.Errorf("%s\nwant %s", a.body, want)
	}
	list := func(n int) int {
		a := s.ask(fmt.Sprintf(`{ products(first: %d, reverse: true) { nodes { variants(first: 3) { nodes { sku bundle %s other: bundle { kind } } } } } }`, n, parts))
		if len(a.Errors) > 0 || strings.Count(a.body, `"kind":"PICK"`) < 1 {
			t.Errorf("%s", a.body)
		}
		return a.count
	}
	if one, all := list(2), list(6); one != all {
		t.Errorf("%d statements for one product, %d for all", one, all)
	}
}

const bundleLines = `{ id totalQuantity cost { totalAmount { amount } } lines(first: 9) { nodes { __typename id quantity cost { totalAmount { amount } } merchandise { ... on ProductVariant { sku } }
 ... on ComponentizableCartLine { lineComponents { id quantity cost { amountPerQuantity { amount } subtotalAmount { amount } totalAmount { amount } } merchandise { ... on ProductVariant { sku product { title } } } } } } } }`

func TestBundles_goThroughCartCheckoutAndOrder(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	s.set()
	a := s.ask(`mutation { cartCreate(input: { lines: [{ merchandiseId: "{{gift}}", quantity: 2 }, { merchandiseId: "{{mug}}" },
 { merchandiseId: "{{mix}}", components: [{ merchandiseId: "{{shirt-m}}" }, { merchandiseId: "{{mug}}" }] }] }) { cart ` + bundleLines + ` userErrors { code field message } warnings { code } } }`)
	for _, want := range []string{
		`"__typename":"ComponentizableCartLine","id":"gid://souk/CartLine/1","quantity":2,"cost":{"totalAmount":{"amount":"80.02"}},"merchandise":{"sku":"gift"}`,
		`"quantity":2,"cost":{"amountPerQuantity":{"amount":"22.24"},"subtotalAmount":{"amount":"44.48"},"totalAmount":{"amount":"44.48"}},"merchandise":{"sku":"shirt-s","product":{"title":"Shirt"}}`,
		`"quantity":4,"cost":{"amountPerQuantity":{"amount":"8.88"},"subtotalAmount":{"amount":"35.54"},"totalAmount":{"amount":"35.54"}},"merchandise":{"sku":"mug","product":{"title":"Mug"}}`,
		`"__typename":"CartLine"`, `"userErrors":[],"warnings":[]`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no %s in %s", want, a.body)
		}
	}
	// A part of a line is no line: it cannot be taken for the line that it is in.
	part := a.body[strings.Index(a.body, "gid://souk/CartLineComponent/"):]
	part = part[:strings.Index(part, `"`)]
	a = s.ask(`mutation { cartLinesRemove(cartId: "{{cart}}", lineIds: ["` + part + `"]) { cart { totalQuantity } userErrors { code } } }`)
	if a.at("cartLinesRemove.cart.totalQuantity") != 4.0 {
		t.Errorf("%s", a.body)
	}
	a = s.ask(`mutation { cartLinesUpdate(cartId: "{{cart}}", lines: [{ id: "gid://souk/CartLine/3", components: [{ merchandiseId: "{{mug}}", quantity: 2 }] }]) {
 cart ` + bundleLines + ` userErrors { code field message } } }`)
	if !strings.Contains(a.body, `"userErrors":[]`) || strings.Contains(a.body, "shirt-m") {
		t.Errorf("%s", a.body)
	}
	for picked, want := range map[string]string{
		`[{ merchandiseId: "{{mug}}" }]`: `"field":["lines","0","components`, `[{ merchandiseId: "{{crate}}" }]`: `"field":["lines","0","components`,
		`[{ merchandiseId: "x", quantity: -1 }]`: `"field":["lines","0","components`, `[]`: `"field":["lines","0","components`,
	} {
		a := s.ask(`mutation { cartLinesAdd(cartId: "{{cart}}", lines: [{ merchandiseId: "{{mix}}", components: ` + picked + ` }]) { cart { totalQuantity } userErrors { code field } } }`)
		if !strings.Contains(a.body, want) || a.at("cartLinesAdd.cart.totalQuantity") != 4.0 {
			t.Errorf("%s: %s", picked, a.body)
		}
	}
	s.buy()
}

// buy takes the cart through its checkout.
func (s *till) buy() {
	s.t.Helper()
	const parts = `components { quantity sku title variant { sku } }`
	steps := []struct{ query, want string }{
		{`mutation { checkoutStart(input: { cartId: "{{cart}}", email: "ada@example.com", idempotencyKey: "k" }) { checkout { id token quoteHash lines(first: 9) { nodes { title ` + parts + ` } } } userErrors { code message } } }`,
			`"components":[{"quantity":1,"sku":"shirt-s","title":"Shirt - S","variant":{"sku":"shirt-s"}},{"quantity":2,"sku":"mug","title":"Mug","variant":{"sku":"mug"}}]`},
		{`mutation { checkoutSetShippingAddress(ref: { id: "{{checkout}}" }, address: { firstName: "Ada", lastName: "L", address1: "1 Main St", city: "Albany", zoneCode: "NY", zip: "12207", countryCode: US }) { checkout { quoteHash shipments { id } } userErrors { code message field } } }`, `"userErrors":[]`},
		{`mutation { checkoutSelectShipping(ref: { id: "{{checkout}}" }, choices: [{ shipmentId: "{{shipment}}", methodHandle: "standard" }]) { checkout { id quoteHash problems { code message } } userErrors { code message field } } }`, `"userErrors":[]`},
		{`mutation { checkoutComplete(ref: { id: "{{checkout}}" }, quoteHash: "{{quote}}", idempotencyKey: "p", payment: { methodHandle: "sandbox", token: "ok" }) { orderAccessToken order { lineItems(first: 9) { nodes { title ` + parts + ` } } } userErrors { code message } } }`,
			`"components":[{"quantity":1,"sku":"shirt-s","title":"Shirt - S","variant":{"sku":"shirt-s"}},{"quantity":2,"sku":"mug","title":"Mug","variant":{"sku":"mug"}}]`},
	}
	for _, step := range steps {
		if a := s.ask(step.query); !strings.Contains(a.body, step.want) {
			s.t.Fatalf("%s\n%s", step.query, a.body)
		}
	}
	left, err := s.shop.Listing.Goods(s.t.Context(), s.shop.Wish(s.t, "US"), []catalog.VariantID{s.shop.Variants["mug"], s.shop.Variants["shirt-s"]})
	if err != nil || left[s.shop.Variants["mug"]].Stock != 3 || left[s.shop.Variants["shirt-s"]].Stock != 98 {
		s.t.Errorf("%+v, %v", left, err) // two gifts with two mugs each, one mug, two mugs of the mix
	}
}

// Where a market holds stock from the cart on, what is in a cart is nobody
// else's, and what cannot be held is told.
func TestCart_holdsStockWhereTheMarketSaysSo(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	p := inventory.DefaultPolicy(s.markets("us")[0])
	p.ReserveAt = inventory.ReserveAtCart
	if _, err := s.shop.Stock.SetPolicy(salesfloor.Context(), p); err != nil {
		t.Fatal(err)
	}
	if err := s.shop.Stock.RefreshPolicies(t.Context()); err != nil {
		t.Fatal(err)
	}
	const answer = ` { cart { id totalQuantity } userErrors { code message } warnings { code target } } }`
	a := s.ask(`mutation { cartCreate(input: { lines: [{ merchandiseId: "{{mug}}", quantity: 8 }] })` + answer)
	if !strings.Contains(a.body, `"warnings":[]`) {
		t.Errorf("%s", a.body)
	}
	mine := s.seen["cart"]
	left := `{ node(id: "{{mug}}") { ... on ProductVariant { quantityAvailable } } }`
	if a := s.ask(left); !strings.Contains(a.body, `"quantityAvailable":2`) {
		t.Errorf("%s", a.body)
	}
	a = s.ask(`mutation { cartCreate(input: { lines: [{ merchandiseId: "{{mug}}", quantity: 5 }] })` + answer)
	if !strings.Contains(a.body, "MERCHANDISE_NOT_ENOUGH_STOCK") || a.at("cartCreate.cart.totalQuantity") != 2.0 {
		t.Errorf("another buyer: %s", a.body)
	}
	s.seen["cart"] = mine
	a = s.ask(`mutation { cartLinesUpdate(cartId: "{{cart}}", lines: [{ id: "gid://souk/CartLine/1", quantity: 7 }])` + answer)
	if !strings.Contains(a.body, `"warnings":[]`) || a.at("cartLinesUpdate.cart.totalQuantity") != 7.0 {
		t.Errorf("what it holds itself is there for it: %s", a.body)
	}
	if a := s.ask(left); !strings.Contains(a.body, `"quantityAvailable":1`) {
		t.Errorf("%s", a.body)
	}
	a = s.ask(`mutation { cartLinesRemove(cartId: "{{cart}}", lineIds: ["gid://souk/CartLine/1"])` + answer)
	if a := s.ask(left); !strings.Contains(a.body, `"quantityAvailable":8`) {
		t.Errorf("given back: %s", a.body)
	}
}
