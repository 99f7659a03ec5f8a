package table

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
)

// benchSize is how many products the benchmarks have, with three variants each.
const benchSize = 50_000

var benchTable = sync.OnceValue(func() *Table {
	r := rand.New(rand.NewPCG(1, 1))
	t := New()
	for from := 0; from < benchSize; from += 500 {
		batch := make([]*listing.Document, 500)
		for i := range batch {
			batch[i] = benchDocument(r, listing.ProductID(from+i+1))
		}
		t.Put(batch)
	}
	return t
})

// benchDocument is a product of a shop of usual variety: 300 vendors, 200
// categories, 12 attributes, three variants.
func benchDocument(r *rand.Rand, id listing.ProductID) *listing.Document {
	d := &listing.Document{ID: id, Handle: fmt.Sprint("p", id), Title: fmt.Sprintf("Thing %d of %d", r.IntN(1000), id), Vendor: fmt.Sprint("Vendor ", r.IntN(300)),
		Type: fmt.Sprint("Type ", r.IntN(50)), PublishedAt: ptr(started.Add(-time.Hour)), CreatedAt: started.Add(-time.Duration(r.IntN(1e6)) * time.Second),
		UpdatedAt: started, Popularity: int64(r.IntN(1e6)), Prices: []listing.DocumentPrices{{List: 1, Min: 1 << 40}, {List: 2, Min: 1 << 40}}, Texts: map[locale.Language]map[listing.DocumentText]string{}}
	for range 3 {
		d.Tags = append(d.Tags, fmt.Sprint("tag ", r.IntN(500)))
	}
	top := listing.CategoryID(1 + r.IntN(20))
	leaf := listing.CategoryID(100) + 10*top + listing.CategoryID(r.IntN(10))
	d.Categories = []listing.DocumentCategory{{ID: top, Handle: fmt.Sprint("c", top), Title: fmt.Sprint("Category ", top)},
		{ID: leaf, Parent: top, Depth: 1, Handle: fmt.Sprint("c", leaf), Title: fmt.Sprint("Category ", leaf), Direct: true, Main: true}}
	d.Collections = []listing.DocumentCollection{{ID: listing.CollectionID(1 + r.IntN(10)), Position: int64(r.IntN(1000)), Sort: "manual"}}
	for i := range int64(12) {
		a := listing.DocumentAttribute{Definition: i, Code: fmt.Sprint("a", i), Name: fmt.Sprint("Attribute ", i), Facet: true, Type: "choice", Text: ptr(fmt.Sprint("value ", r.IntN(30)))}
		if i < 3 {
			a.Type, a.Text, a.NumberMilli, a.Unit = "measurement", nil, ptr(int64(r.IntN(500)*100)), "cm"
		}
		d.Attributes = append(d.Attributes, a)
	}
	base := listing.OptionValueID(id * 10)
	d.Options = []listing.DocumentOption{{ID: listing.OptionID(id), Name: "Color"}, {ID: listing.OptionID(id + 1e6), Name: "Size"}}
	for i := range listing.OptionValueID(3) {
		d.Options[0].Values = append(d.Options[0].Values, listing.DocumentValue{ID: base + i, Name: fmt.Sprint("Color ", r.IntN(12)), Color: "#aabbcc"})
		d.Options[1].Values = append(d.Options[1].Values, listing.DocumentValue{ID: base + 5 + i, Name: fmt.Sprint("Size ", i)})
		amount := int64(100 + r.IntN(100_000))
		d.Variants = append(d.Variants, listing.DocumentVariant{ID: listing.VariantID(base + i), Sold: some[int64](r, 1, 2), Amounts: map[int64]int64{1: amount, 2: amount},
			Values: []listing.OptionValueID{base + i, base + 5 + i}})
		for p := range d.Prices {
			d.Prices[p].Min, d.Prices[p].Max = min(d.Prices[p].Min, amount), max(d.Prices[p].Max, amount)
		}
	}
	return d
}

// fresh is the view without what it remembers.
func fresh(v *View) *View {
	return &View{chunks: v.chunks, starts: v.starts, size: v.size, symbols: v.symbols, of: v.of, firsts: v.firsts, fields: v.fields, markets: v.markets}
}

func benchSelect(b *testing.B, view func() *View, ask Ask) {
	b.ReportAllocs()
	for b.Loop() {
		s := must(view().Select(ask))
		if len(s.Facets(nil, nil).Filters()) == 0 {
			b.Fatal("no facets")
		}
	}
}

func BenchmarkTable(b *testing.B) {
	table := benchTable()
	v := table.View()
	anew, kept := func() *View { return fresh(v) }, func() *View { return v }
	r := rand.New(rand.NewPCG(2, 2))
	among := func(n int) (ids []listing.ProductID) {
		for _, id := range r.Perm(benchSize)[:n] {
			ids = append(ids, listing.ProductID(id+1))
		}
		return ids
	}
	three := []listing.Filter{{VariantOption: &listing.OptionFilter{Name: "color", Value: "color 3"}}, {Available: ptr(true)}, {Attributes: []listing.AttributeFilter{{Code: "a5", Values: []string{"value 1", "value 2"}}}}}
	b.Run("all/first", func(b *testing.B) { benchSelect(b, anew, Ask{At: us}) })
	b.Run("all/remembered", func(b *testing.B) { benchSelect(b, kept, Ask{At: us}) })
	b.Run("all/3 filters", func(b *testing.B) { benchSelect(b, kept, Ask{At: us, Filters: three}) })
	b.Run("category/first", func(b *testing.B) { benchSelect(b, anew, Ask{At: us, Category: 3}) })
	for _, n := range []int{100, 500, 5000} {
		ids := among(n)
		b.Run(fmt.Sprint("among ", n), func(b *testing.B) { benchSelect(b, kept, Ask{At: us, Among: ids}) })
		b.Run(fmt.Sprint("among ", n, "/3 filters"), func(b *testing.B) { benchSelect(b, kept, Ask{At: us, Among: ids, Filters: three}) })
		b.Run(fmt.Sprint("among ", n, "/no facets"), func(b *testing.B) {
			for b.Loop() {
				must(v.Select(Ask{At: us, Among: ids})).IDs()
			}
		})
	}
	for _, by := range []listing.Sort{listing.ByTitle, listing.ByPrice, listing.ByID} {
		b.Run("sort all by "+string(by), func(b *testing.B) {
			for b.Loop() {
				s := must(v.Select(Ask{At: us}))
				s.Sort(by, false)
			}
		})
	}
	b.Run("put 5", func(b *testing.B) {
		b.ReportAllocs()
		docs := make([]*listing.Document, 5)
		for i := range docs {
			docs[i] = benchDocument(r, listing.ProductID(1+r.IntN(benchSize)))
		}
		for b.Loop() {
			table.Put(docs)
		}
	})
}

func BenchmarkTable_build(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	batch := make([]*listing.Document, 500)
	for i := range batch {
		batch[i] = benchDocument(r, listing.ProductID(i+1))
	}
	b.ReportAllocs()
	for b.Loop() {
		New().Put(batch)
	}
}
