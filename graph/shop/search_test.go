package shop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/adapter/search/bleve"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// away is a search that does not answer.
type away struct{}

func (away) Find(context.Context, search.Find) (search.Found, error) {
	return search.Found{}, search.ErrUnavailable
}
func (away) Table() (*table.Table, error)                         { return nil, search.ErrUnavailable }
func (away) Vocabulary(locale.Language) *understanding.Vocabulary { return nil }

// openSearch is the API over the small shop with an embedded engine that has
// read it.
func openSearch(t *testing.T) *storefront {
	t.Helper()
	return openWith(t, guard.Shop(), func(db *postgres.DB, rooms *shop.Rooms) {
		outbox, log := event.NewOutbox(db), audit.New(db)
		engine := bleve.New(bleve.Config{Root: t.TempDir()})
		if _, err := engine.Claim(); err != nil {
			t.Fatal(err)
		}
		found := search.NewService(search.Rooms{DB: db, Events: outbox, Audit: log, Listing: rooms.Listing, Markets: rooms.Markets, Engine: engine}, search.Config{})
		ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
		ended := make(chan error, 1)
		go func() { ended <- found.Run(ctx) }()
		t.Cleanup(func() {
			stop()
			<-ended
			_ = engine.Close()
		})
		for wait := time.NewTimer(30 * time.Second); !found.Ready(); {
			select {
			case err := <-ended:
				t.Fatal("search ended: ", err)
			case <-wait.C:
				t.Fatal("search is not ready")
			case <-time.After(10 * time.Millisecond):
			}
		}
		rooms.Search = merchandising.NewService(merchandising.Rooms{DB: db, Events: outbox, Audit: log, Search: found, Listing: rooms.Listing, Clock: db.Clock()})
		rooms.Related = recommend.NewService(recommend.Rooms{DB: db, Events: outbox, Search: found})
	})
}

