package table

import (
	"cmp"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/listing"
)

// Facets counts the choices that narrow the selection. Categories are taken
// from the tree where it has them, with their relatives.
func (s *Selection) Facets(settings []Setting, tree map[listing.CategoryID]*listing.Category) *listing.Facets {
	in := s.counts(func(f *field) bool {
		id := listing.MetafieldFacet(f.kind, f.name)
		return slices.ContainsFunc(settings, func(s Setting) bool { return s.Facet == id })
	})
	for _, setting := range settings {
		if setting.Facet == listing.PriceFacet && setting.Buckets > 0 && in.Hits > 0 {
			in.Steps = s.steps(listing.PriceSteps(in.Prices, setting.Buckets))
		}
	}
	in.Guide = &listing.FacetGuide{Settings: settings, Chosen: s.test.choices, Hits: len(s.hits), Covered: s.covered}
	in.Tree = tree
	return listing.NewFacets(s.ask.At, in)
}

// FacetValues finds values of one facet, named by its id, of which a word begins
// so; those with most hits first.
func (s *Selection) FacetValues(facet, search string, limit int) []listing.FacetValue {
	in := s.counts(func(f *field) bool { return listing.MetafieldFacet(f.kind, f.name) == facet })
	return listing.NewFacets(s.ask.At, in).Find(facet, search, limit)
}

// counts gives what was counted in the buyer's words; of metafields those that
// are wanted.
func (s *Selection) counts(wanted func(*field) bool) listing.Counted {
	t := s.tallied()
	in := listing.Counted{Hits: t.hits, Prices: t.prices}
	for i, value := range []string{"1", "0"} {
		if t.sold[i] > 0 {
			in.Counts = append(in.Counts, &listing.Count{Kind: listing.OfAvailability, Value: value, N: t.sold[i]})
		}
	}
	for stars := maxStars - 1; stars > 0; stars-- {
		if t.ratings[0] > 0 {
			in.Ratings = append(in.Ratings, listing.RatingCount{AtLeast: stars, Count: int(t.ratings[stars])})
		}
	}
	for i := range s.view.fields {
		f := &s.view.fields[i]
		if metafield := f.kind == listing.OfProductMetafield || f.kind == listing.OfVariantMetafield; metafield && !wanted(f) || f.kind == ofCollection {
			continue
		}
		in.Counts = s.countsOf(in.Counts, f, t)
	}
	return in
}

// countsOf adds the counts of one field: one for each value, however it is
// spelled.
func (s *Selection) countsOf(into []*listing.Count, f *field, t *tally) []*listing.Count {
	var counted []uint32
	for _, n := range f.symbols {
		sym := &s.view.symbols[n]
		if t.counts[n] > 0 && n != none && (f.kind != listing.OfAttribute || sym.facet) && !strings.HasPrefix(sym.value, hashed) {
			counted = append(counted, n)
		}
	}
	slices.SortFunc(counted, s.order(f.kind))
	for len(counted) > 0 {
		n := 1
		for n < len(counted) && s.view.firsts[counted[n]] == s.view.firsts[counted[0]] {
			n++
		}
		into = append(into, s.spell(counted[:n], t))
		counted = counted[n:]
	}
	return into
}

// order puts the spellings of a value together, and categories in the
// merchant's order, from the top of the tree down.
func (s *Selection) order(kind listing.FacetKind) func(x, y uint32) int {
	return func(x, y uint32) int {
		first, second := s.view.firsts[x], s.view.firsts[y]
		if kind != listing.OfCategory || first == second {
			return cmp.Or(cmp.Compare(first, second), cmp.Compare(x, y))
		}
		a, b := &s.view.symbols[first], &s.view.symbols[second]
		return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(a.place, b.place), cmp.Compare(a.id, b.id))
	}
}

// spell makes one count of the symbols of a value, in the spelling that most
// products have; of equally many the first in the alphabet.
func (s *Selection) spell(symbols []uint32, t *tally) *listing.Count {
	newest := &s.view.symbols[symbols[len(symbols)-1]]
	out := &listing.Count{Kind: newest.kind, Name: newest.name, Value: newest.value, ID: newest.id, Parent: newest.parent}
	if len(symbols) == 1 {
		out.Heading, out.Label, out.Color, out.N = newest.heading, newest.label, newest.color, int(t.counts[symbols[0]])
		out.Title, out.Shown = newest.titles.in(s.ask.At.Translations), newest.shown.in(s.ask.At.Translations)
		return out
	}
	spellings := map[[2]string]*spelling{}
	for _, n := range symbols {
		sym, count := &s.view.symbols[n], int(t.counts[n])
		sp := spellings[[2]string{sym.heading, sym.label}]
		if sp == nil {
			sp = &spelling{titles: votes{}, shown: votes{}}
			spellings[[2]string{sym.heading, sym.label}] = sp
		}
		sp.n += count
		sp.titles.add(sym.titles.in(s.ask.At.Translations), count)
		sp.shown.add(sym.shown.in(s.ask.At.Translations), count)
		out.N += count
		out.Color = max(out.Color, sym.color)
	}
	headings, labels, titles, shown := votes{}, votes{}, votes{}, votes{}
	for words, sp := range spellings {
		headings.best(words[0], sp.n)
		labels.best(words[1], sp.n)
		titles.best(sp.titles.winner(), sp.n)
		shown.best(sp.shown.winner(), sp.n)
	}
	out.Heading, out.Label, out.Title, out.Shown = headings.winner(), labels.winner(), titles.winner(), shown.winner()
	return out
}

// spelling is one way to write a heading with a value.
type spelling struct {
	n             int
	titles, shown votes // their translations
}

// votes counts texts.
type votes map[string]int

// add counts a text that is there.
func (v votes) add(text string, n int) {
	if text != "" {
		v[text] += n
	}
}

// best keeps the most that a text was counted.
func (v votes) best(text string, n int) { v[text] = max(v[text], n) }

// winner gives the text that was counted most; of equal ones the first in the
// alphabet.
func (v votes) winner() (text string) {
	most := 0
	for t, n := range v {
		if n > most || n == most && t < text {
			text, most = t, n
		}
	}
	return text
}
