package admin_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/staff"
)

// lists are operations whose number of statements must not depend on how much
// there is. Each is asked for pages of two sizes.
var lists = map[string]string{
	"products": `query($n: Int!) { products(first: $n) { totalCount nodes {
		title priceRange { min { amount } onSale } media { url } categories { title breadcrumbs { title } } collections { title productsCount } excludedMarkets { name } metafields { value }
		variants(first: $n) { totalCount nodes { sku media { alt } metafields { value } prices { amount { amount } priceList { name } } stock { onHand location { name } } product { title } } }
	} } }`,
	"variants":    `query($n: Int!) { productVariants(first: $n) { nodes { product { title } stock { available } prices { amount { amount } } } } }`,
	"categories":  `query($n: Int!) { categories(first: $n) { nodes { parent { title } children { title } breadcrumbs { title } media { url } } } }`,
	"collections": `query($n: Int!) { collections(first: $n) { totalCount nodes { productsCount media { url } } } }`,
	"levels":      `query($n: Int!) { stockLevels(first: $n) { totalCount nodes { reserved allocated transferring threshold { lowAt } variant { sku } location { name markets { name } } } } }`,
	"bundles":     `query($n: Int!) { productVariants(first: $n, reverse: true) { nodes { bundle { discount variant { sku } slots { choices { variant { sku } } } } } } }`,
	"movements":   `query($n: Int!) { stockMovements(first: $n) { totalCount nodes { variant { sku } location { name } } } }`,
	"articles":    `query($n: Int!) { articles(first: $n) { totalCount nodes { blog { title } media { url } } } }`,
	"menus":       `query($n: Int!) { menus(first: $n) { nodes { items { title items { title } } } } }`,
	"audit":       `query($n: Int!) { auditLog(first: $n) { totalCount nodes { action } } }`,
	"markets":     `query($n: Int!) { markets(first: $n) { totalCount nodes { countries languages domains stockPolicy { strategy } } } }`,
	"imports":     `query($n: Int!) { importRuns(first: $n) { totalCount nodes { state } } }`,
	"redirects":   `query($n: Int!) { redirects(first: $n, sort: PATH) { totalCount nodes { path } } }`,
	"taxes":       `query($n: Int!) { taxRates(first: $n) { totalCount nodes { rate } } }`,
	"zones":       `query($n: Int!) { deliveryZones(first: $n) { totalCount nodes { areas { country } methods { title rates { amount { amount } } } } } }`,
	"orders": `query($n: Int!) { orders(first: $n) { totalCount nodes {
		number market { name } total { amount } shippingAddress { formatted } tags notes { body } timeline { message } mails { state } payments { state captured { amount } }
		lines { unitPrice { amount } variant { sku } product { title } taxes { rate } allocations { quantity variant { sku } location { name } } components { sku } } deliveries { taxes { rate } } taxes { rate } reservations { state variant { sku } location { name } }
	} } }`,
	"reservations": `query($n: Int!) { stockReservations(first: $n) { totalCount nodes { variant { sku } location { name } } } }`,
	"mails":        `query($n: Int!) { mails(first: $n) { totalCount nodes { subject } } }`,
	"transfers":    `query($n: Int!) { stockTransfers(first: $n) { totalCount nodes { from { name } to { name } lines { onTheWay variant { sku } } } } }`,
	"counts":       `query($n: Int!) { stockCounts(first: $n) { totalCount nodes { location { name } progress { counted } lines(first: $n) { nodes { difference variant { sku } } } } } }`,
	"purchases":    `query($n: Int!) { purchaseOrders(first: $n) { totalCount nodes { supplier { name } location { name } lines { rest variant { sku } } } } }`,
	"thresholds":   `query($n: Int!) { stockThresholds(first: $n) { totalCount nodes { variant { sku } location { name } } } }`,
	"reorder":      `query($n: Int!) { stockReorderReport(first: $n) { totalCount nodes { suggested daysOfCover threshold { variant { sku } location { name } } } } }`,
	"feeds":        `query($n: Int!) { stockFeeds(first: $n) { totalCount nodes { webhookUrl location { name } } } }`,
	"runs":         `query($n: Int!) { stockFeedRuns(first: $n) { totalCount nodes { state feed { name } } } }`,
	"wishes":       `query($n: Int!) { restockRequests(first: $n) { totalCount nodes { email variant { sku } market { name } } } }`,
	"items": `query($n: Int!) { merchandisingItems(first: $n) { totalCount nodes { state latest { content { ... on SearchRule {
		trigger { categories { title } collections { title } markets { name } } acts { product { title } } } } } live { number } } } }`,
	"item contents": `query($n: Int!) { merchandisingVersions(itemId: "gid://souk/MerchandisingItem/1", first: $n) { nodes { author } } }`,
	"releases":      `query($n: Int!) { merchandisingReleases(first: $n) { nodes { item { name } } } }`,
	"letters":       `query($n: Int!) { searchDeadLetters(first: $n) { nodes { product { title } } } }`,
	"report":        `query($n: Int!) { searchReport(kind: ZERO_RESULTS, first: $n) { totalCount nodes { query figures { zero } proposals { item { name } product { title } } } } }`,
	"refinements":   `query($n: Int!) { searchRefinements(first: $n) { nodes { next } } }`,
	"intents":       `query($n: Int!) { searchIntents(first: $n) { nodes { category { title } } } }`,
	"proposals":     `query($n: Int!) { searchProposals(first: $n) { totalCount nodes { item { name } product { title } } } }`,
	"popularity":    `query($n: Int!) { products(first: $n) { nodes { popularity { views } affinities { product { title } } } } }`,
	"preview":       `query($n: Int!) { searchPreview(input: {query: "P"}, first: $n) { totalCount market { name } nodes { title product { title } explain { rules { name } } } } }`,
	"staff":         `query($n: Int!) { staffMembers(first: $n) { totalCount nodes { permissions } } }`,
}

