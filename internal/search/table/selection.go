package table

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/souk-commerce/souk/internal/listing"
)

// Selection is the products that fit an ask, in the order of Among, or else by
// id, until they are sorted. It is one caller's.
type Selection struct {
	*found
	view *View
	ask  Ask
	test *Test
	rows []*row // in their order
	ids  []listing.ProductID
}

// found is what fits an ask, and what would if one choice were not made. It does
// not change and may be shared.
type found struct {
	hits []*row
	near []near
	// since and until are between which instants nothing is published that would
	// make a difference.
	since, until int64

	counting sync.Once
	counted  *tally
	sorted   atomic.Pointer[sorting] // the one that was asked for last
}

// near is a row that fits all choices but one: any one of what it lacks.
type near struct {
	row   *row
	lacks mask
}

// plainAsk is an ask without filters.
type plainAsk struct {
	market, list int64
	category     listing.CategoryID
	collection   listing.CollectionID
	hide         bool
}

// maxPlain bounds what a view remembers.
const maxPlain = 200

// Select finds the products that an ask fits.
func (v *View) Select(ask Ask) (*Selection, error) {
	test, err := v.Compile(ask.At, ask.Filters)
	if err != nil {
		return nil, err
	}
	s := &Selection{view: v, ask: ask, test: test}
	in, err := v.scope(ask)
	if err != nil {
		return nil, err
	}
	if len(ask.Filters) == 0 && ask.Among == nil && len(in.without) == 0 && len(in.not) == 0 {
		s.found = v.remembered(ask, in, test)
	} else {
		s.found = v.find(ask, in, test)
	}
	s.rows = s.hits
	if ask.Unavailable == listing.UnavailableLast {
		s.Sort(listing.ByRelevance, false)
	}
	return s, nil
}

// remembered finds what an ask without filters fits, once for each view.
func (v *View) remembered(ask Ask, in scope, test *Test) *found {
	key := plainAsk{market: ask.At.Market, list: ask.At.PriceList, category: ask.Category, collection: ask.Collection,
		hide: ask.Unavailable == listing.UnavailableHide}
	v.remembering.Lock()
	f := v.plain[key]
	v.remembering.Unlock()
	if f != nil && f.since <= test.lens.now && test.lens.now < f.until {
		return f
	}
	f = v.find(ask, in, test)
	v.remembering.Lock()
	defer v.remembering.Unlock()
	if v.plain == nil || len(v.plain) >= maxPlain {
		v.plain = map[plainAsk]*found{}
	}
	v.plain[key] = f
	return f
}

// find looks at every product that is asked about.
func (v *View) find(ask Ask, in scope, test *Test) *found {
	f := &found{since: math.MinInt64, until: math.MaxInt64}
	consider := func(r *row) {
		if r.published > test.lens.now {
			f.until = min(f.until, r.published)
			return
		}
		f.since = max(f.since, r.published)
		price := r.price(&test.lens)
		if price < 0 || !in.has(r) || in.sold && !r.available(&test.lens, price) {
			return
		}
		if hit, lacks := test.miss(r, price); hit {
			f.hits = append(f.hits, r)
		} else if !lacks.empty() {
			f.near = append(f.near, near{r, lacks})
		}
	}
	if ask.Among != nil {
		v.among(ask.Among, consider)
		return f
	}
	f.hits = make([]*row, 0, v.size/4)
	for _, c := range v.chunks {
		for i := range c.rows {
			consider(&c.rows[i])
		}
	}
	return f
}

// among gives the rows of products that are there.
func (v *View) among(ids []listing.ProductID, each func(*row)) {
	for _, id := range ids {
		if r := v.row(id); r != nil {
			each(r)
		}
	}
}

// scope is what an ask is about besides filters.
type scope struct {
	category    []uint32 // symbols of the category; nil: any
	collections []uint32
	sold        bool
	without     map[listing.ProductID]bool
	not         []*Test
}

func (v *View) scope(ask Ask) (scope, error) {
	s := scope{sold: ask.Unavailable == listing.UnavailableHide}
	if ask.Category != 0 {
		s.category = v.withID(listing.OfCategory, int64(ask.Category))
	}
	if ask.Collection != 0 {
		s.collections = v.withID(ofCollection, int64(ask.Collection))
	}
	if len(ask.Without) > 0 {
		s.without = make(map[listing.ProductID]bool, len(ask.Without))
		for _, id := range ask.Without {
			s.without[id] = true
		}
	}
	for _, filter := range ask.Not {
		test, err := v.Compile(ask.At, []listing.Filter{filter})
		if err != nil {
			return s, err
		}
		s.not = append(s.not, test)
	}
	return s, nil
}

// withID gives the symbols of one category or collection, never nil.
func (v *View) withID(kind listing.FacetKind, id int64) []uint32 {
	out := []uint32{}
	for _, s := range v.symbolsOf(kind) {
		if v.symbols[s].id == id {
			out = append(out, s)
		}
	}
	return out
}

func (s *scope) has(r *row) bool {
	if s.category != nil && !slices.ContainsFunc(r.words, func(w uint32) bool { return slices.Contains(s.category, w) }) {
		return false
	}
	if s.collections != nil && r.in(s.collections) < 0 || s.without[r.id] {
		return false
	}
	return !slices.ContainsFunc(s.not, func(t *Test) bool { return t.holds(r) })
}

// in gives where a collection stands among those of a row; negative where it is
// not in it.
func (r *row) in(collection []uint32) int {
	return slices.IndexFunc(r.collections, func(c uint32) bool { return slices.Contains(collection, c) })
}

// Len is how many there are.
func (s *Selection) Len() int { return len(s.rows) }

// IDs gives the products in their order. The caller must not change it.
func (s *Selection) IDs() []listing.ProductID {
	if s.ids == nil {
		s.ids = make([]listing.ProductID, len(s.rows))
		for i, r := range s.rows {
			s.ids[i] = r.id
		}
	}
	return s.ids
}

// Facts gives what ranking knows of the i-th.
func (s *Selection) Facts(i int) Facts {
	r, l := s.rows[i], &s.test.lens
	return r.facts(l, r.price(l))
}
