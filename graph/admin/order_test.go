package admin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	paymentstate "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/tax"
)

// till is a way to pay whose provider nobody asks.
type till struct {
	payment.Provider
	method payment.Method
}

func (t till) Method() payment.Method { return t.method }

var (
	cardTill    = till{method: payment.Method{Handle: "card", Title: "Card", Kind: payment.Card}}
	invoiceTill = till{method: payment.Method{Handle: "invoice", Title: "Invoice", Kind: payment.BankTransfer, PayLater: true}}
)

// purchase is what somebody buys of one variant.
type purchase struct {
	variant  string
	quantity int
	name     string // of the buyer
	by       till
}

// shirts makes a product of which there are many pieces, and gives its variant.
func (c client) shirts() string {
	c.t.Helper()
	variant := c.change(createShirt).text("productCreate.product.variants.nodes.0.id")
	c.receive(variant)
	return variant
}

func (c client) receive(variant string) {
	c.t.Helper()
	place := c.do(`{ locations { id } }`).text("locations.0.id")
	c.change(`mutation($v: ID!, $l: ID!) { stockReceive(lines: [{variant: $v, location: $l, quantity: 100}], reason: "van", idempotencyKey: "shirts") { levels { id } userErrors { code } } }`,
		"v", variant, "l", place)
}

// buy takes a purchase through the rooms as a checkout does, and gives its order.
func (h *house) buy(p purchase) order.Order {
	h.t.Helper()
	ctx := actor.WithSystem(context.Background(), "checkout")
	id, err := gql.UnmarshalVariantID(p.variant)
	h.must(err)
	v, err := h.deps.Catalog.VariantByID(ctx, id)
	h.must(err)
	checkout := h.checkout(ctx)
	wants := []inventory.Want{{Line: 1, Variant: id, Quantity: int64(p.quantity)}}
	short, err := h.deps.Stock.Reserve(ctx, inventory.Hold{Checkout: inventory.CheckoutID(checkout), Wants: wants, Until: h.db.Clock().Now().Add(time.Hour)})
	h.must(err)
	if len(short) > 0 {
		h.t.Fatalf("there is too little: %v", short)
	}
	vat := []tax.Levy{{Name: "VAT", PPM: 190_000}}
	q, err := quote.Of(quote.Input{Currency: "EUR", TaxIncluded: true,
		Lines:      []quote.LineInput{{ID: 1, Variant: int64(id), Quantity: p.quantity, UnitPrice: 1190, Taxes: vat}},
		Deliveries: []quote.DeliveryInput{{Shipment: quote.Goods, Method: "standard", Price: 490, Taxes: vat}}})
	h.must(err)
	var o order.Order
	h.must(h.db.InTx(ctx, func(ctx context.Context) error {
		if err := h.deps.Stock.Commit(ctx, inventory.CheckoutID(checkout), wants); err != nil {
			return err
		}
		paid, err := h.pay(ctx, checkout, money.New(q.Due, "EUR"), p.by)
		if err != nil {
			return err
		}
		if o, err = h.deps.Orders.Place(ctx, placement(checkout, v, p, q, paid)); err != nil {
			return err
		}
		return h.deps.Stock.Consume(ctx, inventory.CheckoutID(checkout))
	}))
	return o
}

func placement(checkout int64, v catalog.Variant, p purchase, q quote.Quote, paid payment.Payment) order.Placement {
	home := postal.Address{FirstName: p.name, LastName: "Byron", Address1: "Street 1", City: "Berlin", Zip: "10115", Country: "DE"}
	compareAt := int64(1500)
	return order.Placement{Checkout: checkout, Market: 1, MarketHandle: "home", Country: "DE", Language: "de",
		Email: p.name + "@Example.com", ShippingAddress: &home, Attributes: []order.Attribute{{Key: "gift", Value: "yes"}},
		Items: []order.Item{{Line: 1, Goods: listing.Goods{Variant: v.ID, Product: v.ProductID, Title: "Shirt", VariantTitle: v.Title, SKU: "SH-R-S",
			Prices: []listing.Tier{{From: 1, Amount: 1190, CompareAt: &compareAt}}, RequiresShipping: true, Taxable: true, Grams: 200, UnitCost: v.UnitCost}}},
		Deliveries: []order.Chosen{{Shipment: quote.Goods, Title: "Standard"}},
		Quote:      q, Payment: paid, PayLater: p.by.method.PayLater}
}

