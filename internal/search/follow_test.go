package search_test

import (
	"slices"
	"testing"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
	"github.com/souk-commerce/souk/internal/translation"
)

// TestFollow_everyChangeReachesTableAndIndex makes one change after the other,
// each of another room.
func TestFollow_everyChangeReachesTableAndIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	engine := local(t, t.TempDir())
	p := serve(t, s, engine, quick).ready(t)
	ctx := salesfloor.Context()
	sold := s.Sell(t, "Anorak", nil, 1, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "AN-4711"}, Price: 9_900})
	p.settled(t)
	want := []search.ProductID{sold.ID}
	expect := func(what, language, words string, ids []search.ProductID) {
		t.Helper()
		p.settled(t)
		if got := p.finds(t, "", words); language == "" && !slices.Equal(got, ids) {
			t.Errorf("%s: %q finds %v", what, words, got)
		}
	}
	facts := func() table.Facts {
		t.Helper()
		p.settled(t)
		tab, err := p.Table()
		if err != nil {
			t.Fatal(err)
		}
		f, ok := tab.View().Facts(s.Wish(t, "US"), want[0])
		if !ok {
			t.Fatal("the table does not have the product")
		}
		return f
	}
	expect("a new product", "", "anorak", want)
	expect("its article number, typed otherwise", "", "an4711", want)

	wrote := engine.puts.Load()
	price := money.New(7_700, "USD")
	no(t, s.Pricing.SetPrices(ctx, s.Base, []pricing.Change{{Variant: s.Variants["AN-4711"], Amount: &price}}))
	if f := facts(); f.Amount != 7_700 {
		t.Errorf("after a price change it costs %d", f.Amount)
	}
	if f := facts(); !f.Available {
		t.Error("it cannot be bought")
	}
	s.Restock(t, "AN-4711", 5)
	if f := facts(); !f.Available {
		t.Error("restocked, it cannot be bought")
	}
	if n := engine.puts.Load() - wrote; n != 0 {
		t.Errorf("price and stock cost the engine %d writes", n)
	}

	c, err := s.Catalog.CreateCategory(ctx, catalog.NewCategory{Title: "Jackets"})
	no(t, err)
	now, err := s.Catalog.ProductByID(ctx, sold.ID)
	no(t, err)
	now, err = s.Catalog.UpdateProduct(ctx, sold.ID, now.Version, catalog.ProductChange{Categories: []catalog.CategoryID{c.ID}})
	no(t, err)
	expect("its category", "", "jackets", want)
	title := "Outerwear"
	_, err = s.Catalog.UpdateCategory(ctx, c.ID, c.Version, catalog.CategoryChange{Title: &title})
	no(t, err)
	expect("its category, renamed", "", "outerwear", want)
	expect("the category's old name", "", "jackets", nil)

	col, err := s.Catalog.CreateCollection(ctx, catalog.NewCollection{Title: "Winter"})
	no(t, err)
	_, err = s.Catalog.AddToCollection(ctx, col.ID, col.Version, []catalog.ProductID{sold.ID})
	no(t, err)
	p.settled(t)
	tab, err := p.Table()
	no(t, err)
	sel, err := tab.View().Select(table.Ask{At: s.Wish(t, "US"), Collection: col.ID})
	no(t, err)
	if !slices.Equal(sel.IDs(), want) {
		t.Errorf("the collection holds %v", sel.IDs())
	}

	words := translation.NewService(s.DB, s.Outbox, s.Audit)
	no(t, words.Set(ctx, translation.Owner{Kind: "product", ID: int64(sold.ID)}, []translation.Text{{Language: "de", Field: "title", Value: "Windjacke"}}))
	p.settled(t)
	if got := p.finds(t, "de", "windjacke"); !slices.Equal(got, want) {
		t.Errorf("in German it is found as %v", got)
	}
	if got := p.finds(t, "en", "windjacke"); len(got) != 0 {
		t.Errorf("in English the German word finds %v", got)
	}

	_, err = s.Catalog.ArchiveProduct(ctx, sold.ID, now.Version)
	if err != nil { // its version has grown
		now, err = s.Catalog.ProductByID(ctx, sold.ID)
		no(t, err)
		_, err = s.Catalog.ArchiveProduct(ctx, sold.ID, now.Version)
	}
	no(t, err)
	expect("an archived product", "", "anorak", nil)
	if _, ok := tab.View().Facts(s.Wish(t, "US"), want[0]); ok {
		t.Error("the table still has the archived product")
	}
	if drift, err := p.Check(t.Context()); err != nil || drift != 0 {
		t.Errorf("drift %d, %v", drift, err)
	}
}

func no(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
