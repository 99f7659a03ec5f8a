package admin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/admin"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/testkit"
)

func TestLogin_givesASessionThatEndsWithLogout(t *testing.T) {
	t.Parallel()
	h := open(t)
	anybody := h.as("")
	const login = `mutation($p: String!) { staffLogin(email: "Editor@shop.example", password: $p) {
		session { accessToken refreshToken accessTokenExpiresAt } userErrors { code field message } } }`
	a := anybody.do(login, "p", "wrong horse battery")
	a.is("staffLogin.session", nil)
	a.is("staffLogin.userErrors.0.code", "INVALID_CREDENTIALS")
	a = anybody.do(login, "p", password)
	me := client{h, a.text("staffLogin.session.accessToken")}
	who := me.do(`{ me { email role permissions } }`)
	who.is("me.email", "editor@shop.example")
	who.is("me.role", "EDITOR")
	who.is("me.permissions.0", "catalog.write")

	const refresh = `mutation($t: String!) { staffRefresh(refreshToken: $t) { session { refreshToken } userErrors { code } } }`
	b := anybody.do(refresh, "t", a.text("staffLogin.session.refreshToken"))
	second := b.text("staffRefresh.session.refreshToken")
	anybody.do(`mutation($t: String!) { staffLogout(refreshToken: $t) { done } }`, "t", second).is("staffLogout.done", true)
	anybody.do(refresh, "t", second).is("staffRefresh.userErrors.0.code", "TOKEN_INVALID")

	for _, token := range []string{"", "nonsense", me.token + "x"} {
		if got := (client{h, token}).try(`{ me { email } }`).code(); got != "UNAUTHENTICATED" {
			t.Errorf("with token %q: %q", token, got)
		}
	}
	testkit.Clock(t, h.db).Advance(16 * time.Minute)
	if got := me.try(`{ me { email } }`).code(); got != "UNAUTHENTICATED" {
		t.Errorf("after its time: %q", got)
	}
}

func TestStaff_areHiredChangedAndKeptOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	owner := h.as(staff.Owner)
	a := owner.change(`mutation { staffMemberCreate(input: {email: "new@shop.example", name: "New", role: VIEWER, password: "correct horse battery"}) {
		staffMember { id version role } userErrors { code } } }`)
	id := a.text("staffMemberCreate.staffMember.id")
	owner.change(`mutation($id: ID!) { staffMemberUpdate(id: $id, version: 1, input: {role: EDITOR}) { staffMember { role } userErrors { code } } }`, "id", id).
		is("staffMemberUpdate.staffMember.role", "EDITOR")
	const disable = `mutation($id: ID!, $v: Int!) { staffMemberDisable(id: $id, version: $v) { staffMember { disabledAt } userErrors { code field } } }`
	owner.do(disable, "id", id, "v", 1).is("staffMemberDisable.userErrors.0.code", "STALE_VERSION")
	owner.change(disable, "id", id, "v", 2)
	owner.do(`{ staffMembers(filter: {disabled: true}) { totalCount nodes { email } } }`).is("staffMembers.nodes.0.email", "new@shop.example")
	me := owner.do(`{ me { id version } }`)
	owner.do(disable, "id", me.text("me.id"), "v", me.at("me.version")).is("staffMemberDisable.userErrors.0.code", "LAST_OWNER")
}

const createShirt = `mutation { productCreate(input: {
	title: "Shirt", descriptionHtml: "<p>Soft</p><script>x</script>", vendor: "Acme", type: "Tops", tags: ["new", "cotton"]
	options: [
		{name: "Color", values: [{name: "Red", swatch: {color: "#CC0000"}}, {name: "Blue"}]}
		{name: "Size", values: [{name: "S"}, {name: "M"}]}
	]
	variants: [
		{values: ["Red", "S"], sku: "SH-R-S", unitCost: "4.50", weight: {grams: 200}}
		{values: ["Blue", "M"], sku: "SH-B-M", backorder: true, backorderLimit: 5}
	]
}) {
	product {
		id version handle status descriptionHtml tags
		options { id name values { id name swatch { color } } }
		variants(first: 5) { totalCount nodes { id sku title unitCost { amount currency } weight { grams unit } options { name value } } }
	}
	userErrors { code field message }
} }`

