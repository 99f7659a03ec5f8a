package listing

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPriceSteps_areNiceAndCoverEveryPrice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		prices Span
		steps  int
		want   []Span
	}{
		{Span{1234, 9876}, 4, []Span{{0, 4999}, {5000, 9999}}},
		{Span{1000, 2000}, 5, []Span{{1000, 1199}, {1200, 1399}, {1400, 1599}, {1600, 1799}, {1800, 1999}, {2000, 2199}}},
		{Span{3, 5}, 9, []Span{{3, 3}, {4, 4}, {5, 5}}},
		{Span{500, 500}, 4, nil},
		{Span{0, 100}, 0, nil},
	} {
		if diff := cmp.Diff(c.want, PriceSteps(c.prices, c.steps)); diff != "" {
			t.Errorf("%v in %d: %s", c.prices, c.steps, diff)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Int64Range(0, 1e9).Draw(t, "low")
		prices := Span{low, low + rapid.Int64Range(1, 1e9).Draw(t, "width")}
		n := rapid.IntRange(1, 20).Draw(t, "steps")
		steps := PriceSteps(prices, n)
		if len(steps) > n+2 || !steps[0].Has(prices.From) || !steps[len(steps)-1].Has(prices.To) {
			t.Fatalf("%v in %d: %v", prices, n, steps)
		}
		for i := range steps[1:] {
			if steps[i].To+1 != steps[i+1].From {
				t.Fatalf("%v leaves a gap or overlaps", steps)
			}
		}
	})
}

func TestFacets_standAsTheMerchandiserSays(t *testing.T) {
	t.Parallel()
	of := func(order FacetOrder, values ...string) []string {
		f := NewFacets(Context{Currency: "USD"}, Counted{Counts: []*Count{
			{Kind: OfTag, Value: "16 gb", Label: "16 GB", N: 3}, {Kind: OfTag, Value: "8 gb", Label: "8 GB", N: 3}, {Kind: OfTag, Value: "none", Label: "none", N: 7},
			{Kind: OfTag, Value: "32 gb", Label: "32 GB", Shown: "1 lot", N: 1},
		}, Guide: &FacetGuide{Hits: 9, Settings: []FacetSetting{{Facet: "filter.p.tag", Order: order, Values: values}}}})
		var labels []string
		for _, v := range f.Filters()[0].Values {
			labels = append(labels, v.Label)
		}
		return labels
	}
	for name, c := range map[string]struct{ want, got []string }{
		"by count":                     {[]string{"none", "16 GB", "8 GB", "1 lot"}, of("")},
		"by label, as the buyer reads": {[]string{"1 lot", "8 GB", "16 GB", "none"}, of(OrderByLabel)},
		"by hand, then by count":       {[]string{"8 GB", "1 lot", "none", "16 GB"}, of(OrderManual, "8 gb", "32 GB", "64 GB")},
	} {
		if !slices.Equal(c.want, c.got) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

func TestFacets_findChoicesByTheBeginningOfAWord(t *testing.T) {
	t.Parallel()
	f := NewFacets(Context{Currency: "USD"}, Counted{Counts: []*Count{
		{Kind: OfVendor, Label: "Knots & Öre", N: 1}, {Kind: OfVendor, Label: "Oreo", N: 2}, {Kind: OfVendor, Label: "Store", N: 9},
	}})
	for begins, want := range map[string][]string{"ÖR": {"Knots & Öre"}, "ore": {"Oreo"}, "knots &": {"Knots & Öre"}, "tore": nil, "": {"Store", "Oreo", "Knots & Öre"}} {
		var got []string
		for _, v := range f.Find("filter.p.vendor", begins, 9) {
			got = append(got, v.Label)
		}
		if !slices.Equal(want, got) {
			t.Errorf("%q: %v, want %v", begins, got, want)
		}
	}
}
