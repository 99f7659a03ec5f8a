package importer

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// row is one record while it is judged. Its cells are copies without the
// escape of formulas, since the reader reuses its bytes.
type row struct {
	file  *File
	index int32
	judge Row
	cells []string
	width int // cells that the record has
	form  damage
	bad   bool // not UTF-8, or control characters

	formulas []int // cells that a spreadsheet would run
}

func newRow(f *File, rec *record) *row {
	r := &row{file: f, index: int32(rec.number - 1), width: rec.width(), form: rec.damage}
	r.judge = Row{Record: rec.number, Line: rec.line, Verdict: Accept}
	r.bad = !utf8.Valid(rec.text) || hasControl(rec.text)
	whole := string(rec.text)
	r.cells = make([]string, max(len(f.header.names), rec.width()))
	start := 0
	for i, end := range rec.ends {
		raw := whole[start:end]
		r.cells[i] = unescape(raw)
		if raw == r.cells[i] && raw != "" && strings.IndexByte("=+-@", raw[0]) >= 0 && !isNumber(trimInvisible(raw)) {
			r.formulas = append(r.formulas, i)
		}
		start = end
	}
	r.judge.Handle = clip(strings.ToValidUTF8(trimInvisible(r.text(FieldHandle)), "\ufffd"))
	r.judge.SKU = clip(strings.ToValidUTF8(skuOf(r.text(FieldSKU)), "\ufffd"))
	return r
}

func (r *row) text(f Field) string { return r.at(r.file.header.at[f]) }

func (r *row) at(i int) string {
	if i < 0 || i >= len(r.cells) {
		return ""
	}
	return r.cells[i]
}

// say adds an issue about a column (its index, or none).
func (r *row) say(s Severity, column int, code, reason string) {
	issue := Issue{Record: r.judge.Record, Line: r.judge.Line, Handle: r.judge.Handle, Code: code, Reason: reason, Severity: s}
	if column >= 0 && column < len(r.file.header.names) {
		issue.Column = r.file.header.names[column]
	}
	r.judge.Issues = append(r.judge.Issues, issue)
	switch {
	case s == Error:
		r.judge.Verdict, r.judge.OwnFault = Reject, true
	case s == Warning && r.judge.Verdict == Accept:
		r.judge.Verdict = AcceptWithWarning
	}
}

// about is say for a field of the format.
func (r *row) about(s Severity, f Field, code, reason string, args ...any) {
	r.say(s, r.file.header.at[f], code, fmt.Sprintf(reason, args...))
}

func (r *row) verdict() Row { return r.judge }

// checkForm judges the record as such, before its content; false when nothing
// in it can be trusted.
func (r *row) checkForm() bool {
	limits, names := r.file.settings.Limits, r.file.header.names
	switch r.form {
	case endsInside:
		r.say(Error, none, "unclosed_quote", "the file ends inside quotes: the row is cut")
	case strayQuote:
		r.say(Error, none, "stray_quote", "text follows a closing quote: a quote inside quotes must be doubled, or one was never closed")
	case cellTooLong:
		r.say(Error, none, "cell_too_long", fmt.Sprintf("a cell holds more than %d bytes; was a quote never closed?", limits.CellBytes))
	case recordTooWide:
		r.say(Error, none, "shifted_row", "the row has far more cells than the header has columns")
	}
	if r.bad {
		r.checkText()
	}
	if extra := r.lastFilled() + 1; extra > len(names) {
		r.say(Error, none, "shifted_row",
			fmt.Sprintf("%d cells where the header has %d: the row is shifted, maybe by a comma outside quotes", extra, len(names)))
	}
	if r.judge.Verdict == Reject {
		return false
	}
	if r.width < len(names) {
		r.say(Warning, none, "short_row", fmt.Sprintf("the row ends after %d of %d cells; the missing ones count as empty", r.width, len(names)))
	}
	return true
}

func (r *row) checkText() {
	for i, cell := range r.cells {
		switch {
		case !utf8.ValidString(cell):
			r.say(Error, i, "invalid_utf8", "the cell is not UTF-8")
		case hasControl([]byte(cell)):
			r.say(Error, i, "control_character", "the cell holds a control character")
		}
	}
}

func (r *row) lastFilled() int {
	for i := len(r.cells) - 1; i >= 0; i-- {
		if r.cells[i] != "" {
			return i
		}
	}
	return none
}

// noteFormulas warns of cells that a spreadsheet would run. They are kept as
// the text they are; a file we write has them escaped.
func (r *row) noteFormulas() {
	for _, i := range r.formulas {
		r.say(Warning, i, "formula", "the cell would run as a formula in a spreadsheet; it is kept as plain text")
	}
}

// judgeShift says of a row with too many cells, in which something does not fit
// its column, that it is shifted; the rest of what was found is noise then.
func (r *row) judgeShift() {
	names := r.file.header.names
	if r.width <= len(names) || r.judge.Verdict != Reject {
		return
	}
	first := r.judge.Issues[slices.IndexFunc(r.judge.Issues, func(i Issue) bool { return i.Severity == Error })]
	first.Code = "shifted_row"
	first.Reason = fmt.Sprintf("%d cells where the header has %d, and what stands here does not fit: the row is shifted, maybe by a comma outside quotes; %s",
		r.width, len(names), first.Reason)
	r.judge.Issues = []Issue{first}
}
