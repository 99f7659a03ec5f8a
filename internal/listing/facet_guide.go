package listing

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// FacetSetting says how a merchandiser wants one facet shown. Facets without a
// setting stand behind those with one.
type FacetSetting struct {
	Facet    string // the id of a Facet
	Position int
	Hidden   bool
	Order    FacetOrder
	Values   []string // with OrderManual these labels stand first, in this order
	Limit    int      // values shown; 0 is as many as there may be
	// AtLeast hides the facet when it has fewer values, or when fewer of the hits
	// in percent have one of them.
	AtLeast int
	Buckets int // cuts prices into about so many steps
}

// FacetOrder is how the values of a facet stand.
type FacetOrder string

// The orders.
const (
	OrderByCount FacetOrder = "count" // also where nothing is said
	OrderByLabel FacetOrder = "label"
	OrderManual  FacetOrder = "manual"
)

// FacetGuide says which facets are shown, and how. A facet that helps nobody to
// choose is left out, unless something is chosen on it.
type FacetGuide struct {
	Settings []FacetSetting
	Chosen   []FacetChoice
	Hits     int
	// Covered counts the hits that have a value of a facet.
	Covered func(kind FacetKind, name string) int
}

// setting gives what is said of a facet.
func (g *FacetGuide) setting(id string) FacetSetting {
	if g != nil {
		for _, s := range g.Settings {
			if s.Facet == id {
				return s
			}
		}
	}
	return FacetSetting{Facet: id}
}

// show gives a facet with the values that are shown; false where it is not.
func (g *FacetGuide) show(h heading) (Facet, bool) {
	s := g.setting(h.ID)
	if g != nil && (s.Hidden || g.useless(h, s)) {
		return Facet{}, false
	}
	return h.facet(s), true
}

func (g *FacetGuide) useless(h heading, s FacetSetting) bool {
	if slices.ContainsFunc(g.Chosen, func(c FacetChoice) bool { return c.Is(h.kind, h.name) }) {
		return false
	}
	switch {
	case h.Values != nil: // prices: every hit has one
		return h.single
	case s.AtLeast == 0:
		return len(h.counts) == 1 && h.counts[0].N >= g.Hits
	}
	return len(h.counts) < s.AtLeast || g.Covered(h.kind, h.name)*100 < s.AtLeast*g.Hits
}

// sort puts facets in the merchandiser's order.
func (g *FacetGuide) sort(facets []Facet) {
	if g == nil {
		return
	}
	place := func(id string) int {
		i := slices.IndexFunc(g.Settings, func(s FacetSetting) bool { return s.Facet == id })
		if i < 0 {
			return len(g.Settings) // behind
		}
		return i
	}
	slices.SortStableFunc(facets, func(a, b Facet) int {
		i, j := place(a.ID), place(b.ID)
		if i < len(g.Settings) && j < len(g.Settings) {
			return cmp.Or(cmp.Compare(g.Settings[i].Position, g.Settings[j].Position), cmp.Compare(i, j))
		}
		return cmp.Compare(i, j)
	})
}

// facet gives the heading with its values in their order.
func (h heading) facet(s FacetSetting) Facet {
	shown := AsText
	f := h.Facet
	if f.Values != nil {
		return f
	}
	counts := h.ordered(s)
	limit := maxValues
	if s.Limit > 0 {
		limit = min(limit, s.Limit)
	}
	f.Values = make([]FacetValue, 0, min(len(counts), limit))
	for _, c := range counts[:min(len(counts), limit)] {
		if c.Color != "" {
			shown = AsSwatch
		}
		f.Values = append(f.Values, h.value(c))
	}
	f.Presentation = &shown
	return f
}

// ordered gives the choices in the order of the setting.
func (h heading) ordered(s FacetSetting) []*Count {
	counts := slices.Clone(h.counts)
	slices.SortFunc(counts, func(a, b *Count) int {
		first := cmp.Compare(b.N, a.N)
		if s.Order == OrderByLabel {
			first = natural(a.label(), b.label())
		}
		if first != 0 {
			return first
		}
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Value, b.Value), cmp.Compare(a.ID, b.ID))
	})
	if s.Order == OrderManual {
		slices.SortStableFunc(counts, func(a, b *Count) int { return cmp.Compare(a.placeIn(s.Values), b.placeIn(s.Values)) })
	}
	return counts
}

// label is what the buyer reads.
func (c *Count) label() string { return cmp.Or(c.Shown, c.Label) }

// placeIn gives the place among named values; what is not named comes last.
func (c *Count) placeIn(values []string) int {
	for i, v := range values {
		if strings.EqualFold(v, c.Value) || strings.EqualFold(v, c.Label) {
			return i
		}
	}
	return len(values)
}

// natural compares texts without regard to case, numbers in them by what they
// are worth: 8 GB is less than 16 GB.
func natural(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			m, n := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n)); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts those that a text begins with.
func digits(text string) int {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return n
}

// Find gives the choices of one facet of which a word begins so, those with most
// hits first, however many choices the facet has.
func (f *Facets) Find(facet, begins string, limit int) []FacetValue {
	values := []FacetValue{}
	for _, h := range f.headings() {
		if h.ID != facet {
			continue
		}
		for _, c := range h.ordered(FacetSetting{}) {
			if len(values) < limit && wordBegins(c.label(), begins) {
				values = append(values, h.value(c))
			}
		}
	}
	return values
}

// wordBegins reports whether a text, or a word in it, begins so.
func wordBegins(text, begins string) bool {
	text, begins = strings.ToLower(text), strings.ToLower(strings.TrimSpace(begins))
	for start := 0; ; {
		if strings.HasPrefix(text[start:], begins) {
			return true
		}
		next := strings.IndexFunc(text[start:], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if next < 0 {
			return false
		}
		start += next
		for start < len(text) && !isWord(text[start:]) {
			start++
		}
		if start == len(text) {
			return false
		}
	}
}

func isWord(text string) bool {
	for _, r := range text {
		return unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return false
}

// PriceSteps cuts a range of prices into about so many steps of 1, 2 or 5 times
// a power of ten, in the currency's minor units. The steps begin at round
// amounts and do not overlap.
func PriceSteps(prices Span, steps int) []Span {
	if steps < 1 || prices.To <= prices.From || prices.From < 0 {
		return nil
	}
	size := niceStep((prices.To - prices.From + int64(steps) - 1) / int64(steps))
	var out []Span
	for from := prices.From / size * size; from <= prices.To && len(out) < maxValues; from += size {
		out = append(out, Span{From: from, To: from + size - 1})
	}
	return out
}

// niceStep gives the least of 1, 2, 5, 10, 20, 50 … that is not less.
func niceStep(least int64) int64 {
	for unit := int64(1); unit < 1e17; unit *= 10 {
		for _, nice := range []int64{1, 2, 5} {
			if nice*unit >= least {
				return nice * unit
			}
		}
	}
	return 1e18
}
