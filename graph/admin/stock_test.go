package admin_test

import (
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/testkit"
)

// place makes a location and gives its id.
func (c client) place(handle, kind string) string {
	c.t.Helper()
	return c.change(`mutation($h: String!, $k: LocationKind!) { locationCreate(input: {handle: $h, name: $h, kind: $k}) { location { id } userErrors { code field } } }`,
		"h", handle, "k", kind).text("locationCreate.location.id")
}

func (c client) main() string {
	c.t.Helper()
	return c.do(`{ locations { id } }`).text("locations.0.id")
}

// counts gives the figures of a variant at a location.
func (c client) counts(variant, location string) map[string]any {
	c.t.Helper()
	a := c.do(`query($v: ID!, $l: ID) { stockLevels(filter: {variants: [$v], location: $l}) { nodes { onHand taken reserved allocated transferring incoming safety available } } }`, "v", variant, "l", location)
	if list, _ := a.at("stockLevels.nodes").([]any); len(list) == 0 {
		return map[string]any{}
	}
	m, _ := a.at("stockLevels.nodes.0").(map[string]any)
	return m
}

func (c client) figures(variant, location string, want map[string]int) {
	c.t.Helper()
	got := c.counts(variant, location)
	for name, n := range want {
		if got[name] != float64(n) {
			c.t.Errorf("%s is %v, not %d, in %v", name, got[name], n, got)
		}
	}
}

func TestLocations_knowWhereTheyAreAndWhomTheyServe(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Admin)
	home := c.do(`{ markets { nodes { id } } }`).text("markets.nodes.0.id")
	a := c.change(`mutation($m: ID!) { locationCreate(input: {handle: "north", name: "North", country: DE, priority: 3, markets: [$m],
		address: {address1: "Street 1", city: "Hamburg", zip: "20095", country: DE}, coordinates: {latitude: 53.55, longitude: 10},
		zones: [{country: DE, postalPrefix: "2"}, {country: DE}]}) {
		location { id version priority address { city formatted } coordinates { latitude longitude } markets { handle } zones { country province postalPrefix } } userErrors { code field } } }`, "m", home)
	for path, want := range map[string]any{"address.city": "Hamburg", "coordinates.latitude": 53.55, "markets.0.handle": "home", "zones.0.postalPrefix": "2", "zones.1.postalPrefix": ""} {
		a.is("locationCreate.location."+path, want)
	}
	const update = `mutation($id: ID!, $v: Int!, $i: LocationUpdateInput!) { locationUpdate(id: $id, version: $v, input: $i) {
		location { version address { city } coordinates { latitude } markets { handle } zones { country } } userErrors { code field } } }`
	id := a.text("locationCreate.location.id")
	same := c.change(update, "id", id, "v", 1, "i", map[string]any{"priority": 1})
	same.is("locationUpdate.location.address.city", "Hamburg")
	same.is("locationUpdate.location.zones.1.country", "DE")
	none := c.change(update, "id", id, "v", 2, "i", map[string]any{"address": nil, "coordinates": nil, "markets": []string{}, "zones": nil})
	for _, path := range []string{"address", "coordinates"} {
		none.is("locationUpdate.location."+path, nil)
	}
	for _, path := range []string{"markets", "zones"} {
		if list, _ := none.at("locationUpdate.location." + path).([]any); len(list) != 0 {
			t.Errorf("%s are %v", path, list)
		}
	}
	c.do(update, "id", id, "v", 3, "i", map[string]any{"coordinates": map[string]any{"latitude": 91, "longitude": 0}}).
		is("locationUpdate.userErrors.0.code", "INVALID_COORDINATES")
}

