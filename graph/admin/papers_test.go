package admin_test

import (
	"strings"
	"testing"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/staff"
)

const wholeTransfer = ` transfer { id version state from { handle } to { handle } lines { variant { sku } quantity shipped received lost onTheWay } } userErrors { code field } `

func TestTransfer_goesFromOnePlaceToAnother(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts, here, there := c.shirts(), c.main(), c.place("shop", "STORE")
	a := c.change(`mutation($f: ID!, $t: ID!, $v: ID!) { stockTransferCreate(input: {from: $f, to: $t, note: "window", lines: [{variant: $v, quantity: 10}]}) {`+wholeTransfer+`} }`,
		"f", here, "t", there, "v", shirts)
	a.is("stockTransferCreate.transfer.state", "DRAFT")
	id := a.text("stockTransferCreate.transfer.id")
	reserved := c.change(`mutation($id: ID!) { stockTransferReserve(id: $id, version: 1) {`+wholeTransfer+`} }`, "id", id)
	c.figures(shirts, here, map[string]int{"onHand": 100, "taken": 10, "transferring": 10, "allocated": 0, "available": 90})
	version := reserved.at("stockTransferReserve.transfer.version")
	c.do(`mutation($id: ID!) { stockTransferShip(id: $id, version: 1) {`+wholeTransfer+`} }`, "id", id).is("stockTransferShip.userErrors.0.code", "STALE_VERSION")
	shipped := c.change(`mutation($id: ID!, $n: Int!, $v: ID!) { stockTransferShip(id: $id, version: $n, lines: [{variant: $v, quantity: 8}]) {`+wholeTransfer+`} }`, "id", id, "n", version, "v", shirts)
	shipped.is("stockTransferShip.transfer.state", "IN_TRANSIT")
	shipped.is("stockTransferShip.transfer.lines.0.onTheWay", 8)
	c.figures(shirts, here, map[string]int{"onHand": 92, "taken": 0})
	c.figures(shirts, there, map[string]int{"onHand": 0, "incoming": 8})
	const receive = `mutation($id: ID!, $n: Int!, $l: [StockArrivalInput!], $k: String) { stockTransferReceive(id: $id, version: $n, lines: $l, idempotencyKey: $k) {` + wholeTransfer + `} }`
	version = shipped.at("stockTransferShip.transfer.version")
	c.do(receive, "id", id, "n", version).is("stockTransferReceive.userErrors.0.code", "IDEMPOTENCY_KEY_REQUIRED")
	part := []map[string]any{{"variant": shirts, "received": 5, "lost": 1}}
	came := c.change(receive, "id", id, "n", version, "l", part, "k", "van-1")
	came.is("stockTransferReceive.transfer.state", "IN_TRANSIT")
	c.change(receive, "id", id, "n", version, "l", part, "k", "van-1").is("stockTransferReceive.transfer.lines.0.received", 5)
	rest := c.change(receive, "id", id, "n", came.at("stockTransferReceive.transfer.version"), "k", "van-2")
	rest.is("stockTransferReceive.transfer.state", "RECEIVED")
	rest.is("stockTransferReceive.transfer.lines.0.lost", 1)
	c.figures(shirts, there, map[string]int{"onHand": 7, "incoming": 0})
	list := h.as(staff.Viewer).do(`query($to: ID!) { stockTransfers(filter: {states: [RECEIVED], to: $to}) { totalCount nodes { id } } stockMovements(filter: {referenceKind: "transfer", referenceId: 1}) { totalCount } stockTransfer(id: "gid://souk/Order/1") { id } }`, "to", there)
	list.is("stockTransfers.nodes.0.id", id)
	list.is("stockTransfer", nil)
	if n, _ := list.at("stockMovements.totalCount").(float64); n < 5 {
		t.Errorf("the ledger names %v movements of the transfer", n)
	}
	c.do(`mutation($id: ID!, $n: Int!) { stockTransferCancel(id: $id, version: $n) { userErrors { code } } }`, "id", id, "n", rest.at("stockTransferReceive.transfer.version")).
		is("stockTransferCancel.userErrors.0.code", "INVALID_TRANSITION")
}

