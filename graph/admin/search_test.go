package admin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/testkit"
)

// A change has to act within actsWithin; waits for anything else end later.
const (
	actsWithin = 3 * time.Second
	patience   = time.Minute
)

// until asks again and again until something is so.
func (h *house) until(what string, limit time.Duration, so func() bool) {
	h.t.Helper()
	for began := time.Now(); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > limit {
			h.t.Fatalf("%s: not within %s", what, limit)
		}
	}
}

// searching runs the mirror and tells it of changes, as a process that serves
// does, until the test ends.
func (h *house) searching() *house {
	h.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	changes := event.NewDispatcher(h.db, event.NewOutbox(h.db), event.Config{})
	everywhere, ordered := h.deps.Search.Consumers()
	h.must(changes.Add(ctx, slices.Concat(everywhere, ordered, []event.Consumer{{Name: "merchandising", Topics: []string{merchandising.Released{}.Topic()}, Broadcast: true,
		Handle: func(ctx context.Context, _ []event.Envelope) error { return h.deps.Merchandising.Refresh(ctx) }}})...))
	var running sync.WaitGroup
	running.Go(func() { _ = changes.Run(ctx) })
	running.Go(func() { _ = h.deps.Search.Run(ctx) })
	h.t.Cleanup(func() { stop(); running.Wait() })
	h.until("search is ready", patience, h.deps.Search.Ready)
	return h
}

// sell puts a product on sale and gives its id.
func (c client) sell(title, price string) string {
	c.t.Helper()
	a := c.change(`mutation($t: String!) { productCreate(input: {title: $t, status: ACTIVE, publishedAt: "2026-01-01T00:00:00Z"}) {
		product { id variants { nodes { id } } } userErrors { code } } }`, "t", title)
	variant := a.text("productCreate.product.variants.nodes.0.id")
	c.change(`mutation($l: ID!, $v: ID!, $p: Decimal!) { pricesSet(priceListId: $l, prices: [{variant: $v, amount: $p}]) { priceList { id } userErrors { code } } }`,
		"l", c.do(`{ priceLists { id } }`).text("priceLists.0.id"), "v", variant, "p", price)
	c.change(`mutation($v: ID!, $l: ID!, $k: String!) { stockReceive(lines: [{variant: $v, location: $l, quantity: 9}], reason: "van", idempotencyKey: $k) { levels { id } userErrors { code } } }`,
		"v", variant, "l", c.do(`{ locations { id } }`).text("locations.0.id"), "k", "sell-"+strings.ReplaceAll(title, " ", "-"))
	return a.text("productCreate.product.id")
}

const createItem = `mutation($i: MerchandisingItemCreateInput!) { merchandisingItemCreate(input: $i) { item { id version state } userErrors { code field message } } }`

// say makes an item and gives its id.
func (c client) say(name string, content map[string]any) string {
	c.t.Helper()
	return c.change(createItem, "i", map[string]any{"name": name, "content": content}).text("merchandisingItemCreate.item.id")
}

const publishItem = `mutation($id: ID!, $v: Int!, $n: Int) { merchandisingItemPublish(id: $id, version: $v, number: $n) { item { version state live { number } } userErrors { code field } } }`

// publish makes the latest content of an item live.
func (c client) publish(id string) {
	c.t.Helper()
	seen := c.do(`query($id: ID!) { merchandisingItem(id: $id) { version } }`, "id", id).at("merchandisingItem.version")
	c.change(publishItem, "id", id, "v", seen)
}

const wholeContent = `query($id: ID!) { merchandisingItem(id: $id) { kind state pending live { number } latest { number note author content { __typename
	... on SearchRule { trigger { ...when } priority acts { do product { id } filter position strength anyStock } }
	... on SearchSynonym { language words from to startsAt endsAt }
	... on SearchStopWords { language words }
	... on SearchRedirect { trigger { ...when } target }
	... on SearchBanner { trigger { ...when } priority title body imageUrl link position }
	... on RankingProfile { ...how }
	... on FacetSetting { facet position hidden order values limit atLeast buckets }
	... on SearchExperiment { control { ...how } variant { ...how } share languages startsAt endsAt }
	... on SearchSuggestion { language query blocked }
} } } }
fragment when on SearchTrigger { query { match words } categories { id } collections { id } markets { id } languages segments startsAt endsAt }
fragment how on RankingProfile { inStockFirst popularity freshness margin intent }`

