package table

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/listing"
)

// row is one product. It does not change.
type row struct {
	id        listing.ProductID
	title     string
	published int64 // microseconds since 1970, like the others
	created   int64
	updated   int64
	// popularity and trend as in the document; rating and margin are unknown
	// where there is none.
	popularity, trend, rating, margin int64

	// words are the symbols of the product itself: vendor, type, then the others.
	words    []uint32
	category listing.CategoryID // the main one
	excluded []int64            // markets

	// What it costs in each price list that has it.
	lists, lows, highs, sales []int64
	// The collections it is in, and its places there.
	collections []uint32
	positions   []int64
	// Variants stand one after the other in each of these: their symbols, up to
	// an end for each; their amounts, one for each list; the markets in which
	// they can be bought, as bits.
	options []uint32
	ends    []uint32
	amounts []int64
	sold    []int64
}

// unknown stands for a number that there is not.
const unknown = math.MinInt64

// encode makes a row of a document.
func (s *symbols) encode(d *listing.Document) row {
	r := row{id: d.ID, title: strings.Clone(d.Title), published: math.MaxInt64, created: d.CreatedAt.UnixMicro(), updated: d.UpdatedAt.UnixMicro(),
		popularity: d.Popularity, trend: d.Trend, rating: unknown, margin: unknown, excluded: d.Excluded}
	if d.PublishedAt != nil {
		r.published = d.PublishedAt.UnixMicro()
	}
	if d.Rating != nil {
		r.rating = *d.Rating
	}
	s.words(&r, d)
	for _, p := range d.Prices {
		sale := int64(0)
		if p.OnSale {
			sale = 1
		}
		r.lists, r.lows, r.highs, r.sales = append(r.lists, p.List), append(r.lows, p.Min), append(r.highs, p.Max), append(r.sales, sale)
	}
	for _, c := range d.Collections {
		r.collections, r.positions = append(r.collections, s.intern(collectionSymbol(d, c))), append(r.positions, c.Position)
	}
	s.variants(&r, d)
	return r
}

// packAll puts all that rows hold one behind the other in memory: who reads one
// row after the other then waits for little.
func packAll(rows []row) {
	numbers, symbols := make([]*[]int64, 0, 8*len(rows)), make([]*[]uint32, 0, 4*len(rows))
	for i := range rows {
		r := &rows[i]
		numbers = append(numbers, &r.lists, &r.excluded, &r.lows, &r.highs, &r.sales, &r.amounts, &r.sold, &r.positions)
		symbols = append(symbols, &r.words, &r.collections, &r.ends, &r.options)
	}
	pack(numbers)
	pack(symbols)
}

func pack[T any](lists []*[]T) {
	size := 0
	for _, l := range lists {
		size += len(*l)
	}
	block := make([]T, 0, size)
	for _, l := range lists {
		start := len(block)
		block = append(block, *l...)
		*l = block[start:len(block):len(block)]
	}
}

// words puts the symbols of the product itself into its row.
func (s *symbols) words(r *row, d *listing.Document) {
	r.words = append(r.words, s.named(listing.OfVendor, d.Vendor), s.named(listing.OfType, d.Type))
	var all []symbol
	for _, tag := range d.Tags {
		all = append(all, plain(listing.OfTag, tag))
	}
	for _, c := range d.Categories {
		if c.Main || c.Direct && r.category == 0 {
			r.category = c.ID
		}
		all = append(all, categorySymbol(d, c))
	}
	for _, a := range d.Attributes {
		all = append(all, attributeSymbol(d, a))
	}
	for _, m := range d.Metafields {
		if m.Variant == 0 {
			all = append(all, metafieldSymbol(m))
		}
	}
	r.words = s.internAll(r.words, all)
}

// named gives the symbol of a text that may be missing.
func (s *symbols) named(kind listing.FacetKind, text string) uint32 {
	if text == "" {
		return none
	}
	return s.intern(plain(kind, text))
}

// internAll adds the numbers of symbols, one for each value: of several
// spellings the first in the alphabet.
func (s *symbols) internAll(into []uint32, all []symbol) []uint32 {
	slices.SortStableFunc(all, func(a, b symbol) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value), cmp.Compare(a.id, b.id), cmp.Compare(a.label, b.label))
	})
	all = slices.CompactFunc(all, func(a, b symbol) bool {
		return a.kind == b.kind && a.name == b.name && a.value == b.value && a.id == b.id
	})
	for _, sym := range all {
		into = append(into, s.intern(sym))
	}
	return into
}

