package listing

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

func TestZZ(t *testing.T) {
	url := os.Getenv("ZZ")
	if url == "" { t.Skip() }
	ctx := context.Background()
	db, err := postgres.Open(ctx, postgres.Config{URL: url})
	if err != nil { t.Fatal(err) }
	s := NewService(db, "https://x")
	us := Context{Market: 1, PriceList: 1, Currency: "USD", Language: "en", Now: time.Now()}
	n := 24
	ten := 30
	card := Need{Fields: FieldFeaturedImage | FieldAvailable, Variants: 1}
	for _, c := range []struct{ name string; f func() error }{
		{"list id", func() error { _, e := s.Products(ctx, us, List{Sort: ByID, Page: page.Args{First: &n}, Need: card}); return e }},
		{"list created rev", func() error { _, e := s.Products(ctx, us, List{Sort: ByCreated, Page: page.Args{First: &n, Reverse: true}, Need: card}); return e }},
		{"list title", func() error { _, e := s.Products(ctx, us, List{Sort: ByTitle, Page: page.Args{First: &n}, Need: card}); return e }},
		{"list price", func() error { _, e := s.Products(ctx, us, List{Sort: ByPrice, Page: page.Args{First: &n}, Need: card}); return e }},
		{"list rank", func() error { _, e := s.Products(ctx, us, List{Sort: ByRelevance, Query: "laptop", Page: page.Args{First: &n}, Need: card}); return e }},
		{"list total", func() error { _, e := s.Products(ctx, us, List{Sort: ByID, Total: true, Page: page.Args{First: &n}, Need: card}); return e }},
		{"list facets", func() error { _, e := s.Products(ctx, us, List{Sort: ByID, Facets: true, Page: page.Args{First: &n}, Need: card}); return e }},
		{"list vendor filter facets", func() error { _, e := s.Products(ctx, us, List{Sort: ByID, Facets: true, Filters: []Filter{{ProductVendor: filled("Vendor 3")}}, Page: page.Args{First: &n}, Need: card}); return e }},
		{"list color filter", func() error { _, e := s.Products(ctx, us, List{Sort: ByID, Filters: []Filter{{VariantOption: &OptionFilter{"Color", "Blue"}}}, Page: page.Args{First: &n}, Need: card}); return e }},
		{"product", func() error { _, e := s.Product(ctx, us, Ref{Handle: "bulk-77"}, everything); return e }},
		{"collection", func() error { _, e := s.Collection(ctx, us, Ref{Handle: "sea"}, CollectionNeed{Lists: map[string]List{"a": {Sort: ByDefault, Page: page.Args{First: &n}, Need: card}}}); return e }},
		{"category", func() error { _, e := s.CategoryProducts(ctx, us, []CategoryID{3}, List{Sort: ByDefault, Page: page.Args{First: &n}, Need: card}); return e }},
		{"search", func() error { _, e := s.Search(ctx, us, Search{Query: "red lap", Prefix: true, Kinds: []Kind{KindProduct}, Sort: ByRelevance, Page: page.Args{First: &n}, Need: card}); return e }},
		{"search one broad", func() error { _, e := s.Search(ctx, us, Search{Query: "fine", Kinds: []Kind{KindProduct}, Sort: ByRelevance, Page: page.Args{First: &n}, Need: card}); return e }},
		{"search facets", func() error { _, e := s.Search(ctx, us, Search{Query: "red laptop", Facets: true, Total: true, Kinds: []Kind{KindProduct}, Sort: ByRelevance, Page: page.Args{First: &n}, Need: card}); return e }},
		{"suggest", func() error { _, e := s.Suggest(ctx, us, Suggest{Prefix: "la", Limit: 5, Products: true, Terms: true, Collections: true, Pages: true, Articles: true}); return e }},
	} {
		if err := c.f(); err != nil { t.Fatal(c.name, err) }
		for i := 0; i < 6; i++ { _ = c.f() }
		at := time.Now()
		k := ten
		for i := 0; i < k; i++ { _ = c.f(); if time.Since(at) > 2*time.Second { k = i + 1; break } }
		fmt.Printf("%-30s %8.2f ms\n", c.name, float64(time.Since(at).Microseconds())/1000/float64(k))
	}
}