func TestStock_isToldApartAndAskedForThePast(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts, here := c.shirts(), c.main()
	before := h.db.Clock().Now()
	testkit.Clock(t, h.db).Advance(time.Minute)
	h.buy(purchase{shirts, 2, "Ada", cardTill})
	id, err := gql.UnmarshalVariantID(shirts)
	h.must(err)
	_, err = h.deps.Stock.Reserve(t.Context(), inventory.Hold{Checkout: inventory.CheckoutID(h.checkout(t.Context())),
		Wants: []inventory.Want{{Line: 1, Variant: id, Quantity: 5}}, Until: h.db.Clock().Now().Add(time.Hour)})
	h.must(err)
	const safety = `mutation($v: ID!, $l: ID!, $n: Int!, $k: String) { stockSafetySet(lines: [{variant: $v, location: $l, safety: $n}], reason: "display", idempotencyKey: $k) { levels { safety available } userErrors { code field } } }`
	for range 2 {
		c.change(safety, "v", shirts, "l", here, "n", 10, "k", "s1").is("stockSafetySet.levels.0.available", 83)
	}
	c.do(safety, "v", shirts, "l", here, "n", 10).is("stockSafetySet.userErrors.0.code", "IDEMPOTENCY_KEY_REQUIRED")
	c.do(safety, "v", shirts, "l", here, "n", -1, "k", "s2").is("stockSafetySet.userErrors.0.code", "INVALID_QUANTITY")
	c.figures(shirts, here, map[string]int{"onHand": 100, "taken": 7, "reserved": 5, "allocated": 2, "transferring": 0, "safety": 10, "available": 83})

	const then = `query($v: ID!, $l: ID, $at: DateTime) { stock(variantId: $v, locationId: $l, at: $at) { onHand taken safety available } }`
	past := c.do(then, "v", shirts, "l", here, "at", before.Format(time.RFC3339Nano))
	past.is("stock.taken", 0)
	past.is("stock.available", 100)
	c.do(then, "v", shirts).is("stock.available", 83)
	c.do(then, "v", shirts, "l", "gid://souk/Location/999").is("stock.onHand", 0)
	c.do(then, "v", shirts, "l", "nonsense").is("stock.onHand", 0)
	c.do(`query($v: ID!) { stockMovements(filter: {variant: $v, kind: ADJUST}) { totalCount nodes { reason delta { safety } } } }`, "v", shirts).
		is("stockMovements.nodes.0.delta.safety", 10)
	c.do(`query($v: ID!) { stockMovements(filter: {variant: $v, referenceKind: "nothing"}) { totalCount } }`, "v", shirts).is("stockMovements.totalCount", 0)
}

func TestPolicies_areSetByMarket(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Admin)
	home := c.do(`{ markets { nodes { id stockPolicy { reserveAt strategy maxLine version } } } }`)
	home.is("markets.nodes.0.stockPolicy.reserveAt", "CHECKOUT")
	home.is("markets.nodes.0.stockPolicy.version", 0)
	const set = `mutation($m: ID!, $v: Int!, $n: Int) { stockPolicySet(marketId: $m, version: $v, input: {reserveAt: CART, strategy: FEWEST_SPLITS, maxLine: $n}) { policy { reserveAt strategy maxLine maxCustomer version } userErrors { code field } } }`
	m := home.at("markets.nodes.0.id")
	a := c.change(set, "m", m, "v", 0, "n", 5)
	a.is("stockPolicySet.policy.strategy", "FEWEST_SPLITS")
	a.is("stockPolicySet.policy.maxLine", 5)
	a.is("stockPolicySet.policy.maxCustomer", nil)
	c.do(set, "m", m, "v", 0, "n", 6).is("stockPolicySet.userErrors.0.code", "STALE_VERSION")
	c.do(set, "m", m, "v", a.at("stockPolicySet.policy.version"), "n", 0).is("stockPolicySet.userErrors.0.field.0", "maxLine")
	c.do(`query($m: ID!) { market(id: $m) { stockPolicy { reserveAt } } }`, "m", m).is("market.stockPolicy.reserveAt", "CART")
}