// checkout makes a checkout by hand: no room below the back office makes one.
func (h *house) checkout(ctx context.Context) (id int64) {
	h.t.Helper()
	h.must(h.db.Pool().QueryRow(ctx, `
		WITH c AS (INSERT INTO cart (created_at, updated_at, market_id, country, language, currency, attributes, codes, preferences, metafields, choices, expires_at)
			VALUES ($1, $1, 1, 'DE', 'de', 'EUR', '[]', '[]', '{}', '[]', '{}', $1) RETURNING id)
		INSERT INTO checkout (created_at, updated_at, cart_id, cart_version, market_id, country, language, currency, attributes, codes, choices, expires_at)
		SELECT $1, $1, id, 1, 1, 'DE', 'de', 'EUR', '[]', '[]', '{}', $1 FROM c RETURNING id`, h.db.Clock().Now()).Scan(&id))
	return id
}

// pay makes an attempt that is declined and, of a card, another that is taken;
// an invoice is agreed to at once.
func (h *house) pay(ctx context.Context, checkout int64, due money.Money, by till) (payment.Payment, error) {
	verdict := payment.Verdict{State: paymentstate.Authorized, Amount: due}
	if !by.method.PayLater {
		verdict = payment.Verdict{State: paymentstate.Captured, Amount: due, Reference: fmt.Sprint("ch-", checkout)}
		if _, err := h.attempt(ctx, checkout, due, by, payment.Verdict{State: paymentstate.Failed, Reason: "No funds."}); err != nil {
			return payment.Payment{}, err
		}
	}
	return h.attempt(ctx, checkout, due, by, verdict)
}

func (h *house) attempt(ctx context.Context, checkout int64, due money.Money, by till, v payment.Verdict) (payment.Payment, error) {
	p, err := h.deps.Payments.Open(ctx, payment.New{Checkout: checkout, Method: by.method.Handle, Amount: due})
	if err != nil {
		return payment.Payment{}, err
	}
	return h.deps.Payments.Record(ctx, p.ID, v)
}

// confirm writes the mail that confirms an order.
func (h *house) confirm(o order.Order) {
	h.t.Helper()
	fact, err := json.Marshal(order.Placed{Order: o.ID})
	h.must(err)
	h.must(h.deps.Mails.Subscribers()[0].Handle(context.Background(), event.Envelope{Payload: fact}))
}

// orderID is the public id of an order.
func orderID(o order.Order) string { return fmt.Sprintf("gid://souk/Order/%d", o.ID) }

const wholeOrder = `query($id: ID!) { order(id: $id) {
	id number state status version marketHandle market { name } country language currency email cancelReason attributes { key value }
	shippingAddress { firstName formatted } billingAddress { city }
	lines { id title variantTitle sku quantity cancelled unitPrice { amount currency } compareAt { amount } total { amount } tax { amount } unitCost { amount currency }
		imageUrl taxes { name rate amount { amount } } variant { sku } product { title } }
	deliveries { shipment method title price { amount } taxes { rate } }
	taxes { name rate amount { amount } } taxIncluded
	subtotal { amount } discount { amount } delivery { amount } tax { amount } total { amount } credit { amount } captured { amount } refunded { amount }
	payments { id method state amount { amount } captured { amount } refundOwed reference declineReason }
	tags notes { body authorName } timeline { kind message detail actor public } reservations { quantity state variant { sku } location { name } }
	mails { kind recipient state sentAt language }
} }`

