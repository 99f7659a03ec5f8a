package merchandising

import (
	"fmt"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising/ranking"
	"github.com/souk-commerce/souk/internal/search/table"
)

// fiveHundred are rules of which 480 are for other queries and lists. Each of
// the 20 others pins a product, boosts one by name and, in the first of them,
// boosts and buries those of a filter.
func fiveHundred(filters int) *liveSet {
	var contents []Content
	for i := range 500 {
		r := Rule{Priority: i % 10, Acts: []Act{
			{Do: Pin, Product: listing.ProductID(i + 1), Position: i + 1},
			{Do: Boost, Product: listing.ProductID(i + 1000), Strength: 30}}}
		switch {
		case i%25 == 0:
			r.Trigger.Query = contains("shoe")
			if vendor := fmt.Sprint("vendor ", i/25); i/25 < filters {
				r.Acts = append(r.Acts, Act{Do: Boost, Filter: &listing.Filter{ProductVendor: &vendor}, Strength: 80})
			}
		case i%3 == 0:
			r.Trigger.Query = exact(fmt.Sprint("query ", i))
		case i%3 == 1:
			r.Trigger.Query = contains(fmt.Sprint("word", i))
		default:
			r.Trigger.Categories = []listing.CategoryID{listing.CategoryID(i + 1)}
		}
		contents = append(contents, r)
	}
	return live(contents...)
}

func BenchmarkPlan(b *testing.B) {
	l, s := fiveHundred(0), typed("red running shoe")
	for b.Loop() {
		if p := l.plan(s, nil); len(p.Applied) != 20 {
			b.Fatal(len(p.Applied))
		}
	}
}

// things is a table of so many products of 300 vendors; every seventh is sold out.
func things(n int) (*table.View, listing.Context) {
	all, published := table.New(), noon.Add(-time.Hour)
	var docs []*listing.Document
	for i := range n {
		v := listing.DocumentVariant{ID: listing.VariantID(i + 1), Amounts: map[int64]int64{1: 100}}
		if i%7 > 0 {
			v.Sold = []int64{1}
		}
		docs = append(docs, &listing.Document{ID: listing.ProductID(i + 1), Title: "Thing", Vendor: fmt.Sprint("Vendor ", i%300), PublishedAt: &published,
			Popularity: int64(i) * 7919 % million, Prices: []listing.DocumentPrices{{List: 1, Min: 100, Max: 100}}, Variants: []listing.DocumentVariant{v}})
	}
	all.Put(docs)
	return all.View(), listing.Context{Market: 1, PriceList: 1, Currency: "EUR", Language: "en", Now: noon}
}

// BenchmarkRules is everything that rules add to a page of 24 hits: the plan,
// its filters compiled over a table of 50,000 products, and the order.
func BenchmarkRules(b *testing.B) {
	view, at := things(50_000)
	for _, candidates := range []int{500, 5_000, 50_000} {
		for _, filters := range []int{0, 1, 5} {
			b.Run(fmt.Sprintf("candidates=%d/filters=%d", candidates, filters), func(b *testing.B) {
				among := make([]listing.ProductID, candidates)
				for i := range among {
					among[i] = listing.ProductID((i*7919)%50_000 + 1)
				}
				sel, err := view.Select(table.Ask{At: at, Among: among})
				if err != nil || sel.Len() != candidates {
					b.Fatal(err, sel.Len())
				}
				l, s := fiveHundred(filters), typed("red running shoe")
				for b.Loop() {
					rp, err := l.plan(s, nil).ranking(at, view, sel)
					if err != nil {
						b.Fatal(err)
					}
					a := ranking.Arrange(ranking.List{Candidates: sel.IDs(), Facts: func(i int) ranking.Facts { return rankingFacts(sel.Facts(i)) }}, rp)
					if len(a.Page(48, 24)) != 24 {
						b.Fatal("no page")
					}
				}
			})
		}
	}
}

// BenchmarkRefresh makes a full shop's set ready after a release that changes
// none of its 5,000 synonyms, up to the first answer in one language.
func BenchmarkRefresh(b *testing.B) {
	l := fiveHundred(5)
	items := l.items
	for i := range 5_000 {
		items = append(items, said{Item: ItemID(1000 + i), Version: 1, Content: Synonym{Language: "en", Words: []string{fmt.Sprint("word", i), fmt.Sprint("other", i)}}})
	}
	l = newLiveSet(1, items)
	l.lexicon("en", noon)
	for b.Loop() {
		next := newLiveSet(2, items).inherit(l)
		next.lexicon("en", noon)
		next.plan(typed("red running shoe"), nil)
	}
}