// publish makes an item live in this process.
func (s *storefront) publish(name string, content merchandising.Content) {
	s.t.Helper()
	items := s.rooms.Search
	item, err := items.Save(s.t.Context(), merchandising.Save{Name: name, Content: content})
	if err == nil {
		_, err = items.Publish(s.t.Context(), item.ID, 0, item.Version)
	}
	if err == nil {
		err = items.Refresh(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func whenSearched(words string) merchandising.Trigger {
	return merchandising.Trigger{Query: &merchandising.QueryTrigger{Match: merchandising.MatchExact, Words: words}}
}

// hits is what tests read of a list.
type hits struct {
	QueryID                  string
	Nodes                    []struct{ Handle, Title string }
	TotalCount               int
	Degraded, ListChanged    bool
	CorrectedQuery, Redirect *string
	Banners                  []struct{ Title, Link string }
	PageInfo                 struct {
		EndCursor   string
		HasNextPage bool
	}
	ProductFilters, Filters, FacetValues []struct {
		ID, Label, Input string
		Count            int
		Values           []struct {
			Label, Input string
			Count        int
		}
	}
	Facets struct {
		Price *struct {
			Ranges []struct {
				Count    int
				Input    string
				Min, Max struct{ Amount string }
			}
		}
	}
	Rescue *struct {
		Stage, UsedQuery string
		Dropped          []string
		Suggestions      []struct{ Handle string }
	}
}

func (h hits) handles() string {
	out := make([]string, len(h.Nodes))
	for i, n := range h.Nodes {
		out[i] = n.Handle
	}
	return strings.Join(out, " ")
}

// find answers a query whose only field is a list.
func (s *storefront) find(query string) hits {
	s.t.Helper()
	answer, _ := s.ask(query)
	var out struct {
		Data   map[string]hits
		Errors []any
	}
	if err := json.Unmarshal([]byte(answer), &out); err != nil || len(out.Errors) > 0 || len(out.Data) != 1 {
		s.t.Fatalf("%v: %s", err, answer)
	}
	for _, h := range out.Data {
		return h
	}
	return hits{}
}

const told = ` queryId totalCount degraded listChanged correctedQuery redirect rescue { stage usedQuery dropped } nodes { ... on Product { handle } } pageInfo { endCursor hasNextPage } `

func TestSearch_tellsWhatItMadeOfTheWords(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	for query, want := range map[string]struct{ stage, used, dropped, first string }{
		"enamel mug":          {first: "mug"},
		"enamle mug":          {stage: "CORRECTED", used: "enamel mug", first: "mug"},
		"sailorcap":           {stage: "JOINED", used: "sailor cap", first: "cap"},
		"enamel mug zeppelin": {stage: "DROPPED", used: "enamel mug", dropped: "zeppelin", first: "mug"},
		"CAP-S-N":             {first: "cap"},
		"CAPSN":               {first: "cap"},
	} {
		h := s.find(fmt.Sprintf(`{ search(query: %q, first: 3, types: [PRODUCT]) {`+told+`} }`, query))
		if len(h.Nodes) == 0 || h.Nodes[0].Handle != want.first || h.Degraded || len(h.QueryID) != 22 {
			t.Errorf("%s: %+v", query, h)
			continue
		}
		if want.stage == "" {
			if h.Rescue != nil || h.CorrectedQuery != nil {
				t.Errorf("%s: %+v", query, h.Rescue)
			}
			continue
		}
		if h.Rescue == nil || h.Rescue.Stage != want.stage || h.Rescue.UsedQuery != want.used || strings.Join(h.Rescue.Dropped, " ") != want.dropped {
			t.Errorf("%s: %+v", query, h.Rescue)
		}
		if spelled := want.stage == "CORRECTED" || want.stage == "JOINED"; spelled != (h.CorrectedQuery != nil) {
			t.Errorf("%s: corrected %v", query, h.CorrectedQuery)
		}
	}
	nothing := s.find(`{ search(query: "zyxwvut", first: 3) {` + told + ` popular: rescue { suggestions(first: 2) { handle } } } }`)
	if nothing.TotalCount != 0 || nothing.Rescue == nil || nothing.Rescue.Stage != "NOTHING" {
		t.Errorf("nothing: %+v", nothing)
	}
	answer, _ := s.ask(`{ search(query: "zyxwvut", first: 3) { rescue { stage suggestions(first: 2) { handle availableForSale } } } }`)
	if strings.Count(answer, `"availableForSale": true`) != 2 {
		t.Errorf("suggestions: %s", answer)
	}
}

func TestSearch_redAndMIsOneVariant(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	for _, list := range []string{`search(query: "sailor cap", first: 3, types: [PRODUCT], productFilters: %s)`, `collection(handle: "sea") { products(first: 3, filters: %s)`} {
		for color, want := range map[string]int{"Navy": 1, "Striped": 0} {
			filters := fmt.Sprintf(`[{variantOption: {name: "Size", value: "M"}}, {variantOption: {name: "Color", value: %q}}]`, color)
			query := "{ " + fmt.Sprintf(list, filters) + " { totalCount } }" + strings.Repeat("}", strings.Count(list, "{ products"))
			if answer, _ := s.ask(query); !strings.Contains(answer, fmt.Sprintf(`"totalCount": %d`, want)) {
				t.Errorf("%s: %s", query, answer)
			}
		}
	}
}

func TestSearch_pagesKeepPinsInTheirPlaces(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	s.publish("pins", merchandising.Rule{Trigger: whenSearched("lamp"), Acts: []merchandising.Act{
		{Do: merchandising.Pin, Product: 1, Position: 2}, {Do: merchandising.Pin, Product: 2, Position: 9}, {Do: merchandising.Hide, Product: 103}}})
	whole := s.find(`{ search(query: "lamp", first: 100, types: [PRODUCT]) {` + told + `} }`)
	want := strings.Fields(whole.handles())
	if len(want) != 41 || whole.TotalCount != 41 || want[1] != "cap" || want[8] != "mug" || slices.Contains(want, "lamp-3") {
		t.Fatalf("%d: %v", whole.TotalCount, want)
	}
	for _, size := range []int{4, 13} {
		var got []string
		for after, more := "", true; more; {
			h := s.find(fmt.Sprintf(`{ search(query: "lamp", first: %d, after: %s, types: [PRODUCT]) {`+told+`} }`, size, cursorOf(after)))
			got, after, more = append(got, strings.Fields(h.handles())...), h.PageInfo.EndCursor, h.PageInfo.HasNextPage
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pages of %d: %s", size, diff)
		}
	}
	// in orders of the shopper's own rules have no say
	byPrice := s.find(`{ search(query: "lamp", first: 100, types: [PRODUCT], sortKey: PRICE) {` + told + `} }`)
	if byPrice.TotalCount != 40 || slices.Contains(strings.Fields(byPrice.handles()), "cap") {
		t.Errorf("by price: %d, %s", byPrice.TotalCount, byPrice.handles())
	}
}

func cursorOf(after string) string {
	if after == "" {
		return "null"
	}
	return fmt.Sprintf("%q", after)
}

func TestLists_followRulesInTheirOwnOrderOnly(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	s.publish("lamps", merchandising.Rule{Trigger: merchandising.Trigger{Collections: []listing.CollectionID{2}, Categories: []listing.CategoryID{4}},
		Acts: []merchandising.Act{{Do: merchandising.Pin, Product: 133, Position: 1}}})
	for list, pinned := range map[string]bool{
		`collection(handle: "lamps") { products(first: 3) { nodes { handle } } }`:                                  true,
		`collection(handle: "lamps") { products(first: 3, sortKey: RELEVANCE) { nodes { handle } } }`:              true,
		`collection(handle: "lamps") { products(first: 3, sortKey: PRICE) { nodes { handle } } }`:                  false,
		`collection(handle: "a-to-z") { products(first: 3) { nodes { handle } } }`:                                 false,
		`category(handle: "lamps") { products(first: 3) { nodes { handle } } }`:                                    true,
		`category(handle: "home") { products(first: 3) { nodes { handle } } }`:                                     false,
		`products(first: 3, query: "tag:bright OR tag:dim", sortKey: RELEVANCE) { nodes { handle } }`:              false,
		`collections(first: 2) { nodes { products(first: 1, sortKey: COLLECTION_DEFAULT) { nodes { handle } } } }`: true,
	} {
		answer, _ := s.ask("{ " + list + " }")
		if strings.Contains(answer, `"handle": "lamp-33"`) != pinned || strings.Contains(answer, `"errors"`) {
			t.Errorf("%s: %s", list, answer)
		}
	}
}

func TestSearch_showsRedirectBannersAndSteps(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	s.publish("to the lamps", merchandising.Redirect{Trigger: whenSearched("lamps"), Target: "/collections/lamps"})
	s.publish("a banner", merchandising.Banner{Trigger: whenSearched("lamps"), Title: "Lamps are on sale", Link: "/collections/lamps"})
	s.publish("prices", merchandising.FacetSetting{Facet: listing.PriceFacet, Buckets: 4})
	h := s.find(`{ search(query: "Lamps", first: 3, types: [PRODUCT]) { redirect totalCount banners { title link body position }
		facets { price { ranges { count input min { amount } max { amount } } } } facetValues(id: "filter.p.vendor", search: "be", first: 5) { label count input } } }`)
	if h.Redirect == nil || *h.Redirect != "/collections/lamps" || len(h.Banners) != 1 || h.Banners[0].Link != "/collections/lamps" || h.TotalCount != 40 {
		t.Errorf("%+v", h)
	}
	if len(h.FacetValues) != 1 || h.FacetValues[0].Label != "Beacon" {
		t.Errorf("values: %+v", h.FacetValues)
	}
	if h.Facets.Price == nil || len(h.Facets.Price.Ranges) < 2 {
		t.Fatalf("steps: %+v", h.Facets.Price)
	}
	for _, step := range h.Facets.Price.Ranges { // each input leaves as many as its step says
		var filter struct {
			Price struct{ Min, Max json.Number }
		}
		if err := json.Unmarshal([]byte(step.Input), &filter); err != nil {
			t.Fatal(err)
		}
		in := s.find(fmt.Sprintf(`{ search(query: "lamps", first: 1, types: [PRODUCT], productFilters: [{price: {min: %s, max: %s}}]) { totalCount } }`, filter.Price.Min, filter.Price.Max))
		if in.TotalCount != step.Count {
			t.Errorf("%s: %d, its step says %d", step.Input, in.TotalCount, step.Count)
		}
	}
}

func TestSearch_saysThatTheCatalogAnswers(t *testing.T) {
	t.Parallel()
	s := open(t)
	h := s.find(`{ search(query: "lamp", first: 5, types: [PRODUCT]) {` + told + ` facetValues(id: "filter.p.vendor", search: "") { label count } } }`)
	if !h.Degraded || len(h.Nodes) != 5 || h.TotalCount != 40 || h.Rescue != nil || len(h.FacetValues) == 0 {
		t.Errorf("%+v", h)
	}
	next := s.find(fmt.Sprintf(`{ search(query: "lamp", first: 5, after: %q, types: [PRODUCT]) {`+told+`} }`, h.PageInfo.EndCursor))
	if slices.Contains(strings.Fields(h.handles()), next.Nodes[0].Handle) || next.ListChanged {
		t.Errorf("%+v", next)
	}
	for _, cursor := range []string{"x", "WzEsMiwicmFua2VkIiwtMSwiIl0", "WyJyZWxldmFuY2UiLFsiMCIsIi0zOTY4NDEiXSwxLDFd"} {
		if answer, _ := s.ask(fmt.Sprintf(`{ search(query: "lamp", first: 5, after: %q) { totalCount } }`, cursor)); !strings.Contains(answer, "INVALID_CURSOR") {
			t.Errorf("%s: %s", cursor, answer)
		}
	}
}

func TestSearch_writesDownWhatWasFound(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	agent := func(name string) http.Header {
		return http.Header{"Souk-Session": {"s-1"}, "User-Agent": {name}}
	}
	s.askAs(agreed+`{ search(query: "Enamle MUG", first: 2, types: [PRODUCT]) { nodes { __typename } } category(handle: "hats") { id } }`, "", agent("Mozilla/5.0"))
	s.askAs(agreed+`{ search(query: "lamp", first: 2) { nodes { __typename } } }`, "", agent("Mozilla/5.0 (compatible; Googlebot/2.1)"))
	s.askAs(`mutation { eventsTrack(consent: {analytics: true}, sessionId: "s-1", events: [
		{kind: IMPRESSION, queryId: "q", productIds: ["gid://souk/Product/1", "gid://souk/Product/2", "gid://souk/Page/3"], position: 1}
		{kind: CLICK, queryId: "q", productId: "gid://souk/Product/1", position: 2, categoryId: "gid://souk/Category/3"}]) { accepted userErrors { code } } }`, "", agent("Mozilla/5.0"))
	kept := s.kept()
	if len(kept) != 4 {
		t.Fatal(strings.Join(kept, "\n"))
	}
	for i, want := range []string{
		`click us s-1 f {"source": "category", "position": 2, "productId": 1, "categoryId": 3}`,
		`impression us s-1 f {"source": "search", "position": 1, "productIds": [1, 2]}`,
		``,
		`view_category us s-1 f {"categoryId": 2}`,
	} {
		if want != "" && kept[i] != strings.TrimPrefix(want, "") {
			t.Errorf("%s, want %s", kept[i], want)
		}
	}
	for _, part := range []string{`"hits": 1`, `"query": "enamle mug"`, `"typed": "Enamle MUG"`, `"stage": "corrected"`, `"usedQuery": "enamel mug"`, `"language": "en"`, `"source": "search"`} {
		if !strings.Contains(kept[2], part) {
			t.Errorf("%s is missing: %s", part, kept[2])
		}
	}
	answer, _ := s.ask(fmt.Sprintf(`mutation { eventsTrack(events: [{kind: IMPRESSION, productIds: [%s]}]) { accepted userErrors { code field } } }`, strings.Repeat(`"gid://souk/Product/1" `, 51)))
	if !strings.Contains(answer, `"accepted": 0`) || !strings.Contains(answer, `"productIds"`) {
		t.Errorf("51 products: %s", answer)
	}
}

func TestRelated_namesProductsBesideOthers(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	answer, _ := s.ask(`{ product(handle: "lamp-1") { related(kind: SIMILAR, first: 3) { handle } }
		productRecommendations(productId: "gid://souk/Product/101") { handle } none: productRecommendations(productId: "gid://souk/Product/999") { handle } trendingProducts(first: 2) { handle } }`)
	var out struct {
		Data struct {
			Product                struct{ Related []struct{ Handle string } }
			ProductRecommendations []struct{ Handle string }
			None                   []struct{ Handle string }
		}
	}
	if err := json.Unmarshal([]byte(answer), &out); err != nil || strings.Contains(answer, `"errors"`) {
		t.Fatalf("%v: %s", err, answer)
	}
	if len(out.Data.Product.Related) != 3 || len(out.Data.ProductRecommendations) == 0 || out.Data.None != nil || strings.Contains(answer, `"lamp-1"`) {
		t.Error(answer)
	}
}

func TestSuggestions_areSpelledAndToldWhereTheyStood(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	answer, _ := s.ask(`{ autocomplete(prefix: "enamle mu", limit: 3) { correctedQuery products { handle } } beacon: autocomplete(prefix: "bea") { correctedQuery brands { text highlighted } }
		predictiveSearch(query: "la", limit: 3, limitScope: EACH) { queries { text trackingParameters } products { handle } } }`)
	for _, part := range []string{`"correctedQuery": "enamel mu`, `"handle": "mug"`, `"highlighted": "<mark>Bea</mark>con"`, `"correctedQuery": null`, `"trackingParameters": "souk_position=1&souk_typed=la"`} {
		if !strings.Contains(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(answer), part) {
			t.Errorf("%s is missing: %s", part, answer)
		}
	}
	if kept := s.kept(); len(kept) != 0 {
		t.Errorf("typing was written down: %v", kept)
	}
}

func TestRecommendations_forACartNeedItsSecret(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	s.newCart()
	for _, id := range []string{"{{cart}}", "gid://souk/Cart/1", "nonsense"} {
		a := s.ask(`{ recommendationsForCart(cartId: "` + id + `", first: 3) { handle } }`)
		if list, ok := a.at("recommendationsForCart").([]any); !ok || len(a.Errors) > 0 || len(list) > 3 || a.trips > 4 {
			t.Errorf("%s: %d trips, %s", id, a.trips, a.body)
		}
	}
}
