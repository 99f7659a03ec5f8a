package quote

import (
	"iter"
	"math"

	"github.com/souk-commerce/souk/internal/listing"
)

// Supply counts together what several items need of the same goods: a bundle
// with a cap and a cap by itself need two caps.
type Supply struct {
	left map[listing.VariantID]int64
}

// NewSupply begins with nothing.
func NewSupply() *Supply { return &Supply{left: map[listing.VariantID]int64{}} }

// Stock says how many pieces of a variant there are; of one that nothing is
// said of there are none.
func (s *Supply) Stock(v listing.VariantID, pieces int64) { s.left[v] = pieces }

// Needs gives the pieces of each variant that one piece of the item needs.
func (i Item) Needs() iter.Seq2[listing.VariantID, int64] {
	return func(yield func(listing.VariantID, int64) bool) {
		if len(i.Components) == 0 {
			yield(i.Goods.Variant, 1)
			return
		}
		for _, c := range i.Components {
			if !yield(c.Variant, int64(c.Quantity)) {
				return
			}
		}
	}
}

// Room gives how many pieces of the item there is enough left for; never
// negative.
func (s *Supply) Room(i Item) int64 {
	room := int64(math.MaxInt64)
	for v, n := range i.Needs() {
		room = min(room, max(s.left[v], 0)/n)
	}
	return room
}

// Take takes what a number of pieces of the item needs, also where it is not
// there. What is without end stays so.
func (s *Supply) Take(i Item, pieces int64) {
	for v, n := range i.Needs() {
		if s.left[v] < Endless {
			s.left[v] -= n * pieces
		}
	}
}

// Short reports whether more was taken of something the item needs than there
// was.
func (s *Supply) Short(i Item) bool {
	for v := range i.Needs() {
		if s.left[v] < 0 {
			return true
		}
	}
	return false
}

// Endless is from where on a stock has no end.
const Endless = int64(1) << 40