func TestProduct_wholeLife(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	a := c.change(createShirt)
	a.is("productCreate.product.handle", "shirt")
	a.is("productCreate.product.status", "DRAFT")
	a.is("productCreate.product.descriptionHtml", "<p>Soft</p>")
	a.is("productCreate.product.options.0.values.0.swatch.color", "#cc0000")
	a.is("productCreate.product.options.1.values.0.swatch", nil)
	a.is("productCreate.product.variants.totalCount", 2)
	a.is("productCreate.product.variants.nodes.0.title", "Red / S")
	a.is("productCreate.product.variants.nodes.0.unitCost.amount", "4.5")
	a.is("productCreate.product.variants.nodes.0.unitCost.currency", "EUR")
	product, variant := a.text("productCreate.product.id"), a.text("productCreate.product.variants.nodes.0.id")

	base := c.do(`{ priceLists { id base currency } }`).text("priceLists.0.id")
	const setPrice = `mutation($l: ID!, $v: ID!, $a: Decimal) { pricesSet(priceListId: $l, prices: [{variant: $v, amount: $a, compareAt: "20"}]) {
		priceList { name } userErrors { code field } } }`
	bad := c.do(setPrice, "l", base, "v", variant, "a", "12.345")
	bad.is("pricesSet.userErrors.0.code", "INVALID_AMOUNT")
	bad.is("pricesSet.userErrors.0.field.2", "amount")
	c.change(setPrice, "l", base, "v", variant, "a", "12.30")

	place := c.do(`{ locations { id default } }`).text("locations.0.id")
	const count = `mutation($v: ID!, $l: ID!, $n: Int!, $key: String!) { stockSet(lines: [{variant: $v, location: $l, onHand: $n, expected: 0}], reason: "first count", idempotencyKey: $key) {
		levels { onHand available version location { name } variant { sku } } userErrors { code field } } }`
	for range 2 { // the second is a repetition and changes nothing
		stock := c.change(count, "v", variant, "l", place, "n", 7, "key", "k1")
		stock.is("stockSet.levels.0.onHand", 7)
		stock.is("stockSet.levels.0.variant.sku", "SH-R-S")
	}
	c.do(count, "v", variant, "l", place, "n", 9, "key", "k1").is("stockSet.userErrors.0.code", "IDEMPOTENCY_KEY_REUSED")
	c.do(count, "v", variant, "l", place, "n", 9, "key", "k2").is("stockSet.userErrors.0.code", "COUNT_CHANGED")
	const adjust = `mutation($v: ID!, $l: ID!, $d: Int!, $key: String) { stockAdjust(lines: [{variant: $v, location: $l, delta: $d}], reason: "found", idempotencyKey: $key) {
		levels { onHand } userErrors { code field } } }`
	c.do(adjust, "v", variant, "l", place, "d", -8, "key", "k3").is("stockAdjust.userErrors.0.code", "INSUFFICIENT_STOCK")
	c.do(adjust, "v", variant, "l", place, "d", 1, "key", nil).is("stockAdjust.userErrors.0.code", "IDEMPOTENCY_KEY_REQUIRED")
	c.change(adjust, "v", variant, "l", place, "d", 1, "key", "k4").is("stockAdjust.levels.0.onHand", 8)

	published := c.change(`mutation($id: ID!) { productPublish(id: $id, version: 1) { product { version status publishedAt } userErrors { code } } }`, "id", product)
	published.is("productPublish.product.status", "ACTIVE")
	const update = `mutation($id: ID!, $v: Int!, $t: String!) { productUpdate(id: $id, version: $v, input: {title: $t, handle: "soft-shirt"}) {
		product { version title } userErrors { code field } } }`
	stale := c.do(update, "id", product, "v", 1, "t", "Never")
	stale.is("productUpdate.product", nil)
	stale.is("productUpdate.userErrors.0.code", "STALE_VERSION")
	stale.is("productUpdate.userErrors.0.field.0", "version")
	c.change(update, "id", product, "v", published.at("productPublish.product.version"), "t", "Soft shirt")

	whole := c.do(`query($id: ID!, $h: String!) {
		product(id: $id) { title version priceRange { max { amount } onSale } variants(first: 1) { totalCount pageInfo { hasNextPage } edges { cursor node {
			prices { amount { amount currency } compareAt { amount } derived priceList { base } } stock { onHand } product { handle } } } } }
		productByHandle(handle: $h) { handle }
	}`, "id", product, "h", "shirt")
	whole.is("product.title", "Soft shirt")
	whole.is("product.priceRange.max.amount", "12.3")
	whole.is("product.priceRange.onSale", true)
	whole.is("product.variants.pageInfo.hasNextPage", true)
	whole.is("product.variants.edges.0.node.prices.0.amount.amount", "12.3")
	whole.is("product.variants.edges.0.node.prices.0.priceList.base", true)
	whole.is("product.variants.edges.0.node.stock.0.onHand", 8)
	whole.is("productByHandle.handle", "soft-shirt")

	c.change(`mutation($id: ID!, $v: Int!) { productArchive(id: $id, version: $v) { product { status archivedAt } userErrors { code } } }`,
		"id", product, "v", whole.at("product.version")).is("productArchive.product.status", "ARCHIVED")
	c.do(`{ products(filter: {statuses: [ACTIVE]}) { totalCount } }`).is("products.totalCount", 0)
	c.do(`{ products(filter: {text: "SH-B"}) { nodes { handle } } }`).is("products.nodes.0.handle", "soft-shirt")

	log := h.as(staff.Owner).do(`{ auditLog(filter: {subjectKind: "product"}) { totalCount nodes { action actorName before after } } }`)
	log.is("auditLog.nodes.0.action", "product.archive")
	log.is("auditLog.nodes.0.actorName", "Ada")
	log.is("auditLog.nodes.0.before.Title", "Soft shirt")
}

