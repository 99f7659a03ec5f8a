package listing

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

func names(h *Hits) []string {
	out := []string{}
	for _, hit := range h.Nodes {
		if hit.Product != nil {
			out = append(out, hit.Product.Handle)
		} else {
			out = append(out, fmt.Sprint(hit.Kind, "/", hit.ID))
		}
	}
	return out
}

func TestSearch_finds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	products := []Kind{KindProduct}
	for name, c := range map[string]struct {
		in   Search
		want []string
	}{
		"by title":                     {Search{Query: "sailor cap", Kinds: products}, []string{"cap"}},
		"by description":               {Search{Query: "coffee", Kinds: products}, []string{"mug"}},
		"by stem":                      {Search{Query: "holding", Kinds: products}, []string{"mug"}},
		"by tag and article number":    {Search{Query: "new cap-s-n", Kinds: products}, []string{"cap"}},
		"a title before a description": {Search{Query: "warm OR rope", Kinds: products, Sort: ByRelevance, Unavailable: UnavailableShow}, []string{"rope", "cap"}},
		"no unfinished word":           {Search{Query: "ename", Kinds: products}, []string{}},
		"an unfinished word":           {Search{Query: "ename", Kinds: products, Prefix: true}, []string{"mug"}},
		"a finished word before space": {Search{Query: "ename ", Kinds: products, Prefix: true}, []string{}},
		"all words come alone":         {Search{Query: "enamel mug", Kinds: products}, []string{"mug"}},
		"some words where none has all": {Search{Query: "rope mug", Kinds: products, Sort: ByRelevance, Unavailable: UnavailableLast},
			[]string{"mug", "rope"}},
		"without what is sold out": {Search{Query: "rope mug", Kinds: products, Unavailable: UnavailableHide}, []string{"mug"}},
		"with a filter":            {Search{Query: "anchor", Kinds: products, Filters: []Filter{{Tag: filled("best seller")}}}, []string{"cap"}},
		"with a condition":         {Search{Query: "anchor tag:new -mug", Kinds: products}, []string{"cap"}},
		"pages and articles":       {Search{Query: "cap", Kinds: []Kind{KindPage, KindArticle}}, []string{"1/1", "2/1"}},
		"nothing at all":           {Search{Query: "zeppelin"}, []string{}},
	} {
		if c.in.Sort == "" {
			c.in.Sort = ByRelevance
		}
		c.in.Page = page.Args{First: first(50)}
		h, err := f.Search(t.Context(), f.us, c.in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := names(h)
		if name == "pages and articles" {
			slices.Sort(got)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSearch_pagesOfMixedHitsJoin(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, sort := range []Sort{ByRelevance, ByPrice} {
		for _, reverse := range []bool{false, true} {
			ask := Search{Query: "cap lamp", Sort: sort, Total: true, Facets: true, Page: page.Args{First: first(MaxPage), Reverse: reverse}}
			whole, err := f.Search(t.Context(), f.us, ask)
			if err != nil {
				t.Fatal(err)
			}
			all := names(whole)
			if len(all) != 43 || whole.Total != 43 {
				t.Fatalf("%d hits, total %d, want 43", len(all), whole.Total)
			}
			var forward, backward []string
			for after := (*string)(nil); ; {
				ask.Page = page.Args{First: first(5), After: after, Reverse: reverse}
				h := must2(f.Search(t.Context(), f.us, ask))
				forward = append(forward, names(h)...)
				if after = h.Info.EndCursor; !h.Info.HasNextPage {
					break
				}
			}
			for before := (*string)(nil); ; {
				ask.Page = page.Args{Last: first(5), Before: before, Reverse: reverse}
				h := must2(f.Search(t.Context(), f.us, ask))
				backward = append(names(h), backward...)
				if before = h.Info.StartCursor; !h.Info.HasPreviousPage {
					break
				}
			}
			if diff := cmp.Diff(all, forward); diff != "" {
				t.Errorf("%s, reverse %v, forward: %s", sort, reverse, diff)
			}
			if diff := cmp.Diff(all, backward); diff != "" {
				t.Errorf("%s, reverse %v, backward: %s", sort, reverse, diff)
			}
		}
	}
}

func TestSuggest_completes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, counter := postgres.CountStatements(t.Context())
	s, err := f.Suggest(ctx, f.us, Suggest{Prefix: "la", Limit: 3, Products: true, Collections: true, Categories: true, Pages: true, Articles: true, Terms: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Products) != 3 || len(s.Collections) != 1 || len(s.Categories) != 1 || counter.RoundTrips() != 1 {
		t.Errorf("%d products, %d collections, %d categories in %d round trips", len(s.Products), len(s.Collections), len(s.Categories), counter.RoundTrips())
	}
	if len(s.Terms) != 3 || s.Terms[0] != (Term{"lamps", "<mark>la</mark>mps"}) {
		t.Errorf("terms %v", s.Terms)
	}
	for _, typed := range []string{"", "  ", "%", "'", "a<b", "\x00", "cap tag:new"} {
		if _, err := f.Suggest(t.Context(), f.us, Suggest{Prefix: typed, Limit: 3, Products: true, Pages: true, Terms: true, Categories: true, Collections: true}); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestNames_andSitemaps(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tags := must2(f.Tags(t.Context(), f.us, 3))
	if diff := cmp.Diff([]string{"Best Seller", "Dim", "bright"}, tags.Nodes); diff != "" || !tags.Info.HasNextPage {
		t.Error(diff)
	}
	types := must2(f.Types(t.Context(), f.de, 9))
	if diff := cmp.Diff([]string{"Hats", "Mugs"}, types.Nodes); diff != "" {
		t.Error(diff)
	}
	products := must2(f.Sitemap(t.Context(), f.us, SitemapProducts, 1))
	if products.Pages != 1 || len(products.Entries) != 45 || products.More || products.Entries[0].Handle != "cap" {
		t.Errorf("%d pages, %d entries", products.Pages, len(products.Entries))
	}
	collections := must2(f.Sitemap(t.Context(), f.us, SitemapCollections, 0))
	if collections.Pages != 1 || len(collections.Entries) != 0 {
		t.Errorf("counted %+v", collections)
	}
}