func TestOrder_showsWhatWasBought(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	o := h.buy(purchase{c.shirts(), 2, "Ada", cardTill})
	h.confirm(o)
	a := c.do(wholeOrder, "id", orderID(o))
	for path, want := range map[string]any{
		"number": int(o.Number), "state": "CONFIRMED", "status": "PAID", "market.name": "Home", "email": "ada@example.com", "cancelReason": nil,
		"attributes.0.key": "gift", "shippingAddress.formatted.0": "Ada Byron", "billingAddress": nil,
		"lines.0.unitPrice.amount": "11.9", "lines.0.compareAt.amount": "15.0", "lines.0.total.amount": "23.8", "lines.0.tax.amount": "3.8",
		"lines.0.unitCost.amount": "4.5", "lines.0.taxes.0.rate": "19.0", "lines.0.variant.sku": "SH-R-S", "lines.0.product.title": "Shirt", "lines.0.imageUrl": nil,
		"deliveries.0.title": "Standard", "deliveries.0.price.amount": "4.9", "taxes.0.amount.amount": "4.58", "taxIncluded": true,
		"subtotal.amount": "23.8", "discount.amount": "0.0", "delivery.amount": "4.9", "tax.amount": "4.58", "total.amount": "28.7", "captured.amount": "28.7", "refunded.amount": "0.0",
		"payments.0.state": "FAILED", "payments.0.declineReason": "No funds.", "payments.1.state": "CAPTURED", "payments.1.refundOwed": false, "payments.1.method": "card",
		"timeline.0.kind": "order.placed", "reservations.0.quantity": 2, "reservations.0.state": "CONSUMED", "reservations.0.location.name": "Main",
		"mails.0.kind": "order.confirmation", "mails.0.recipient": "ada@example.com", "mails.0.state": "SENT", "mails.0.language": "de",
	} {
		a.is("order."+path, want)
	}
	list := c.do(`{ mails(filter: {state: SENT}) { totalCount nodes { id text } } }`)
	list.is("mails.totalCount", 1)
	c.do(`query($id: ID!) { mail(id: $id) { recipient } }`, "id", list.at("mails.nodes.0.id")).is("mail.recipient", "ada@example.com")
	c.do(`query($n: Int!) { orderByNumber(number: $n) { id } }`, "n", o.Number).is("orderByNumber.id", orderID(o))
	c.do(`{ orderByNumber(number: 0) { id } }`).is("orderByNumber", nil)
	c.do(`query($id: ID!) { order(id: $id) { id } }`, "id", "gid://souk/Product/1").is("order", nil)
}

func TestOrders_areFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts := c.shirts()
	ada, bob := h.buy(purchase{shirts, 1, "Ada", cardTill}), h.buy(purchase{shirts, 3, "Bob", invoiceTill})
	c.change(`mutation($id: ID!, $v: Int!) { orderTagsSet(id: $id, version: $v, tags: ["vip"]) { order { tags } userErrors { code } } }`, "id", orderID(ada), "v", ada.Version).
		is("orderTagsSet.order.tags.0", "vip")
	c.change(`mutation($id: ID!, $v: Int!) { orderHold(id: $id, version: $v, reason: "odd") { order { state } userErrors { code } } }`, "id", orderID(bob), "v", bob.Version)
	for filter, want := range map[string]order.Order{
		`{tag: "vip"}`: ada, `{email: "ADA@example.com"}`: ada, `{text: "bob"}`: bob, `{state: ON_HOLD}`: bob, `{state: CONFIRMED}`: ada,
		fmt.Sprintf(`{number: %d}`, ada.Number): ada, fmt.Sprintf(`{text: "#%d"}`, bob.Number): bob, `{email: "ada@example.com", from: "2000-01-01T00:00:00Z"}`: ada,
	} {
		a := c.do(`{ orders(filter: ` + filter + `) { totalCount nodes { id } } }`)
		a.is("orders.totalCount", 1)
		a.is("orders.nodes.0.id", orderID(want))
	}
	c.do(`{ orders(filter: {until: "2000-01-01T00:00:00Z"}) { totalCount } }`).is("orders.totalCount", 0)
	c.do(`{ orders(sort: TOTAL, first: 1) { nodes { id } } }`).is("orders.nodes.0.id", orderID(bob))
	c.do(`{ orders(sort: TOTAL, first: 1, reverse: true) { nodes { id } } }`).is("orders.nodes.0.id", orderID(ada))
	if got := h.as(staff.Viewer).try(`{ orders { totalCount } }`).code(); got != "FORBIDDEN" {
		t.Errorf("a viewer reads orders: %q", got)
	}
}

