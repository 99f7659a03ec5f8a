package importer

import (
	"bufio"
	"errors"
	"io"
)

// Limits bound what a file may hold. Beyond FileBytes, Rows and Columns the
// file is refused as a whole; a cell beyond CellBytes rejects its row.
type Limits struct {
	FileBytes int64 // unpacked
	Rows      int
	Columns   int
	CellBytes int
}

// DefaultLimits hold for whoever sets none.
func DefaultLimits() Limits {
	return Limits{FileBytes: 1 << 30, Rows: 1_000_000, Columns: 500, CellBytes: 512 << 10}
}

// damage is what is wrong with the form of a record, before its content.
type damage uint8

const (
	intact     damage = iota
	endsInside        // the file ends inside quotes
	strayQuote        // text after a closing quote
	cellTooLong
	recordTooWide
)

// record is one record of the file. Its bytes are those of the reader and hold
// until the next one is read.
type record struct {
	number int // from 1; the header is 0
	line   int // where it begins; the header is at 1
	offset int64
	damage damage
	text   []byte
	ends   []int // where each cell ends in text
}

func (r *record) width() int { return len(r.ends) }

// cell gives the raw bytes of a cell; beyond the record's end it is empty.
func (r *record) cell(i int) []byte {
	if i < 0 || i >= len(r.ends) {
		return nil
	}
	start := 0
	if i > 0 {
		start = r.ends[i-1]
	}
	return r.text[start:r.ends[i]]
}

// reader cuts a file into records. It follows RFC 4180 and is lenient where
// real files differ: CRLF, LF and lone CR end a record in any mixture, a quote
// inside an unquoted cell is a character, lines with nothing in them are
// passed over. Line breaks inside quotes stay as they are. A record whose
// quotes go wrong ends with the line on which that shows, so that what follows
// is read again: one bad record never takes the rest of the file with it.
//
// encoding/csv is not used because it rewrites line breaks inside quotes, has
// no limit for a cell and gives up at the first unclosed quote.
type reader struct {
	src    io.ReaderAt
	size   int64
	limits Limits
	in     *bufio.Reader
	at     int64 // offset of the next byte
	line   int   // line of the next byte
	number int   // of the last record
	rec    record
}

const readBuffer = 64 << 10

func newReader(src io.ReaderAt, size int64, limits Limits) *reader {
	r := &reader{src: src, size: size, limits: limits, line: 1, number: -1}
	r.in = bufio.NewReaderSize(io.NewSectionReader(src, 0, size), readBuffer)
	if head, _ := r.in.Peek(3); string(head) == "\xef\xbb\xbf" {
		_, _ = r.in.Discard(3)
		r.at = 3
	}
	return r
}

// seek makes the record that begins at offset the next one.
func (r *reader) seek(offset int64, line, number int) {
	if gap := offset - r.at; gap > 0 && gap <= int64(r.in.Buffered()) {
		_, _ = r.in.Discard(int(gap))
		r.at = offset
	}
	if offset != r.at {
		r.in.Reset(io.NewSectionReader(r.src, offset, r.size-offset))
		r.at = offset
	}
	r.line, r.number = line, number-1
}

// next reads a record; io.EOF means that there are no more.
func (r *reader) next() (*record, error) {
	for {
		r.rec = record{line: r.line, offset: r.at, text: r.rec.text[:0], ends: r.rec.ends[:0]}
		if err := r.read(); err != nil {
			return nil, err
		}
		if r.rec.width() == 1 && len(r.rec.text) == 0 && r.rec.damage == intact {
			continue
		}
		r.number++
		r.rec.number = r.number
		return &r.rec, nil
	}
}

// ending is what ended a cell.
type ending uint8

const (
	endOfCell ending = iota
	endOfRecord
)

func (r *reader) read() error {
	if _, err := r.in.Peek(1); err != nil {
		return err
	}
	for {
		end, err := r.cell()
		if err != nil {
			return err
		}
		// a little slack, so that «too wide» can still say by how much
		if len(r.rec.ends) > 4*r.limits.Columns {
			r.rec.damage = recordTooWide
			r.rec.text = r.rec.text[:r.rec.ends[len(r.rec.ends)-1]]
		} else {
			r.rec.ends = append(r.rec.ends, len(r.rec.text))
		}
		if end == endOfRecord {
			return nil
		}
	}
}

// cell reads one cell and what ends it. The end of the file ends a record.
func (r *reader) cell() (ending, error) {
	start := len(r.rec.text)
	b, err := r.byte()
	if err == nil && b == '"' {
		return r.quoted(start)
	}
	for err == nil {
		if end, ok := r.separator(b); ok {
			return end, nil
		}
		r.keep(start, b)
		b, err = r.byte()
	}
	return endOfRecord, notEOF(err)
}

// quoted reads a cell from behind its opening quote.
func (r *reader) quoted(start int) (ending, error) {
	for {
		b, err := r.byte()
		if err != nil {
			r.rec.damage = endsInside
			return endOfRecord, notEOF(err)
		}
		if b == '"' {
			b, err = r.byte()
			if err != nil {
				return endOfRecord, notEOF(err)
			}
			if end, ok := r.separator(b); ok {
				return end, nil
			}
			if b != '"' {
				r.rec.damage = strayQuote
				return r.skipLine(b)
			}
		}
		if !r.keep(start, b) {
			return r.skipLine(b)
		}
	}
}

// separator reports what b ends, if it ends a cell.
func (r *reader) separator(b byte) (ending, bool) {
	switch b {
	case ',':
		return endOfCell, true
	case '\n':
		return endOfRecord, true
	case '\r':
		if next, _ := r.in.Peek(1); len(next) == 1 && next[0] == '\n' {
			_, _ = r.byte()
		} else {
			r.line++
		}
		return endOfRecord, true
	}
	return 0, false
}

// keep adds a byte to the cell that began at start; false when it is full.
func (r *reader) keep(start int, b byte) bool {
	if len(r.rec.text)-start >= r.limits.CellBytes {
		r.rec.damage = cellTooLong
		return false
	}
	r.rec.text = append(r.rec.text, b)
	return true
}

// skipLine passes over the rest of the physical line of which b is a byte.
func (r *reader) skipLine(b byte) (ending, error) {
	var err error
	for err == nil && b != '\n' {
		b, err = r.byte()
	}
	return endOfRecord, notEOF(err)
}

func (r *reader) byte() (byte, error) {
	b, err := r.in.ReadByte()
	if err != nil {
		return 0, err
	}
	r.at++
	if b == '\n' {
		r.line++
	}
	return b, nil
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
