package inventory

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// spot is a locked level with what its location says about it.
type spot struct {
	Level    // as it was when it was locked
	priority int
	active   bool
	markets  []market.ID // that the location serves; none: all
	taken    int64       // by how much the book has changed Taken
}

// free is what can still be promised there; less than nothing where more is
// promised than there is.
func (p *spot) free() int64 { return p.OnHand - p.Taken - p.taken - p.Safety }

// entry is a movement of promised pieces.
type entry struct {
	spot     *spot
	kind     Kind
	taken    int64
	checkout CheckoutID
	who      actor.Actor
	reason   string
}

// prolonging is a reservation that lasts longer now.
type prolonging struct {
	id       ReservationID
	customer string // "": as it was
	until    time.Time
}

// ahead is the reason of movements that promise more than there is.
const ahead = "backorder"

// book is the locked stock of some variants and what is to be written about it.
// It decides; the store reads and writes it.
type book struct {
	spots    map[catalog.VariantID][]*spot // by priority
	products map[catalog.VariantID]catalog.ProductID
	entries  []entry
	ended    []ending
	made     []Reservation
	kept     []prolonging
	who      actor.Actor // who gives back; asks name their own
}

// ending is a reservation that is over.
type ending struct {
	id ReservationID
	to ReservationState
}

func newBook(locked []*spot) *book {
	b := &book{spots: map[catalog.VariantID][]*spot{}, products: map[catalog.VariantID]catalog.ProductID{}}
	for _, p := range locked {
		b.spots[p.Variant] = append(b.spots[p.Variant], p)
	}
	for _, spots := range b.spots {
		slices.SortFunc(spots, func(p, q *spot) int {
			return cmp.Or(cmp.Compare(p.priority, q.priority), cmp.Compare(p.Location, q.Location))
		})
	}
	return b
}

// marked is how far a book was written.
type marked struct{ entries, ended, made int }

func (b *book) mark() marked { return marked{len(b.entries), len(b.ended), len(b.made)} }

// undo takes back what was written after a mark.
func (b *book) undo(m marked) {
	for _, e := range b.entries[m.entries:] {
		e.spot.taken -= e.taken
	}
	b.entries, b.ended, b.made = b.entries[:m.entries], b.ended[:m.ended], b.made[:m.made]
}

func (b *book) write(e entry) {
	e.spot.taken += e.taken
	b.entries = append(b.entries, e)
}

// giveBack ends a reservation. One whose level is not in the book stays: the
// level was opened after the book was.
func (b *book) giveBack(r Reservation, kind Kind, to ReservationState) {
	i := slices.IndexFunc(b.spots[r.Variant], func(p *spot) bool { return p.Location == r.Location })
	if i < 0 {
		return
	}
	b.write(entry{spot: b.spots[r.Variant][i], kind: kind, taken: -r.Quantity, checkout: r.Checkout, who: b.who})
	b.ended = append(b.ended, ending{r.ID, to})
}

// keep prolongs what is held already.
func (b *book) keep(a ask, rows []Reservation) {
	for _, r := range rows {
		b.kept = append(b.kept, prolonging{id: r.ID, customer: a.Customer, until: a.Until})
	}
}

// open are the places of a variant that buyers of a market are served from; 0 is
// any market.
func (b *book) open(v catalog.VariantID, m market.ID) []*spot {
	return slices.DeleteFunc(slices.Clone(b.spots[v]), func(p *spot) bool { return !p.active || !serves(p.markets, m) })
}

// available sums what can be promised, as every list shows it: a place that has
// promised too much takes from the others.
func (b *book) available(v catalog.VariantID, m market.ID) int64 {
	var sum int64
	for _, p := range b.open(v, m) {
		sum += p.free()
	}
	return sum
}

// wasAvailable is available, in any market, as it was before the book changed
// anything.
func (b *book) wasAvailable(v catalog.VariantID) int64 {
	sum := b.available(v, 0)
	for _, p := range b.open(v, 0) {
		sum += p.taken
	}
	return sum
}

// offer is how many more pieces can be promised; never negative.
func (b *book) offer(s supply, m market.ID) int64 {
	switch {
	case len(b.open(s.variant, m)) == 0:
		return 0
	case !s.ahead:
		return max(b.available(s.variant, m), 0)
	case s.limit == nil:
		return math.MaxInt64
	}
	return max(b.available(s.variant, m)+*s.limit, 0)
}

// take promises pieces to a line, no more than the offer: whole from the first
// place that has as many, else what there is from place to place, and what is
// ordered ahead from the first.
func (b *book) take(a ask, w Want) {
	spots, rest := b.open(w.Variant, a.Market), w.Quantity
	if i := slices.IndexFunc(spots, func(p *spot) bool { return p.free() >= w.Quantity }); i >= 0 {
		spots = spots[i : i+1]
	}
	first := -1
	for i, p := range spots {
		n := min(max(p.free(), 0), rest)
		if n == 0 {
			continue
		}
		if i == 0 {
			first = len(b.made)
		}
		rest -= n
		b.write(entry{spot: p, kind: Reserved, taken: n, checkout: a.Checkout, who: a.who})
		b.promise(a, w, p, n)
	}
	switch {
	case rest == 0:
		return
	case first >= 0: // a line has one reservation at a place
		b.made[first].Quantity += rest
	default:
		b.promise(a, w, spots[0], rest)
	}
	b.write(entry{spot: spots[0], kind: Reserved, taken: rest, checkout: a.Checkout, who: a.who, reason: ahead})
}

func (b *book) promise(a ask, w Want, p *spot, quantity int64) {
	b.made = append(b.made, Reservation{
		Checkout: a.Checkout, Line: w.Line, Variant: w.Variant, Location: p.Location, Quantity: quantity,
		ExpiresAt: a.Until, client: a.Client, customer: a.Customer,
	})
}

// serve promises what is wanted, line after line, and says what is missing. Of
// lines of the same variant the earlier are served first, so that taking less
// of the short ones makes the whole fit.
func (b *book) serve(a ask, wants []Want, supplies map[catalog.VariantID]supply) []Shortage {
	var short []Shortage
	for _, w := range wants {
		s, known := supplies[w.Variant]
		if known && !s.tracked {
			continue
		}
		offer := b.offer(s, a.Market)
		if offer < w.Quantity {
			short = append(short, Shortage{Line: w.Line, Variant: w.Variant, Wanted: w.Quantity, Available: offer})
			w.Quantity = offer
		}
		if w.Quantity > 0 {
			b.take(a, w)
		}
	}
	return short
}

// changed are the spots whose counts differ from what they were.
func (b *book) changed() []*spot {
	var out []*spot
	for _, spots := range b.spots {
		for _, p := range spots {
			if p.taken != 0 {
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(p, q *spot) int { return cmp.Compare(p.ID, q.ID) })
	return out
}

// key is the part of a line that a reservation serves.
type key struct {
	line    int64
	variant catalog.VariantID
}

func quantities(rows []Reservation) map[key]int64 {
	have := map[key]int64{}
	for _, r := range rows {
		have[key{r.Line, r.Variant}] += r.Quantity
	}
	return have
}

// missing gives the variants of wants for which nothing is reserved; exact is
// false when what is reserved is more, or less, or something else.
func missing(rows []Reservation, wants []Want) (variants []catalog.VariantID, exact bool) {
	have := quantities(rows)
	for _, w := range wants {
		k := key{w.Line, w.Variant}
		switch have[k] {
		case w.Quantity:
			delete(have, k)
		case 0:
			variants = append(variants, w.Variant)
		default:
			return nil, false
		}
	}
	return variants, len(have) == 0
}