// What is saved is read as it was written, in each kind.
func TestMerchandising_everyKindComesBackAsItWasSaved(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	product := c.sell("Teapot", "20")
	category := c.change(`mutation { categoryCreate(input: {title: "Tea"}) { category { id } userErrors { code } } }`).text("categoryCreate.category.id")
	collection := c.change(`mutation { collectionCreate(input: {title: "New"}) { collection { id } userErrors { code } } }`).text("collectionCreate.collection.id")
	market := c.do(`{ markets { nodes { id } } }`).text("markets.nodes.0.id")
	const from, to = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"
	trigger := fmt.Sprintf(`{"query": {"match": "CONTAINS", "words": "tea pot"}, "categories": [%q], "collections": [%q], "markets": [%q], "languages": ["en"], "segments": ["b2b"], "startsAt": %q, "endsAt": %q}`,
		category, collection, market, from, to)
	shown := strings.NewReplacer(`["gid://souk/Cat`, `[{"id": "gid://souk/Cat`, `["gid://souk/Col`, `[{"id": "gid://souk/Col`, `["gid://souk/Mar`, `[{"id": "gid://souk/Mar`, `"], "col`, `"}], "col`, `"], "mar`, `"}], "mar`, `"], "lang`, `"}], "lang`).Replace(trigger)
	const always = `{"query": null, "categories": [], "collections": [], "markets": [], "languages": [], "segments": [], "startsAt": null, "endsAt": null}`
	const profile = `{"inStockFirst": true, "popularity": 30, "freshness": 10, "margin": 5, "intent": 70}`
	const plain = `{"inStockFirst": false, "popularity": 0, "freshness": 0, "margin": 0, "intent": 0}`
	for field, kind := range map[string]struct{ kind, typ, input, want string }{
		"rule": {"RULE", "SearchRule", `{"trigger": ` + trigger + `, "priority": 5, "acts": [{"do": "PIN", "product": "` + product + `", "position": 2, "anyStock": true}, {"do": "BURY", "filter": {"productVendor": "Acme", "price": {"min": 5.5}}, "strength": 40}, {"do": "IN_STOCK_FIRST"}]}`,
			`{"trigger": ` + shown + `, "priority": 5, "acts": [{"do": "PIN", "product": {"id": "` + product + `"}, "filter": null, "position": 2, "strength": 0, "anyStock": true},
			{"do": "BURY", "product": null, "filter": {"productVendor": "Acme", "price": {"min": 5.5}}, "position": 0, "strength": 40, "anyStock": false},
			{"do": "IN_STOCK_FIRST", "product": null, "filter": null, "position": 0, "strength": 0, "anyStock": false}]}`},
		"synonym":    {"SYNONYM", "SearchSynonym", `{"language": "en", "from": "kettle", "to": ["teapot"], "startsAt": "` + from + `"}`, `{"language": "en", "words": [], "from": "kettle", "to": ["teapot"], "startsAt": "` + from + `", "endsAt": null}`},
		"stopWords":  {"STOP_WORDS", "SearchStopWords", `{"language": "en", "words": ["cheap", "best"]}`, `{"language": "en", "words": ["cheap", "best"]}`},
		"redirect":   {"REDIRECT", "SearchRedirect", `{"trigger": {"query": {"match": "EXACT", "words": "returns"}}, "target": "/pages/returns"}`, `{"trigger": ` + strings.Replace(always, "null", `{"match": "EXACT", "words": "returns"}`, 1) + `, "target": "/pages/returns"}`},
		"banner":     {"BANNER", "SearchBanner", `{"title": "Sale", "link": "/sale", "position": 4}`, `{"trigger": ` + always + `, "priority": 0, "title": "Sale", "body": "", "imageUrl": "", "link": "/sale", "position": 4}`},
		"profile":    {"PROFILE", "RankingProfile", profile, profile},
		"facet":      {"FACET", "FacetSetting", `{"facet": "filter.p.vendor", "position": 1, "order": "MANUAL", "values": ["Acme"], "limit": 9}`, `{"facet": "filter.p.vendor", "position": 1, "hidden": false, "order": "MANUAL", "values": ["Acme"], "limit": 9, "atLeast": 0, "buckets": 0}`},
		"experiment": {"EXPERIMENT", "SearchExperiment", `{"control": {}, "variant": ` + profile + `, "share": "12.5", "languages": ["en"]}`, `{"control": ` + plain + `, "variant": ` + profile + `, "share": "12.5", "languages": ["en"], "startsAt": null, "endsAt": null}`},
		"suggestion": {"SUGGESTION", "SearchSuggestion", `{"language": "en", "query": "teapot", "blocked": true}`, `{"language": "en", "query": "teapot", "blocked": true}`},
	} {
		id := c.say(field, map[string]any{field: json.RawMessage(kind.input)})
		a := c.do(wholeContent, "id", id)
		a.is("merchandisingItem.kind", kind.kind)
		a.is("merchandisingItem.latest.author", "Ada")
		got, _ := a.at("merchandisingItem.latest.content").(map[string]any)
		if got["__typename"] != kind.typ {
			t.Errorf("%s is a %v", field, got["__typename"])
		}
		delete(got, "__typename")
		var want map[string]any
		h.must(json.Unmarshal([]byte(kind.want), &want))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", field, diff)
		}
	}
}

