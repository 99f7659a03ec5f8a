package main

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/listing"
)

func TestNDCG_comparesWithTheBestOrder(t *testing.T) {
	t.Parallel()
	j := judged{ratings: map[listing.ProductID]int{1: 3, 2: 1, 3: 0}}
	ideal := 7 + 1/math.Log2(3)
	for _, c := range []struct {
		hits            []listing.ProductID
		ndcg, condensed float64
	}{
		{nil, 0, 0},
		{[]listing.ProductID{1, 2}, 1, 1},
		{[]listing.ProductID{2, 1}, (1 + 7/math.Log2(3)) / ideal, (1 + 7/math.Log2(3)) / ideal},
		{[]listing.ProductID{9, 1}, 7 / math.Log2(3) / ideal, 7 / ideal}, // nobody rated 9
		{[]listing.ProductID{3, 1}, 7 / math.Log2(3) / ideal, 7 / math.Log2(3) / ideal},
		{[]listing.ProductID{9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 1}, 0, 7 / ideal}, // behind the tenth
	} {
		if got := j.ndcg(c.hits); math.Abs(got-c.ndcg) > 1e-9 {
			t.Errorf("%v: nDCG %f, want %f", c.hits, got, c.ndcg)
		}
		if got := j.condensed(c.hits); math.Abs(got-c.condensed) > 1e-9 {
			t.Errorf("%v: condensed %f, want %f", c.hits, got, c.condensed)
		}
	}
}

func TestDamages_areTheSameInEachRunAndDamage(t *testing.T) {
	t.Parallel()
	words := []string{"wireless", "laser", "printer"}
	for kind, d := range damages() {
		for n := range 50 {
			once, ok := d.spoil(random(n, kind), slices.Clone(words))
			again, _ := d.spoil(random(n, kind), slices.Clone(words))
			if !ok || once != again || once == strings.Join(words, " ") {
				t.Errorf("%s: %q and %q", d.name, once, again)
			}
		}
		if spoiled, ok := d.spoil(random(1), []string{"tv"}); ok && d.name != "junk word" {
			t.Errorf("%s has no place in tv: %q", d.name, spoiled)
		}
	}
}

func TestBaseline_namesWhatGotWorse(t *testing.T) {
	t.Parallel()
	b := baseline{"bleve": {"clean": {"nDCG@10": .8, "zero results": .01}, "joined": {"nDCG@10": .6}}}
	now := map[string]map[string]float64{"clean": {"nDCG@10": .796, "zero results": .014}, "joined": {"nDCG@10": .7}}
	if got := b.worse("bleve", now); len(got) != 0 {
		t.Errorf("what is within the tolerance, or better, is not worse: %v", got)
	}
	now["clean"] = map[string]float64{"nDCG@10": .794, "zero results": .016}
	if got := b.worse("bleve", now); len(got) != 2 {
		t.Errorf("%v", got)
	}
	delete(now, "joined")
	if got := b.worse("bleve", now); len(got) != 3 {
		t.Errorf("a figure that is gone is worse: %v", got)
	}
}
