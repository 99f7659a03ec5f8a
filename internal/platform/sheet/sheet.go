// Package sheet reads small tables that strangers send: CSV with a line of
// column names, separated by commas, semicolons or tabs. It is made for lists of
// codes and whole numbers, so a record is one line of the file and no cell holds
// a line break. What is wrong with one line is said of that line and never
// spoils the next one.
package sheet

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Limits bound a table. Beyond them it is refused as a whole.
type Limits struct {
	Bytes int
	Lines int // below the line of column names
}

// The bounds of every table.
const (
	maxColumns = 100
	maxCell    = 512 // bytes
)

// The refusals of a table as a whole.
var (
	ErrNotText   = fault.New(fault.Invalid, "not_utf8", "The file is no UTF-8 text; save it as CSV UTF-8.")
	ErrNoColumns = fault.New(fault.Invalid, "no_columns", "The first line of the file must name its columns.")
)

// The refusals of one line.
var (
	errQuotes  = fault.New(fault.Invalid, "damaged_line", "The quotes of the line do not match.")
	errText    = fault.New(fault.Invalid, "not_utf8", "The line holds bytes that are no UTF-8 text.")
	errTooLong = fault.Newf(fault.Invalid, "too_long", "The line has more than %d columns, or a cell of more than %d bytes.", maxColumns, maxCell)
)

// Table is a file cut into lines.
type Table struct {
	// Notes are the settings that stand before the column names, one a line:
	// "#sequence=12". Their names are in small letters.
	Notes map[string]string
	Lines []Line

	names []string // as the file has them
	at    map[string]int
}

// Line is one record.
type Line struct {
	Number int          // in the file, from 1
	Fault  *fault.Error // why it cannot be read; it has no cells then
	cells  []string
}

// Read cuts a file into lines. Empty ones are passed over.
func Read(content []byte, limits Limits) (*Table, error) {
	if len(content) > limits.Bytes {
		return nil, fault.Newf(fault.Invalid, "file_too_large", "The file has more than %d bytes.", limits.Bytes)
	}
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return nil, ErrNotText
	}
	t := &Table{Notes: map[string]string{}}
	separator, number := byte(0), 0
	for text := range lines(strings.TrimPrefix(string(content), "\ufeff")) {
		number++
		switch {
		case trim(text) == "":
		case separator == 0 && strings.HasPrefix(text, "#"):
			t.note(text[1:])
		case separator == 0:
			separator = separatorOf(text)
			if err := t.header(text, separator); err != nil {
				return nil, err
			}
		case len(t.Lines) == limits.Lines:
			return nil, fault.Newf(fault.Invalid, "too_many_lines", "The file has more than %d lines.", limits.Lines)
		default:
			cells, err := cut(text, separator)
			t.Lines = append(t.Lines, Line{Number: number, Fault: err, cells: cells})
		}
	}
	if separator == 0 {
		return nil, ErrNoColumns
	}
	return t, nil
}

// lines gives the lines of a text, which end with LF, CRLF or CR.
func lines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text != "" {
			end := strings.IndexAny(text, "\r\n")
			if end < 0 {
				yield(text)
				return
			}
			if !yield(text[:end]) {
				return
			}
			text = strings.TrimPrefix(text[end:], "\r")
			text = strings.TrimPrefix(text, "\n")
		}
	}
}

// note reads a setting. What is none is a remark of the sender's.
func (t *Table) note(text string) {
	if name, value, ok := strings.Cut(text, "="); ok && len(t.Notes) < maxColumns {
		t.Notes[fold(name)] = trim(value)
	}
}

// separatorOf gives what separates the columns: whatever stands most often
// between their names.
func separatorOf(header string) byte {
	best, most := byte(','), 0
	for _, s := range []byte(",;\t") {
		if n := strings.Count(header, string(rune(s))); n > most {
			best, most = s, n
		}
	}
	return best
}

func (t *Table) header(text string, separator byte) error {
	cells, refusal := cut(text, separator)
	if refusal != nil {
		return refusal
	}
	t.names, t.at = cells, make(map[string]int, len(cells))
	for i, name := range cells {
		name = fold(name)
		if _, twice := t.at[name]; twice && name != "" {
			return fault.Newf(fault.Invalid, "duplicate_column", "The column %q stands twice.", name)
		}
		t.at[name] = i
	}
	return nil
}

// fold is how names of columns are compared.
func fold(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(trim(name)))
}

// Has reports whether the table has a column. Its name is compared without
// regard to case; spaces and hyphens count as underscores.
func (t *Table) Has(column string) bool {
	_, ok := t.at[column]
	return ok
}

// Ignored gives the columns, as the file names them, that are none of known.
func (t *Table) Ignored(known ...string) []string {
	var out []string
	for _, name := range t.names {
		if name != "" && !slices.Contains(known, fold(name)) {
			out = append(out, name)
		}
	}
	return out
}

// Cell gives the text of a line in a column, "" where there is none. See Text
// and Whole for reading it.
func (t *Table) Cell(l Line, column string) string {
	i, ok := t.at[column]
	if !ok || i >= len(l.cells) {
		return ""
	}
	return l.cells[i]
}

// cut gives the cells of a line.
func cut(text string, separator byte) ([]string, *fault.Error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, errText
	}
	var cells []string
	for {
		cell, rest, more, ok := next(text, separator)
		switch {
		case !ok:
			return nil, errQuotes
		case len(cells) == maxColumns || len(cell) > maxCell:
			return nil, errTooLong
		}
		cells = append(cells, trim(cell))
		if !more {
			return cells, nil
		}
		text = rest
	}
}

// next takes the first cell off a line; more says that others follow.
func next(text string, separator byte) (cell, rest string, more, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		cell, rest, more = strings.Cut(text, string(rune(separator)))
		return cell, rest, more, true
	}
	var b strings.Builder
	for text = text[1:]; ; {
		part, after, closed := strings.Cut(text, `"`)
		b.WriteString(part)
		switch {
		case !closed:
			return "", "", false, false
		case strings.HasPrefix(after, `"`):
			b.WriteByte('"')
			text = after[1:]
		case after == "":
			return b.String(), "", false, true
		case after[0] == separator:
			return b.String(), after[1:], true, true
		default:
			return "", "", false, false
		}
	}
}

// trim takes away what nobody sees around a text.
func trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\ufeff' || unicode.Is(unicode.Cf, r)
	})
}
