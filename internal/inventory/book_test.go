package inventory

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/catalog"
)

// Whatever is where and whatever is wanted: a book serves all of it, or says
// for each line what would fit; it never takes what is not there.
func TestBook_servesAllOrSaysWhatFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const v = 1
		count := rapid.Int64Range(0, 6)
		var spots []*spot
		for i := range rapid.IntRange(0, 4).Draw(t, "places") {
			p := &spot{active: rapid.Bool().Draw(t, "active"), priority: rapid.IntRange(0, 2).Draw(t, "priority")}
			p.ID, p.Variant, p.Location = LevelID(i+1), v, LocationID(i+1)
			p.Stock = Stock{OnHand: count.Draw(t, "on hand"), Taken: count.Draw(t, "taken"), Safety: count.Draw(t, "safety") / 3}
			spots = append(spots, p)
		}
		s := supply{variant: v, tracked: true, ahead: rapid.Bool().Draw(t, "backorder")}
		if rapid.Bool().Draw(t, "limited") {
			limit := count.Draw(t, "limit")
			s.limit = &limit
		}
		var wants []Want
		for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
			wants = append(wants, Want{Line: int64(i + 1), Variant: v, Quantity: rapid.Int64Range(1, 8).Draw(t, "quantity")})
		}
		b := newBook(spots)
		offer := b.offer(s, 0)
		short := b.serve(ask{Hold: Hold{Checkout: 9}}, wants, map[catalog.VariantID]supply{v: s})
		checkServed(t, b, spots, wants, offer, short)
	})
}

func checkServed(t *rapid.T, b *book, spots []*spot, wants []Want, offer int64, short []Shortage) {
	var wanted, ahead int64
	for _, w := range wants {
		wanted += w.Quantity
	}
	if (wanted > offer) != (len(short) > 0) {
		t.Fatalf("%d wanted of %d, short %v", wanted, offer, short)
	}
	if len(short) > 0 {
		fits := wanted
		for _, s := range short {
			fits -= s.Wanted - s.Available
		}
		if fits != offer {
			t.Fatalf("the shortages leave %d of %d", fits, offer)
		}
	}
	moved := map[LocationID]int64{}
	for _, e := range b.entries {
		moved[e.spot.Location] += e.taken
		if e.reason != "" {
			ahead += e.taken
			continue
		}
		if was := e.spot.OnHand - e.spot.Taken - e.spot.Safety; moved[e.spot.Location] > max(was, 0) {
			t.Fatalf("%d taken of %d", moved[e.spot.Location], was)
		}
	}
	served, places := map[int64]int64{}, map[[2]int64]bool{}
	for _, r := range b.made {
		served[r.Line] += r.Quantity
		moved[r.Location] -= r.Quantity
		if at := [2]int64{r.Line, int64(r.Location)}; places[at] || !spots[r.Location-1].active {
			t.Fatalf("line %d twice at %d, or at a closed place", r.Line, r.Location)
		} else {
			places[at] = true
		}
	}
	for location, n := range moved {
		if n != 0 {
			t.Fatalf("at %d the ledger differs from the reservations by %d", location, n)
		}
	}
	for _, w := range wants {
		if len(short) == 0 && served[w.Line] != w.Quantity {
			t.Fatalf("line %d has %d of %d", w.Line, served[w.Line], w.Quantity)
		}
	}
}

func TestBook_firstPlaceThatHasAllElseSplit(t *testing.T) {
	t.Parallel()
	at := func(location LocationID, priority int, onHand int64) *spot {
		p := &spot{active: true, priority: priority}
		p.Variant, p.Location, p.OnHand = 1, location, onHand
		return p
	}
	for name, c := range map[string]struct {
		quantity int64
		ahead    bool
		want     map[LocationID]int64
	}{
		"the first that has all": {3, false, map[LocationID]int64{3: 3}},
		"the nearest of many":    {2, false, map[LocationID]int64{1: 2}},
		"split by priority":      {6, false, map[LocationID]int64{1: 2, 3: 4}},
		"ahead from the first":   {10, true, map[LocationID]int64{1: 5, 3: 4, 2: 1}},
	} {
		b := newBook([]*spot{at(2, 9, 1), at(3, 5, 4), at(1, 0, 2)})
		short := b.serve(ask{Hold: Hold{Checkout: 1}}, []Want{{Line: 1, Variant: 1, Quantity: c.quantity}}, map[catalog.VariantID]supply{1: {variant: 1, tracked: true, ahead: c.ahead}})
		got := map[LocationID]int64{}
		for _, r := range b.made {
			got[r.Location] += r.Quantity
		}
		if len(short) > 0 || len(b.made) != len(c.want) {
			t.Errorf("%s: %v, short %v", name, got, short)
		}
		for l, n := range c.want {
			if got[l] != n {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}
