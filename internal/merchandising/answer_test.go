package merchandising_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
	"github.com/souk-commerce/souk/internal/testkit"
)

// finder is an engine that a test tells what to find.
type finder struct {
	table      *table.Table
	knows      map[string]search.Found // by words
	generation int64
	err        error
	hangs      atomic.Bool
}

func (f *finder) Find(_ context.Context, in search.Find) (search.Found, error) {
	if f.hangs.Load() {
		select {} // it does not even look whether somebody still waits
	}
	found, ok := f.knows[in.Words]
	if !ok {
		found.Reading = understanding.Reading{Stage: understanding.Nothing}
	}
	if found.Reading.Stage == "" {
		found.Reading = understanding.Reading{Stage: understanding.AsTyped, Used: in.Words}
	}
	found.Generation = f.generation
	return found, f.err
}

func (f *finder) Table() (*table.Table, error) {
	if f.table == nil {
		return nil, search.ErrUnavailable
	}
	return f.table, nil
}

func (f *finder) Vocabulary(locale.Language) *understanding.Vocabulary { return nil }

// shelf is the room over the small shop of the listing room's tests, in which
// "ship" finds lamps 1 to 40 in this order.
type shelf struct {
	*merchandising.Service
	t      testing.TB
	db     *postgres.DB
	engine *finder
	at     listing.Context
}

func open(t testing.TB) *shelf {
	t.Helper()
	db := testkit.DB(t)
	script, err := os.ReadFile("../listing/testdata/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(t.Context(), string(script)); err != nil {
		t.Fatal(err)
	}
	catalog := listing.NewService(db, "https://shop.example")
	s := &shelf{t: t, db: db, engine: &finder{generation: 1, knows: map[string]search.Found{"ship": {IDs: lamps()}}},
		at: listing.Context{Market: 1, PriceList: 1, Currency: "USD", Country: "US", Language: "en", Now: testkit.Started()}}
	s.engine.table = read(t, catalog)
	s.Service = merchandising.NewService(merchandising.Rooms{DB: db, Events: event.NewOutbox(db), Audit: audit.New(db), Search: s.engine,
		Listing: catalog, Clock: clock.NewManual(testkit.Started())})
	return s
}

