package importer

import (
	"slices"
	"strings"
)

// assembler turns the rows of a handle into a product.
type assembler struct {
	file      *File
	sanitizer *sanitizer
}

func newAssembler(f *File) *assembler { return &assembler{file: f, sanitizer: newSanitizer()} }

// The most that a product may hold.
const (
	maxVariants  = 2048
	maxImages    = 250
	maxTags      = 250
	maxName      = 255    // vendor, type, tag, option name and value, SKU, barcode …
	maxMetafield = 65_000 // bytes
	maxTitle     = 1000   // the format's own limit is 255; longer ones exist
)

// assembly is one product being put together.
type assembly struct {
	*assembler
	draft    *Draft
	rows     []*row          // in the order of the file
	main     *row            // carries the product's own fields, nil if none does
	first    *row            // the first variant's, which names the options
	axes     [MaxOptions]int // the option that each pair of columns stands for, or none
	seen     map[uint64]int
	combos   map[string]int // option values → record
	images   []placedImage
	imageOf  map[string]int // address → index in images
	unplaced bool           // an image without a usable position
	lacks    []lack
}

type lack struct {
	row   *row
	issue Issue
}

func (a *assembler) product(g int32) (*Product, error) {
	s := &assembly{assembler: a, draft: &Draft{Given: a.file.header.given}, combos: map[string]int{}, imageOf: map[string]int{}}
	if err := s.load(g); err != nil {
		return nil, err
	}
	s.assemble()
	return s.finish(), nil
}

// load reads the rows of a group and judges their form.
func (s *assembly) load(g int32) error {
	f := s.file
	s.seen = map[uint64]int{}
	last := int32(none)
	for at := f.groups[g].first; at != none; at = f.rows[at].next {
		rec, err := f.record(at)
		if err != nil {
			return err
		}
		r := newRow(f, rec)
		s.rows = append(s.rows, r)
		if first, twice := s.seen[f.rows[at].hash]; twice {
			r.judge.Role = RoleRepeat
			r.say(Warning, none, "repeated_row", "the row is the same as record "+itoa(first)+" and is counted once")
			continue
		}
		s.seen[f.rows[at].hash] = r.judge.Record
		s.judgeForm(r, last)
		last = at
	}
	return nil
}

func (s *assembly) judgeForm(r *row, last int32) {
	if s.file.rows[r.index].foreign {
		r.judge.Role = RoleNone
		return
	}
	if !r.checkForm() {
		r.judge.Role = RoleVariant
		return
	}
	r.judge.Role = s.roleOf(r)
	r.noteFormulas()
	if last != none && last != r.index-1 {
		r.say(Warning, s.file.header.at[FieldHandle], "row_apart", "the row stands apart from the others of its product; they are taken together")
	}
	if s.main == nil && r.text(FieldTitle) != "" {
		s.main = r
	}
}

// roleOf says what a row is for. Columns that exports fill on every row do not
// make a variant.
func (s *assembly) roleOf(r *row) Role {
	for _, f := range []Field{FieldSKU, FieldPrice, FieldCompareAt, FieldCost, FieldBarcode, FieldQuantity, FieldGrams, FieldVariantImage} {
		if strings.TrimSpace(r.text(f)) != "" {
			return RoleVariant
		}
	}
	for _, o := range s.file.header.options {
		if r.at(o.value) != "" {
			return RoleVariant
		}
	}
	if r.text(FieldTitle) == "" && r.text(FieldImage) != "" {
		return RoleImage
	}
	return RoleProduct
}

// usable reports whether the row's content is to be read.
func (r *row) usable() bool {
	return r.form == intact && r.judge.Role != RoleNone && r.judge.Role != RoleRepeat && !r.spoiled()
}

// spoiled rows were rejected for their form: nothing in them is trusted.
func (r *row) spoiled() bool { return r.bad || r.lastFilled() >= len(r.file.header.names) }

func (s *assembly) assemble() {
	for _, r := range s.rows {
		if r.usable() {
			s.handle(r)
			s.order(r)
		}
	}
	if s.main != nil {
		s.draft.Titled = true
		s.fields(s.main)
	}
	s.options()
	for _, r := range s.rows {
		if r.usable() && r.judge.Role == RoleVariant {
			s.variant(r)
		}
		if r.usable() {
			s.image(r)
			s.laterFields(r)
			r.judgeShift()
		}
	}
	s.gather()
	s.complete()
	s.foreign()
}

func (s *assembly) handle(r *row) {
	raw := r.text(FieldHandle)
	s.draft.Handle = normalizeHandle(raw)
	if raw != s.draft.Handle {
		r.about(Warning, FieldHandle, "handle_normalized", "the handle is read as %s", s.draft.Handle)
	}
}

// order warns of rows that come before the one with the title.
func (s *assembly) order(r *row) {
	if s.main != nil && r.index < s.main.index {
		r.about(Warning, FieldTitle, "before_product", "the row stands before the product's first row, record %d", s.main.judge.Record)
	}
	if r.judge.Role == RoleProduct && r.lastFilled() <= s.file.header.at[FieldHandle] {
		r.say(Warning, none, "empty_row", "there is nothing but a handle in this row")
	}
}

// complete lists what only a product that exists may lack.
func (s *assembly) complete() {
	for _, r := range s.rows {
		if !r.usable() {
			continue
		}
		switch {
		case s.main == nil && r.judge.Role == RoleImage && len(s.draft.Variants) == 0:
			s.lack(r, none, "no_product", "no product with this handle in the file or the shop")
		case s.main == nil:
			s.lack(r, s.file.header.at[FieldTitle], "title_missing", "a title is required for a new product")
		case r == s.main && len(s.draft.Variants) == 0:
			s.lack(r, none, "no_variant", "a new product needs a variant with a price")
		}
	}
	for i := range s.draft.Variants {
		if v := &s.draft.Variants[i]; v.Price == nil && !s.draft.Given.Has(FieldPrice) {
			s.lack(s.rowOf(v.Record), none, "price_missing", "a new variant needs a price, and the file has no column for it")
		}
	}
}

func (s *assembly) lack(r *row, column int, code, reason string) {
	issue := Issue{Code: code, Reason: reason}
	if column >= 0 {
		issue.Column = s.file.header.names[column]
	}
	s.lacks = append(s.lacks, lack{r, issue})
}

func (s *assembly) rowOf(record int) *row {
	i := slices.IndexFunc(s.rows, func(r *row) bool { return r.judge.Record == record })
	return s.rows[i]
}

// foreign rejects the rows that carry this product's handle by mistake.
func (s *assembly) foreign() {
	for _, r := range s.rows {
		if s.file.rows[r.index].foreign && r.judge.Role == RoleNone {
			r.about(Error, FieldHandle, "handle_taken", "the handle was used above for «%s»", clip(s.draft.Title))
		}
	}
}

// finish gives the product with the verdict of each row.
func (s *assembly) finish() *Product {
	p := &Product{Handle: s.draft.Handle, Draft: s.draft}
	if p.Handle == "" {
		p.Handle = normalizeHandle(s.rows[0].text(FieldHandle))
	}
	for i, r := range s.rows {
		p.Rows = append(p.Rows, r.verdict())
		for _, l := range s.lacks {
			if l.row == r {
				p.incomplete = append(p.incomplete, need{i, l.issue})
			}
		}
	}
	p.settle()
	return p
}