func TestAdjustMany_isAllOrNothingOrLineByLine(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts, here := c.shirts(), c.main()
	const adjust = `mutation($l: [StockAdjustLineInput!]!, $m: StockAdjustMode!, $k: String) { stockAdjustMany(lines: $l, mode: $m, reason: "found", idempotencyKey: $k) {
		outcomes { moved level { onHand } refusal { code field } } userErrors { code field } } }`
	lines := []map[string]any{{"variant": shirts, "location": here, "delta": 3}, {"variant": "gid://souk/ProductVariant/999", "location": here, "onHand": 1}}
	a := c.do(adjust, "l", lines, "m", "ALL_OR_NOTHING", "k", "a1")
	a.is("stockAdjustMany.outcomes", nil)
	a.is("stockAdjustMany.userErrors.0.code", "VARIANT_NOT_FOUND")
	a.is("stockAdjustMany.userErrors.0.field.1", "1")
	c.figures(shirts, here, map[string]int{"onHand": 100})
	for range 2 {
		b := c.change(adjust, "l", lines, "m", "PER_LINE", "k", "a2")
		b.is("stockAdjustMany.outcomes.0.moved", 3)
		b.is("stockAdjustMany.outcomes.0.level.onHand", 103)
		b.is("stockAdjustMany.outcomes.0.refusal", nil)
		b.is("stockAdjustMany.outcomes.1.level", nil)
		b.is("stockAdjustMany.outcomes.1.refusal.code", "VARIANT_NOT_FOUND")
	}
	c.figures(shirts, here, map[string]int{"onHand": 103})

	const file = `mutation($t: String!, $dry: Boolean!, $k: String) { stockAdjustCsv(content: $t, dryRun: $dry, reason: "year's end", idempotencyKey: $k) {
		report { dryRun lines changed unchanged refused ignoredColumns rows { line item moved level { onHand } refusal { code } } bad: rows(refused: true) { line } late: rows(first: 1, afterLine: 2) { line } } userErrors { code field } } }`
	text := "sku;location;on_hand;shelf\nSH-R-S;main;7;A\nNOPE;main;1;B\n"
	dry := c.change(file, "t", text, "dry", true)
	dry.is("stockAdjustCsv.report.dryRun", true)
	dry.is("stockAdjustCsv.report.changed", 1)
	dry.is("stockAdjustCsv.report.ignoredColumns.0", "shelf")
	dry.is("stockAdjustCsv.report.bad.0.line", 3)
	dry.is("stockAdjustCsv.report.late.0.line", 3)
	c.figures(shirts, here, map[string]int{"onHand": 103})
	done := c.change(file, "t", text, "dry", false, "k", "f1")
	done.is("stockAdjustCsv.report.rows.0.moved", -96)
	done.is("stockAdjustCsv.report.refused", 1)
	c.figures(shirts, here, map[string]int{"onHand": 7})
	c.do(file, "t", text, "dry", false).is("stockAdjustCsv.userErrors.0.code", "IDEMPOTENCY_KEY_REQUIRED")
	c.do(file, "t", "nothing\n1\n", "dry", true).is("stockAdjustCsv.userErrors.0.code", "MISSING_COLUMN")
}

func TestVariant_isSoldAheadWithDates(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	variant := c.change(createShirt).text("productCreate.product.variants.nodes.1.id")
	const update = `mutation($v: ID!, $n: Int!, $i: ProductVariantUpdateInput!) { productVariantUpdate(id: $v, version: $n, input: $i) {
		variant { version backorder backorderLimit backorderAt preorder preorderLimit preorderAt } userErrors { code field } } }`
	a := c.change(update, "v", variant, "n", 1, "i", map[string]any{"backorderAt": "2027-01-05T00:00:00Z", "preorder": true, "preorderLimit": 20, "preorderAt": "2026-12-24T00:00:00Z"})
	a.is("productVariantUpdate.variant.backorderLimit", 5)
	a.is("productVariantUpdate.variant.backorderAt", "2027-01-05T00:00:00Z")
	a.is("productVariantUpdate.variant.preorderLimit", 20)
	b := c.change(update, "v", variant, "n", a.at("productVariantUpdate.variant.version"), "i", map[string]any{"backorderAt": nil, "preorderLimit": nil, "preorderAt": nil})
	for _, field := range []string{"backorderAt", "preorderLimit", "preorderAt"} {
		b.is("productVariantUpdate.variant."+field, nil)
	}
	b.is("productVariantUpdate.variant.preorder", true)
}
