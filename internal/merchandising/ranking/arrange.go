package ranking

import (
	"cmp"
	"slices"
)

// Arranged is a list in order. The whole of it is never written down: pins and
// the window are, the rest is counted off.
type Arranged struct {
	list  List
	plan  Plan
	pins  []standing
	miss  []Pin
	head  []int // candidates of the window in their new order
	cut   int   // the first candidate behind the window
	gone  []int // candidates behind the window that stand elsewhere, ascending
	total int
}

// standing is a pin that holds.
type standing struct {
	Pin
	place     int // final, from 0
	candidate int // −1: a guest
}

// Arrange puts a list in order.
func Arrange(l List, p Plan) *Arranged {
	a := &Arranged{list: l, plan: p}
	found := a.find()
	a.pin(found)
	slices.Sort(a.gone)
	if p.moves() {
		a.rank(found)
	}
	slices.Sort(a.gone)
	a.gone = slices.DeleteFunc(a.gone, func(i int) bool { return i < a.cut })
	return a
}

// moves reports whether anything but pins acts.
func (p Plan) moves() bool {
	return len(p.Moves) > 0 || p.InStockFirst || p.Popularity > 0 || p.Freshness > 0 || p.Margin > 0
}

// find gives the places among the candidates of the products that the plan names.
func (a *Arranged) find() map[ProductID]int {
	var named []ProductID
	for _, p := range a.plan.Pins {
		named = append(named, p.Product)
	}
	for _, m := range a.plan.Moves {
		if m.Product != 0 {
			named = append(named, m.Product)
		}
	}
	if len(named) == 0 {
		return nil
	}
	return places(a.list.Candidates, named)
}

// places walks a list that may be long: a bit for each wanted id, some shared,
// spares asking the map about nearly all others.
func places(list, wanted []ProductID) map[ProductID]int {
	var bits [256]uint64
	want := make(map[ProductID]bool, len(wanted))
	for _, id := range wanted {
		want[id] = true
		bits[uint64(id)>>6%256] |= 1 << (uint64(id) % 64)
	}
	found := make(map[ProductID]int, len(want))
	for i, id := range list {
		if bits[uint64(id)>>6%256]&(1<<(uint64(id)%64)) != 0 && want[id] {
			found[id] = i
		}
	}
	return found
}

// pin gives their places to the pins that hold. One beyond the end of the list
// stands at its end.
func (a *Arranged) pin(found map[ProductID]int) {
	guests := 0
	for _, p := range a.plan.Pins {
		i, ok := found[p.Product]
		if !ok {
			i = -1
		}
		if !a.holds(p, i) {
			a.miss = append(a.miss, p)
			continue
		}
		if i < 0 {
			guests++
		} else {
			a.gone = append(a.gone, i)
		}
		a.pins = append(a.pins, standing{Pin: p, candidate: i})
	}
	slices.SortFunc(a.pins, func(x, y standing) int { return cmp.Compare(x.Position, y.Position) })
	a.total = len(a.list.Candidates) + guests
	organic := a.total - len(a.pins)
	for i := range a.pins {
		a.pins[i].place = min(a.pins[i].Position-1, organic+i)
	}
}

func (a *Arranged) holds(p Pin, candidate int) bool {
	if candidate >= 0 {
		return p.AnyStock || a.list.Facts(candidate).Available
	}
	if a.list.Guest == nil {
		return false
	}
	available, ok := a.list.Guest(p.Product)
	return ok && (available || p.AnyStock)
}

// Len is how long the list is.
func (a *Arranged) Len() int { return a.total }

// Guests are the products that stand in the list by their pin only.
func (a *Arranged) Guests() []ProductID {
	var ids []ProductID
	for _, p := range a.pins {
		if p.candidate < 0 {
			ids = append(ids, p.Product)
		}
	}
	return ids
}

// Missed are the pins that leave their places to others.
func (a *Arranged) Missed() []Pin { return a.miss }

// Page gives a part of the list. Parts of any size join to the whole.
func (a *Arranged) Page(offset, limit int) []Placed {
	offset = min(max(offset, 0), a.total)
	end := offset + min(max(limit, 0), a.total-offset)
	before := 0 // pins that stand before place
	for before < len(a.pins) && a.pins[before].place < offset {
		before++
	}
	page := make([]Placed, 0, end-offset)
	for place := offset; place < end; place++ {
		if before < len(a.pins) && a.pins[before].place == place {
			page = append(page, a.pinned(a.pins[before]))
			before++
			continue
		}
		page = append(page, a.organic(place-before, place))
	}
	return page
}

func (a *Arranged) pinned(p standing) Placed {
	at := Placed{Product: p.Product, EngineRank: p.candidate + 1, FinalRank: p.place + 1}
	if a.list.Explain {
		at.Rules = []int64{p.Rule}
	}
	return at
}

// organic gives the n-th of those that are not pinned.
func (a *Arranged) organic(n, place int) Placed {
	at := Placed{FinalRank: place + 1}
	if n < len(a.head) {
		i := a.head[n]
		at.Product, at.EngineRank = a.list.Candidates[i], i+1
		if a.list.Explain {
			at.Rules = a.movers(i)
		}
		return at
	}
	i := a.cut + n - len(a.head)
	for _, g := range a.gone {
		if g > i {
			break
		}
		i++
	}
	at.Product, at.EngineRank = a.list.Candidates[i], i+1
	return at
}

// movers are the rules that moved a candidate of the window.
func (a *Arranged) movers(i int) []int64 {
	var rules []int64
	for _, m := range a.plan.Moves {
		if m.Rule != 0 && m.of(a.list.Candidates, i) && !slices.Contains(rules, m.Rule) {
			rules = append(rules, m.Rule)
		}
	}
	return rules
}

func (m Move) of(candidates []ProductID, i int) bool {
	if m.Product != 0 {
		return m.Product == candidates[i]
	}
	return m.Has(i)
}