var countries = []string{"DE", "AT", "CH", "FR", "IT", "ES", "PT", "BE", "NL", "DK", "SE", "NO"}

// fill makes twelve of everything.
func (c client) fill() {
	c.t.Helper()
	c.change(`mutation { blogCreate(input: {handle: "news", title: "News"}) { blog { id } userErrors { code } } }`)
	place := c.do(`{ locations { id } }`).text("locations.0.id")
	base := c.do(`{ priceLists { id } }`).text("priceLists.0.id")
	blog := c.do(`{ blogs { nodes { id } } }`).text("blogs.nodes.0.id")
	var variants []string
	for i := range 12 {
		m := c.change(`mutation($u: URL!) { mediaLink(input: {url: $u}) { media { id } userErrors { code } } }`, "u", fmt.Sprintf("https://x.example/%d.jpg", i)).text("mediaLink.media.id")
		cat := c.change(`mutation($t: String!, $m: ID) { categoryCreate(input: {title: $t, mediaId: $m}) { category { id } userErrors { code } } }`, "t", fmt.Sprintf("C%d", i), "m", m).text("categoryCreate.category.id")
		p := c.change(`mutation($t: String!, $m: [ID!], $c: [ID!], $sku: String!) { productCreate(input: {title: $t, media: $m, categories: $c, options: [{name: "Size", values: [{name: "S"}, {name: "M"}]}], variants: [{values: ["S"], sku: $sku}, {values: ["M"]}]}) {
			product { id variants { nodes { id } } } userErrors { code field } } }`, "t", fmt.Sprintf("P%d", i), "m", []string{m}, "c", []string{cat}, "sku", fmt.Sprintf("S%d", i))
		product, variant := p.text("productCreate.product.id"), p.text("productCreate.product.variants.nodes.0.id")
		c.change(`mutation($t: String!, $p: [ID!], $m: ID) { collectionCreate(input: {title: $t, products: $p, mediaId: $m}) { collection { id } userErrors { code } } }`, "t", fmt.Sprintf("L%d", i), "p", []string{product}, "m", m)
		c.change(`mutation($l: ID!, $v: ID!) { pricesSet(priceListId: $l, prices: [{variant: $v, amount: "5"}]) { priceList { id } userErrors { code } } }`, "l", base, "v", variant)
		c.change(`mutation($v: ID!, $l: ID!, $k: String!) { stockReceive(lines: [{variant: $v, location: $l, quantity: 3}], reason: "x", idempotencyKey: $k) { levels { id } userErrors { code } } }`, "v", variant, "l", place, "k", fmt.Sprint(i))
		c.change(`mutation($o: ID!) { metafieldsSet(ownerId: $o, metafields: [{key: "a", type: "single_line_text_field", value: "b"}]) { metafields { id } userErrors { code } } }`, "o", product)
		c.change(`mutation($b: ID!, $h: String!, $m: ID) { articleCreate(input: {blog: $b, handle: $h, title: "A", media: $m}) { article { id } userErrors { code } } }`, "b", blog, "h", fmt.Sprintf("a-%d", i), "m", m)
		c.change(`mutation($h: String!) { menuCreate(input: {handle: $h, title: "M", items: [{title: "a", type: SEARCH, items: [{title: "b", type: SEARCH}]}]}) { menu { id } userErrors { code } } }`, "h", fmt.Sprintf("m-%d", i))
		c.change(createRate, "i", map[string]any{"country": "DE", "name": fmt.Sprint("VAT ", i), "rate": "1"})
		c.change(createZone, "i", zone(fmt.Sprint("Z", i), map[string]any{"country": countries[i]}, map[string]any{"currency": "EUR", "amount": "5"}))
		c.papers(i, place, variant)
		variants = append(variants, variant)
		o := c.buy(purchase{variant, 1, "Ada", cardTill})
		c.confirm(o)
		c.change(`mutation($id: ID!, $v: Int!) { orderNoteAdd(id: $id, body: "x") { userErrors { code } } orderTagsSet(id: $id, version: $v, tags: ["x"]) { userErrors { code } } }`, "id", orderID(o), "v", o.Version)
		c.change(`mutation($h: String!) { marketCreate(input: {handle: $h, name: "M", currency: "EUR", languages: ["en"]}) { market { id } userErrors { code } } }`, "h", fmt.Sprintf("m-%d", i))
	}
	for _, v := range variants {
		c.bundle(v)
	}
	c.searched(12)
}

