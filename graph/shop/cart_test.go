package shop_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

func (s *till) newCart(header ...string) answered {
	s.t.Helper()
	return s.ask(`mutation { cartCreate(input: { lines: [{ merchandiseId: "{{shirt-s}}" }], buyerIdentity: { countryCode: US } }) { cart { id lines(first: 1) { nodes { id } } } userErrors { code message } } }`, header...)
}

// wholeCart is what storefronts ask of a cart.
const wholeCart = `{ id totalQuantity cost { totalAmount { amount } } lines(first: 250) { nodes { id quantity cost { totalAmount { amount } } merchandise { ... on ProductVariant { id title image { url } price { amount }
 selectedOptions { name value } product { handle title featuredImage { url } } } } } } deliveryGroups(first: 10) { nodes { id cartLines(first: 10) { nodes { merchandise { ... on ProductVariant { sku } } } } } } }`

// What the lines are about comes in one batch, whatever is asked of it and
// however many lines there are.
func TestCartMutations_takeSixStatementsAtMost(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	s.newCart()
	for name, mutation := range map[string]string{
		"create":  `cartCreate(input: { lines: [{ merchandiseId: "{{shirt-s}}" }, { merchandiseId: "{{mug}}" }, { merchandiseId: "{{ebook}}" }] })`,
		"add":     `cartLinesAdd(cartId: "{{cart}}", lines: [{ merchandiseId: "{{mug}}" }, { merchandiseId: "{{ebook}}" }])`,
		"update":  `cartLinesUpdate(cartId: "{{cart}}", lines: [{ id: "{{line}}", quantity: 3 }])`,
		"note":    `cartNoteUpdate(cartId: "{{cart}}", note: "x")`,
		"codes":   `cartDiscountCodesUpdate(cartId: "{{cart}}", discountCodes: ["A"])`,
		"buyer":   `cartBuyerIdentityUpdate(cartId: "{{cart}}", buyerIdentity: { email: "a@example.com", countryCode: DE })`,
		"address": `cartDeliveryAddressesReplace(cartId: "{{cart}}", addresses: [{ selected: true, address: { deliveryAddress: { city: "Albany", provinceCode: "NY", countryCode: US } } }])`,
	} {
		a := s.ask(`mutation { m: ` + mutation + ` { cart { id totalQuantity lines(first: 9) { nodes { id quantity } } } userErrors { code message } } }`)
		if strings.Contains(a.body, `"code"`) || a.count > 6 {
			t.Errorf("%s: %d statements, %s", name, a.count, a.body)
		}
		a = s.ask(`mutation { m: ` + mutation + ` { cart ` + wholeCart + ` userErrors { code message } } }`)
		if strings.Contains(a.body, `"code"`) || a.trips > 6 {
			t.Errorf("%s: %d round trips, %s", name, a.trips, a.body)
		}
		s.seen["cart"] = a.at("m.cart.id").(string)
	}
	if a := s.ask(`{ cart(id: "{{cart}}") ` + wholeCart + ` }`); a.trips != 1 || a.at("cart.id") == nil {
		t.Errorf("reading takes %d round trips: %s", a.trips, a.body)
	}
	if a := s.ask(`{ cart(id: "{{cart}}") { totalQuantity cost { totalAmount { amount } } } }`); a.count != 0 {
		t.Errorf("reading a total takes %d statements: %s", a.count, a.body)
	}
}

func TestCart_leavesOutWhatIsNoLongerSold(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	s.ask(`mutation { cartCreate(input: { lines: [{ merchandiseId: "{{shirt-s}}" }, { merchandiseId: "{{mug}}" }] }) { cart { id } } }`)
	if _, err := s.shop.DB.Pool().Exec(salesfloor.Context(), `UPDATE product SET status = 'draft' WHERE handle = 'mug'`); err != nil {
		t.Fatal(err)
	}
	for _, fields := range []string{"{ nodes { quantity merchandise { ... on ProductVariant { sku } } } }", "{ nodes { quantity } }"} {
		a := s.ask(`mutation { cartNoteUpdate(cartId: "{{cart}}", note: "x") { cart { lines(first: 10) ` + fields + ` cost { subtotalAmount { amount } } } userErrors { code } warnings { code target } } }`)
		if strings.Count(a.body, `"quantity"`) != 1 || !strings.Contains(a.body, `[{"code":"MERCHANDISE_UNAVAILABLE","target":"gid://souk/CartLine/2"}]`) ||
			!strings.Contains(a.body, `"subtotalAmount":{"amount":"25.0"}`) {
			t.Errorf("%s: %s", fields, a.body)
		}
	}
}