func TestStockCount_bringsItsDifferencesIntoTheBooks(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts, here := c.shirts(), c.main()
	a := c.change(`mutation($l: ID!) { stockCountOpen(input: {location: $l, note: "autumn"}) { count { id state progress { lines counted } lines(first: 5) { nodes { expected counted difference } } } userErrors { code field } } }`, "l", here)
	a.is("stockCountOpen.count.progress.lines", 1)
	a.is("stockCountOpen.count.lines.nodes.0.expected", 100)
	a.is("stockCountOpen.count.lines.nodes.0.difference", nil)
	id := a.text("stockCountOpen.count.id")
	b := c.change(`mutation($id: ID!, $v: ID!) { stockCountRecord(id: $id, lines: [{variant: $v, counted: 97}], idempotencyKey: "c1") {
		count { version progress { counted differing } lines(filter: {differing: true}) { pageInfo { hasNextPage } edges { cursor node { variant { sku } counted difference countedAt } } } same: lines(filter: {differing: false}) { nodes { id } } } userErrors { code field } } }`, "id", id, "v", shirts)
	b.is("stockCountRecord.count.progress.differing", 1)
	b.is("stockCountRecord.count.lines.edges.0.node.difference", -3)
	if list, _ := b.at("stockCountRecord.count.same.nodes").([]any); len(list) != 0 {
		t.Errorf("agreeing lines: %v", list)
	}
	c.figures(shirts, here, map[string]int{"onHand": 100})
	h.buy(purchase{shirts, 2, "Ada", cardTill})
	c.change(`mutation($id: ID!, $n: Int!) { stockCountApply(id: $id, version: $n) { count { state endedAt } userErrors { code field } } }`, "id", id, "n", b.at("stockCountRecord.count.version")).
		is("stockCountApply.count.state", "APPLIED")
	c.figures(shirts, here, map[string]int{"onHand": 97, "allocated": 2, "available": 95})
	c.do(`{ stockCounts(filter: {states: [OPEN]}) { totalCount } }`).is("stockCounts.totalCount", 0)
}

func TestPurchaseOrder_comesInParts(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts, here, acme := c.shirts(), c.main(), c.place("acme", "SUPPLIER")
	const create = `mutation($s: ID!, $l: ID!, $v: ID!, $c: Decimal) { purchaseOrderCreate(input: {supplier: $s, location: $l, reference: "A-7", lines: [{variant: $v, quantity: 20, unitCost: $c}]}) {
		purchaseOrder { id version state currency lines { variant { sku } quantity rest unitCost { amount currency } } } userErrors { code field } } }`
	refused := c.do(create, "s", acme, "l", here, "v", shirts, "c", "4.125")
	refused.is("purchaseOrderCreate.userErrors.0.code", "INVALID_AMOUNT")
	refused.is("purchaseOrderCreate.userErrors.0.field.2", "unitCost")
	c.do(create, "s", here, "l", here, "v", shirts).is("purchaseOrderCreate.purchaseOrder", nil)
	a := c.change(create, "s", acme, "l", here, "v", shirts, "c", "4.10")
	a.is("purchaseOrderCreate.purchaseOrder.lines.0.unitCost.amount", "4.1")
	a.is("purchaseOrderCreate.purchaseOrder.currency", "EUR")
	id := a.text("purchaseOrderCreate.purchaseOrder.id")
	c.change(`mutation($id: ID!, $v: ID!) { purchaseOrderUpdate(id: $id, version: 1, input: {expectedAt: "2027-01-01T00:00:00Z", lines: [{variant: $v, quantity: 30, unitCost: "4"}]}) { purchaseOrder { lines { quantity } } userErrors { code field } } }`, "id", id, "v", shirts).
		is("purchaseOrderUpdate.purchaseOrder.lines.0.quantity", 30)
	b := c.change(`mutation($id: ID!) { purchaseOrderPlace(id: $id, version: 2) { purchaseOrder { version state orderedAt } userErrors { code field } } }`, "id", id)
	b.is("purchaseOrderPlace.purchaseOrder.state", "ORDERED")
	c.figures(shirts, here, map[string]int{"onHand": 100, "incoming": 30})
	const receive = `mutation($id: ID!, $n: Int!, $l: [PurchaseOrderArrivalInput!], $over: Boolean!, $k: String) { purchaseOrderReceive(id: $id, version: $n, lines: $l, allowOver: $over, idempotencyKey: $k) {
		purchaseOrder { version state lines { quantity received rest } } userErrors { code field } } }`
	some := func(n int) []map[string]any { return []map[string]any{{"variant": shirts, "quantity": n}} }
	came := c.change(receive, "id", id, "n", b.at("purchaseOrderPlace.purchaseOrder.version"), "l", some(12), "over", false, "k", "p1")
	came.is("purchaseOrderReceive.purchaseOrder.lines.0.rest", 18)
	c.figures(shirts, here, map[string]int{"onHand": 112, "incoming": 18})
	version := came.at("purchaseOrderReceive.purchaseOrder.version")
	c.do(receive, "id", id, "n", version, "l", some(19), "over", false, "k", "p2").is("purchaseOrderReceive.userErrors.0.code", "MORE_THAN_ORDERED")
	all := c.change(receive, "id", id, "n", version, "l", some(19), "over", true, "k", "p3")
	all.is("purchaseOrderReceive.purchaseOrder.state", "RECEIVED")
	c.figures(shirts, here, map[string]int{"onHand": 131, "incoming": 0})
	c.do(`{ purchaseOrders(filter: {reference: "a-7", states: [RECEIVED]}, sort: EXPECTED_AT) { totalCount nodes { supplier { handle } location { handle } endedAt } } }`).
		is("purchaseOrders.nodes.0.supplier.handle", "acme")
	if got := h.as(staff.Viewer).try(receive, "id", id, "n", 1, "over", false).code(); got != "FORBIDDEN" {
		t.Errorf("a viewer takes goods in: %q", got)
	}
}