func TestProduct_optionsAndVariantsChange(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	a := c.change(createShirt)
	product, color := a.text("productCreate.product.id"), a.text("productCreate.product.options.0.id")
	blue := a.text("productCreate.product.options.0.values.1.id")
	c.change(`mutation($p: ID!, $o: ID!) { productOptionValuesAdd(id: $p, version: 1, optionId: $o, values: [{name: "Green"}]) { product { version } userErrors { code } } }`, "p", product, "o", color)
	c.do(`mutation($p: ID!, $v: ID!) { productOptionValueRemove(id: $p, version: 2, valueId: $v) { product { id } userErrors { code } } }`, "p", product, "v", blue).
		is("productOptionValueRemove.userErrors.0.code", "VALUE_IN_USE")
	c.do(`mutation($p: ID!) { productVariantsCreate(productId: $p, version: 2, variants: [{values: ["Red", "S"]}]) { variants { id } userErrors { code } } }`, "p", product).
		is("productVariantsCreate.userErrors.0.code", "DUPLICATE_VARIANT")
	v := c.change(`mutation($p: ID!) { productVariantsCreate(productId: $p, version: 2, variants: [{values: ["Green", "S"], sku: "SH-G-S", unitCost: "3"}]) {
		variants { id version sku } userErrors { code } } }`, "p", product)
	green := v.text("productVariantsCreate.variants.0.id")
	const clear = `mutation($v: ID!, $n: Int!) { productVariantUpdate(id: $v, version: $n, input: {sku: null, unitCost: null, barcode: "123"}) {
		variant { sku barcode unitCost { amount } } userErrors { code field } } }`
	w := c.change(clear, "v", green, "n", 1)
	w.is("productVariantUpdate.variant.sku", nil)
	w.is("productVariantUpdate.variant.unitCost", nil)
	w.is("productVariantUpdate.variant.barcode", "123")
	c.do(clear, "v", green, "n", 1).is("productVariantUpdate.userErrors.0.code", "STALE_VERSION")
	n := c.do(`query($p: ID!) { product(id: $p) { version } }`, "p", product)
	c.change(`mutation($p: ID!, $n: Int!, $v: [ID!]!) { productVariantsDelete(productId: $p, version: $n, variantIds: $v) {
		product { variants { totalCount } } userErrors { code } } }`, "p", product, "n", n.at("product.version"), "v", []string{green}).
		is("productVariantsDelete.product.variants.totalCount", 2)
	c.do(`mutation($v: ID!) { productVariantUpdate(id: $v, version: 1, input: {barcode: "1"}) { userErrors { code } } }`, "v", product).
		is("productVariantUpdate.userErrors.0.code", "VARIANT_NOT_FOUND") // the id of a product is no variant's
}

