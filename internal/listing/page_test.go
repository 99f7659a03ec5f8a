package listing

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
)

// lists are the ways to a list of products.
func lists(f *fixture) map[string]func(t *testing.T, l List) *Products {
	return map[string]func(t *testing.T, l List) *Products{
		"catalog": func(t *testing.T, l List) *Products {
			c, err := f.Products(t.Context(), f.us, l)
			return must(t, c, err)
		},
		"collection sorted by price": func(t *testing.T, l List) *Products {
			c, err := f.CollectionProducts(t.Context(), f.us, []CollectionID{2}, l)
			return must(t, c, err)[2]
		},
		"collection sorted by title": func(t *testing.T, l List) *Products {
			c, err := f.CollectionProducts(t.Context(), f.us, []CollectionID{4}, l)
			return must(t, c, err)[4]
		},
		"category": func(t *testing.T, l List) *Products {
			c, err := f.CategoryProducts(t.Context(), f.us, []CategoryID{3}, l)
			return must(t, c, err)[3]
		},
	}
}

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func handles(p *Products) []string {
	out := []string{}
	for _, n := range p.Nodes {
		out = append(out, n.Handle)
	}
	return out
}

var sorts = []Sort{ByID, ByDefault, ByManual, ByRelevance, ByBestSelling, ByCreated, ByUpdated, ByPrice, ByTitle, ByType, ByVendor}

func TestPages_joinToTheWholeListBothWays(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, read := range lists(f) {
		for _, sort := range sorts {
			for _, reverse := range []bool{false, true} {
				label := fmt.Sprintf("%s by %s, reverse %v", name, sort, reverse)
				ask := List{Sort: sort, Page: page.Args{First: first(MaxPage), Reverse: reverse}, Query: "lamp OR cap OR mug"}
				all := handles(read(t, ask))
				if len(all) < 40 {
					t.Fatalf("%s: only %d products", label, len(all))
				}
				var forward, backward []string
				for after := (*string)(nil); ; {
					ask.Page = page.Args{First: first(7), After: after, Reverse: reverse}
					p := read(t, ask)
					forward = append(forward, handles(p)...)
					if after = p.Info.EndCursor; !p.Info.HasNextPage {
						break
					}
				}
				for before := (*string)(nil); ; {
					ask.Page = page.Args{Last: first(7), Before: before, Reverse: reverse}
					p := read(t, ask)
					backward = append(handles(p), backward...)
					if before = p.Info.StartCursor; !p.Info.HasPreviousPage {
						break
					}
				}
				if diff := cmp.Diff(all, forward); diff != "" {
					t.Errorf("%s, forward: %s", label, diff)
				}
				if diff := cmp.Diff(all, backward); diff != "" {
					t.Errorf("%s, backward: %s", label, diff)
				}
			}
		}
	}
}

func TestPages_areInOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	read := lists(f)
	price := func(p *Product) int64 { return p.Price.Min.Minor }
	for name, ordered := range map[string]struct {
		list *Products
		less func(a, b *Product) bool
	}{
		"price": {read["catalog"](t, List{Sort: ByPrice, Page: page.Args{First: first(100)}}), func(a, b *Product) bool { return price(a) <= price(b) }},
		"a collection's falling price": {read["collection sorted by price"](t, List{Sort: ByDefault, Page: page.Args{First: first(100)}}),
			func(a, b *Product) bool { return price(a) >= price(b) }},
		"a collection's falling title": {read["collection sorted by title"](t, List{Sort: ByDefault, Page: page.Args{First: first(100)}}),
			func(a, b *Product) bool { return a.Title >= b.Title }},
		"newest first": {read["catalog"](t, List{Sort: ByCreated, Page: page.Args{First: first(100), Reverse: true}}),
			func(a, b *Product) bool { return !a.CreatedAt.Before(b.CreatedAt) }},
		"vendor": {read["catalog"](t, List{Sort: ByVendor, Page: page.Args{First: first(100)}}), func(a, b *Product) bool { return a.Vendor <= b.Vendor }},
	} {
		for i := 1; i < len(ordered.list.Nodes); i++ {
			if a, b := ordered.list.Nodes[i-1], ordered.list.Nodes[i]; !ordered.less(a, b) {
				t.Errorf("%s: %s stands before %s", name, a.Handle, b.Handle)
			}
		}
	}
	sea, err := f.CollectionProducts(t.Context(), f.us, []CollectionID{1, 3}, List{Sort: ByManual})
	if diff := cmp.Diff([]string{"mug", "cap"}, handles(sea[1])); err != nil || diff != "" {
		t.Error("by hand", err, diff)
	}
	if n := len(sea[3].Nodes); n != 0 {
		t.Errorf("a collection that is not published shows %d products", n)
	}
}