func TestThresholds_tellWhatIsLowAndWhatToOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts, here := c.shirts(), c.main()
	const set = `mutation($v: ID!, $l: ID!, $n: Int) { stockThresholdsSet(lines: [{variant: $v, location: $l, lowAt: 150, reorderAt: 120, reorderQuantity: 50, margin: 5, version: $n}]) {
		thresholds { id version lowAt reorderAt margin } userErrors { code field } } }`
	a := c.change(set, "v", shirts, "l", here, "n", 0)
	a.is("stockThresholdsSet.thresholds.0.margin", 5)
	c.do(set, "v", shirts, "l", here, "n", 0).is("stockThresholdsSet.userErrors.0.code", "STALE_VERSION")
	_, err := h.deps.Thresholds.Sweep(t.Context())
	h.must(err)
	low := c.do(`{ stockThresholds(filter: {low: true}) { totalCount nodes { variant { sku } location { handle } lowSince reorderSince } }
		stockReorderReport { totalCount nodes { threshold { variant { sku } } available incoming sold daysOfCover suggested } } }`)
	low.is("stockThresholds.nodes.0.variant.sku", "SH-R-S")
	low.is("stockReorderReport.nodes.0.available", 100)
	low.is("stockReorderReport.nodes.0.daysOfCover", nil)
	low.is("stockReorderReport.nodes.0.suggested", 50)
	c.do(`query($v: ID!) { productVariant(id: $v) { stock { threshold { lowAt } } } }`, "v", shirts).is("productVariant.stock.0.threshold.lowAt", 150)
	const remove = `mutation($id: ID!) { stockThresholdsRemove(ids: [$id]) { removedIds userErrors { code } } }`
	c.change(remove, "id", a.at("stockThresholdsSet.thresholds.0.id"))
	c.do(remove, "id", a.at("stockThresholdsSet.thresholds.0.id")).is("stockThresholdsRemove.userErrors.0.code", "THRESHOLD_NOT_FOUND")
	c.do(`{ stockThresholds { totalCount } }`).is("stockThresholds.totalCount", 0)
}

const wholeRun = ` run { id state sequence lines changed unknown refused reason problems { line item reason message } feed { handle } } repeated userErrors { code field } `

