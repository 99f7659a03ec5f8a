package table

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
)

// randomTable makes a table of random products by a random way: written in
// pieces, some twice, some taken out.
func randomTable(r *rand.Rand, size int) (*Table, []*listing.Document) {
	t, docs := New(), map[listing.ProductID]*listing.Document{}
	t.spare = r.IntN(100)
	for len(docs) < size {
		var batch []*listing.Document
		for range 1 + r.IntN(size) {
			d := randomDocument(r, listing.ProductID(1+r.IntN(2*size)))
			batch = append(batch, d)
			docs[d.ID] = d
		}
		t.Put(batch)
		gone := some(r, listing.ProductID(1+r.IntN(2*size)), listing.ProductID(1+r.IntN(2*size)))
		t.Delete(gone)
		for _, id := range gone {
			delete(docs, id)
		}
	}
	var all []*listing.Document
	for _, d := range docs {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *listing.Document) int { return int(a.ID - b.ID) })
	return t, all
}

// counted gives the counts of a selection in the form of naiveFacets.
func counted(s *Selection) map[string]*naiveCount {
	in := s.counts(func(*field) bool { return true })
	out := map[string]*naiveCount{}
	for _, c := range in.Counts {
		key, value := string(c.Kind), c.Value
		switch c.Kind {
		case listing.OfCategory:
			value = c.Name
		case listing.OfOption, listing.OfAttribute:
			key += " " + c.Name
		case listing.OfProductMetafield, listing.OfVariantMetafield:
			key = map[listing.FacetKind]string{listing.OfProductMetafield: "metafield ", listing.OfVariantMetafield: "variant metafield "}[c.Kind] + strings.Replace(c.Name, "\x1f", ".", 1)
			value, c.Heading = strings.ToLower(value), ""
			if out[key+"="+value] != nil { // the naive way does not tell their case apart
				out[key+"="+value].n += c.N
				continue
			}
		}
		out[key+"="+value] = &naiveCount{n: c.N, heading: c.Heading, label: c.Label}
	}
	for _, c := range in.Ratings {
		if c.Count > 0 {
			out[fmt.Sprint("rating=", c.AtLeast)] = &naiveCount{n: c.Count}
		}
	}
	if in.Hits > 0 {
		out["price=hits"] = &naiveCount{n: in.Hits}
	}
	return out
}

func TestSelect_countsLikeBruteForce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		table, docs := randomTable(r, 1+r.IntN(60))
		for range 10 {
			at := one(r, us, de)
			filters := randomFilters(r, 5)
			s, err := table.View().Select(Ask{At: at, Filters: filters})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(naiveSelect(docs, at, filters), s.IDs()); diff != "" {
				t.Fatalf("seed %d, market %d, %s: %s", seed, at.Market, describe(filters), diff)
			}
			want, got := naiveFacets(docs, at, filters), counted(s)
			for key, c := range want {
				if strings.Contains(key, "metafield") { // see counted
					c.label = got[key].label
				}
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(naiveCount{})); diff != "" {
				t.Fatalf("seed %d, market %d, %s: %s", seed, at.Market, describe(filters), diff)
			}
		}
	}
}

func describe(filters []listing.Filter) string { return fmt.Sprintf("filters %s", mustJSON(filters)) }

// TestFacets_neverGrowWithAFilter adds a filter on a facet on which nothing is
// chosen yet.
func TestFacets_neverGrowWithAFilter(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		table, _ := randomTable(r, 40)
		filters, more := randomFilters(r, 4), randomFilter(r)
		facet := conditions(us, more)
		if len(facet) == 0 || slices.ContainsFunc(allConditions(us, filters), func(c condition) bool { return c.facet == facet[0].facet }) {
			continue
		}
		before, err := table.View().Select(Ask{At: us, Filters: filters})
		if err != nil {
			t.Fatal(err)
		}
		after, err := table.View().Select(Ask{At: us, Filters: append(filters, more)})
		if err != nil {
			t.Fatal(err)
		}
		counts := counted(before)
		for key, c := range counted(after) {
			name, _, _ := strings.Cut(key, "=")
			if had := counts[key]; name != facet[0].facet && (had == nil || had.n < c.n) {
				t.Fatalf("seed %d: %s grows to %d with %s", seed, key, c.n, describe([]listing.Filter{more}))
			}
		}
	}
}

