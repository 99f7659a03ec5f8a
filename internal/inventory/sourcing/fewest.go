package sourcing

import (
	"math/bits"
	"slices"
)

// mostExact bounds the places among which the fewest are found by trying all
// sets of them, about a thousand. Of more places they are found by taking, time
// and again, the one that has most of what is left, and then dropping those
// that turned out to be needless: few, but not always the fewest.
const mostExact = 10

// goal is what is to be given of an item, and how much of it each place has.
type goal struct {
	need int64
	has  []int64
}

// goals sum up the needs of each item, cut to what there is.
type goals []goal

// fewest gives so few of the places, in their order, that they have all that
// the places together have of what is needed.
func (o Order) fewest(places []Place) []Place {
	all := o.goals(places)
	var useful []int
	for i := range places {
		if slices.ContainsFunc(all, func(g goal) bool { return g.has[i] > 0 }) {
			useful = append(useful, i)
		}
	}
	chosen := all.exact
	if len(useful) > mostExact {
		chosen = all.greedy
	}
	var some []Place
	for _, i := range chosen(useful) {
		some = append(some, places[i])
	}
	return some
}

func (o Order) goals(places []Place) goals {
	var all goals
	at := map[int64]int{}
	for _, n := range o.Needs {
		i, ok := at[n.Item]
		if !ok {
			i, at[n.Item] = len(all), len(all)
			g := goal{has: make([]int64, len(places))}
			for j, p := range places {
				g.has[j] = max(o.Free[Spot{n.Item, p.ID}], 0)
			}
			all = append(all, g)
		}
		all[i].need += n.Quantity
	}
	for i, g := range all {
		var sum int64
		for _, n := range g.has {
			sum += n
		}
		all[i].need = min(g.need, sum)
	}
	return slices.DeleteFunc(all, func(g goal) bool { return g.need == 0 })
}

// lacks is how much of the goal some places do not have.
func (g goal) lacks(places []int) int64 {
	rest := g.need
	for _, p := range places {
		rest -= g.has[p]
	}
	return max(rest, 0)
}

func (all goals) reachedBy(places []int) bool {
	return !slices.ContainsFunc(all, func(g goal) bool { return g.lacks(places) > 0 })
}

// exact tries the sets of places: the smaller before the larger, and of one size
// first those whose places come first.
func (all goals) exact(places []int) []int {
	some := make([]int, 0, len(places))
	for size := range len(places) {
		for set := uint(1)<<len(places) - 1; set > 0; set-- { // its highest bit is the first place
			if bits.OnesCount(set) != size {
				continue
			}
			some = some[:0]
			for i, p := range places {
				if set&(1<<(len(places)-1-i)) != 0 {
					some = append(some, p)
				}
			}
			if all.reachedBy(some) {
				return some
			}
		}
	}
	return places
}

func (all goals) greedy(places []int) []int {
	var taken []int
	left := slices.Clone(places)
	for !all.reachedBy(taken) {
		best, most := 0, int64(-1)
		for i, p := range left {
			if n := all.adds(p, taken); n > most {
				best, most = i, n
			}
		}
		taken, left = append(taken, left[best]), slices.Delete(left, best, best+1)
	}
	for i := len(taken) - 1; i >= 0; i-- {
		if without := slices.Delete(slices.Clone(taken), i, i+1); all.reachedBy(without) {
			taken = without
		}
	}
	slices.Sort(taken)
	return taken
}

// adds is how many pieces of the goals a place has that others do not give.
func (all goals) adds(place int, others []int) int64 {
	var sum int64
	for _, g := range all {
		sum += min(g.lacks(others), g.has[place])
	}
	return sum
}