func TestFeeds_takeFilesAndShowTheirSecretOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Admin)
	shirts, here := c.shirts(), c.main()
	const create = `mutation($l: ID!, $h: String!, $k: StockFeedKind!) { stockFeedCreate(input: {handle: $h, name: "Acme", kind: $k, location: $l}) {
		feed { id version webhookUrl url everyMinutes location { handle } } secret userErrors { code field } } }`
	first := c.under("new-hook", create, "l", here, "h", "hook", "k", "WEBHOOK")
	first.is("stockFeedCreate.feed.webhookUrl", "https://shop.example/feeds/hook")
	first.is("stockFeedCreate.feed.url", nil)
	secret := first.text("stockFeedCreate.secret")
	if len(secret) < 20 {
		t.Errorf("the secret is %q", secret)
	}
	again := c.under("new-hook", create, "l", here, "h", "hook", "k", "WEBHOOK")
	again.is("stockFeedCreate.feed.id", first.at("stockFeedCreate.feed.id"))
	again.is("stockFeedCreate.secret", nil)
	rotated := c.change(`mutation($id: ID!) { stockFeedSecretRotate(id: $id, version: 1) { secret userErrors { code } } }`, "id", first.at("stockFeedCreate.feed.id"))
	if other := rotated.text("stockFeedSecretRotate.secret"); other == "" || other == secret {
		t.Errorf("the new secret is %q", other)
	}
	file := c.change(create, "l", here, "h", "file", "k", "CSV")
	file.is("stockFeedCreate.secret", nil)
	id := file.text("stockFeedCreate.feed.id")
	const upload = `mutation($id: ID!, $t: String!, $n: Int!) { stockFeedUpload(id: $id, content: $t, sequence: $n) {` + wholeRun + `} }`
	a := c.change(upload, "id", id, "t", "sku;on_hand\nSH-R-S;40\nNOPE;1\n", "n", 7)
	a.is("stockFeedUpload.run.state", "APPLIED")
	a.is("stockFeedUpload.run.unknown", 1)
	a.is("stockFeedUpload.run.problems.0.item", "NOPE")
	c.figures(shirts, here, map[string]int{"onHand": 40})
	stale := c.change(upload, "id", id, "t", "sku;on_hand\nSH-R-S;41\n", "n", 6)
	stale.is("stockFeedUpload.run.state", "REFUSED")
	c.figures(shirts, here, map[string]int{"onHand": 40})
	c.do(`mutation($id: ID!) { stockFeedPull(id: $id) { run { id } userErrors { code } } }`, "id", id).is("stockFeedPull.userErrors.0.code", "FEED_NOT_PULLED")
	c.change(`mutation($id: ID!, $n: Int!) { stockFeedUpdate(id: $id, version: $n, input: {active: false}) { feed { active lastSequence } userErrors { code } } }`,
		"id", id, "n", c.do(`query($id: ID!) { stockFeed(id: $id) { version } }`, "id", id).at("stockFeed.version")).is("stockFeedUpdate.feed.lastSequence", 7)
	runs := h.as(staff.Viewer).do(`query($id: ID!) { stockFeedRuns(filter: {feed: $id}) { totalCount nodes { id state feed { name } } } stockFeeds(filter: {kind: CSV, active: false}) { totalCount } }`, "id", id)
	runs.is("stockFeedRuns.totalCount", 2)
	runs.is("stockFeedRuns.nodes.0.state", "REFUSED")
	runs.is("stockFeeds.totalCount", 1)
	h.as(staff.Viewer).do(`query($id: ID!) { stockFeedRun(id: $id) { state } }`, "id", runs.at("stockFeedRuns.nodes.1.id")).is("stockFeedRun.state", "APPLIED")
	if got := h.as(staff.Editor).try(create, "l", here, "h", "x", "k", "CSV").code(); got != "FORBIDDEN" {
		t.Errorf("an editor makes a feed: %q", got)
	}
	var kept string
	h.must(h.db.Pool().QueryRow(t.Context(), `SELECT string_agg(to_jsonb(k)::text, ' ') FROM idempotency_key k`).Scan(&kept))
	if strings.Contains(kept, secret) {
		t.Error("the secret is kept under the idempotency key")
	}
}

func TestBundle_isSetReadAndRemoved(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts := c.shirts()
	set := c.change(`mutation { productCreate(input: {title: "Set"}) { product { variants { nodes { id } } } userErrors { code } } }`).text("productCreate.product.variants.nodes.0.id")
	const write = `mutation($v: ID!, $n: Int!, $p: ID!, $d: Decimal!) { bundleSet(variantId: $v, version: $n, input: {pricing: SUM, discount: $d, slots: [{title: "Shirts", choices: [{variant: $p, quantity: 2}]}]}) {
		bundle { version kind pricing discount variant { id } slots { title least most choices { quantity variant { sku } } } } userErrors { code field } } }`
	a := c.change(write, "v", set, "n", 0, "p", shirts, "d", "12.5")
	a.is("bundleSet.bundle.kind", "FIXED")
	a.is("bundleSet.bundle.discount", "12.5")
	a.is("bundleSet.bundle.slots.0.choices.0.variant.sku", "SH-R-S")
	c.do(write, "v", set, "n", 0, "p", shirts, "d", "1").is("bundleSet.userErrors.0.code", "STALE_VERSION")
	itself := c.do(write, "v", set, "n", a.at("bundleSet.bundle.version"), "p", set, "d", "1")
	itself.is("bundleSet.userErrors.0.code", "NESTED_BUNDLE")
	c.do(write, "v", set, "n", a.at("bundleSet.bundle.version"), "p", shirts, "d", "101").is("bundleSet.userErrors.0.field.0", "discount")
	read := c.do(`query($v: ID!, $p: ID!) { set: productVariant(id: $v) { bundle { discount } } part: productVariant(id: $p) { bundle { discount } } }`, "v", set, "p", shirts)
	read.is("set.bundle.discount", "12.5")
	read.is("part.bundle", nil)
	const remove = `mutation($v: ID!, $n: Int!) { bundleRemove(variantId: $v, version: $n) { variant { bundle { kind } } userErrors { code } } }`
	c.change(remove, "v", set, "n", a.at("bundleSet.bundle.version")).is("bundleRemove.variant.bundle", nil)
	c.do(remove, "v", set, "n", 0).is("bundleRemove.userErrors.0.code", "BUNDLE_NOT_FOUND")
}