func TestMerchandising_saysWhereAContentIsWrong(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	refused := func(content map[string]any, code string, path ...string) {
		t.Helper()
		a := c.do(createItem, "i", map[string]any{"name": "x", "content": content})
		a.is("merchandisingItemCreate.item", nil)
		a.is("merchandisingItemCreate.userErrors.0.code", code)
		var got []string
		for _, step := range a.at("merchandisingItemCreate.userErrors.0.field").([]any) {
			got = append(got, step.(string))
		}
		if !slices.Equal(got, path) {
			t.Errorf("%v is wrong at %v, not at %v", content, got, path)
		}
	}
	word := map[string]any{"language": "en", "words": []string{"cheap"}}
	refused(map[string]any{}, "ONE_CONTENT", "content")
	refused(map[string]any{"stopWords": word, "synonym": map[string]any{"language": "en"}}, "ONE_CONTENT", "content")
	refused(map[string]any{"rule": map[string]any{"acts": []any{map[string]any{"do": "FRESHNESS", "strength": 10}, map[string]any{"do": "FRESHNESS", "strength": 101}}}},
		"INVALID_CONTENT", "content", "rule", "acts", "1", "strength")
	refused(map[string]any{"experiment": map[string]any{"control": map[string]any{}, "variant": map[string]any{"margin": 101}}}, "INVALID_CONTENT", "content", "experiment", "variant", "margin")
	if got := c.try(createItem, "i", map[string]any{"name": "x", "content": map[string]any{"experiment": map[string]any{"control": map[string]any{}, "variant": map[string]any{}, "share": "0.00001"}}}); len(got.Errors) == 0 {
		t.Errorf("a share with five decimals was taken: %v", got.Data)
	}
	id := c.say("words", map[string]any{"stopWords": word})
	a := c.do(`mutation($id: ID!) { merchandisingItemUpdate(id: $id, version: 1, input: {name: "x", content: {suggestion: {language: "en", query: "q"}}}) { item { id } userErrors { code field } } }`, "id", id)
	a.is("merchandisingItemUpdate.userErrors.0.code", "OTHER_KIND")
}

