package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/track"
)

// storefront is the shop over the same house, with the visitors that it tracks.
type storefront struct {
	*house
	handler http.Handler
	events  *track.Recorder
}

func (h *house) storefront() storefront {
	h.t.Helper()
	s := storefront{house: h, events: track.NewRecorder(h.db, track.Config{HashKey: []byte("key")})}
	rooms := shop.Rooms{Listing: listing.NewService(h.db, h.deps.PublicURL), Buyers: h.deps.Buyers, Content: h.deps.Content, Markets: h.deps.Directory,
		Media: h.deps.Media, Metafields: h.deps.Metafields, Translations: h.deps.Translations, Track: s.events,
		Search: h.deps.Merchandising, Related: h.deps.Recommend, Clock: h.deps.Clock}
	handler, err := gql.NewHandler(gql.HandlerConfig{Schema: shop.NewSchema(rooms), Limits: guard.Shop(),
		Extensions: []graphql.HandlerExtension{rooms.Buyer()}, Logger: slog.New(slog.NewTextHandler(h.t.Output(), nil))})
	h.must(err)
	h.t.Cleanup(handler.Close)
	s.handler = shop.Visitors(handler)
	return s
}

// ask is what a visit asks.
func (s storefront) ask(visit, query string) answer {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	s.must(err)
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/shop/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Souk-Session", visit)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	a := answer{t: s.t}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || len(a.Errors) > 0 {
		s.t.Fatalf("%s\n%v: %s", query, err, w.Body)
	}
	return a
}

// find gives the titles that a visit finds, and the name of its search.
func (s storefront) find(visit, words string) (titles, query string) {
	s.t.Helper()
	a := s.ask(visit, fmt.Sprintf(`query @inContext(visitorConsent: {analytics: true}) { search(query: %q, types: [PRODUCT]) { queryId degraded nodes { ... on Product { title } } } }`, words))
	a.is("search.degraded", false)
	return a.titles("search.nodes"), a.text("search.queryId")
}

// report writes down what visits did and counts it, as the jobs do.
func (s storefront) report() {
	s.t.Helper()
	done, cancel := context.WithCancel(s.t.Context())
	cancel()
	s.must(s.events.Run(done)) // writes what waits
	s.must(s.deps.Insight.Aggregate(s.t.Context()))
	s.must(s.deps.Insight.Learn(s.t.Context()))
}

