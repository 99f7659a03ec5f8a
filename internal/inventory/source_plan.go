package inventory

import (
	"cmp"
	"maps"
	"slices"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
)

// source is a level that could send pieces.
type source struct {
	Level
	priority int
	serves   bool // the market
}

// sources are the levels of an order's variants, and how they are chosen from.
type sources struct {
	strategy sourcing.Strategy
	levels   []source
	places   map[LocationID]sourcing.Place // that serve
}

// share is what a location has promised to a line.
type share struct {
	key
	location LocationID
}

// shares is where the pieces of an order are.
type shares map[share]int64

func allocated(own []Reservation) shares {
	all := shares{}
	for _, r := range own {
		all[share{key{r.Line, r.Variant}, r.Location}] += r.Quantity
	}
	return all
}

func (a shares) variants() []catalog.VariantID {
	var all []catalog.VariantID
	for at := range a {
		all = append(all, at.variant)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sorted gives the shares by line, variant and location.
func (a shares) sorted() []share {
	return slices.SortedFunc(maps.Keys(a), func(x, y share) int {
		return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.variant, y.variant), cmp.Compare(x.location, y.location))
	})
}

// locations counts those that send anything.
func (a shares) locations() int {
	seen := map[LocationID]bool{}
	for at := range a {
		seen[at.location] = true
	}
	return len(seen)
}

// plan gives where the pieces should be: have itself unless something else is
// better.
func (s *sources) plan(have shares, to sourcing.Destination) shares {
	ahead := s.ahead(have)
	order := sourcing.Order{Strategy: s.strategy, To: to, Free: sourcing.Free{}, Places: slices.Collect(maps.Values(s.places))}
	for _, l := range s.levels {
		if l.serves {
			order.Free[sourcing.Spot{Item: int64(l.Variant), Place: int64(l.Location)}] = l.OnHand - l.Taken - l.Safety
		}
	}
	var needed, given int64
	needs := map[key]int64{}
	for at, n := range have {
		n -= ahead[at]
		needs[at.key] += n
		needed += n
		order.Free[sourcing.Spot{Item: int64(at.variant), Place: int64(at.location)}] += n + ahead[at]
	}
	for _, at := range have.sorted() {
		if n := needs[at.key]; n > 0 {
			order.Needs = append(order.Needs, sourcing.Need{Line: at.line, Item: int64(at.variant), Quantity: n})
			delete(needs, at.key)
		}
	}
	want := maps.Clone(ahead)
	for _, p := range order.Plan() {
		want[share{key{p.Line, catalog.VariantID(p.Item)}, LocationID(p.Place)}] += p.Quantity
		given += p.Quantity
	}
	if given < needed || s.asGood(have, want) {
		return have
	}
	return want
}

// asGood reports whether pieces may stay: the same number is at the same
// locations, whosever lines they are; or a plan that saves parcels saves none.
func (s *sources) asGood(have, want shares) bool {
	if s.strategy == sourcing.FewestSplits && have.locations() <= want.locations() && s.serve(have) {
		return true
	}
	return maps.Equal(have.totals(), want.totals())
}

// serve reports whether the pieces are at locations that serve.
func (s *sources) serve(have shares) bool {
	for at := range have {
		if _, ok := s.places[at.location]; !ok {
			return false
		}
	}
	return true
}

func (a shares) totals() map[place]int64 {
	sums := map[place]int64{}
	for at, n := range a {
		sums[place{at.variant, at.location}] += n
	}
	return sums
}

// ahead tells which pieces no stock stands behind: where a location has
// promised more than it has, those of the order's last lines.
func (s *sources) ahead(have shares) shares {
	short := map[place]int64{}
	for _, l := range s.levels {
		short[place{l.Variant, l.Location}] = max(0, l.Taken+l.Safety-l.OnHand)
	}
	found := shares{}
	for _, at := range slices.Backward(have.sorted()) {
		where := place{at.variant, at.location}
		if n := min(short[where], have[at]); n > 0 {
			found[at] = n
			short[where] -= n
		}
	}
	return found
}