// A draft changes nothing; what was live can be had back; everybody sees who
// made what live.
func TestMerchandising_versionsAreReleasedAndRolledBack(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	id := c.say("Stop", map[string]any{"stopWords": map[string]any{"language": "en", "words": []string{"cheap"}}})
	look := func() answer {
		return c.do(`query($id: ID!) { merchandisingItem(id: $id) { name state pending version archivedAt latest { number note } live { number content { ... on SearchStopWords { words } } } } }`, "id", id)
	}
	a := look()
	a.is("merchandisingItem.state", "DRAFT")
	a.is("merchandisingItem.pending", true)
	a.is("merchandisingItem.live", nil)

	const revise = `mutation($id: ID!, $v: Int!, $w: [String!]!) { merchandisingItemUpdate(id: $id, version: $v, input: {note: "more", content: {stopWords: {language: "en", words: $w}}}) {
		item { version latest { number note } } userErrors { code field } } }`
	c.publish(id)
	c.do(revise, "id", id, "v", 1, "w", []string{"best"}).is("merchandisingItemUpdate.userErrors.0.code", "STALE_VERSION")
	again := func() answer { return c.under("once", revise, "id", id, "v", 2, "w", []string{"best"}) }
	again().is("merchandisingItemUpdate.item.latest.number", 2)
	again().is("merchandisingItemUpdate.item.latest.number", 2)
	a = look()
	a.is("merchandisingItem.state", "LIVE")
	a.is("merchandisingItem.pending", true)
	a.is("merchandisingItem.latest.number", 2)
	a.is("merchandisingItem.name", "Stop")
	a.is("merchandisingItem.live.content.words.0", "cheap")
	c.do(publishItem, "id", id, "v", a.at("merchandisingItem.version"), "n", 3).is("merchandisingItemPublish.userErrors.0.code", "ITEM_VERSION_NOT_FOUND")
	c.publish(id)
	look().is("merchandisingItem.live.content.words.0", "best")
	look().is("merchandisingItem.pending", false)

	const back = `mutation($id: ID!, $v: Int!) { merchandisingItemRollback(id: $id, version: $v, number: 1) { item { live { number } } userErrors { code } } }`
	c.change(back, "id", id, "v", look().at("merchandisingItem.version")).is("merchandisingItemRollback.item.live.number", 1)
	c.do(back, "id", id, "v", look().at("merchandisingItem.version")).is("merchandisingItemRollback.userErrors.0.code", "NOT_EARLIER")
	c.change(`mutation($id: ID!, $v: Int!) { merchandisingItemUnpublish(id: $id, version: $v) { item { state } userErrors { code } } }`, "id", id, "v", look().at("merchandisingItem.version")).
		is("merchandisingItemUnpublish.item.state", "DRAFT")
	c.change(`mutation($id: ID!, $v: Int!) { merchandisingItemArchive(id: $id, version: $v) { item { state pending } userErrors { code } } }`, "id", id, "v", look().at("merchandisingItem.version")).
		is("merchandisingItemArchive.item.pending", false)

	viewer := h.as(staff.Viewer)
	r := viewer.do(`query($id: ID!) { merchandisingReleases(itemId: $id) { nodes { number action from to author item { name } } }
		merchandisingVersions(itemId: $id) { nodes { number note author } } nothing: merchandisingReleases(itemId: "gid://souk/Product/1") { nodes { number } }
		archived: merchandisingItems(filter: {state: ARCHIVED}) { totalCount nodes { name } } others: merchandisingItems { totalCount } }`, "id", id)
	var actions []string
	for i := range r.at("merchandisingReleases.nodes").([]any) {
		actions = append(actions, r.text(fmt.Sprintf("merchandisingReleases.nodes.%d.action", i)))
	}
	if want := []string{"UNPUBLISH", "ROLLBACK", "PUBLISH", "PUBLISH"}; !slices.Equal(actions, want) { // to put a draft away releases nothing
		t.Errorf("released: %v", actions)
	}
	r.is("merchandisingReleases.nodes.0.author", "Ada")
	r.is("merchandisingVersions.nodes.0.number", 2)
	r.is("merchandisingVersions.nodes.0.note", "more")
	if others, _ := r.at("nothing.nodes").([]any); len(others) > 0 {
		t.Errorf("an id of something else lists %v", others)
	}
	r.is("archived.totalCount", 1)
	r.is("others.totalCount", 0)
	h.as(staff.Owner).do(`{ auditLog(filter: {subjectKind: "merchandising_item"}) { nodes { action actorName } } }`).is("auditLog.nodes.0.actorName", "Ada")
}

