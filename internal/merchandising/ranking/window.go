package ranking

import (
	"cmp"
	"maps"
	"slices"
)

const (
	// step is the distance of two ranks.
	step = 1000
	// behind is more than any key: what cannot be bought goes there.
	behind = 1 << 40
	// fresh is how long a product is new, in seconds: less and less so.
	fresh = 90 * 24 * 60 * 60
)

// entry is a candidate with its key: the lower, the higher it stands.
type entry struct {
	key       int64
	candidate int
}

// shift is what the moves that name a product say of it.
type shift struct{ boost, bury int }

// window ranks the first candidates, and those that boosts bring among them.
type window struct {
	*Arranged
	tests []Move
	named map[int]shift // by candidate
	lift  int           // what tests lift a product by at most
}

// rank writes the head.
func (a *Arranged) rank(found map[ProductID]int) {
	w := window{Arranged: a, named: map[int]shift{}}
	for _, m := range a.plan.Moves {
		if m.Product == 0 {
			w.tests = append(w.tests, m)
			w.lift = min(w.lift+max(m.Percent, 0), 100)
		} else if i, ok := found[m.Product]; ok {
			w.named[i] = w.named[i].add(m.Percent)
		}
	}
	entries := w.first()
	inWindow := len(entries)
	entries = w.inject(entries)
	for _, e := range entries[inWindow:] {
		a.gone = append(a.gone, e.candidate)
	}
	slices.SortFunc(entries, func(x, y entry) int {
		return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.candidate, y.candidate))
	})
	a.head = make([]int, len(entries))
	for i, e := range entries {
		a.head[i] = e.candidate
	}
}

func (s shift) add(percent int) shift {
	if percent > 0 {
		s.boost += percent
	} else {
		s.bury -= percent
	}
	return s
}

// first gives the candidates of the window: those that are pinned stand
// elsewhere.
func (w *window) first() []entry {
	entries := make([]entry, 0, Window+Injected)
	i := 0
	for ; i < len(w.list.Candidates) && len(entries) < Window; i++ {
		if !w.pinnedAt(i) {
			entries = append(entries, entry{w.key(i, w.shift(i)), i})
		}
	}
	w.cut = i
	return entries
}

func (w *window) pinnedAt(i int) bool {
	_, found := slices.BinarySearch(w.gone, i)
	return found
}

// shift adds up what all moves say of a candidate.
func (w *window) shift(i int) shift {
	s := w.named[i]
	for _, m := range w.tests {
		if m.Has(i) {
			s = s.add(m.Percent)
		}
	}
	return shift{min(s.boost, 100), min(s.bury, 100)}
}

// key is where a candidate wants to stand, in thousandths of a place.
func (w *window) key(i int, s shift) int64 {
	rank := int64(i+1) * step
	key := rank * int64(100-s.boost) / 100
	facts := w.list.Facts(i)
	key -= key * w.plan.pull(facts) / 1_000_000
	if w.plan.InStockFirst && !facts.Available {
		key += behind
	}
	return key + int64(s.bury)*Window*step/100
}

// pull is what orders take off a rank, in millionths: each up to a tenth, or
// adds as much.
func (p Plan) pull(f Facts) int64 {
	return int64(p.Popularity)*(2*root(f.Popularity)-step) +
		int64(p.Margin)*(2*min(max(f.Margin/1000, 0), step)-step) +
		int64(p.Freshness)*(2*p.newness(f)-step)
}

// root gives millionths as thousandths of their square root: the difference
// between little and something weighs more than that between much and most.
func root(millionths int64) int64 {
	n := min(max(millionths, 0), 1_000_000)
	low, high := int64(0), int64(1000)
	for low < high {
		if mid := (low + high + 1) / 2; mid*mid <= n {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

// newness is 1000 for what has just come, and 0 once it is no longer new.
func (p Plan) newness(f Facts) int64 {
	age := min(max(p.Now-f.NewSince, 0), fresh)
	return step - age*step/fresh
}

// inject brings candidates from behind the window into it whose boost makes
// them stand before its end.
func (w *window) inject(entries []entry) []entry {
	room := Injected
	take := func(i int) {
		if s := w.shift(i); s.boost > 0 && !w.pinnedAt(i) {
			if key := w.key(i, s); key < w.end() {
				entries = append(entries, entry{key, i})
				room--
			}
		}
	}
	for _, i := range slices.Sorted(maps.Keys(w.named)) {
		if i >= w.cut && room > 0 {
			take(i)
		}
	}
	for i := w.cut; i < w.reach() && room > 0; i++ {
		if _, done := w.named[i]; !done && w.lifted(i) {
			take(i)
		}
	}
	return entries
}

// end is the key behind which nothing is brought into the window.
func (w *window) end() int64 { return int64(w.cut) * step }

// lifted reports whether a test boosts a candidate.
func (w *window) lifted(i int) bool {
	for _, m := range w.tests {
		if m.Percent > 0 && m.Has(i) {
			return true
		}
	}
	return false
}

// reach is the first candidate behind the window that tests are not asked about:
// no test lifts it into the window, even where all orders pull with it, or so
// many questions would cost more than the page.
func (w *window) reach() int {
	if w.lift == 0 {
		return 0
	}
	n := min(len(w.list.Candidates), w.cut+Questions/len(w.tests))
	if w.lift < 100 {
		n = min(n, w.cut*100*10/(7*(100-w.lift))+1)
	}
	return n
}
