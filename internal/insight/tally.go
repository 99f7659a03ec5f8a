package insight

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// leastShown is how often a day a product must be shown for a query to be
// remembered without a click.
const leastShown = 5

// tally counts the searches of one day.
type tally struct {
	day      time.Time
	queries  map[queryKey]*queryDay
	products map[productKey]*productDay
	follows  map[followKey]*followDay
	arms     map[armKey]*armDay
}

type queryKey struct {
	market   string
	language locale.Language
	query    string
}

type queryDay struct {
	searches, tracked, visits, zero, rescued, refined int64
	clicked, clicks, positions, carts, orders         int64

	last        time.Time
	hits        int64
	used, stage string
}

type productKey struct {
	language locale.Language
	query    string
	product  int64
}

type productDay struct{ impressions, clicks, carts, orders int64 }

type followKey struct {
	language    locale.Language
	query, next string
}

type followDay struct{ sessions, clicked int64 }

type armDay struct{ visits, clicked, carts, orders int64 }

func newTally(day time.Time) *tally {
	return &tally{day: day, queries: map[queryKey]*queryDay{}, products: map[productKey]*productDay{},
		follows: map[followKey]*followDay{}, arms: map[armKey]*armDay{}}
}

// has reports whether a search belongs to the day: that on which it was begun.
func (t *tally) has(q *quest) bool {
	return !q.began.Before(t.day) && q.began.Before(t.day.AddDate(0, 0, 1))
}

// add counts the searches of one visit. What was done with the hits is known of
// tracked ones only.
func (t *tally) add(v visit, tracked bool) {
	seen := map[queryKey]bool{}
	followed := map[followKey]bool{} // and whether the next one was clicked
	arms := map[armKey]armDay{}
	for _, q := range v.quests {
		if !t.has(q) {
			continue
		}
		key := queryKey{q.market, q.language, q.query}
		d := at(t.queries, key)
		d.count(q)
		if !tracked {
			continue
		}
		d.follow(q)
		if !seen[key] {
			seen[key] = true
			d.visits++
		}
		t.outcomes(q)
		if q.refined() {
			k := followKey{q.language, q.query, q.next.query}
			followed[k] = followed[k] || q.next.clicks > 0
		}
		if q.arm.experiment > 0 && q.arm.arm != "" {
			arms[q.arm] = arms[q.arm].with(q)
		}
	}
	for k, clicked := range followed {
		f := at(t.follows, k)
		f.sessions++
		f.clicked += one(clicked)
	}
	for k, a := range arms {
		sum := at(t.arms, k)
		sum.visits++
		sum.clicked += a.clicked
		sum.carts += a.carts
		sum.orders += a.orders
	}
}

// count takes in what is known of every search.
func (d *queryDay) count(q *quest) {
	d.searches++
	d.zero += one(q.zero())
	d.rescued += one(q.rescued())
	if q.counted && !q.last.Before(d.last) {
		d.last, d.hits, d.used, d.stage = q.last, q.hits, q.used, string(q.stage)
	}
}

// follow takes in what came of a search.
func (d *queryDay) follow(q *quest) {
	d.tracked++
	d.refined += one(q.refined())
	d.clicked += one(q.clicks > 0)
	d.clicks += q.clicks
	d.positions += q.positions
	d.carts += one(q.did(carted))
	d.orders += one(q.did(bought))
}

// with takes a search into what its visit did in the arm: each thing once.
func (a armDay) with(q *quest) armDay {
	a.clicked = max(a.clicked, one(q.clicks > 0))
	a.carts = max(a.carts, one(q.did(carted)))
	a.orders = max(a.orders, one(q.did(bought)))
	return a
}

func (t *tally) outcomes(q *quest) {
	for product, o := range q.outcomes {
		p := at(t.products, productKey{q.language, q.query, product})
		p.impressions += one(o.shown)
		p.clicks += one(o.clicked)
		p.carts += one(o.carted)
		p.orders += one(o.bought)
	}
}

func (p *productDay) worthKeeping() bool {
	return p.clicks+p.carts+p.orders > 0 || p.impressions >= leastShown
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func at[K comparable, V any](m map[K]*V, key K) *V {
	v := m[key]
	if v == nil {
		v = new(V)
		m[key] = v
	}
	return v
}