// titles are those of the hits of a preview.
func (a answer) titles(path string) string {
	a.t.Helper()
	var out []string
	for i := range a.at(path).([]any) {
		out = append(out, a.text(fmt.Sprintf("%s.%d.title", path, i)))
	}
	return strings.Join(out, ", ")
}

const comparePreviews = `query($q: String!, $d: [SearchDraftInput!]) {
	now: searchPreview(input: {query: $q}) { ...seen } then: searchPreview(input: {query: $q}, drafts: $d) { ...seen }
}
fragment seen on SearchPreview { totalCount degraded stage redirect rescue { stage usedQuery dropped suggestions { title } } banners { title } market { name } language
	facets { id label type values { label count input } }
	applied { item { id } name number lost { act reason by { name } } }
	nodes { title minPrice { amount currency } available product { id } explain { engineRank finalRank stage rules { name } } } }`

func TestSearchPreview_comparesDraftsWithWhatIsLive(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	c.sell("Teapot", "20")
	green := c.sell("Teapot green", "30")
	blue := c.sell("Teapot blue", "25")
	h.searching()
	pin := func(product string) map[string]any {
		return map[string]any{"do": "PIN", "product": product, "position": 1}
	}
	rule := func(priority int, acts ...any) map[string]any {
		return map[string]any{"rule": map[string]any{"trigger": map[string]any{"query": map[string]any{"match": "EXACT", "words": "teapot"}}, "priority": priority, "acts": acts}}
	}
	first, second := c.say("Green first", rule(9, pin(green))), c.say("Blue first", rule(1, pin(blue)))
	banner := c.say("Tea week", map[string]any{"banner": map[string]any{"title": "Tea week"}})
	drafts := []any{map[string]any{"item": second}, map[string]any{"item": first, "number": 1}, map[string]any{"item": banner}}
	a := h.as(staff.Viewer).do(comparePreviews, "q", "teapot", "d", drafts)
	for _, at := range []string{"now", "then"} {
		a.is(at+".totalCount", 3)
		a.is(at+".degraded", false)
		a.is(at+".stage", "AS_TYPED")
		a.is(at+".rescue", nil)
		a.is(at+".market.name", "Home")
	}
	if got := a.titles("now.nodes"); strings.HasPrefix(got, "Teapot green") {
		t.Errorf("a draft acts: %s", got)
	}
	if got := a.titles("then.nodes"); !strings.HasPrefix(got, "Teapot green") {
		t.Errorf("the preview shows %s", got)
	}
	a.is("then.nodes.0.explain.finalRank", 1)
	a.is("then.nodes.0.explain.rules.0.name", "Green first")
	a.is("then.nodes.0.minPrice.amount", "30.0")
	a.is("then.nodes.0.available", true)
	a.is("then.nodes.0.product.id", green)
	a.is("then.banners.0.title", "Tea week")
	a.is("then.applied.0.name", "Green first")
	a.is("then.applied.1.lost.0.reason", "POSITION_TAKEN")
	a.is("then.applied.1.lost.0.by.name", "Green first")

	// What is wrong with the question is said.
	for _, query := range []string{
		`{ searchPreview(input: {market: "gid://souk/Market/999"}) { totalCount } }`,
		`{ searchPreview(drafts: [{item: "gid://souk/MerchandisingItem/999"}]) { totalCount } }`,
		`{ searchPreview(first: 9999) { totalCount } }`,
		`{ searchPreview(input: {query: "teapot"}, after: "nonsense") { totalCount } }`,
		`{ searchPreview(drafts: [` + strings.Repeat(`{item: "gid://souk/MerchandisingItem/1"},`, 21) + `]) { totalCount } }`,
	} {
		if got := c.try(query); got.code() == "" || got.code() == "INTERNAL" {
			t.Errorf("%s: %q", query, got.code())
		}
	}

	// Pages join to the whole list, and facets can be chosen as they are.
	whole := c.do(`{ searchPreview(input: {query: "teapot"}) { nodes { title } facets { id values { input } } } }`)
	one := c.do(`{ searchPreview(input: {query: "teapot"}, first: 1) { nodes { title cursor } pageInfo { hasNextPage endCursor } } }`)
	one.is("searchPreview.pageInfo.hasNextPage", true)
	rest := c.do(`query($a: String!) { searchPreview(input: {query: "teapot"}, first: 9, after: $a) { nodes { title } changed } }`, "a", one.at("searchPreview.nodes.0.cursor"))
	if got := one.titles("searchPreview.nodes") + ", " + rest.titles("searchPreview.nodes"); got != whole.titles("searchPreview.nodes") {
		t.Errorf("pages: %s, whole: %s", got, whole.titles("searchPreview.nodes"))
	}
	rest.is("searchPreview.changed", false)
	c.do(`query($f: [SearchFilterInput!]) { searchPreview(input: {query: "teapot", filters: $f}) { totalCount } }`, "f", []any{map[string]any{"price": map[string]any{"min": 24, "max": 26}}}).
		is("searchPreview.totalCount", 1)
}

