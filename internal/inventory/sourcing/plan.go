package sourcing

import (
	"cmp"
	"slices"
)

// Plan says which place sends what. The answer does not depend on the order in
// which the places stand. What the places together do not have is not given:
// then the picks of an item are less than its needs.
func (o Order) Plan() []Pick {
	places := slices.SortedFunc(slices.Values(o.Places), o.before)
	if o.Strategy == FewestSplits {
		places = o.fewest(places)
	}
	left := make(Free, len(o.Free))
	for spot, n := range o.Free {
		left[spot] = max(n, 0)
	}
	var picks []Pick
	for _, need := range o.Needs {
		picks = append(picks, left.serve(need, places)...)
	}
	return picks
}

// before orders places by the strategy.
func (o Order) before(a, b Place) int {
	byPriority := cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID))
	if o.Strategy != Nearest {
		return byPriority
	}
	return cmp.Or(cmp.Compare(o.To.zoneOf(a), o.To.zoneOf(b)), cmp.Compare(o.To.distance(a), o.To.distance(b)), byPriority)
}

// serve takes what a need can have: whole from the first place that has as
// many, else what there is from place to place.
func (f Free) serve(need Need, places []Place) []Pick {
	whole := slices.IndexFunc(places, func(p Place) bool { return f[Spot{need.Item, p.ID}] >= need.Quantity })
	if whole >= 0 {
		places = places[whole : whole+1]
	}
	var picks []Pick
	rest := need.Quantity
	for _, p := range places {
		at := Spot{need.Item, p.ID}
		n := min(f[at], rest)
		if n <= 0 {
			continue
		}
		f[at] -= n
		rest -= n
		picks = append(picks, Pick{Line: need.Line, Item: need.Item, Place: p.ID, Quantity: n})
	}
	return picks
}

// Places are those that send something, each once.
func Places(picks []Pick) int {
	seen := map[int64]bool{}
	for _, p := range picks {
		seen[p.Place] = true
	}
	return len(seen)
}