func TestSort_isThatOfDocuments(t *testing.T) {
	t.Parallel()
	sorts := []listing.Sort{listing.ByID, listing.ByDefault, listing.ByManual, listing.ByRelevance, listing.ByBestSelling, listing.ByCreated, listing.ByUpdated,
		listing.ByPrice, listing.ByTitle, listing.ByType, listing.ByVendor}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		table, docs := randomTable(r, 50)
		ask := Ask{At: one(r, us, de), Unavailable: one(r, listing.UnavailableShow, listing.UnavailableLast, listing.UnavailableHide, "")}
		by, reverse := one(r, sorts...), r.IntN(2) == 0
		ask.Collection = listing.CollectionID(r.IntN(5))
		if ask.Collection == 0 && by == listing.ByManual {
			continue
		}
		sold := func(d *listing.Document) bool {
			return slices.ContainsFunc(d.Variants, func(v listing.DocumentVariant) bool {
				_, priced := v.Amounts[ask.At.PriceList]
				return priced && slices.Contains(v.Sold, ask.At.Market)
			})
		}
		want := slices.DeleteFunc(slices.Clone(docs), func(d *listing.Document) bool {
			in := ask.Collection == 0 || slices.ContainsFunc(d.Collections, func(c listing.DocumentCollection) bool { return c.ID == ask.Collection })
			return !in || !isVisible(ask.At, d) || ask.Unavailable == listing.UnavailableHide && !sold(d)
		})
		naive := by
		if by == listing.ByRelevance {
			naive = listing.ByDefault
		}
		slices.SortFunc(want, naiveOrder(ask.At, naive, ask.Collection))
		if ask.Unavailable == listing.UnavailableLast {
			slices.SortStableFunc(want, func(a, b *listing.Document) int {
				switch {
				case sold(a) == sold(b):
					return 0
				case sold(a):
					return -1
				}
				return 1
			})
		}
		if reverse {
			slices.Reverse(want)
		}
		s, err := table.View().Select(ask)
		if err != nil {
			t.Fatal(err)
		}
		s.Sort(by, reverse)
		ids := []listing.ProductID{}
		for _, d := range want {
			ids = append(ids, d.ID)
		}
		if diff := cmp.Diff(ids, s.IDs()); diff != "" {
			t.Fatalf("seed %d: %+v by %s, reverse %v: %s", seed, ask, by, reverse, diff)
		}
	}
}

// TestSelect_keepsTheEnginesOrder asks about some products only, and leaves out
// some of them.
func TestSelect_keepsTheEnginesOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		table, docs := randomTable(r, 50)
		among := []listing.ProductID{999_999}
		for _, d := range some(r, docs...) {
			among = append(among, d.ID)
		}
		r.Shuffle(len(among), func(i, j int) { among[i], among[j] = among[j], among[i] })
		ask := Ask{At: us, Among: among, Filters: randomFilters(r, 2), Without: some(r, among...), Not: randomFilters(r, 2),
			Category: listing.CategoryID(r.IntN(6))}
		s, err := table.View().Select(ask)
		if err != nil {
			t.Fatal(err)
		}
		fit := naiveSelect(docs, us, ask.Filters)
		for _, not := range ask.Not {
			out := naiveSelect(docs, us, []listing.Filter{not})
			fit = slices.DeleteFunc(fit, func(id listing.ProductID) bool { return slices.Contains(out, id) })
		}
		want := slices.DeleteFunc(slices.Clone(among), func(id listing.ProductID) bool {
			return slices.Contains(ask.Without, id) || !slices.Contains(fit, id) || ask.Category != 0 && !slices.ContainsFunc(docs, func(d *listing.Document) bool {
				return d.ID == id && slices.ContainsFunc(d.Categories, func(c listing.DocumentCategory) bool { return c.ID == ask.Category })
			})
		})
		if diff := cmp.Diff(want, s.IDs()); diff != "" {
			t.Fatalf("seed %d: %+v: %s", seed, ask, diff)
		}
		test, err := table.View().Compile(us, ask.Filters)
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range s.IDs() {
			if !test.Has(id) || !test.Fits(s, i) {
				t.Fatalf("seed %d: %d is selected and fits not", seed, id)
			}
			if facts, ok := table.View().Facts(us, id); !ok || !cmp.Equal(facts, s.Facts(i)) {
				t.Fatalf("seed %d: %d has facts %+v, %v, in the selection %+v", seed, id, facts, ok, s.Facts(i))
			}
		}
	}
}