func TestOrder_isHeldNotedAndResumed(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	o := h.buy(purchase{c.shirts(), 1, "Ada", cardTill})
	const hold = `mutation($id: ID!, $v: Int!) { orderHold(id: $id, version: $v, reason: "Odd address.") { order { version state status } userErrors { code field } } }`
	held := c.change(hold, "id", orderID(o), "v", o.Version)
	held.is("orderHold.order.state", "ON_HOLD")
	stale := c.do(hold, "id", orderID(o), "v", o.Version)
	stale.is("orderHold.order", nil)
	stale.is("orderHold.userErrors.0.code", "STALE_VERSION")
	c.do(hold, "id", orderID(o), "v", held.at("orderHold.order.version")).is("orderHold.userErrors.0.code", "INVALID_TRANSITION")
	c.do(`mutation($id: ID!) { orderNoteAdd(id: $id, body: " ") { note { id } userErrors { code } } }`, "id", orderID(o)).is("orderNoteAdd.userErrors.0.code", "INVALID_NOTE")
	c.do(`mutation { orderNoteAdd(id: "gid://souk/Order/999", body: "x") { note { id } userErrors { code } } }`).is("orderNoteAdd.userErrors.0.code", "ORDER_NOT_FOUND")
	c.change(`mutation($id: ID!) { orderNoteAdd(id: $id, body: "Called her.") { note { body authorName } userErrors { code } } }`, "id", orderID(o)).
		is("orderNoteAdd.note.authorName", "Ada")
	c.change(`mutation($id: ID!, $v: Int!) { orderResume(id: $id, version: $v) { order { state } userErrors { code } } }`, "id", orderID(o), "v", held.at("orderHold.order.version")).
		is("orderResume.order.state", "CONFIRMED")
	a := c.do(wholeOrder, "id", orderID(o))
	a.is("order.notes.0.body", "Called her.")
	told := entries(a)
	for _, want := range []string{"order.held Odd address. Ada false", "note  Ada false", "order.resumed  Ada false"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is missing in:\n%s", want, told)
		}
	}
}

// entries writes a timeline, an entry a line.
func entries(a answer) string {
	var b strings.Builder
	list, _ := a.at("order.timeline").([]any)
	for _, e := range list {
		e, _ := e.(map[string]any)
		fmt.Fprintln(&b, e["kind"], e["detail"], e["actor"], e["public"])
	}
	return b.String()
}

func TestOrder_cancelledGivesGoodsBackAndOwesTheMoney(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts := c.shirts()
	o := h.buy(purchase{shirts, 2, "Ada", cardTill})
	available := func() any {
		return c.do(`query($v: ID!) { productVariant(id: $v) { stock { available } } }`, "v", shirts).at("productVariant.stock.0.available")
	}
	if got := available(); got != float64(98) {
		t.Errorf("%v are available", got)
	}
	const cancel = `mutation($id: ID!, $v: Int!) { orderCancel(id: $id, version: $v, reason: CUSTOMER, note: "By phone.") { order { state status cancelReason cancelledAt version } userErrors { code } } }`
	a := c.change(cancel, "id", orderID(o), "v", o.Version)
	a.is("orderCancel.order.state", "CANCELLED")
	a.is("orderCancel.order.status", "CANCELLED")
	a.is("orderCancel.order.cancelReason", "CUSTOMER")
	if got := available(); got != float64(100) {
		t.Errorf("%v are available after the order was cancelled", got)
	}
	whole := c.do(wholeOrder, "id", orderID(o))
	whole.is("order.payments.1.refundOwed", true)
	whole.is("order.lines.0.cancelled", 2)
	whole.is("order.reservations.0.state", "RELEASED")
	c.do(cancel, "id", orderID(o), "v", a.at("orderCancel.order.version")).is("orderCancel.userErrors.0.code", "INVALID_TRANSITION")
}