// A merchandiser finds a query without results in the report, accepts the
// synonym that is proposed, pins a product, previews, publishes, sees it live
// in the shop, and rolls back.
func TestStory_aMerchandiserSteersSearch(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	plain := c.sell("Teapot", "20")
	c.sell("Teapot green", "30")
	blue := c.sell("Teapot blue", "25")
	h.searching()
	s := h.storefront()

	// Shoppers search for what the shop calls otherwise, and help themselves.
	for i := range 6 {
		visit := fmt.Sprint("visit-", i)
		if got, _ := s.find(visit, "Samovar"); got != "" {
			t.Fatalf("samovar finds %s", got)
		}
		_, query := s.find(visit, "teapot")
		s.ask(visit, fmt.Sprintf(`mutation { eventsTrack(consent: {analytics: true}, events: [{kind: CLICK, queryId: %q, query: "teapot", productId: %q, position: 1}]) { accepted } }`, query, plain)).
			is("eventsTrack.accepted", 1)
	}
	s.report()

	// The report shows it, with what could be done about it.
	const report = `{ searchReport(kind: ZERO_RESULTS) { nodes { query figures { zero searches } proposals { id kind target evidence { visits did clicked } } } } }`
	a := c.do(report)
	a.is("searchReport.nodes.0.query", "samovar")
	a.is("searchReport.nodes.0.figures.zero", 6)
	synonym, _ := proposed(a, "SYNONYM")
	a.is(synonym+".target", "teapot")
	a.is(synonym+".evidence.clicked", 6)

	// One mutation accepts it, and the shop understands the word.
	a = c.change(`mutation($id: ID!) { searchProposalAccept(id: $id) { proposal { state item { id state live { content { ... on SearchSynonym { from to words } } } } } userErrors { code message } } }`,
		"id", a.at(synonym+".id"))
	a.is("searchProposalAccept.proposal.item.state", "LIVE")
	organic := ""
	h.until("the synonym acts", actsWithin, func() bool { organic, _ = s.find("later", "samovar"); return organic != "" })
	if strings.Count(organic, "Teapot") != 3 {
		t.Errorf("samovar finds %s", organic)
	}

	// A pin is looked at before anybody else sees it.
	pin := func(product string) map[string]any {
		return map[string]any{"rule": map[string]any{"trigger": map[string]any{"query": map[string]any{"match": "EXACT", "words": "samovar"}},
			"acts": []any{map[string]any{"do": "PIN", "product": product, "position": 1}}}}
	}
	rule := c.say("Samovars", pin(blue))
	drafts := []any{map[string]any{"item": rule}}
	a = c.do(comparePreviews, "q", "samovar", "d", drafts)
	if got := a.titles("now.nodes"); got != organic {
		t.Errorf("the preview of what is live shows %s, the shop %s", got, organic)
	}
	if got := a.titles("then.nodes"); !strings.HasPrefix(got, "Teapot blue") {
		t.Errorf("the preview of the draft shows %s", got)
	}
	a.is("then.nodes.0.explain.rules.0.name", "Samovars")
	if got, _ := s.find("later", "samovar"); got != organic {
		t.Errorf("a draft acts in the shop: %s", got)
	}

	// Published, it acts; the next version takes its place; a rollback brings it back.
	leads := func(what, title string) {
		t.Helper()
		h.until(what, actsWithin, func() bool { got, _ := s.find("later", "samovar"); return strings.HasPrefix(got, title) })
	}
	c.publish(rule)
	leads("the pin acts", "Teapot blue")
	c.change(`mutation($id: ID!, $i: MerchandisingItemUpdateInput!) { merchandisingItemUpdate(id: $id, version: 2, input: $i) { item { version pending } userErrors { code field message } } }`,
		"id", rule, "i", map[string]any{"name": "Samovars", "content": pin(h.row(`SELECT 'gid://souk/Product/' || id FROM product WHERE title = 'Teapot green'`))}).
		is("merchandisingItemUpdate.item.pending", true)
	c.publish(rule)
	leads("the other pin acts", "Teapot green")
	version := c.do(`query($id: ID!) { merchandisingItem(id: $id) { version } }`, "id", rule).at("merchandisingItem.version")
	c.change(`mutation($id: ID!, $v: Int!) { merchandisingItemRollback(id: $id, version: $v, number: 1) { item { version live { number } } userErrors { code } } }`, "id", rule, "v", version).
		is("merchandisingItemRollback.item.live.number", 1)
	leads("the rollback acts", "Teapot blue")

	// Who did all this is known, and shoppers were not told a word of it.
	r := h.as(staff.Owner).do(`{ merchandisingReleases { nodes { action author item { name } from to } } auditLog(filter: {subjectKind: "merchandising_item"}) { totalCount } }`)
	r.is("merchandisingReleases.nodes.0.action", "ROLLBACK")
	r.is("merchandisingReleases.nodes.0.item.name", "Samovars")
	r.is("merchandisingReleases.nodes.3.action", "PUBLISH")
	s.report()
	if _, ok := proposed(c.do(report), "SYNONYM"); ok {
		t.Error("what was accepted is proposed again")
	}
}

// proposed finds a proposal of a kind for the first query of a report.
func proposed(report answer, kind string) (path string, ok bool) {
	report.t.Helper()
	all, _ := report.at("searchReport.nodes.0.proposals").([]any)
	for i := range all {
		if path := fmt.Sprintf("searchReport.nodes.0.proposals.%d", i); report.at(path+".kind") == kind {
			return path, true
		}
	}
	return "searchReport.nodes.0.proposals.0", false
}