// TestSelect_remembersNoMomentTooLong asks the same at other moments: what is
// published in between is there, and was not before.
func TestSelect_remembersNoMomentTooLong(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 5))
	table, docs := randomTable(r, 60)
	view := table.View()
	for range 100 {
		at := us
		at.Now = started.Add(time.Duration(r.IntN(9)-4) * 30 * time.Minute)
		s, err := view.Select(Ask{At: at})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(naiveSelect(docs, at, nil), s.IDs()); diff != "" {
			t.Fatalf("at %v: %s", at.Now, diff)
		}
	}
}

// TestView_doesNotChange writes while others read.
func TestView_doesNotChange(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 6))
	table, docs := randomTable(r, 300)
	before := table.View()
	want := counted(must(before.Select(Ask{At: us, Filters: []listing.Filter{{Tag: ptr("new")}}})))
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				for _, v := range []*View{before, table.View()} {
					s := must(v.Select(Ask{At: us, Filters: []listing.Filter{{Tag: ptr("new")}}}))
					s.Sort(listing.ByPrice, false)
					if s.Facets(nil, nil) == nil || v == before && !cmp.Equal(want, counted(s), cmp.AllowUnexported(naiveCount{})) {
						t.Error("a view changed")
						return
					}
					must(v.Select(Ask{At: us})).Facets(nil, nil)
				}
			}
		})
	}
	for range 50 {
		d := randomDocument(r, one(r, docs...).ID)
		d.Vendor = fmt.Sprint("Vendor ", r.IntN(1000))
		table.Put([]*listing.Document{d, randomDocument(r, listing.ProductID(10_000+r.IntN(1000)))})
		table.Delete([]listing.ProductID{one(r, docs...).ID})
	}
	other, _ := randomTable(r, 10)
	version := table.View().Version()
	table.Replace(other)
	close(stop)
	readers.Wait()
	if v := table.View(); v.Version() <= version || v.Len() != other.View().Len() || len(v.IDs(0, 1000)) != v.Len() {
		t.Errorf("after Replace: version %d, %d products", v.Version(), v.Len())
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestFacets_inputsGiveWhatTheyPromise sends every choice of every facet back,
// steps of prices, ratings and metafields among them.
func TestFacets_inputsGiveWhatTheyPromise(t *testing.T) {
	t.Parallel()
	settings := []Setting{{Facet: listing.PriceFacet, Buckets: 4}, {Facet: "filter.p.m.custom.care"}, {Facet: "filter.v.m.facts.origin"}, {Facet: "filter.p.tag", Limit: 2}}
	kinds := map[string]bool{}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 8))
		table, _ := randomTable(r, 60)
		filters := randomFilters(r, 2)
		s := must(table.View().Select(Ask{At: us, Filters: filters}))
		for _, facet := range s.Facets(settings, nil).Filters() {
			if facet.ID == "filter.p.tag" && len(facet.Values) > 2 {
				t.Fatalf("seed %d: %d tags of 2", seed, len(facet.Values))
			}
			kinds[facet.ID] = true
			for _, value := range facet.Values {
				var filter listing.Filter
				if err := json.Unmarshal([]byte(value.Input), &filter); err != nil {
					t.Fatalf("%s: %v", value.Input, err)
				}
				chosen := conditions(us, filter)[0].facet
				others := slices.DeleteFunc(slices.Clone(filters), func(f listing.Filter) bool {
					return slices.ContainsFunc(conditions(us, f), func(c condition) bool { return c.facet == chosen })
				})
				if n := must(table.View().Select(Ask{At: us, Filters: append(others, filter)})).Len(); n != value.Count {
					t.Fatalf("seed %d: with %s, %s promises %d and gives %d", seed, describe(others), value.Input, value.Count, n)
				}
			}
		}
	}
	for _, id := range []string{"filter.v.price", "filter.p.rating", "filter.p.m.custom.care", "filter.v.m.facts.origin", "filter.v.option.color", "filter.p.category"} {
		if !kinds[id] {
			t.Errorf("no facet %s was seen", id)
		}
	}
}

