package merchandising

import (
	"math"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
)

// place is what a cursor says: where in the list an entry stood, and what made
// that list. Who comes back with one goes on at its position, whatever became
// of the list meanwhile, and is told when it became another.
type place struct {
	generation int64  // of the index that ranked it; 0 where no words were asked
	version    int64  // of the rules that had a say
	order      string // what the list is sorted by
	position   int    // from 0, in the list's own order
	inner      string // the catalog's cursor of a degraded answer; empty otherwise
}

// catalogs stands for the generation of lists that the catalog itself made.
const catalogs = -1

// ranked is the order of lists in which rules have a say.
const ranked = "ranked"

// orderOf names the order of an ask.
func orderOf(sort listing.Sort) string {
	if sort == "" || sort == listing.ByDefault || sort == listing.ByRelevance {
		return ranked
	}
	return string(sort)
}

func (p place) encode() string {
	return page.Encode(p.generation, p.version, p.order, p.position, p.inner)
}

// placeOf reads the cursor of a window, which anybody may have written; nil
// where there is none.
func placeOf(w page.Window, order string) (*place, error) {
	if w.Cursor == "" {
		return nil, nil
	}
	var p place
	if err := page.Decode(w.Cursor, &p.generation, &p.version, &p.order, &p.position, &p.inner); err != nil {
		return nil, err
	}
	sound := p.position >= 0 && p.position <= math.MaxInt32 && p.order == order && (p.inner == "") == (p.generation != catalogs)
	if !sound {
		return nil, page.ErrCursor
	}
	return &p, nil
}

// sameList reports whether the place is one of the list that now stands.
func (p *place) sameList(generation, version int64) bool {
	return p == nil || p.generation == generation && p.version == version
}

// walk gives the positions that a window shows of a list of so many, in the
// order in which they are read, and one more where there are more.
func walk(w page.Window, from *place, total int) []int {
	at, step := -1, 1
	if w.Descending() {
		at, step = total, -1
	}
	if from != nil {
		at = min(from.position, total)
	}
	var out []int
	for at += step; at >= 0 && at < total && len(out) <= w.Limit; at += step {
		out = append(out, at)
	}
	return out
}
