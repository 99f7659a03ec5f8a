package main

import (
	"cmp"
	"math"
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
)

// shown is how many hits are looked at.
const shown = 10

// judged is a query with what people said of products.
type judged struct {
	query   string
	ratings map[listing.ProductID]int
}

// best is the highest rating.
func (j judged) best() int {
	best := 0
	for _, r := range j.ratings {
		best = max(best, r)
	}
	return best
}

// ndcg says how good the first ten hits are against the best ten that there
// are: 1 is perfect. What nobody rated counts as unfit.
func (j judged) ndcg(hits []listing.ProductID) float64 {
	all := make([]int, 0, len(j.ratings))
	for _, r := range j.ratings {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b int) int { return cmp.Compare(b, a) })
	own := make([]int, 0, shown)
	for _, id := range hits[:min(len(hits), shown)] {
		own = append(own, j.ratings[id])
	}
	return gain(own) / gain(all[:min(len(all), shown)])
}

// condensed is the same among hits that somebody rated: it does not punish good
// hits that nobody looked at.
func (j judged) condensed(hits []listing.ProductID) float64 {
	rated := slices.DeleteFunc(slices.Clone(hits), func(id listing.ProductID) bool { _, ok := j.ratings[id]; return !ok })
	return j.ndcg(rated)
}

func gain(ratings []int) float64 {
	sum := 0.0
	for i, r := range ratings {
		sum += float64(int(1)<<r-1) / math.Log2(float64(i)+2)
	}
	return sum
}

// mean adds up.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) { m.sum, m.n = m.sum+v, m.n+1 }

func (m *mean) hit(ok bool) {
	if ok {
		m.sum++
	}
	m.n++
}

func (m mean) value() float64 {
	if m.n == 0 {
		return 0
	}
	return m.sum / float64(m.n)
}
