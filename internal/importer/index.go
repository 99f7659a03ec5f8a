package importer

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// File is an indexed product file. The index holds a few numbers a row, never
// the content.
type File struct {
	settings Settings
	header   *header
	reader   *reader
	seed     maphash.Seed
	rows     []rowRef
	groups   []group
	byHandle map[uint64]int32 // hash of the handle → group
	bySKU    map[uint64]int32 // hash of the SKU → the row that owns it
	forms    []form           // what the metafield columns hold
	loose    []int32          // rows that belong to no product
}

// rowRef is where a record stands; its number is its index + 1.
type rowRef struct {
	offset  int64
	hash    uint64 // of its cells
	line    int32
	group   int32 // −1: none
	next    int32 // the next row of the group, −1: none
	foreign bool  // carries the group's handle, but another title
}

// group is the rows of one handle.
type group struct {
	first, last int32
	title       uint64 // hash of the title, 0 until one is seen
	foreign     bool   // the last titled row was a foreign one
}

const none = -1

// Open reads the file once and indexes it. What is wrong with the file as a
// whole is a fault; what is wrong with a row comes with its product, or from
// Loose.
func Open(ctx context.Context, src io.ReaderAt, size int64, settings Settings) (*File, error) {
	if settings.Limits == (Limits{}) {
		settings.Limits = DefaultLimits()
	}
	if size > settings.Limits.FileBytes {
		return nil, refuse("file_too_large", "The file holds more than %d bytes.", settings.Limits.FileBytes)
	}
	f := &File{
		settings: settings, reader: newReader(src, size, settings.Limits), seed: maphash.MakeSeed(),
		byHandle: map[uint64]int32{}, bySKU: map[uint64]int32{},
	}
	rec, err := f.reader.next()
	if errors.Is(err, io.EOF) {
		return nil, refuse("empty_file", "The file is empty.")
	}
	if err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	if f.header, err = readHeader(rec, settings); err != nil {
		return nil, err
	}
	f.forms = make([]form, len(f.header.metafields))
	return f, f.index(ctx)
}

func (f *File) index(ctx context.Context) error {
	for {
		rec, err := f.reader.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("index the file: %w", err)
		}
		if len(f.rows) >= f.settings.Limits.Rows {
			return refuse("too_many_rows", "The file has more than %d rows.", f.settings.Limits.Rows)
		}
		f.add(rec)
	}
}

// add takes a record into the index.
func (f *File) add(rec *record) {
	at := int32(len(f.rows))
	ref := rowRef{offset: rec.offset, hash: f.hashRecord(rec), line: int32(rec.line), group: none, next: none}
	handle, ok := f.handleOf(rec)
	if !ok {
		f.rows = append(f.rows, ref)
		f.loose = append(f.loose, at)
		return
	}
	g := f.groupOf(handle, at)
	ref.group = g
	ref.foreign = f.judgeTitle(&f.groups[g], rec)
	f.rows = append(f.rows, ref)
	if last := f.groups[g].last; last != at {
		f.rows[last].next = at
		f.groups[g].last = at
	}
	if !ref.foreign && f.trusted(rec) {
		f.claimSKU(rec, at)
		f.observe(rec)
	}
}

// handleOf gives the handle of a record that belongs to a product.
func (f *File) handleOf(rec *record) (string, bool) {
	raw := rec.cell(f.header.at[FieldHandle])
	if len(raw) == 0 || !utf8.Valid(raw) || f.repeatsHeader(rec) {
		return "", false
	}
	handle := normalizeHandle(unescape(string(raw)))
	return handle, handle != "" && len(handle) <= maxHandle
}

// repeatsHeader recognizes the header of another file, joined to this one.
func (f *File) repeatsHeader(rec *record) bool {
	for _, field := range []Field{FieldHandle, FieldTitle} {
		at := f.header.at[field]
		if at >= 0 && !strings.EqualFold(string(rec.cell(at)), f.header.names[at]) {
			return false
		}
	}
	return true
}

func (f *File) groupOf(handle string, at int32) int32 {
	key := maphash.String(f.seed, handle)
	g, ok := f.byHandle[key]
	if !ok {
		g = int32(len(f.groups))
		f.byHandle[key] = g
		f.groups = append(f.groups, group{first: at, last: at})
	}
	return g
}

// judgeTitle reports whether the record is another product's that carries this
// one's handle: its title differs, or it follows such a row without a title.
func (f *File) judgeTitle(g *group, rec *record) bool {
	title := titleKey(string(rec.cell(f.header.at[FieldTitle])))
	if title != "" {
		key := maphash.String(f.seed, title)
		if g.title == 0 {
			g.title = key
		}
		g.foreign = g.title != key
	}
	return g.foreign
}

