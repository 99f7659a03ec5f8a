package merchandising_test

import (
	"fmt"
	"testing"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/testkit"
)

// BenchmarkComplete completes a few letters over 50,000 products, of which the
// engine finds 20,000. The engine itself takes no time here.
func BenchmarkComplete(b *testing.B) {
	const products, found = 50_000, 20_000
	s := open(b)
	started := testkit.Started()
	all, ids := table.New(), []listing.ProductID{}
	for from := 0; from < products; from += 500 {
		docs := make([]*listing.Document, 500)
		for i := range docs {
			id := from + i
			docs[i] = &listing.Document{ID: listing.ProductID(1_000_000 + id), Title: fmt.Sprint("Shirt ", id), Vendor: fmt.Sprint("Shop ", id%500), PublishedAt: &started,
				Categories: []listing.DocumentCategory{{ID: listing.CategoryID(1 + id%300), Title: fmt.Sprint("Shelf ", id%300), Direct: true}},
				Prices:     []listing.DocumentPrices{{List: 1, Min: 100, Max: 100}}, Variants: []listing.DocumentVariant{{ID: listing.VariantID(id), Amounts: map[int64]int64{1: 100}, Sold: []int64{1}}}}
			ids = append(ids, docs[i].ID)
		}
		all.Put(docs)
	}
	engine := &typist{finder: s.engine}
	engine.table, engine.knows["sh"] = all, search.Found{IDs: ids[:found]}
	for i := range 50 {
		engine.learned = append(engine.learned, merchandising.Suggested{Query: fmt.Sprint("shirt size ", i), Searches: 5})
	}
	s.Rooms.Search, s.Suggestions = engine, engine
	in := listing.Suggest{Prefix: "sh", Limit: 8, Products: true, Categories: true, Terms: true}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := s.Complete(b.Context(), s.at, in); err != nil || len(out.Terms) != 8 {
			b.Fatal(out, err)
		}
	}
}
