package table

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/testkit"
)

// shopFilter chooses something that the shop of listing's tests has.
func shopFilter(r *rand.Rand) listing.Filter {
	switch r.IntN(10) {
	case 0:
		return listing.Filter{Available: ptr(r.IntN(2) == 0)}
	case 1:
		low := float64(r.IntN(60))
		return listing.Filter{Price: &listing.PriceFilter{Min: ptr(low), Max: ptr(low + float64(r.IntN(60)))}}
	case 2:
		return listing.Filter{ProductVendor: ptr(one(r, "ANCHOR", "Beacon", "Knots & Co"))}
	case 3:
		return listing.Filter{ProductType: ptr(one(r, "lamps", "Lights", "Hats"))}
	case 4:
		return listing.Filter{Tag: ptr(one(r, "NEW", "bright", "dim"))}
	case 5:
		return listing.Filter{Category: &listing.CategoryFilter{ID: one(r, "wear", "gid://souk/Category/3", "lamps")}}
	case 6:
		return listing.Filter{Attributes: []listing.AttributeFilter{{Code: one(r, "material", "dimmable", "secret"), Values: some(r, "STEEL", "wool", "true", "hush")}}}
	case 7:
		return listing.Filter{Attributes: []listing.AttributeFilter{{Code: "height", Values: some(r, "12.50", "14.5"), Min: ptr(float64(13 + r.IntN(5)))}}}
	case 8:
		return one(r, listing.Filter{ProductMetafield: &listing.MetafieldFilter{Namespace: "custom", Key: one(r, "care", "cost_note"), Value: one(r, "Hand wash", "cheap")}},
			listing.Filter{VariantMetafield: &listing.MetafieldFilter{Namespace: "facts", Key: "origin", Value: "Bremen"}})
	}
	return listing.Filter{VariantOption: &listing.OptionFilter{Name: one(r, "COLOR", "size"), Value: one(r, "Brass", "navy", "black", "s", "striped")}}
}

// TestTable_saysWhatTheDatabaseSays asks the table and listing's SQL the same:
// the products in every order, their number, and all facets as clients see them.
func TestTable_saysWhatTheDatabaseSays(t *testing.T) {
	t.Parallel()
	service, table := shop(t)
	us := listing.Context{Market: 1, PriceList: 1, Currency: "USD", Country: "US", Language: "en", Now: testkit.Started()}
	de := listing.Context{Market: 2, PriceList: 2, Currency: "EUR", Country: "DE", Language: "de", Translations: []locale.Language{"de"}, Now: testkit.Started()}
	sorts := []listing.Sort{listing.ByID, listing.ByDefault, listing.ByCreated, listing.ByUpdated, listing.ByPrice, listing.ByTitle, listing.ByType, listing.ByVendor}
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		at, by, reverse := one(r, us, us, de), one(r, sorts...), r.IntN(2) == 0
		var filters []listing.Filter
		for range r.IntN(4) {
			filters = append(filters, shopFilter(r))
		}
		name := fmt.Sprintf("seed %d: market %d by %s, reverse %v, %s", seed, at.Market, by, reverse, describe(filters))
		list := listing.List{Filters: filters, Sort: by, Total: true, Facets: true, Page: page.Args{First: ptr(listing.MaxPage), Reverse: reverse}}
		ask := Ask{At: at, Filters: filters}
		var want *listing.Products
		var err error
		switch r.IntN(3) {
		case 0:
			ask.Collection = one[listing.CollectionID](r, 1, 2, 4)
			want, err = only(service.CollectionProducts(t.Context(), at, []listing.CollectionID{ask.Collection}, list))
		case 1:
			ask.Category = one[listing.CategoryID](r, 1, 3, 4)
			want, err = only(service.CategoryProducts(t.Context(), at, []listing.CategoryID{ask.Category}, list))
		default:
			want, err = service.Products(t.Context(), at, list)
		}
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := table.View().Select(ask)
		if err != nil {
			t.Fatal(name, err)
		}
		got.Sort(by, reverse)
		ids := []listing.ProductID{}
		for _, p := range want.Nodes {
			ids = append(ids, p.ID)
		}
		if diff := cmp.Diff(ids, got.IDs()); diff != "" || want.Total != got.Len() {
			t.Errorf("%s: total %d and %d: %s", name, want.Total, got.Len(), diff)
		}
		compareFacets(t, name, want.Facets, listing.NewFacets(at, got.counts(func(*field) bool { return false })))
	}
}

func only[K comparable](lists map[K]*listing.Products, err error) (*listing.Products, error) {
	for _, l := range lists {
		return l, err
	}
	return nil, err
}

func compareFacets(t *testing.T, name string, want, got *listing.Facets) {
	t.Helper()
	if want == nil { // nothing was counted where nothing is
		want = listing.NoFacets()
	}
	if diff := cmp.Diff(want.Filters(), got.Filters(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: facets: %s", name, diff)
	}
	if diff := cmp.Diff(want.Vendors, got.Vendors); diff != "" {
		t.Errorf("%s: vendors: %s", name, diff)
	}
	if diff := cmp.Diff(want.Price, got.Price); diff != "" {
		t.Errorf("%s: prices: %s", name, diff)
	}
	if diff := cmp.Diff(outline(want.Categories), outline(got.Categories)); diff != "" {
		t.Errorf("%s: categories: %s", name, diff)
	}
}

// outline writes a tree of categories down.
func outline(tree []*listing.CategoryCount) (lines []string) {
	for _, c := range tree {
		lines = append(lines, fmt.Sprintf("%d %s %s: %d", c.Category.ID, c.Category.Handle, c.Category.Title, c.Count))
		for _, line := range outline(c.Children) {
			lines = append(lines, " "+line)
		}
	}
	return lines
}

// shop is the shop of listing's own tests, and a table of it.
func shop(t *testing.T) (*listing.Service, *Table) {
	t.Helper()
	db := testkit.DB(t)
	script, err := os.ReadFile("../../listing/testdata/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(context.Background(), string(script)); err != nil {
		t.Fatalf("load the shop: %v", err)
	}
	service := listing.NewService(db, "https://shop.example")
	ids, err := service.DocumentIDs(t.Context(), 0, listing.MaxDocuments)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := service.Documents(t.Context(), ids)
	if err != nil || len(docs) == 0 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	table := New()
	table.Put(docs)
	return service, table
}
