package table

import (
	"cmp"
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
)

// Categories are those with products that the buyer sees, those with most
// first.
func (v *View) Categories(at listing.Context) []Name { return v.names(at, listing.OfCategory) }

// Collections are those with products that the buyer sees, those with most
// first. They may be unpublished themselves.
func (v *View) Collections(at listing.Context) []Name { return v.names(at, ofCollection) }

// Vendors are those with products that the buyer sees, those with most first.
func (v *View) Vendors(at listing.Context) []Name { return v.names(at, listing.OfVendor) }

func (v *View) names(at listing.Context, kind listing.FacetKind) []Name {
	s, err := v.Select(Ask{At: at})
	if err != nil { // there are no filters that could be wrong
		return nil
	}
	t := s.tallied()
	byValue := map[uint32]int{}
	var names []Name
	for _, n := range v.symbolsOf(kind) {
		sym := &v.symbols[n]
		if t.counts[n] == 0 {
			continue
		}
		i, known := byValue[v.firsts[n]]
		if !known {
			i = len(names)
			byValue[v.firsts[n]] = i
			names = append(names, Name{})
		}
		names[i].ID, names[i].Handle, names[i].Title = sym.id, sym.name, cmp.Or(sym.shown.in(at.Translations), sym.label)
		names[i].Count += int(t.counts[n])
	}
	slices.SortFunc(names, func(a, b Name) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID))
	})
	return names
}
