package table

import (
	"math"

	"github.com/souk-commerce/souk/internal/listing"
)

// tally is the counts of all facets. Every facet on which something is chosen
// is counted over the products that fit without that choice, all others over
// the hits.
type tally struct {
	counts  []int32 // by symbol
	hits    int     // whatever price was chosen
	prices  listing.Span
	sold    [2]int              // products with variants that can be bought, and with others
	ratings [maxStars + 1]int32 // products with so many stars or more
}

const maxStars = 5

// milliStars is a star in the unit of ratings.
const milliStars = 1000

// tallied counts once, however often it is asked.
func (s *Selection) tallied() *tally {
	s.counting.Do(func() {
		c := &counter{test: s.test, tally: &tally{counts: make([]int32, len(s.view.symbols)), prices: listing.Span{From: math.MaxInt64, To: math.MinInt64}},
			of: s.view.of, stamps: make([]int32, len(s.view.symbols))}
		for _, r := range s.hits {
			c.hit(r)
		}
		for _, n := range s.near {
			c.near(n)
		}
		s.counted = c.tally
	})
	return s.counted
}

// counter counts one row after the other.
type counter struct {
	*tally
	test *Test
	of   []uint32
	// stamps hold the last row in which a symbol of variants was counted: a
	// product counts once, however many variants have it.
	stamps []int32
	stamp  int32
}

// hit counts a row that fits all choices.
func (c *counter) hit(r *row) {
	for _, s := range r.words {
		c.counts[s]++
	}
	for _, s := range r.collections {
		c.counts[s]++
	}
	price := r.price(&c.test.lens)
	c.priced(r, price)
	c.rated(r)
	c.variants(r, price)
}

// near counts a row that lacks one choice, on that facet.
func (c *counter) near(n near) {
	price := n.row.price(&c.test.lens)
	if k := n.lacks.single(); c.test.need.has(k) {
		if k == c.test.rating {
			c.rated(n.row)
		}
		for _, s := range n.row.words {
			if int(c.of[s]) == c.test.fields[k] {
				c.counts[s]++
			}
		}
		return
	}
	if n.lacks.has(c.test.price) {
		c.priced(n.row, price)
	}
	c.variants(n.row, price)
}

func (c *counter) priced(r *row, price int) {
	c.tally.hits++
	c.prices.From, c.prices.To = min(c.prices.From, r.lows[price]), max(c.prices.To, r.highs[price])
}

func (c *counter) rated(r *row) {
	if r.rating == unknown {
		return
	}
	for stars := range c.ratings {
		if r.rating >= int64(stars)*milliStars {
			c.ratings[stars]++
		}
	}
}

// variants counts what the variants of a row say that fit all choices, or lack
// only the one on the facet that is counted.
func (c *counter) variants(r *row, price int) {
	c.stamp++
	if c.test.needV.empty() {
		c.allVariants(r, price)
		return
	}
	var sold [2]int
	for v := range r.each(&c.test.lens, price) {
		lacks := c.test.missingOf(v)
		only := -1
		switch lacks.count() {
		case 0:
		case 1:
			if only = c.test.fields[lacks.single()]; only < 0 && !lacks.has(c.test.stock) {
				continue
			}
		default:
			continue
		}
		if lacks.empty() || lacks.has(c.test.stock) {
			sold[choiceOf(v.sold)] = 1
		}
		for _, s := range v.symbols {
			if c.stamps[s] != c.stamp && (lacks.empty() || int(c.of[s]) == only) {
				c.stamps[s] = c.stamp
				c.counts[s]++
			}
		}
	}
	c.sold[0] += sold[0]
	c.sold[1] += sold[1]
}

// allVariants is variants where nothing is asked of them: the usual case.
func (c *counter) allVariants(r *row, price int) {
	var sold [2]int
	start, lists := uint32(0), len(r.lists)
	for i, end := range r.ends {
		if r.amounts[i*lists+price] != unknown {
			sold[choiceOf(r.soldTo(&c.test.lens, i))] = 1
			for _, s := range r.options[start:end] {
				if c.stamps[s] != c.stamp {
					c.stamps[s] = c.stamp
					c.counts[s]++
				}
			}
		}
		start = end
	}
	c.sold[0] += sold[0]
	c.sold[1] += sold[1]
}

func choiceOf(sold bool) int {
	if sold {
		return 0
	}
	return 1
}

// steps counts the products of each step of prices. A product counts in each
// step in which one of its variants that fit the other choices costs.
func (s *Selection) steps(spans []listing.Span) []listing.PriceStep {
	if len(spans) == 0 {
		return nil
	}
	steps, stamps := make([]listing.PriceStep, len(spans)), make([]int, len(spans))
	for i := range steps {
		steps[i].Span = spans[i]
	}
	size, stamp := spans[0].To-spans[0].From+1, 0
	count := func(r *row) {
		stamp++
		for v := range r.each(&s.test.lens, r.price(&s.test.lens)) {
			lacks := s.test.missingOf(v)
			at := int((v.amount - spans[0].From) / size)
			fits := lacks.empty() || lacks.count() == 1 && lacks.has(s.test.price)
			if fits && v.amount >= spans[0].From && at < len(steps) && stamps[at] != stamp {
				stamps[at] = stamp
				steps[at].Count++
			}
		}
	}
	for _, r := range s.hits {
		count(r)
	}
	for _, n := range s.near {
		if n.lacks.has(s.test.price) {
			count(n.row)
		}
	}
	return steps
}

// covered counts the hits that have a value of a facet.
func (s *Selection) covered(kind listing.FacetKind, name string) int {
	if kind == listing.OfRating {
		return int(s.tallied().ratings[0])
	}
	field := s.view.fieldOf(kind, name)
	if field < 0 {
		return len(s.hits)
	}
	n := 0
	for _, r := range s.hits {
		if s.has(r, uint32(field)) {
			n++
		}
	}
	return n
}

// has reports whether a row, or a variant of it that fits, has a symbol of the
// field.
func (s *Selection) has(r *row, field uint32) bool {
	for _, w := range r.words {
		if s.view.of[w] == field {
			return true
		}
	}
	for v := range r.each(&s.test.lens, r.price(&s.test.lens)) {
		if !s.test.missingOf(v).empty() {
			continue
		}
		for _, w := range v.symbols {
			if s.view.of[w] == field {
				return true
			}
		}
	}
	return false
}
