package scoring

import (
	"testing"

	"github.com/souk-commerce/souk/internal/search"
)

func ask(groups ...search.Group) search.Query { return search.Query{Groups: groups} }

// TestScore_prefers names pairs of which the first answers better.
func TestScore_prefers(t *testing.T) {
	t.Parallel()
	laptop := ask(search.Group{Any: []string{"laptop", "notebook"}, Prefix: true})
	for name, c := range map[string]struct {
		query         search.Query
		better, worse search.Entry
	}{
		"the title to the description":   {laptop, search.Entry{Title: "laptop"}, search.Entry{Title: "bag", Description: "laptop"}},
		"a short title to a long one":    {laptop, search.Entry{Title: "laptop stand"}, search.Entry{Title: "very cheap lock for a laptop of any size you like to have"}},
		"what was typed to a synonym":    {laptop, search.Entry{Title: "laptop"}, search.Entry{Title: "notebook"}},
		"the whole word to a longer one": {laptop, search.Entry{Title: "laptop"}, search.Entry{Title: "laptops"}},
		"a longer word to nothing":       {laptop, search.Entry{Title: "laptops"}, search.Entry{Title: "lap top"}},
		"more groups to fewer": {ask(search.Group{Any: []string{"usb"}}, search.Group{Any: []string{"cable"}}),
			search.Entry{Title: "usb cable"}, search.Entry{Title: "usb usb usb"}},
		"a phrase to its words": {ask(search.Group{Any: []string{"hard drive"}}), search.Entry{Title: "hard drive"}, search.Entry{Title: "drive hard"}},
		"a phrase in one line to one over two": {ask(search.Group{Any: []string{"hard drive"}}),
			search.Entry{Tags: []string{"hard drive"}}, search.Entry{Tags: []string{"hard", "drive"}}},
		"the code to its mention":        {ask(search.Group{Any: []string{"b450"}, Code: true}), search.Entry{Codes: []string{"b450"}}, search.Entry{Title: "fan for b450"}},
		"repetition to none, but little": {laptop, search.Entry{Description: "laptop laptop bag"}, search.Entry{Description: "laptop brown bag"}},
	} {
		judge := NewJudge(c.query, nil)
		if better, worse := judge.Score(&c.better), judge.Score(&c.worse); better <= worse {
			t.Errorf("%s: %v and %v", name, better, worse)
		}
	}
}

func TestScore_heedsRarity(t *testing.T) {
	t.Parallel()
	q := ask(search.Group{Any: []string{"usb"}}, search.Group{Any: []string{"hub"}})
	judge := NewJudge(q, []float64{Rarity(1_000, 500), Rarity(1_000, 3)})
	if often, rare := judge.Score(&search.Entry{Title: "usb"}), judge.Score(&search.Entry{Title: "hub"}); rare <= often {
		t.Errorf("the rare word scores %v, the frequent one %v", rare, often)
	}
}
