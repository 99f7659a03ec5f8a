package table

import (
	"slices"
	"sync"

	"github.com/souk-commerce/souk/internal/listing"
)

// View is the products at one moment.
type View struct {
	chunks  []*chunk
	starts  []listing.ProductID // the first of each chunk
	size    int
	version int64
	symbols []symbol
	of      []uint32 // the field of each symbol
	firsts  []uint32 // the first symbol with its value
	fields  []field
	markets []int64

	// plain keeps the selections of asks without filters: what most lists are.
	remembering sync.Mutex
	plain       map[plainAsk]*found
}

// Len is how many products there are, whoever may see them.
func (v *View) Len() int { return v.size }

// Version grows with every change of the table.
func (v *View) Version() int64 { return v.version }

// IDs lists products by id, at most so many behind one.
func (v *View) IDs(after listing.ProductID, limit int) []listing.ProductID {
	var ids []listing.ProductID
	for _, c := range v.chunks[v.chunkOf(after+1):] {
		for i := range c.rows {
			if len(ids) == limit {
				return ids
			}
			if id := c.rows[i].id; id > after {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// chunkOf gives the chunk in which a product is if it is anywhere; the number of
// chunks where there are none.
func (v *View) chunkOf(id listing.ProductID) int {
	i, found := slices.BinarySearch(v.starts, id)
	if found || i == 0 {
		return i
	}
	return i - 1
}

// row gives the row of a product; nil where it is not there.
func (v *View) row(id listing.ProductID) *row {
	i := v.chunkOf(id)
	if i == len(v.chunks) {
		return nil
	}
	return v.chunks[i].find(id)
}

// Facts gives what ranking knows of a product; false where the buyer does not
// see it.
func (v *View) Facts(at listing.Context, id listing.ProductID) (Facts, bool) {
	r := v.row(id)
	if r == nil {
		return Facts{}, false
	}
	l := v.lens(at)
	price := r.price(&l)
	if price < 0 {
		return Facts{}, false
	}
	return r.facts(&l, price), true
}

// Traits gives what a product may have in common with others; false where it is
// not there.
func (v *View) Traits(id listing.ProductID) (Traits, bool) {
	r := v.row(id)
	if r == nil {
		return Traits{}, false
	}
	t := Traits{Category: r.category, Vendor: v.symbols[r.words[0]].label, Type: v.symbols[r.words[1]].label}
	for _, w := range r.words {
		if v.symbols[w].kind == listing.OfAttribute {
			t.Values = append(t.Values, v.firsts[w])
		}
	}
	slices.Sort(t.Values)
	return t, true
}

// fieldOf gives the field of a kind and name; negative where nothing has it.
func (v *View) fieldOf(kind listing.FacetKind, name string) int {
	return slices.IndexFunc(v.fields, func(f field) bool { return f.kind == kind && f.name == name })
}

// symbolsOf lists the symbols of a kind that have no name besides.
func (v *View) symbolsOf(kind listing.FacetKind) []uint32 {
	if f := v.fieldOf(kind, ""); f >= 0 {
		return v.fields[f].symbols
	}
	return nil
}