// While search is not ready the catalog answers, and says so.
func TestSearchPreview_isDegradedWithoutAnEngine(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	c.sell("Teapot", "20")
	a := c.do(`{ searchPreview(input: {query: "teapot"}) { degraded nodes { title explain { finalRank } } } searchStatus { ready engine live { id } languages } searchGenerations { id } }`)
	a.is("searchPreview.degraded", true)
	a.is("searchPreview.nodes.0.title", "Teapot")
	a.is("searchPreview.nodes.0.explain", nil)
	a.is("searchStatus.ready", false)
	a.is("searchStatus.live", nil)
}

func TestSearchIndex_isBuiltAnewRolledBackAndRepaired(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	c.sell("Teapot", "20")
	h.searching()
	status := func() answer {
		return c.do(`{ searchStatus { ready engine documents pending drift deadLetters live { id state documents done instance } } searchGenerations { id state requestedBy } }`)
	}
	a := status()
	a.is("searchStatus.ready", true)
	a.is("searchStatus.engine", "bleve")
	a.is("searchStatus.documents", 1)
	a.is("searchStatus.live.state", "LIVE")
	before := a.text("searchStatus.live.id")
	asked := c.change(`mutation { searchReindex { generation { id state requestedBy } userErrors { code } } }`)
	asked.is("searchReindex.generation.requestedBy", "Ada")
	next := asked.text("searchReindex.generation.id")
	if next == before {
		t.Fatalf("the live generation %s is built anew", next)
	}
	h.until("the new generation answers", patience, func() bool { return status().text("searchStatus.live.id") == next })
	c.change(`mutation { searchRollback { generation { id state } userErrors { code } } }`)
	h.until("the old generation answers", patience, func() bool { return status().text("searchStatus.live.id") == before })
	c.change(`mutation { searchCheck { drift userErrors { code } } }`).is("searchCheck.drift", 0)

	_, err := h.db.Pool().Exec(t.Context(), `INSERT INTO search_dead_letter (instance, engine, language, product_id, error, payload_hash, attempts, first_at, last_at)
		VALUES ('elsewhere', 'bleve', 'en', 1, 'no', decode(repeat('00ff', 16), 'hex'), 2, $1, $1)`, testkit.Started())
	h.must(err)
	letter := c.do(`{ searchDeadLetters { nodes { id error payloadHash attempts language product { title } } } }`)
	letter.is("searchDeadLetters.nodes.0.payloadHash", strings.Repeat("00ff", 16))
	letter.is("searchDeadLetters.nodes.0.product.title", "Teapot")
	const retry = `mutation($id: ID!) { searchDeadLetterRetry(id: $id) { taken deadLetter { attempts } userErrors { code } } }`
	c.change(retry, "id", letter.at("searchDeadLetters.nodes.0.id")).is("searchDeadLetterRetry.taken", false)
	c.do(retry, "id", "gid://souk/SearchDeadLetter/999").is("searchDeadLetterRetry.userErrors.0.code", "SEARCH_LETTER_MISSING")
}
