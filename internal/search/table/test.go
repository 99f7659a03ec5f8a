package table

import (
	"math/bits"
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
)

// Test is filters in a buyer's market, worked out for one view: which symbols
// satisfy which choice.
type Test struct {
	view    *View
	lens    lens
	choices []listing.FacetChoice
	fields  []int // of the choices; negative where nothing has such a field

	picked picks
	need   mask // choices on the product
	needV  mask // choices on its variants
	price  int  // the choice that is about prices, the others likewise; negative: none
	stock  int
	rating int
}

// mask is a set of choices: of up to 128, and listing takes 100.
type mask [2]uint64

func (m *mask) set(i int)     { m[i/64] |= 1 << (i % 64) }
func (m mask) has(i int) bool { return i >= 0 && m[i/64]>>(i%64)&1 != 0 }
func (m mask) empty() bool    { return m == mask{} }
func (m mask) count() int     { return bits.OnesCount64(m[0]) + bits.OnesCount64(m[1]) }
func (m mask) single() int {
	if m[0] != 0 {
		return bits.TrailingZeros64(m[0])
	}
	return 64 + bits.TrailingZeros64(m[1])
}
func (m mask) or(o mask) mask  { return mask{m[0] | o[0], m[1] | o[1]} }
func (m mask) not(o mask) mask { return mask{m[0] &^ o[0], m[1] &^ o[1]} }

// picks tells for symbols which choice they satisfy. A symbol is of one field
// and so satisfies one choice at most.
type picks struct {
	few []pick
	all []uint8 // choice + 1 by symbol, where there are many
}

type pick struct {
	symbol uint32
	choice uint8
}

// fewPicks is up to how many it is faster to look through them.
const fewPicks = 6

// index makes looking up fast where there are many.
func (p *picks) index(symbols int) {
	if len(p.few) <= fewPicks {
		return
	}
	p.all = make([]uint8, symbols)
	for _, pick := range p.few {
		p.all[pick.symbol] = pick.choice + 1
	}
}

// satisfied gives the choices that some of the symbols satisfy.
func (p *picks) satisfied(symbols []uint32) (m mask) {
	if p.all != nil {
		for _, s := range symbols {
			if c := p.all[s]; c != 0 {
				m.set(int(c - 1))
			}
		}
		return m
	}
	for _, s := range symbols {
		for _, pick := range p.few {
			if pick.symbol == s {
				m.set(int(pick.choice))
			}
		}
	}
	return m
}

// Compile makes filters ready for asking about one product after the other.
func (v *View) Compile(at listing.Context, filters []listing.Filter) (*Test, error) {
	choices, err := listing.FacetChoices(filters, at.Currency)
	if err != nil {
		return nil, err
	}
	t := &Test{view: v, lens: v.lens(at), choices: choices, fields: make([]int, len(choices)), price: -1, stock: -1, rating: -1}
	for i, c := range choices {
		t.fields[i] = -1 // unless it is one of symbols
		switch c.Kind {
		case listing.OfPrice:
			t.price = i
		case listing.OfAvailability:
			t.stock = i
		case listing.OfRating:
			t.rating = i
		default:
			t.pick(i, c)
		}
		if c.Kind.OfVariant() {
			t.needV.set(i)
		} else {
			t.need.set(i)
		}
	}
	t.picked.index(len(v.symbols))
	return t, nil
}

// pick finds the symbols that satisfy a choice.
func (t *Test) pick(place int, c listing.FacetChoice) {
	f := t.view.fieldOf(c.Kind, c.Name)
	t.fields[place] = f
	if f < 0 {
		return
	}
	wanted := wanted(c)
	for _, s := range t.view.fields[f].symbols {
		if wanted(&t.view.symbols[s]) {
			t.picked.few = append(t.picked.few, pick{symbol: s, choice: uint8(place)})
		}
	}
}

// wanted gives the rule by which a choice takes symbols of its field.
func wanted(c listing.FacetChoice) func(*symbol) bool {
	switch c.Kind {
	case listing.OfCategory:
		ids, handles := c.Categories()
		return func(s *symbol) bool { return slices.Contains(ids, s.id) || slices.Contains(handles, s.handle()) }
	case listing.OfAttribute:
		numbers := c.Numbers()
		return func(s *symbol) bool {
			if !s.numeric {
				return slices.Contains(c.Texts, s.value)
			}
			return slices.Contains(numbers, s.number) || slices.ContainsFunc(c.Ranges, func(r listing.Span) bool { return r.Has(s.number) })
		}
	case listing.OfProductMetafield, listing.OfVariantMetafield:
		values := make([]string, len(c.Texts))
		for i, text := range c.Texts {
			values[i] = short(text)
		}
		return func(s *symbol) bool { return slices.Contains(values, s.value) }
	}
	return func(s *symbol) bool { return slices.Contains(c.Texts, s.value) }
}

// missing gives the choices on the product that a row does not satisfy.
func (t *Test) missing(r *row) mask {
	if t.need.empty() {
		return mask{}
	}
	met := t.picked.satisfied(r.words)
	if t.rating >= 0 && r.rating != unknown && within(t.choices[t.rating], r.rating) {
		met.set(t.rating)
	}
	return t.need.not(met)
}

// missingOf gives the choices on variants that a variant does not satisfy.
func (t *Test) missingOf(v variant) mask {
	if t.needV.empty() {
		return mask{}
	}
	met := t.picked.satisfied(v.symbols)
	if t.price >= 0 && within(t.choices[t.price], v.amount) {
		met.set(t.price)
	}
	if t.stock >= 0 && slices.Contains(t.choices[t.stock].Flags, v.sold) {
		met.set(t.stock)
	}
	return t.needV.not(met)
}

func within(c listing.FacetChoice, n int64) bool {
	return slices.ContainsFunc(c.Ranges, func(r listing.Span) bool { return r.Has(n) })
}

// miss says what keeps a row from fitting all choices: nothing where hit; else
// the choices without any one of which it would fit.
func (t *Test) miss(r *row, price int) (hit bool, near mask) {
	product := t.missing(r)
	lacks := product.count()
	if lacks > 1 {
		return false, mask{}
	}
	if t.needV.empty() {
		return lacks == 0, product
	}
	some := false
	for v := range r.each(&t.lens, price) {
		switch m := t.missingOf(v); m.count() {
		case 0:
			some = true
		case 1:
			near = near.or(m)
		}
		if some && lacks > 0 {
			return false, product
		}
	}
	switch {
	case some:
		return true, mask{}
	case lacks > 0:
		return false, mask{}
	}
	return false, near
}

// Has reports whether the buyer sees the product and all filters hold for it.
func (t *Test) Has(id listing.ProductID) bool {
	r := t.view.row(id)
	return r != nil && t.holds(r)
}

func (t *Test) holds(r *row) bool {
	price := r.price(&t.lens)
	if price < 0 {
		return false
	}
	hit, _ := t.miss(r, price)
	return hit
}

// Fits is Has of the i-th product of a selection of the same view for the same
// buyer, without asking again what the selection knows.
func (t *Test) Fits(sel *Selection, i int) bool {
	r := sel.rows[i]
	if !t.missing(r).empty() {
		return false
	}
	if t.needV.empty() {
		return true
	}
	hit, _ := t.miss(r, r.price(&t.lens))
	return hit
}