func TestFacets_leaveOutWhatHelpsNobody(t *testing.T) {
	t.Parallel()
	table := New()
	for id := range listing.ProductID(4) {
		d := &listing.Document{ID: id + 1, Vendor: "Acme", Type: one(rand.New(rand.NewPCG(uint64(id), 0)), "Hat"), PublishedAt: ptr(started), Tags: []string{fmt.Sprint("tag ", id)},
			Prices: []listing.DocumentPrices{{List: 1, Min: 100, Max: 100}}, Variants: []listing.DocumentVariant{{ID: listing.VariantID(id), Amounts: map[int64]int64{1: 100}, Sold: []int64{1}}}}
		if id == 0 {
			d.Attributes = []listing.DocumentAttribute{{Definition: 1, Code: "rare", Name: "Rare", Type: "text", Facet: true, Text: ptr("yes")}}
		}
		table.Put([]*listing.Document{d})
	}
	shown := func(settings []Setting, filters ...listing.Filter) (ids []string) {
		for _, f := range must(table.View().Select(Ask{At: us, Filters: filters})).Facets(settings, nil).Filters() {
			ids = append(ids, f.ID)
		}
		return ids
	}
	for name, c := range map[string]struct{ want, got []string }{
		"one vendor, one type, one price, all in stock": {[]string{"filter.p.attribute.rare", "filter.p.tag"}, shown(nil)},
		"what is chosen stays":                          {[]string{"filter.p.vendor", "filter.p.attribute.rare", "filter.p.tag"}, shown(nil, listing.Filter{ProductVendor: ptr("acme")})},
		"few have it":                                   {[]string{"filter.p.tag"}, shown([]Setting{{Facet: "filter.p.attribute.rare", AtLeast: 2}})},
		"hidden, and in order":                          {[]string{"filter.p.tag", "filter.p.attribute.rare"}, shown([]Setting{{Facet: "filter.p.attribute.rare", Position: 2}, {Facet: "filter.p.tag", Position: 1}})},
		"hidden by hand":                                {[]string{"filter.p.attribute.rare"}, shown([]Setting{{Facet: "filter.p.tag", Hidden: true}})},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	found := must(table.View().Select(Ask{At: us})).FacetValues("filter.p.tag", "3", 10)
	if len(found) != 1 || found[0].Label != "tag 3" || found[0].Input != `{"tag":"tag 3"}` {
		t.Errorf("found %+v", found)
	}
}

func TestNames_countWhatTheBuyerSees(t *testing.T) {
	t.Parallel()
	table := New()
	d := &listing.Document{ID: 1, Vendor: "Acme", PublishedAt: ptr(started), Prices: []listing.DocumentPrices{{List: 1}}, Categories: below(2),
		Texts:       map[locale.Language]map[listing.DocumentText]string{"de": {{Kind: "category", Owner: 2, Field: "title"}: "Hüte"}},
		Collections: []listing.DocumentCollection{{ID: 7, Handle: "sea", Title: "Sea", Sort: "manual"}}}
	other := *d
	other.ID, other.Categories, other.PublishedAt = 2, below(3), ptr(started.Add(time.Hour))
	table.Put([]*listing.Document{d, &other})
	at := us
	at.Translations = []locale.Language{"de"}
	v := table.View()
	want := [][]Name{{{ID: 2, Handle: "hats", Title: "Hüte", Count: 1}, {ID: 1, Handle: "wear", Title: "Wear", Count: 1}},
		{{ID: 7, Handle: "sea", Title: "Sea", Count: 1}}, {{Title: "Acme", Count: 1}}}
	if diff := cmp.Diff(want, [][]Name{v.Categories(at), v.Collections(at), v.Vendors(at)}); diff != "" {
		t.Error(diff)
	}
	if traits, ok := v.Traits(1); !ok || traits.Category != 0 || traits.Vendor != "Acme" {
		t.Errorf("traits %+v, %v", traits, ok)
	}
}

// TestTable_forgetsWordsThatNobodyHas writes the same products again and again,
// each time with other words.
func TestTable_forgetsWordsThatNobodyHas(t *testing.T) {
	t.Parallel()
	table := New()
	table.spare = 50
	var first *View
	for round := range 100 {
		var docs []*listing.Document
		for id := range listing.ProductID(20) {
			docs = append(docs, &listing.Document{ID: id + 1, Vendor: fmt.Sprint("Vendor ", round), PublishedAt: ptr(started), Prices: []listing.DocumentPrices{{List: 1}},
				Metafields: []listing.DocumentMetafield{{Namespace: "sync", Key: "at", Value: fmt.Sprint(round, id)}}})
		}
		table.Put(docs)
		if first == nil {
			first = table.View()
		}
	}
	if n := len(table.View().symbols); n > 200 {
		t.Errorf("%d symbols of 22 that are used", n)
	}
	for v, want := range map[*View]string{first: "Vendor 0", table.View(): "Vendor 99"} {
		if got := v.Vendors(us); len(got) != 1 || got[0].Title != want || got[0].Count != 20 {
			t.Errorf("vendors %v, want %s", got, want)
		}
	}
}