func TestCategory_movesWithItsSubtree(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	create := func(title string, parent any) string {
		return c.change(`mutation($t: String!, $p: ID) { categoryCreate(input: {title: $t, parentId: $p}) { category { id } userErrors { code } } }`,
			"t", title, "p", parent).text("categoryCreate.category.id")
	}
	clothes, home := create("Clothes", nil), create("Home", nil)
	shirts := create("Shirts", clothes)
	create("Polo", shirts)
	const move = `mutation($id: ID!, $v: Int!, $p: ID) { categoryMove(id: $id, version: $v, parentId: $p) { category { parent { title } children { title breadcrumbs { title } } } userErrors { code field } } }`
	c.do(move, "id", clothes, "v", 1, "p", shirts).is("categoryMove.userErrors.0.code", "CATEGORY_CYCLE")
	a := c.change(move, "id", shirts, "v", 1, "p", home)
	a.is("categoryMove.category.parent.title", "Home")
	a.is("categoryMove.category.children.0.breadcrumbs.0.title", "Home")
	c.do(move, "id", shirts, "v", 1, "p", nil).is("categoryMove.userErrors.0.code", "STALE_VERSION")
	c.do(`query($w: ID!) { categories(filter: {within: $w}) { totalCount } }`, "w", home).is("categories.totalCount", 3)
}

func TestCollection_byRuleIsPreviewedBeforeItIsMade(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	c.change(createShirt)
	c.change(`mutation { productCreate(input: {title: "Lamp", tags: ["new"]}) { product { id } userErrors { code } } }`)
	category := c.change(`mutation { categoryCreate(input: {title: "Light"}) { category { id } userErrors { code } } }`).text("categoryCreate.category.id")
	preview := func(condition string) answer {
		return c.do(`{ collectionRulePreview(rule: {conditions: [` + condition + `]}) { count userErrors { code field } } }`)
	}
	preview(`{field: TAG, relation: EQUALS, value: "new"}`).is("collectionRulePreview.count", 2)
	preview(`{field: VENDOR, relation: EQUALS, value: "ACME"}`).is("collectionRulePreview.count", 1)
	preview(`{field: CATEGORY, relation: EQUALS, value: "`+category+`"}`).is("collectionRulePreview.count", 0)
	preview(`{field: TAG, relation: GREATER_THAN, value: "1"}`).is("collectionRulePreview.userErrors.0.code", "INVALID_RELATION")
	a := c.change(`mutation($v: String!) { collectionCreate(input: {title: "Light", rule: {match: ANY, conditions: [{field: CATEGORY, relation: EQUALS, value: $v}]}}) {
		collection { id kind rule { match conditions { field value } } productsCount } userErrors { code } } }`, "v", category)
	a.is("collectionCreate.collection.kind", "RULE")
	a.is("collectionCreate.collection.rule.conditions.0.value", category)
	product := c.do(`{ products(filter: {text: "lamp"}) { nodes { id } } }`).text("products.nodes.0.id")
	c.do(`mutation($id: ID!, $p: [ID!]!) { collectionProductsAdd(id: $id, version: 1, productIds: $p) { userErrors { code } } }`,
		"id", a.text("collectionCreate.collection.id"), "p", []string{product}).
		is("collectionProductsAdd.userErrors.0.code", "COLLECTION_NOT_MANUAL")
}

func TestCollection_byHandKeepsItsOrder(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	var ids []string
	for _, title := range []string{"A", "B", "C"} {
		ids = append(ids, c.change(`mutation($t: String!) { productCreate(input: {title: $t}) { product { id } userErrors { code } } }`, "t", title).text("productCreate.product.id"))
	}
	id := c.change(`mutation($p: [ID!]) { collectionCreate(input: {title: "Best", products: $p}) { collection { id productsCount } userErrors { code } } }`, "p", ids).text("collectionCreate.collection.id")
	a := c.change(`mutation($id: ID!, $p: ID!) { collectionProductsMove(id: $id, version: 1, moves: [{product: $p, to: 0}]) { collection { version productsCount } userErrors { code } } }`, "id", id, "p", ids[2])
	a.is("collectionProductsMove.collection.productsCount", 3)
	order := c.do(`query($c: ID!) { products(sort: POSITION, filter: {collection: $c}) { nodes { title collections { title } } } }`, "c", id)
	order.is("products.nodes.0.title", "C")
	order.is("products.nodes.0.collections.0.title", "Best")
	c.change(`mutation($p: [ID!]!) { featuredProductsSet(productIds: $p) { products { title } userErrors { code } } }`, "p", ids[:2]).
		is("featuredProductsSet.products.1.title", "B")
}