func TestOrder_isSentFromAnotherPlace(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts, here, there := c.shirts(), c.main(), c.place("shop", "STORE")
	o := h.buy(purchase{shirts, 3, "Ada", cardTill})
	const read = `query($id: ID!) { order(id: $id) { lines { id components { sku } allocations { quantity state location { handle } variant { sku } } } } }`
	a := c.do(read, "id", orderID(o))
	a.is("order.lines.0.allocations.0.quantity", 3)
	a.is("order.lines.0.allocations.0.state", "CONSUMED")
	a.is("order.lines.0.allocations.0.location.handle", "main")
	const move = `mutation($id: ID!, $v: Int!, $l: ID!, $f: ID!, $t: ID!) { orderReallocate(id: $id, version: $v, input: {line: $l, from: $f, to: $t, quantity: 2, reason: "nearer"}) {
		order { version lines { allocations { quantity location { handle } } } } userErrors { code field } } }`
	line := a.at("order.lines.0.id")
	c.do(move, "id", orderID(o), "v", o.Version, "l", line, "f", here, "t", there).is("orderReallocate.userErrors.0.code", "INSUFFICIENT_STOCK")
	c.change(`mutation($v: ID!, $l: ID!) { stockReceive(lines: [{variant: $v, location: $l, quantity: 5}], reason: "van", idempotencyKey: "r") { levels { id } userErrors { code } } }`, "v", shirts, "l", there)
	b := c.change(move, "id", orderID(o), "v", o.Version, "l", line, "f", here, "t", there)
	if list, _ := b.at("orderReallocate.order.lines.0.allocations").([]any); len(list) != 2 {
		t.Errorf("the pieces are at %v", list)
	}
	c.figures(shirts, here, map[string]int{"allocated": 1})
	c.figures(shirts, there, map[string]int{"allocated": 2, "available": 3})
	c.do(move, "id", orderID(o), "v", o.Version, "l", line, "f", here, "t", there).is("orderReallocate.userErrors.0.code", "STALE_VERSION")
	c.do(move, "id", orderID(o), "v", b.at("orderReallocate.order.version"), "l", line, "f", here, "t", there).is("orderReallocate.userErrors.0.code", "NOT_ALLOCATED")
	if got := h.as(staff.Viewer).try(read, "id", orderID(o)).code(); got != "FORBIDDEN" {
		t.Errorf("a viewer reads orders: %q", got)
	}
}

// wish lets somebody ask to hear of a variant.
func (h *house) wish(variant, email string) {
	h.t.Helper()
	id, err := gql.UnmarshalVariantID(variant)
	h.must(err)
	_, err = h.db.Pool().Exec(h.t.Context(), `INSERT INTO restock_request (created_at, updated_at, email, email_key, country, language, variant_id, market_id)
		VALUES ($1, $1, $2, $2, 'DE', 'en', $3, 1)`, h.db.Clock().Now(), email, int64(id))
	h.must(err)
}

func TestRestockRequests_areForThoseWhoSeeBuyers(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	h.wish(c.shirts(), "ada@example.com")
	const list = `{ restockRequests(filter: {state: WAITING, email: "ADA"}) { totalCount nodes { email state language country variant { sku } market { handle } endedAt } } }`
	a := c.do(list)
	a.is("restockRequests.totalCount", 1)
	a.is("restockRequests.nodes.0.email", "ada@example.com")
	a.is("restockRequests.nodes.0.variant.sku", "SH-R-S")
	a.is("restockRequests.nodes.0.market.handle", "home")
	if got := h.as(staff.Viewer).try(list).code(); got != "FORBIDDEN" {
		t.Errorf("a viewer reads addresses: %q", got)
	}
}