func read(t testing.TB, catalog *listing.Service) *table.Table {
	t.Helper()
	ids, err := catalog.DocumentIDs(t.Context(), 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := catalog.Documents(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	all := table.New()
	all.Put(docs)
	return all
}

func lamps() []listing.ProductID {
	ids := make([]listing.ProductID, 40)
	for i := range ids {
		ids[i] = listing.ProductID(101 + i)
	}
	return ids
}

// publish makes an item live in this process.
func (s *shelf) publish(name string, content merchandising.Content) {
	s.t.Helper()
	item, err := s.Save(s.t.Context(), merchandising.Save{Name: name, Content: content})
	if err == nil {
		_, err = s.Publish(s.t.Context(), item.ID, 0, item.Version)
	}
	if err == nil {
		err = s.Refresh(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shelf) ask(ask merchandising.Ask) *merchandising.Answer {
	s.t.Helper()
	a, err := s.Search(s.t.Context(), s.at, ask)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func first(n int) page.Args { return page.Args{First: &n} }

func after(n int, cursor *string) page.Args { return page.Args{First: &n, After: cursor} }

func handles(a *merchandising.Answer) []string {
	out := make([]string, len(a.Nodes))
	for i, hit := range a.Nodes {
		if out[i] = fmt.Sprint(hit.Kind, "/", hit.ID); hit.Product != nil {
			out[i] = hit.Product.Handle
		}
	}
	return out
}

func pin(product listing.ProductID, position int) merchandising.Act {
	return merchandising.Act{Do: merchandising.Pin, Product: product, Position: position, AnyStock: true}
}

func on(words string) merchandising.Trigger {
	return merchandising.Trigger{Query: &merchandising.QueryTrigger{Match: merchandising.MatchExact, Words: words}}
}

func TestSearch_pagesJoinToTheListWithPins(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.publish("cap first, mug in the middle", merchandising.Rule{Trigger: on("ship"), Acts: []merchandising.Act{pin(1, 1), pin(2, 17), pin(105, 3),
		{Do: merchandising.Hide, Product: 107}}})
	ask := merchandising.Ask{Query: "ship", Kinds: []listing.Kind{listing.KindProduct}, Page: first(100), Total: true}
	whole := handles(s.ask(ask))
	if len(whole) != 41 || whole[0] != "cap" || whole[16] != "mug" || whole[2] != "lamp-5" || slices.Contains(whole, "lamp-7") {
		t.Fatalf("%d: %v", len(whole), whole)
	}
	for _, size := range []int{1, 7, 16, 40} {
		var got []string
		var cursor *string
		for more := true; more; {
			ask.Page = after(size, cursor)
			a := s.ask(ask)
			if a.Total != 41 || a.Changed {
				t.Fatalf("total %d, changed %v", a.Total, a.Changed)
			}
			got, cursor, more = append(got, handles(a)...), a.Info.EndCursor, a.Info.HasNextPage
		}
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("pages of %d: %s", size, diff)
		}
	}
	n := 5
	ask.Page = page.Args{Last: &n}
	if got := handles(s.ask(ask)); !slices.Equal(got, whole[36:]) {
		t.Errorf("the last five are %v", got)
	}
	ask.Page = page.Args{First: &n, Reverse: true}
	got := handles(s.ask(ask))
	if slices.Reverse(got); !slices.Equal(got, whole[36:]) {
		t.Errorf("turned round it begins with %v", got)
	}
}

func TestSearch_countsWhatItShows(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.publish("rules", merchandising.Rule{Trigger: on("ship"), Acts: []merchandising.Act{pin(1, 1), {Do: merchandising.Hide, Product: 107}}})
	ask := merchandising.Ask{Query: "ship", Kinds: []listing.Kind{listing.KindProduct}, Page: first(250), Total: true, Facets: true}
	for name, filters := range map[string][]listing.Filter{
		"all": nil, "a vendor": {{ProductVendor: text("Anchor")}}, "a color": {{VariantOption: &listing.OptionFilter{Name: "Color", Value: "Black"}}},
	} {
		ask.Filters = filters
		a := s.ask(ask)
		if a.Total != len(a.Nodes) {
			t.Errorf("%s: %d are counted, %d shown", name, a.Total, len(a.Nodes))
		}
		if pinned := a.Nodes[0].ID == 1; pinned != (name != "a color") {
			t.Errorf("%s: the cap is there: %v", name, pinned)
		}
		vendors := 0
		for _, v := range a.Facets.Vendors {
			vendors += v.Count
		}
		if name != "a vendor" && vendors != a.Total {
			t.Errorf("%s: vendors have %d of %d", name, vendors, a.Total)
		}
	}
}

func text(s string) *string { return &s }

// What has gone since the table was read leaves a gap, and no page is lost
// behind it.
func TestSearch_leavesOutWhatHasGone(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := s.db.Pool().Exec(t.Context(), `UPDATE product SET status = 'draft' WHERE id IN (103, 104, 105, 106)`); err != nil {
		t.Fatal(err)
	}
	var got []string
	var cursor *string
	for more := true; more; {
		a := s.ask(merchandising.Ask{Query: "ship", Kinds: []listing.Kind{listing.KindProduct}, Page: after(2, cursor)})
		got, cursor, more = append(got, handles(a)...), a.Info.EndCursor, a.Info.HasNextPage
	}
	if len(got) != 36 || got[2] != "lamp-7" {
		t.Errorf("%d: %v", len(got), got)
	}
}

func TestSearch_tellsWhenTheListIsAnother(t *testing.T) {
	t.Parallel()
	s := open(t)
	ask := merchandising.Ask{Query: "ship", Kinds: []listing.Kind{listing.KindProduct}, Page: first(10), Unavailable: listing.UnavailableShow}
	begin := s.ask(ask)
	ask.Page = after(10, begin.Info.EndCursor)
	if a := s.ask(ask); a.Changed || handles(a)[0] != "lamp-11" {
		t.Fatalf("nothing changed: %v, %v", a.Changed, handles(a))
	}
	s.engine.generation = 2
	if a := s.ask(ask); !a.Changed || handles(a)[0] != "lamp-11" {
		t.Errorf("another index: %v, %v", a.Changed, handles(a))
	}
	s.engine.generation = 1
	s.publish("cap", merchandising.Rule{Trigger: on("ship"), Acts: []merchandising.Act{pin(1, 1)}})
	if a := s.ask(ask); !a.Changed || handles(a)[0] != "lamp-10" {
		t.Errorf("other rules: %v, %v", a.Changed, handles(a))
	}
}

func TestSearch_isAnsweredByTheCatalogWhileTheEngineIsAway(t *testing.T) {
	t.Parallel()
	s := open(t)
	target := "/pages/lamps"
	s.publish("lamps", merchandising.Redirect{Trigger: on("ship"), Target: target})
	ask := merchandising.Ask{Query: "ship", Kinds: []listing.Kind{listing.KindProduct}, Page: first(10), Total: true, Unavailable: listing.UnavailableShow}
	before := s.ask(ask)
	known := s.engine.table
	heal := func() { s.engine.err, s.engine.table = nil, known; s.engine.hangs.Store(false) }
	for name, fail := range map[string]func(){
		"it fails":     func() { s.engine.err = errors.New("broken") },
		"it is away":   func() { s.engine.err = search.ErrUnavailable },
		"it hangs":     func() { s.engine.hangs.Store(true) },
		"no documents": func() { s.engine.table = nil },
	} {
		fail()
		began := time.Now() // a promise about real time
		a := s.ask(ask)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s: %v", name, took)
		}
		if !a.Degraded || len(a.Nodes) != 10 || a.Total != 40 || a.Redirect == nil || *a.Redirect != target {
			t.Errorf("%s: degraded %v, %d of %d, redirect %v", name, a.Degraded, len(a.Nodes), a.Total, a.Redirect)
		}
		heal()
	}
	// pages go on in the other world at the same position, and that is told
	s.engine.err = search.ErrUnavailable
	ask.Page = after(10, before.Info.EndCursor)
	away := s.ask(ask)
	ask.Page = first(30)
	if whole := handles(s.ask(ask)); !away.Changed || !slices.Equal(handles(away), whole[10:20]) {
		t.Errorf("away: changed %v, %v of %v", away.Changed, handles(away), whole)
	}
	ask.Page = after(10, away.Info.EndCursor)
	further := s.ask(ask)
	if slices.Contains(handles(away), handles(further)[0]) || further.Changed {
		t.Errorf("further: changed %v, %v", further.Changed, handles(further))
	}
	s.engine.err = nil
	back := s.ask(ask)
	if !back.Changed || handles(back)[0] != "lamp-21" {
		t.Errorf("back: changed %v, %v", back.Changed, handles(back))
	}
}

func TestSearch_tellsHowItReadTheQuery(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.engine.knows["shpi"] = search.Found{IDs: lamps(), Reading: understanding.Reading{Stage: understanding.Corrected, Used: "ship"}}
	s.engine.knows["cap makers zeppelin"] = search.Found{IDs: lamps()[:2], Reading: understanding.Reading{Stage: understanding.Dropped, Used: "cap makers", Left: []string{"zeppelin"}}}
	s.engine.knows["cap makers"] = search.Found{IDs: lamps()[:2], Reading: understanding.Reading{Stage: understanding.Relaxed, Used: "cap makers"}}
	s.publish("a rule of the word that was meant", merchandising.Rule{Trigger: on("ship"), Acts: []merchandising.Act{pin(1, 1)}})
	a := s.ask(merchandising.Ask{Query: "shpi", Page: first(3), Total: true})
	if a.Rescue == nil || a.Rescue.UsedQuery != "ship" || a.Stage != understanding.Corrected || handles(a)[0] != "cap" {
		t.Errorf("corrected: %+v, %v", a.Rescue, handles(a))
	}
	a = s.ask(merchandising.Ask{Query: "cap makers zeppelin", Page: first(5), Total: true})
	if a.Rescue == nil || !slices.Equal(a.Rescue.Dropped, []string{"zeppelin"}) || !slices.Contains(handles(a), "1/1") || a.Total != 3 {
		t.Errorf("dropped: %+v, %v of %d", a.Rescue, handles(a), a.Total)
	}
	// a page has all the words: no product that lacks one stands in front of it
	a = s.ask(merchandising.Ask{Query: "cap makers", Page: first(5), Total: true, Facets: true})
	if a.Rescue != nil || !slices.Equal(handles(a), []string{"1/1"}) || a.Total != 1 || len(a.Facets.Vendors) != 0 {
		t.Errorf("a page has them all: %+v, %v of %d", a.Rescue, handles(a), a.Total)
	}
	a = s.ask(merchandising.Ask{Query: "zeppelin", Page: first(5), Total: true, Suggest: 3})
	if a.Rescue == nil || a.Stage != understanding.Nothing || len(a.Nodes) != 0 || a.Total != 0 || len(a.Rescue.Suggestions) != 3 {
		t.Errorf("nothing: %+v, %v", a.Rescue, handles(a))
	}
}

func TestSearch_putsPagesBehindProductsOnAnyPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.engine.knows["cap"] = search.Found{IDs: []listing.ProductID{1, 2}}
	want := []string{"cap", "mug", "1/1", "2/1"}
	for _, size := range []int{1, 2, 3, 4} {
		var got []string
		var cursor *string
		for more := true; more; {
			a := s.ask(merchandising.Ask{Query: "cap", Page: after(size, cursor)})
			got, cursor, more = append(got, handles(a)...), a.Info.EndCursor, a.Info.HasNextPage
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %v", size, got)
		}
	}
	n := 3
	if got := handles(s.ask(merchandising.Ask{Query: "cap", Page: page.Args{Last: &n}})); !slices.Equal(got, want[1:]) {
		t.Errorf("the last three: %v", got)
	}
}

// In orders that rules have no say in, the catalog lists and the table counts:
// they must mean the same.
func TestLists_countWhatTheCatalogShows(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.publish("no say", merchandising.Rule{Acts: []merchandising.Act{{Do: merchandising.Hide, Product: 103}}})
	for name, ask := range map[string]merchandising.Ask{
		"collection": {List: true, Collection: 2, Sort: listing.ByPrice},
		"category":   {List: true, Category: 3, Sort: listing.ByTitle},
		"catalog":    {List: true, Sort: listing.ByID},
		"conditions": {List: true, Sort: listing.ByID, Query: "tag:bright OR vendor:beacon"},
		"filters":    {List: true, Sort: listing.ByID, Filters: []listing.Filter{{VariantOption: &listing.OptionFilter{Name: "color", Value: "black"}}}},
	} {
		ask.Page, ask.Total, ask.Facets = first(250), true, true
		counted := s.ask(ask)
		if counted.Total != len(counted.Nodes) {
			t.Errorf("%s: %d are counted, %d shown", name, counted.Total, len(counted.Nodes))
		}
		known := s.engine.table
		s.engine.table = nil
		byCatalog := s.ask(ask)
		s.engine.table = known
		want := map[string][]listing.FacetValue{}
		for _, facet := range byCatalog.Facets.Filters() {
			want[facet.ID] = facet.Values
		}
		for _, facet := range counted.Facets.Filters() { // those that tell hits apart
			if diff := cmp.Diff(want[facet.ID], facet.Values); diff != "" {
				t.Errorf("%s: %s: %s", name, facet.ID, diff)
			}
		}
		if byCatalog.Degraded || counted.Degraded {
			t.Errorf("%s: nothing is missing", name)
		}
	}
}

func TestLists_costOneRoundTripWhateverTheirNumberAndSize(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, size := range []int{2, 40} {
		ctx, counter := postgres.CountStatements(t.Context())
		asks := []merchandising.Ask{{List: true, Collection: 2, Page: first(size), Total: true, Facets: true}, {List: true, Collection: 4, Page: first(size), Total: true, Facets: true}}
		lists, err := s.Lists(ctx, s.at, asks)
		if err != nil || counter.RoundTrips() != 1 {
			t.Fatalf("pages of %d: %d round trips, %v", size, counter.RoundTrips(), err)
		}
		if len(lists) != 2 || len(lists[0].Nodes) != min(size, 40) || lists[1].Total != 40 {
			t.Errorf("pages of %d: %v", size, lists)
		}
	}
}

func TestPreview_readsDraftsAndExplains(t *testing.T) {
	t.Parallel()
	s := open(t)
	draft, err := s.Save(t.Context(), merchandising.Save{Name: "cap", Content: merchandising.Rule{Trigger: on("ship"), Acts: []merchandising.Act{pin(1, 1)}}})
	if err != nil {
		t.Fatal(err)
	}
	ask := merchandising.Ask{Query: "ship", Kinds: []listing.Kind{listing.KindProduct}, Page: first(3), Drafts: []merchandising.Draft{{Item: draft.ID}}, Explain: true}
	a, err := s.Preview(t.Context(), s.at, ask)
	if err != nil {
		t.Fatal(err)
	}
	if handles(a)[0] != "cap" || len(a.Ranking) != 3 || a.Ranking[0].EngineRank != 0 || !slices.Equal(a.Ranking[0].Rules, []merchandising.ItemID{draft.ID}) || a.Ranking[1].EngineRank != 1 {
		t.Errorf("%v: %+v", handles(a), a.Ranking)
	}
	if live := s.ask(ask); handles(live)[0] != "lamp-1" || live.Ranking != nil {
		t.Errorf("a shopper sees the draft: %v", strings.Join(handles(live), " "))
	}
}