func TestPages_refuseCursorsOfOtherLists(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := f.Products(t.Context(), f.us, List{Sort: ByTitle, Page: page.Args{First: first(2)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, cursor := range []string{*p.Info.EndCursor, "x", page.Encode(1, 2, 3), page.Encode("price", []string{"1' OR 1"}, 4)} {
		_, err := f.Products(t.Context(), f.us, List{Sort: ByPrice, Page: page.Args{First: first(2), After: &cursor}})
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
	if _, err := f.Products(t.Context(), f.us, List{Page: page.Args{First: first(251)}}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("251 at once: %v", err)
	}
}

func TestProducts_countsAndWindows(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	all := must(t, must2(f.Products(t.Context(), f.us, List{Total: true, Page: page.Args{First: first(1)}})), nil)
	if all.Total != 45 {
		t.Errorf("%d products on sale, want 45", all.Total)
	}
	front := must(t, must2(f.Featured(t.Context(), f.us, 0, 5, Need{})), nil)
	var got []string
	for _, p := range front {
		got = append(got, p.Handle)
	}
	if diff := cmp.Diff([]string{"mug", "cap"}, got); diff != "" {
		t.Error(diff)
	}
}

func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestQuery_selects(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for query, want := range map[string][]string{
		"tag:new":           {"cap", "mug"},
		"tag:new -mug":      {"cap"},
		"tag:'best seller'": {"cap"},
		`tag:"Best Seller"`: {"cap"},
		"-tag:new vendor:anchor product_type:hats":    {"local"},
		"NOT tag:new vendor:anchor product_type:hats": {"local"},
		"title:cap OR title:mug":                      {"cap", "mug"},
		"(title:cap OR title:mug) AND vendor:anchor":  {"cap", "mug"},
		"handle:rope":                {"rope"},
		"handle:ro*":                 {"rope"},
		"sku:cap-s-n":                {"cap"},
		"sku:CAP*":                   {"cap"},
		"barcode:4006381333931":      {"cap"},
		"id:1":                       {"cap"},
		"id:gid://shopify/Product/1": {"cap"},
		"id:<=2":                     {"cap", "mug"},
		"price:9.90":                 {"rope"},
		"variants.price:>=50 vendor:'harbor goods'":     {"voucher"},
		"created_at:<2026-01-03":                        {"cap"},
		"created_at:2026-01-03":                         {"mug"},
		"created_at:>2026-01-03 created_at:<2026-01-05": {"voucher"},
		"updated_at:>=2026-02-02":                       {"cap"},
		"available_for_sale:false -lamp":                {"rope"},
		"warm friend":                                   {"cap"},
		"caps":                                          {"cap"},
		"striped":                                       {"cap"},
		"4006381333931":                                 {"cap"},
		"product_type:* tag:nonsense":                   {},
		"price:abc":                                     {},
		"id:abc":                                        {},
		"created_at:yesterday":                          {},
	} {
		p, err := f.Products(t.Context(), f.us, List{Query: query, Page: page.Args{First: first(100)}})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if diff := cmp.Diff(want, handles(p)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

func TestQuery_takesWhateverPeopleType(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	pieces := []string{"cap", "'", `"`, "(", ")", "-", "OR", "AND", "NOT", ":", "tag:", "price:>", `\`, "*", "%", "_", "&", "|", "!", "<->", ":*",
		"\x00", "\xff", "$1", "?", ";", "--", "/*", "created_at:<", "''", "𝒳", "id:99999999999999999999", " ", "title:%"}
	rapid.Check(t, func(rt *rapid.T) {
		query := ""
		for _, piece := range rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 14).Draw(rt, "pieces") {
			query += piece + rapid.SampledFrom([]string{"", " "}).Draw(rt, "gap")
		}
		if _, err := f.Products(t.Context(), f.us, List{Query: query, Sort: ByRelevance, Page: page.Args{First: first(3)}}); err != nil {
			rt.Fatalf("%q: %v", query, err)
		}
		if _, err := f.Collections(t.Context(), f.us, CollectionList{Query: query, Page: page.Args{First: first(3)}}); err != nil {
			rt.Fatalf("collections %q: %v", query, err)
		}
	})
}

func TestCollections_lists(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := must(t, must2(f.Collections(t.Context(), f.de, CollectionList{Sort: ByUpdated, Total: true, Page: page.Args{First: first(2), Reverse: true},
		Need: CollectionNeed{Metafields: []MetafieldKey{{"custom", "banner"}}}})), nil)
	if c.Total != 3 || len(c.Nodes) != 2 || c.Nodes[0].Handle != "lamps" || c.Nodes[1].Title != "Das Meer" || !c.Info.HasNextPage {
		t.Errorf("total %d, %v", c.Total, c.Nodes)
	}
	if m := c.Nodes[1].MetafieldNamed("banner", nil); m == nil || m.Value != "Ahoy" {
		t.Errorf("metafield %v", m)
	}
	titles := must(t, must2(f.Collections(t.Context(), f.us, CollectionList{Query: "title:sea", Page: page.Args{First: first(9)}})), nil)
	if len(titles.Nodes) != 1 || *titles.Nodes[0].Image.Width != 800 {
		t.Errorf("by title: %v", titles.Nodes)
	}
	old := must(t, must2(f.Collection(t.Context(), f.us, Ref{Handle: "ocean"}, CollectionNeed{})), nil)
	if old == nil || old.Handle != "sea" || old.Description(nil) != "Salt & wind." {
		t.Errorf("a former handle finds %v", old)
	}
}

func TestCategories_areATree(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tops := must(t, must2(f.Categories(t.Context(), f.us, CategoryList{Page: page.Args{First: first(2)}, Need: CategoryNeed{Counts: true}})), nil)
	if len(tops.Nodes) != 2 || !tops.Info.HasNextPage || tops.Nodes[0].Handle != "wear" || tops.Nodes[0].ProductCount != 2 {
		t.Fatalf("tops: %+v", tops)
	}
	home := tops.Nodes[1]
	var children []string
	for _, c := range home.Children {
		children = append(children, fmt.Sprint(c.Handle, c.ProductCount))
	}
	if diff := cmp.Diff([]string{"lamps30", "kitchen1"}, children); diff != "" || home.ProductCount != 42 {
		t.Errorf("home has %d: %s", home.ProductCount, diff)
	}
	lamps := must(t, must2(f.Category(t.Context(), f.us, Ref{Handle: "lamps"}, CategoryNeed{})), nil)
	if way := lamps.Breadcrumb(); len(way) != 2 || way[0].Handle != "home" || !slices.Contains(way[0].Children, lamps) {
		t.Errorf("breadcrumb %v", way)
	}
}