func TestMenu_isATree(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	product := c.change(`mutation { productCreate(input: {title: "Lamp"}) { product { id } userErrors { code } } }`).text("productCreate.product.id")
	a := c.change(`mutation($p: ID!) { menuCreate(input: {handle: "main", title: "Main", items: [
		{title: "Shop", type: CATALOG, items: [{title: "Lamp", type: PRODUCT, resourceId: $p}, {title: "Far", type: HTTP, url: "https://x.example"}]}
	]}) { menu { id version items { title type resourceId items { title resourceId url } } } userErrors { code field } } }`, "p", product)
	a.is("menuCreate.menu.items.0.items.0.resourceId", product)
	a.is("menuCreate.menu.items.0.resourceId", nil)
	bad := c.do(`mutation { menuCreate(input: {handle: "m", title: "M", items: [{title: "x", type: SEARCH, items: [{title: "y", type: HTTP, url: "javascript:1"}]}]}) { userErrors { code field } } }`)
	bad.is("menuCreate.userErrors.0.code", "INVALID_URL")
	bad.is("menuCreate.userErrors.0.field.3", "0")
	c.do(`mutation($id: ID!) { menuDelete(id: $id, version: 9) { deletedId userErrors { code } } }`, "id", a.text("menuCreate.menu.id")).
		is("menuDelete.userErrors.0.code", "STALE_VERSION")
	c.change(`mutation($id: ID!) { menuDelete(id: $id, version: 1) { deletedId userErrors { code } } }`, "id", a.text("menuCreate.menu.id"))
	c.do(`{ menus { totalCount } }`).is("menus.totalCount", 0)
}

func TestContent_isWrittenTranslatedAndPaged(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	for i := range 5 {
		c.change(`mutation($h: String!, $t: String!) { pageCreate(input: {handle: $h, title: $t, bodyHtml: "<p>x</p>"}) { page { id } userErrors { code } } }`,
			"h", fmt.Sprintf("page-%d", i), "t", fmt.Sprintf("Page %d", i))
	}
	first := c.do(`{ pages(first: 2) { nodes { title } pageInfo { endCursor hasNextPage hasPreviousPage } } }`)
	next := c.do(`query($a: String) { pages(first: 2, after: $a) { edges { cursor node { id title } } pageInfo { hasNextPage startCursor } } }`, "a", first.text("pages.pageInfo.endCursor"))
	next.is("pages.edges.0.node.title", "Page 2")
	back := c.do(`query($b: String) { pages(last: 2, before: $b) { nodes { title } pageInfo { hasPreviousPage } } }`, "b", next.text("pages.edges.0.cursor"))
	back.is("pages.nodes.0.title", "Page 0")
	back.is("pages.pageInfo.hasPreviousPage", false)
	c.do(`{ pages(reverse: true, first: 1) { nodes { title } } }`).is("pages.nodes.0.title", "Page 4")
	page := next.text("pages.edges.0.node.id")
	c.change(`mutation($o: ID!) { translationsSet(ownerId: $o, translations: [{language: "de", field: "title", value: "Seite"}]) { translations { language value } userErrors { code field } } }`, "o", page).
		is("translationsSet.translations.0.value", "Seite")
	c.do(`mutation($o: ID!) { translationsSet(ownerId: $o, translations: [{language: "de", field: "handle", value: "x"}]) { userErrors { code field } } }`, "o", page).
		is("translationsSet.userErrors.0.code", "NOT_TRANSLATABLE")
	c.change(`mutation($o: ID!) { metafieldsSet(ownerId: $o, metafields: [{key: "tone", type: "single_line_text_field", value: "calm"}]) { metafields { namespace visibility value } userErrors { code } } }`, "o", page).
		is("metafieldsSet.metafields.0.namespace", "custom")
	for _, nothing := range []string{"gid://souk/Page/99999", "gid://souk/Teapot/1", "nonsense"} {
		c.do(`query($o: ID!) { metafields(ownerId: $o) { id } }`, "o", nothing).is("metafields", nil)
		if got := c.do(`mutation($o: ID!) { metafieldsSet(ownerId: $o, metafields: []) { userErrors { code field } } }`, "o", nothing); !strings.HasSuffix(got.text("metafieldsSet.userErrors.0.code"), "NOT_FOUND") {
			t.Errorf("%s: %v", nothing, got.Data)
		}
	}
	c.change(`mutation { policySet(input: {kind: REFUND, title: "Refunds", bodyHtml: "x"}) { policy { version } userErrors { code } } }`)
	c.do(`mutation { policySet(input: {kind: REFUND, title: "Refunds", bodyHtml: "y", version: 7}) { policy { version } userErrors { code } } }`).
		is("policySet.userErrors.0.code", "STALE_VERSION")
}

