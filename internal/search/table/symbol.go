package table

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
)

// ofCollection is the field of collections, which are no facet.
const ofCollection listing.FacetKind = "collection"

// symbol is one value of a field with all that is shown of it. Symbols are
// compared as a whole: what is spelled or translated differently is another.
type symbol struct {
	kind    listing.FacetKind
	facet   bool   // it is counted, whether somebody asks for it or not
	name    string // of the option in small letters, of the attribute its code, of the metafield both its names
	value   string // by which filters name it; of a collection its own order
	heading string
	label   string
	color   string
	titles  texts // of the heading
	shown   texts // of the label
	numeric bool
	number  int64 // thousandths, of a number
	id      int64 // of categories and collections
	parent  int64
	depth   int32
	place   int32
}

// handle names a category or a collection.
func (s *symbol) handle() string { return s.name }

// field is all symbols of one kind and name: what one facet counts.
type field struct {
	kind    listing.FacetKind
	name    string
	symbols []uint32
}

// texts are translations: language, text, language, text …, by language.
type texts string

const sep = "\x00"

// in gives the text in the first of the languages that has one.
func (t texts) in(languages []locale.Language) string {
	if t == "" {
		return ""
	}
	parts := strings.Split(string(t), sep)
	for _, l := range languages {
		for i := 0; i+1 < len(parts); i += 2 {
			if parts[i] == string(l) {
				return parts[i+1]
			}
		}
	}
	return ""
}

// translations gathers what a document has of one text.
func translations(d *listing.Document, kind string, owner int64, name string) texts {
	if len(d.Texts) == 0 {
		return ""
	}
	var parts []string
	for _, language := range slices.Sorted(maps.Keys(d.Texts)) {
		if text := d.Texts[language][listing.DocumentText{Kind: kind, Owner: owner, Field: name}]; text != "" {
			parts = append(parts, string(language), text)
		}
	}
	return texts(strings.Join(parts, sep))
}

// symbols gives symbols and fields their numbers. Lists only grow, so that who
// has read their beginning may go on reading it.
type symbols struct {
	all    []symbol
	fields []field
	number map[symbol]uint32
	of     []uint32 // the field of each symbol
	first  []uint32 // the first symbol with the same value: the others spell it differently
	known  map[fieldValue]uint32
	byName map[fieldName]uint32
	// markets in the order of their bits in what is sold.
	markets []int64
}

type fieldName struct {
	kind listing.FacetKind
	name string
}

// fieldValue is what symbols have in common that are one choice.
type fieldValue struct {
	field uint32
	value string
	id    int64
}

// none is the symbol of products that lack a vendor or a type.
const none = 0

func newSymbols() *symbols {
	s := &symbols{number: map[symbol]uint32{}, known: map[fieldValue]uint32{}, byName: map[fieldName]uint32{}}
	s.intern(symbol{})
	return s
}

// intern gives the number of a symbol.
func (s *symbols) intern(sym symbol) uint32 {
	if n, ok := s.number[sym]; ok {
		return n
	}
	n := uint32(len(s.all))
	s.number[sym] = n
	name := fieldName{sym.kind, sym.name}
	if sym.id != 0 { // all categories are one field, and all collections
		name.name = ""
	}
	f, ok := s.byName[name]
	if !ok {
		f = uint32(len(s.fields))
		s.byName[name] = f
		s.fields = append(s.fields, field{kind: name.kind, name: name.name})
	}
	value := fieldValue{field: f, value: sym.value, id: sym.id}
	if sym.id != 0 { // whatever else became of it
		value.value = ""
	}
	first, ok := s.known[value]
	if !ok {
		first = n
		s.known[value] = n
	}
	s.all, s.of, s.first = append(s.all, sym), append(s.of, f), append(s.first, first)
	s.fields[f].symbols = append(s.fields[f].symbols, n)
	return n
}

// market gives the place of a market in the bits of what is sold.
func (s *symbols) market(id int64) int {
	if n := slices.Index(s.markets, id); n >= 0 {
		return n
	}
	s.markets = append(s.markets, id)
	return len(s.markets) - 1
}

// plain makes the symbol of a text that has no name besides its field's.
func plain(kind listing.FacetKind, text string) symbol {
	return symbol{kind: kind, facet: true, value: strings.ToLower(text), label: text}
}

func categorySymbol(d *listing.Document, c listing.DocumentCategory) symbol {
	return symbol{kind: listing.OfCategory, facet: true, name: c.Handle, label: c.Title, shown: translations(d, "category", int64(c.ID), "title"),
		id: int64(c.ID), parent: int64(c.Parent), depth: int32(c.Depth), place: int32(c.Position)}
}

func collectionSymbol(d *listing.Document, c listing.DocumentCollection) symbol {
	return symbol{kind: ofCollection, name: c.Handle, value: c.Sort, label: c.Title, shown: translations(d, "collection", int64(c.ID), "title"), id: int64(c.ID)}
}

func attributeSymbol(d *listing.Document, a listing.DocumentAttribute) symbol {
	s := symbol{kind: listing.OfAttribute, facet: a.Facet, name: a.Code, heading: a.Name, titles: translations(d, "attribute_definition", a.Definition, "name")}
	switch {
	case a.Text != nil:
		s.value, s.label = strings.ToLower(*a.Text), *a.Text
	case a.NumberMilli != nil:
		s.numeric, s.number = true, *a.NumberMilli
		s.value = thousandths(*a.NumberMilli)
	case a.Bool != nil:
		s.value = strconv.FormatBool(*a.Bool)
	case a.Date != nil:
		s.value = a.Date.UTC().Format(time.DateOnly)
	}
	s.label = cmp.Or(s.label, s.value)
	if a.Type == "measurement" {
		s.label += " " + a.Unit
	}
	return s
}

func metafieldSymbol(m listing.DocumentMetafield) symbol {
	kind := listing.OfProductMetafield
	if m.Variant != 0 {
		kind = listing.OfVariantMetafield
	}
	heading := strings.Join(strings.FieldsFunc(m.Key, func(r rune) bool { return r == '_' || r == '-' }), " ")
	if heading != "" {
		heading = strings.ToUpper(heading[:1]) + heading[1:]
	}
	return symbol{kind: kind, name: listing.MetafieldName(m.Namespace, m.Key), value: short(m.Value), heading: heading, label: short(m.Value)}
}

// hashed begins what stands for a long value. No text of the database does.
const hashed = "\x00"

// longest is how much of a metafield's value is kept.
const longest = 200

// short stands for a value of a metafield. A long one is never shown as a
// choice, but filters name it.
func short(value string) string {
	if len(value) <= longest {
		return value
	}
	sum := sha256.Sum256([]byte(value))
	return hashed + string(sum[:])
}

// thousandths writes a number of them the shortest way.
func thousandths(n int64) string {
	sign, size := "", uint64(n)
	if n < 0 {
		sign, size = "-", uint64(-n)
	}
	text := sign + strconv.FormatUint(size/1000, 10)
	if rest := size % 1000; rest != 0 {
		text += "." + strings.TrimRight(strconv.FormatUint(1000+rest, 10)[1:], "0")
	}
	return text
}