// papers makes one of each paper of a variant.
func (c client) papers(i int, place, variant string) {
	c.t.Helper()
	other := c.place(fmt.Sprintf("acme-%d", i), "SUPPLIER")
	c.change(`mutation($f: ID!, $t: ID!, $v: ID!) { stockTransferCreate(input: {from: $f, to: $t, lines: [{variant: $v, quantity: 1}]}) { transfer { id } userErrors { code } } }`, "f", place, "t", other, "v", variant)
	c.change(`mutation($l: ID!, $v: ID!) { stockCountOpen(input: {location: $l, variants: [$v]}) { count { id } userErrors { code } } }`, "l", place, "v", variant)
	c.change(`mutation($s: ID!, $l: ID!, $v: ID!) { purchaseOrderCreate(input: {supplier: $s, location: $l, lines: [{variant: $v, quantity: 1}]}) { purchaseOrder { id } userErrors { code } } }`, "s", other, "l", place, "v", variant)
	c.change(`mutation($v: ID!, $l: ID!) { stockThresholdsSet(lines: [{variant: $v, location: $l, reorderAt: 9}]) { thresholds { id } userErrors { code } } }`, "v", variant, "l", place)
	feed := c.change(`mutation($l: ID!, $h: String!) { stockFeedCreate(input: {handle: $h, name: "F", kind: CSV, location: $l}) { feed { id } userErrors { code } } }`, "l", place, "h", fmt.Sprintf("f-%d", i)).text("stockFeedCreate.feed.id")
	c.change(`mutation($f: ID!) { stockFeedUpload(id: $f, content: "sku;on_hand\nNOPE;1\n") { run { id } userErrors { code } } }`, "f", feed)
	c.wish(variant, "ada@example.com")
}

// bundle makes a product that is a bundle of a variant.
func (c client) bundle(variant string) {
	c.t.Helper()
	set := c.change(`mutation { productCreate(input: {title: "Set"}) { product { variants { nodes { id } } } userErrors { code } } }`).text("productCreate.product.variants.nodes.0.id")
	c.change(`mutation($v: ID!, $p: ID!) { bundleSet(variantId: $v, version: 0, input: {slots: [{choices: [{variant: $p}]}]}) { bundle { version } userErrors { code } } }`, "v", set, "p", variant)
}

func TestLists_askTheSameNumberOfStatementsWhateverTheirSize(t *testing.T) {
	t.Parallel()
	h := open(t)
	d := h.deps
	d.Wait = 50 * time.Millisecond // a busy machine must not split a batch
	c := h.as(staff.Owner)
	c.fill()
	_, err := h.deps.Thresholds.Sweep(t.Context())
	h.must(err)
	h.serve(d)
	for name, query := range lists {
		few, sql := c.fewest(query, 3, 0)
		if many, more := c.fewest(query, 12, few); many != few {
			t.Errorf("%s: %d statements for 3, %d for 12\n%v\n%v", name, few, many, sql, more)
		}
		t.Logf("%s: %d statements", name, few)
	}
}

// fewest asks for n up to five times, until it took no more than enough
// statements, and gives the fewest it took. A batch that a busy machine split
// makes more of them once in a while, a question for each row always.
func (c client) fewest(query string, n, enough int) (fewest int, sql []string) {
	for range 5 {
		c.do(query, "n", n)
		if counted := c.counted.Load(); sql == nil || counted.Statements() < fewest {
			fewest, sql = counted.Statements(), counted.SQL()
		}
		if fewest <= enough {
			break
		}
	}
	return fewest, sql
}

func TestLists_countOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Viewer)
	c.do(`{ products { nodes { id } } }`)
	without := c.counted.Load().Statements()
	c.do(`{ products { totalCount nodes { id } } }`)
	if with := c.counted.Load().Statements(); with != without+1 {
		t.Errorf("%d statements without a count, %d with it", without, with)
	}
}