func TestMarketsAndPriceLists_followTheBase(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Admin)
	variant := c.change(createShirt).text("productCreate.product.variants.nodes.0.id")
	m := c.change(`mutation { marketCreate(input: {handle: "japan", name: "Japan", currency: "JPY", languages: ["ja"], countries: ["JP"]}) { market { id countries active } userErrors { code field } } }`).text("marketCreate.market.id")
	l := c.change(`mutation($m: ID!) { priceListCreate(input: {name: "Japan", marketId: $m, rule: {factorPpm: 1600000, step: 10}}) { priceList { id currency market { handle } rule { factorPpm } } userErrors { code field } } }`, "m", m)
	l.is("priceListCreate.priceList.currency", "JPY")
	l.is("priceListCreate.priceList.market.handle", "japan")
	base := c.do(`{ priceLists { id } }`).text("priceLists.0.id")
	c.change(`mutation($l: ID!, $v: ID!) { pricesSet(priceListId: $l, prices: [{variant: $v, amount: "10"}]) { priceList { id } userErrors { code } } }`, "l", base, "v", variant)
	japan := l.text("priceListCreate.priceList.id")
	p := c.do(`query($l: ID!, $v: ID!) { productVariant(id: $v) { prices(priceListId: $l) { derived amount { amount currency } } } prices(priceListId: $l) { totalCount nodes { variant { sku } } } }`, "l", japan, "v", variant)
	p.is("productVariant.prices.0.derived", true)
	p.is("productVariant.prices.0.amount.currency", "JPY")
	p.is("prices.nodes.0.variant.sku", "SH-R-S")
	shop := c.do(`{ shop { version name currency } }`)
	const rename = `mutation($v: Int!) { shopUpdate(version: $v, input: {name: "Bazaar", language: "en", country: "DE"}) { shop { name } userErrors { code } } }`
	c.change(rename, "v", shop.at("shop.version")).is("shopUpdate.shop.name", "Bazaar")
	c.do(rename, "v", shop.at("shop.version")).is("shopUpdate.userErrors.0.code", "STALE_VERSION")
}

func TestMutations_writeAllOrNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	c.change(createShirt)
	count := func() (n int) {
		h.must(h.db.Pool().QueryRow(context.Background(), `SELECT (SELECT count(*) FROM product) + (SELECT count(*) FROM variant) + (SELECT count(*) FROM audit_entry) + (SELECT count(*) FROM outbox)`).Scan(&n))
		return n
	}
	before := count()
	a := c.do(`mutation { productCreate(input: {title: "Copy", options: [{name: "Size", values: [{name: "S"}, {name: "M"}]}], variants: [{values: ["S"], sku: "NEW"}, {values: ["M"], sku: "SH-R-S"}]}) {
		product { id } userErrors { code field } } }`)
	a.is("productCreate.product", nil)
	a.is("productCreate.userErrors.0.code", "SKU_TAKEN")
	if after := count(); after != before {
		t.Errorf("a refused mutation left %d rows", after-before)
	}
}

func TestGraphQL_isNotSentAsAForm(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Owner)
	for _, typ := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"} {
		if w := c.send(http.MethodPost, "/admin/graphql", typ, strings.NewReader("query=mutation{x}")); w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%s: %d", typ, w.Code)
		}
	}
}

func TestExamples_runAsTheyStand(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Owner)
	for _, e := range admin.Examples() {
		if strings.Contains(e.Query, "\nsubscription ") {
			continue // a stream: see live_test.go
		}
		vars := map[string]any{}
		if e.Variables != "" {
			c.must(json.Unmarshal([]byte(e.Variables), &vars))
		}
		var pairs []any
		for k, v := range vars {
			pairs = append(pairs, k, v)
		}
		if a := c.try(e.Query, pairs...); len(a.Errors) > 0 {
			t.Errorf("%s: %v", e.Name, a.Errors)
		}
	}
}