// variants puts the variants into the row of their product.
func (s *symbols) variants(r *row, d *listing.Document) {
	values := s.values(d)
	for _, v := range d.Variants {
		for _, market := range v.Sold {
			s.market(market)
		}
	}
	width := (len(s.markets) + 63) / 64
	r.sold = make([]int64, width*len(d.Variants))
	for i, v := range d.Variants {
		var named []uint32
		for _, id := range v.Values {
			if sym, ok := values[id]; ok {
				named = append(named, sym)
			}
		}
		for _, m := range d.Metafields {
			if m.Variant == v.ID {
				named = append(named, s.intern(metafieldSymbol(m)))
			}
		}
		slices.Sort(named)
		r.options = append(r.options, slices.Compact(named)...)
		r.ends = append(r.ends, uint32(len(r.options)))
		for _, p := range d.Prices {
			amount, ok := v.Amounts[p.List]
			if !ok {
				amount = unknown
			}
			r.amounts = append(r.amounts, amount)
		}
		for _, market := range v.Sold {
			bit := s.market(market)
			r.sold[i*width+bit/64] |= 1 << (bit % 64)
		}
		if v.Margin != nil {
			r.margin = max(r.margin, *v.Margin)
		}
	}
}

// values gives the symbols of option values. A product that has a value twice,
// in different spellings, has one symbol for it.
func (s *symbols) values(d *listing.Document) map[listing.OptionValueID]uint32 {
	type key struct{ name, value string }
	spelled := map[key]symbol{}
	for _, o := range d.Options {
		titles := translations(d, "product_option", int64(o.ID), "name")
		for _, v := range o.Values {
			k := key{strings.ToLower(o.Name), strings.ToLower(v.Name)}
			sym := symbol{kind: listing.OfOption, facet: true, name: k.name, value: k.value, heading: o.Name, label: v.Name, color: v.Color,
				titles: titles, shown: translations(d, "product_option_value", int64(v.ID), "name")}
			if other, twice := spelled[k]; twice {
				sym.heading, sym.label, sym.color = min(sym.heading, other.heading), min(sym.label, other.label), max(sym.color, other.color)
				sym.titles, sym.shown = other.titles, other.shown
			}
			spelled[k] = sym
		}
	}
	out := make(map[listing.OptionValueID]uint32, 4*len(d.Options))
	for _, o := range d.Options {
		for _, v := range o.Values {
			out[v.ID] = s.intern(spelled[key{strings.ToLower(o.Name), strings.ToLower(v.Name)}])
		}
	}
	return out
}

// lens is a buyer's situation, as rows know it.
type lens struct {
	now    int64 // microseconds
	market int64
	bit    int // of the market in what is sold; negative: nothing is sold there
	list   int64
}

func (v *View) lens(at listing.Context) lens {
	return lens{now: at.Now.UnixMicro(), market: at.Market, bit: slices.Index(v.markets, at.Market), list: at.PriceList}
}

// price gives the place of what a row costs for the buyer; negative where the
// buyer does not see it.
func (r *row) price(l *lens) int {
	if r.published > l.now {
		return -1
	}
	for _, market := range r.excluded {
		if market == l.market {
			return -1
		}
	}
	for i, list := range r.lists {
		if list == l.list {
			return i
		}
	}
	return -1
}

// variant is one variant of a row, as a buyer sees it.
type variant struct {
	symbols []uint32
	amount  int64
	sold    bool
}

// each gives the variants that have a price, one after the other.
func (r *row) each(l *lens, price int) func(yield func(variant) bool) {
	return func(yield func(variant) bool) {
		start, lists := uint32(0), len(r.lists)
		for i, end := range r.ends {
			amount := r.amounts[i*lists+price]
			if amount != unknown && !yield(variant{symbols: r.options[start:end], amount: amount, sold: r.soldTo(l, i)}) {
				return
			}
			start = end
		}
	}
}

// soldTo reports whether a variant can be bought in the buyer's market.
func (r *row) soldTo(l *lens, i int) bool {
	width := len(r.sold) / len(r.ends)
	return l.bit >= 0 && l.bit/64 < width && r.sold[i*width+l.bit/64]>>(l.bit%64)&1 != 0
}

// available reports whether a variant can be bought.
func (r *row) available(l *lens, price int) bool {
	for v := range r.each(l, price) {
		if v.sold {
			return true
		}
	}
	return false
}

// facts gives what ranking knows of the row.
func (r *row) facts(l *lens, price int) Facts {
	f := Facts{Available: r.available(l, price), Amount: r.lows[price], OnSale: r.sales[price] == 1, Popularity: r.popularity, Trend: r.trend,
		CreatedAt: seconds(r.created), PublishedAt: seconds(r.published)}
	if r.margin != unknown {
		f.Margin = &r.margin
	}
	if r.rating != unknown {
		f.Rating = &r.rating
	}
	return f
}

func seconds(micros int64) int64 { return time.UnixMicro(micros).Unix() }