func TestOrder_paidLaterIsMarkedPaid(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts := c.shirts()
	o := h.buy(purchase{shirts, 1, "Bob", invoiceTill})
	const paid = `mutation($id: ID!, $v: Int!) { orderMarkPaid(id: $id, version: $v) { order { status captured { amount } version } userErrors { code } } }`
	a := c.change(paid, "id", orderID(o), "v", o.Version)
	a.is("orderMarkPaid.order.status", "PAID")
	a.is("orderMarkPaid.order.captured.amount", "16.8")
	c.do(paid, "id", orderID(o), "v", a.at("orderMarkPaid.order.version")).is("orderMarkPaid.userErrors.0.code", "NOTHING_OWED")
	card := h.buy(purchase{shirts, 1, "Ada", cardTill})
	c.do(paid, "id", orderID(card), "v", card.Version).is("orderMarkPaid.userErrors.0.code", "NOTHING_OWED")
}

// What is kept under a key is read back as ids; nothing about the buyer is
// written beside the order.
func TestKey_keepsNothingAboutBuyers(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	o := h.buy(purchase{c.shirts(), 1, "Ada", cardTill})
	const note = `mutation($id: ID!) { orderNoteAdd(id: $id, body: "Ada Byron called.") { note { id body } userErrors { code } } }`
	first, again := c.under("k1", note, "id", orderID(o)), c.under("k1", note, "id", orderID(o))
	again.is("orderNoteAdd.note.id", first.at("orderNoteAdd.note.id"))
	again.is("orderNoteAdd.note.body", "Ada Byron called.")
	const hold = `mutation($id: ID!, $v: Int!) { orderHold(id: $id, version: $v, reason: "x") { order { email state version } userErrors { code } } }`
	once, twice := c.under("k2", hold, "id", orderID(o), "v", o.Version), c.under("k2", hold, "id", orderID(o), "v", o.Version)
	twice.is("orderHold.order.email", "ada@example.com")
	twice.is("orderHold.order.version", once.at("orderHold.order.version"))
	c.do(wholeOrder, "id", orderID(o)).is("order.notes.0.body", "Ada Byron called.")
	var kept string
	h.must(h.db.Pool().QueryRow(t.Context(), `SELECT string_agg(to_jsonb(k)::text, ' ') FROM idempotency_key k`).Scan(&kept))
	if !strings.Contains(kept, "orderHold") || strings.Contains(strings.ToLower(kept), "byron") || strings.Contains(kept, "@example.com") {
		t.Errorf("kept: %s", kept)
	}
}

func TestReservations_areListedByVariant(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Viewer)
	shirts := h.as(staff.Editor).shirts()
	h.buy(purchase{shirts, 2, "Ada", cardTill})
	id, err := gql.UnmarshalVariantID(shirts)
	h.must(err)
	_, err = h.deps.Stock.Reserve(t.Context(), inventory.Hold{Checkout: inventory.CheckoutID(h.checkout(t.Context())),
		Wants: []inventory.Want{{Line: 1, Variant: id, Quantity: 5}}, Until: h.db.Clock().Now().Add(time.Hour)})
	h.must(err)
	a := c.do(`query($v: ID!) { stockReservations(filter: {variant: $v, active: true}) { totalCount nodes { quantity state variant { sku } location { name } } } all: stockReservations { totalCount } }`, "v", shirts)
	a.is("stockReservations.totalCount", 1)
	a.is("stockReservations.nodes.0.quantity", 5)
	a.is("stockReservations.nodes.0.state", "HELD")
	a.is("all.totalCount", 2)
}