// titleKey is what two titles have in common that are the same.
func titleKey(raw string) string {
	return strings.ToLower(strings.Join(strings.Fields(trimInvisible(unescape(raw))), " "))
}

// trusted reports whether the form of a record is such that its content counts.
func (f *File) trusted(rec *record) bool {
	if rec.damage != intact || !utf8.Valid(rec.text) || hasControl(rec.text) {
		return false
	}
	for i := len(f.header.names); i < rec.width(); i++ {
		if len(rec.cell(i)) > 0 {
			return false
		}
	}
	return true
}

func (f *File) claimSKU(rec *record, at int32) {
	sku := skuOf(string(rec.cell(f.header.at[FieldSKU])))
	if sku == "" {
		return
	}
	key := maphash.String(f.seed, sku)
	if _, taken := f.bySKU[key]; !taken {
		f.bySKU[key] = at
	}
}

// ownerOf gives the row that first named a SKU.
func (f *File) ownerOf(sku string) int32 { return f.bySKU[maphash.String(f.seed, sku)] }

func skuOf(raw string) string { return strings.TrimSpace(trimInvisible(unescape(raw))) }

// observe learns what the metafield columns hold.
func (f *File) observe(rec *record) {
	for i, c := range f.header.metafields {
		if cell := rec.cell(c.at); len(cell) > 0 {
			f.forms[i].see(strings.TrimSpace(unescape(string(cell))))
		}
	}
}

// hashRecord hashes the cells, without empty ones at the end.
func (f *File) hashRecord(rec *record) uint64 {
	var h maphash.Hash
	h.SetSeed(f.seed)
	for i := range rec.width() {
		cell := rec.cell(i)
		if len(cell) == 0 {
			continue
		}
		var place [4]byte
		place[0], place[1], place[2] = byte(i), byte(i>>8), 0xff
		_, _ = h.Write(place[:])
		_, _ = h.Write(cell)
	}
	return h.Sum64()
}

// Records gives the number of records in the file.
func (f *File) Records() int { return len(f.rows) }

// Groups gives the number of handles in the file.
func (f *File) Groups() int { return len(f.groups) }

// Issues gives what is to be said of the file as a whole.
func (f *File) Issues() []Issue { return f.header.issues }

// MetafieldKeys gives the metafields that the file has columns for.
func (f *File) MetafieldKeys() []MetafieldKey {
	keys := make([]MetafieldKey, len(f.header.metafields))
	for i, c := range f.header.metafields {
		keys[i] = c.MetafieldKey
	}
	return keys
}

// SetTypes tells which types the shop already gives metafields. Without it a
// column's type is the narrowest that all its values have.
func (f *File) SetTypes(types map[MetafieldKey]string) { f.settings.Types = types }

// Products assembles the products in the order of their first rows. A second
// error value means that the file cannot be read.
func (f *File) Products(ctx context.Context) iter.Seq2[*Product, error] {
	return func(yield func(*Product, error) bool) {
		a := newAssembler(f)
		for g := range f.groups {
			p, err := a.product(int32(g))
			if err == nil {
				err = ctx.Err()
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// Loose judges the rows that belong to no product.
func (f *File) Loose() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, at := range f.loose {
			rec, err := f.record(at)
			if err != nil {
				yield(Row{}, err)
				return
			}
			if !yield(f.judgeLoose(rec), nil) {
				return
			}
		}
	}
}

// record reads one record again.
func (f *File) record(at int32) (*record, error) {
	ref := f.rows[at]
	f.reader.seek(ref.offset, int(ref.line), int(at)+1)
	rec, err := f.reader.next()
	if err != nil {
		return nil, fmt.Errorf("read record %d: %w", at+1, err)
	}
	return rec, nil
}

// judgeLoose says why a row belongs to no product.
func (f *File) judgeLoose(rec *record) Row {
	r := newRow(f, rec)
	r.judge.Role = RoleNone
	switch {
	case rec.damage != intact || !utf8.Valid(rec.text):
		r.checkForm()
	case len(rec.text) == 0:
		r.say(Warning, none, "empty_row", "there is nothing in this row; it is skipped")
	case f.repeatsHeader(rec):
		r.say(Error, none, "header_row", "the header stands here again; a header row is not a product")
	case len(rec.cell(f.header.at[FieldHandle])) == 0 && r.text(FieldTitle) != "":
		r.say(Error, f.header.at[FieldHandle], "handle_missing", "a handle is required")
	case len(rec.cell(f.header.at[FieldHandle])) == 0:
		r.say(Error, f.header.at[FieldHandle], "handle_missing", "a row without a handle belongs to no product")
	default:
		r.say(Error, f.header.at[FieldHandle], "handle_invalid",
			"the handle has no Latin letter or digit to make an address of, or is longer than "+itoa(maxHandle)+" characters")
	}
	return r.verdict()
}
