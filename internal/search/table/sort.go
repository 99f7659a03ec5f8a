package table

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
)

// sorting is rows on their way into an order.
type sorting struct {
	by         listing.Sort
	last       bool
	descending bool // of texts
	texts      []string
	hits       []*row
	rows       []*row // sorted
}

// placed is a row with the number that it is sorted by. Its text and its id are
// looked up where numbers are the same.
type placed struct {
	key int64
	hit int32
}

// Sort orders them. Every order ends with the id; reverse is exactly the other
// way round. ByRelevance keeps the order of Among; without it, and ByDefault,
// it is the collection's own order, or that of ids. Those that cannot be bought
// stay behind where the ask says so, or in front in reverse.
func (s *Selection) Sort(by listing.Sort, reverse bool) {
	last := s.ask.Unavailable == listing.UnavailableLast
	o := s.sorted.Load()
	if o == nil || o.by != by || o.last != last {
		o = s.sorting(by, last)
		s.sorted.Store(o)
	}
	s.rows, s.ids = o.rows, nil
	if reverse {
		s.rows = slices.Clone(s.rows)
		slices.Reverse(s.rows)
	}
}

func (s *Selection) sorting(by listing.Sort, last bool) *sorting {
	o := &sorting{by: by, last: last, hits: s.hits, rows: s.hits}
	if rule := s.rule(by); rule != nil {
		o.sort(rule)
	}
	if last {
		o.rows = s.soldFirst(o.rows)
	}
	return o
}

func (o *sorting) sort(by *rule) {
	o.descending = by.descending
	all := make([]placed, len(o.hits))
	for i, r := range o.hits {
		n, text := by.key(r)
		all[i] = placed{key: n, hit: int32(i)}
		if text != "" && o.texts == nil {
			o.texts = make([]string, len(o.hits))
		}
		if text != "" {
			o.texts[i] = text
		}
	}
	slices.SortFunc(all, o.compare)
	o.rows, o.texts = make([]*row, len(all)), nil
	for i, p := range all {
		o.rows[i] = o.hits[p.hit]
	}
}

func (o *sorting) compare(a, b placed) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	if o.texts != nil {
		if c := cmp.Compare(o.texts[a.hit], o.texts[b.hit]); c != 0 {
			if o.descending {
				return -c
			}
			return c
		}
	}
	return cmp.Compare(o.hits[a.hit].id, o.hits[b.hit].id)
}

// soldFirst puts what can be bought in front, each part in its order.
func (s *Selection) soldFirst(rows []*row) []*row {
	front, behind := make([]*row, 0, len(rows)), []*row(nil)
	for _, r := range rows {
		if r.available(&s.test.lens, r.price(&s.test.lens)) {
			front = append(front, r)
		} else {
			behind = append(behind, r)
		}
	}
	return append(front, behind...)
}

// rule is what rows are sorted by: a number or a text. A text may count from its
// end.
type rule struct {
	number     func(*row) int64
	text       func(*row) string
	descending bool
}

// key gives the number and the text that a row is sorted by. Most texts are told
// apart by the number that their first letters make.
func (o *rule) key(r *row) (int64, string) {
	switch {
	case o.text == nil:
		return o.number(r), ""
	case o.descending:
		text := o.text(r)
		return -1 - beginning(text), text
	}
	text := o.text(r)
	return beginning(text), text
}

// orderOf gives the name of an order: the collection's own where none is asked
// for, and "" for that in which rows were found.
func (s *Selection) orderOf(by listing.Sort) string {
	switch by {
	case listing.ByRelevance:
		if s.ask.Among != nil {
			return ""
		}
	case listing.ByDefault, listing.ByManual:
	default:
		return string(by)
	}
	collection := s.collection()
	switch {
	case len(collection) == 0:
		return string(listing.ByID)
	case by == listing.ByManual:
		return "manual"
	}
	return s.view.symbols[collection[len(collection)-1]].value
}

// collection gives the symbols of the collection that is asked for.
func (s *Selection) collection() []uint32 {
	if s.ask.Collection == 0 {
		return nil
	}
	return s.view.withID(ofCollection, int64(s.ask.Collection))
}

// rule gives what rows are sorted by; nil keeps them as they were found.
func (s *Selection) rule(by listing.Sort) *rule {
	title := func(r *row) string { return r.title }
	switch s.orderOf(by) {
	case "":
		return nil
	case "created", "created_asc":
		return &rule{number: func(r *row) int64 { return r.created }}
	case "created_desc":
		return &rule{number: func(r *row) int64 { return -r.created }}
	case "updated":
		return &rule{number: func(r *row) int64 { return r.updated }}
	case "price", "price_asc":
		return &rule{number: s.lowest}
	case "price_desc":
		return &rule{number: func(r *row) int64 { return -s.lowest(r) }}
	case "best_selling":
		return &rule{number: func(r *row) int64 { return -r.popularity }}
	case "title", "title_asc":
		return &rule{text: title}
	case "title_desc":
		return &rule{text: title, descending: true}
	case "vendor":
		return &rule{text: func(r *row) string { return s.view.symbols[r.words[0]].label }}
	case "type":
		return &rule{text: func(r *row) string { return s.view.symbols[r.words[1]].label }}
	case "manual":
		return &rule{number: position(s.collection())}
	}
	return &rule{number: func(*row) int64 { return 0 }} // by id
}

// position gives the places in a collection.
func position(collection []uint32) func(*row) int64 {
	return func(r *row) int64 {
		if i := r.in(collection); i >= 0 {
			return r.positions[i]
		}
		return math.MaxInt64
	}
}

// lowest is the lowest price that the buyer sees.
func (s *Selection) lowest(r *row) int64 { return r.lows[r.price(&s.test.lens)] }

// beginning makes a number of the first letters of a text, so that most texts
// are told apart without comparing them.
func beginning(text string) int64 {
	var first [8]byte
	copy(first[:], text)
	return int64(binary.BigEndian.Uint64(first[:]) >> 1)
}