func cookieOf(a answered) *http.Cookie {
	found := (&http.Response{Header: a.header}).Cookies()
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

func TestCartCookie_keepsTheIDFromScripts(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	if c := cookieOf(s.newCart()); c != nil {
		t.Errorf("set without being asked for: %v", c)
	}
	c := cookieOf(s.newCart("Souk-Cart-Cookie", "1"))
	if c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 30*24*60*60 {
		t.Fatalf("%+v", c)
	}
	sent := []string{"Cookie", c.Name + "=" + c.Value}
	if a := s.ask(`{ currentCart { id totalQuantity } }`, sent...); a.at("currentCart.id") != s.seen["cart"] || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %v", a.body, a.header)
	}
	a := s.ask(`mutation { cartLinesAdd(cartId: "gid://souk/Cart/current", lines: [{ merchandiseId: "{{ebook}}" }]) { cart { id totalQuantity } userErrors { code } } }`, sent...)
	if a.at("cartLinesAdd.cart.id") != s.seen["cart"] || a.at("cartLinesAdd.cart.totalQuantity") != 2.0 {
		t.Errorf("by a mutation: %s", a.body)
	}
	for name, header := range map[string][]string{
		"from another site": append([]string{"Sec-Fetch-Site", "cross-site"}, sent...),
		"another secret":    {"Cookie", c.Name + "=1.wrong"},
		"nonsense":          {"Cookie", c.Name + "=; " + c.Name + "=x.y"},
		"none":              nil,
	} {
		if a := s.ask(`{ currentCart { id } }`, header...); a.at("currentCart") != nil || len(a.Errors) > 0 {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	before := s.seen["cart"]
	if next := cookieOf(s.newCart(sent...)); next == nil || next.Value == c.Value || s.seen["cart"] == before {
		t.Errorf("another cart of the same browser: %v", next)
	}
}

func TestIdempotencyKey_makesACartMutationSafeToRepeat(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	key := []string{"Idempotency-Key", "a-random-key-of-a-client"}
	first, again := s.newCart(key...), s.newCart(key...)
	if first.body != again.body || first.at("cartCreate.cart.id") == nil {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	add := `mutation { cartLinesAdd(cartId: "{{cart}}", lines: [{ merchandiseId: "{{mug}}", quantity: %N }]) { cart { totalQuantity } userErrors { code } warnings { code } } }`
	quantity := func(n string) string { return strings.ReplaceAll(add, "%N", n) }
	first, again = s.ask(quantity("50"), key...), s.ask(quantity("50"), key...)
	if first.body != again.body || !strings.Contains(first.body, "NOT_ENOUGH_STOCK") {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	if a := s.ask(quantity("2"), key...); !strings.Contains(a.body, `"userErrors":[{"code":"INVALID"}]`) {
		t.Errorf("another input: %s", a.body)
	}
	if a := s.newCart("Idempotency-Key", "guessable"); !strings.Contains(a.body, `"cart":null`) {
		t.Errorf("a key that others could have: %s", a.body)
	}
	refused := `mutation { cartLinesAdd(cartId: "{{cart}}", lines: [{ merchandiseId: "{{shirt-m}}", quantity: -1 }]) { userErrors { code } } }`
	s.ask(refused, "Idempotency-Key", "another-key-of-a-client")
	if a := s.ask(strings.ReplaceAll(refused, "-1", "1"), "Idempotency-Key", "another-key-of-a-client"); !strings.Contains(a.body, `"userErrors":[]`) {
		t.Errorf("a refusal took the key: %s", a.body)
	}
}

// heaviest is the budget of the heaviest mutation of a checkout: 25 of the shop's
// own, and the one by which the sandbox plays a provider.
const heaviest = 25 + 1

func TestCheckoutMutations_haveABudgetOfStatements(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	s.ask(`mutation { cartCreate(input: { lines: [{ merchandiseId: "{{shirt-s}}" }, { merchandiseId: "{{shirt-m}}" }, { merchandiseId: "{{mug}}", quantity: 2 }, { merchandiseId: "{{ebook}}" }], buyerIdentity: { countryCode: US } }) { cart { id } } }`)
	for _, mutation := range []string{
		`checkoutStart(input: { cartId: "{{cart}}", idempotencyKey: "s" }) { checkout { id shipments { id } }`,
		`checkoutSetContact(ref: { id: "{{checkout}}" }, email: "ada@example.com") { checkout { state }`,
		`checkoutSetShippingAddress(ref: { id: "{{checkout}}" }, address: { firstName: "Ada", lastName: "Lovelace", address1: "1 Market Street", city: "San Francisco", zoneCode: "CA", zip: "94105", countryCode: US }) { checkout { state }`,
		`checkoutSelectShipping(ref: { id: "{{checkout}}" }, choices: [{ shipmentId: "{{shipment}}", methodHandle: "standard" }]) { checkout { state quoteHash }`,
		`checkoutComplete(ref: { id: "{{checkout}}" }, quoteHash: "{{quote}}", idempotencyKey: "p", payment: { methodHandle: "sandbox", token: "ok" }) { order { name } orderAccessToken`,
	} {
		a := s.ask(`mutation { m: ` + mutation + ` userErrors { code message } } }`)
		if strings.Contains(a.body, `"code"`) || len(a.Errors) > 0 || a.count > heaviest {
			t.Errorf("%.40s: %d statements, %s\n%s", mutation, a.count, a.body, strings.Join(a.sql, "\n"))
		}
	}
}
