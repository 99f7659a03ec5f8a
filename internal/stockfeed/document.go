package stockfeed

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/sheet"
)

// document is what a delivery says, whatever it is written in.
type document struct {
	sequence int64
	asOf     *time.Time
	lines    []told
}

// told is one line: a level or a difference of an item.
type told struct {
	line     int // in a CSV file; in JSON the place in the list, from 1
	item     string
	quantity int64
	refusal  *fault.Error
}

// The names of what is said, as columns of a CSV file and fields of JSON.
const (
	nameItem     = "item"
	nameQuantity = "quantity"
	nameSequence = "sequence"
	nameAsOf     = "as_of"
)

// quantityName is the feed's own name of a quantity.
func (f Feed) quantityName() string {
	if f.Mode == Deltas {
		return "delta"
	}
	return "on_hand"
}

// least is the least that a quantity may be.
func (f Feed) least() int64 {
	if f.Mode == Deltas {
		return -inventory.MaxQuantity
	}
	return 0
}

// read reads JSON or CSV: an object begins with a brace, which no line of column
// names does.
func (f Feed) read(body []byte) (document, *fault.Error) {
	if len(body) > MaxBytes {
		return document{}, errBytes
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\ufeff")), " \t\r\n")
	read := f.readCSV
	if bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("[")) {
		read = f.readJSON
	}
	d, refusal := read(text)
	if refusal == nil && len(d.lines) == 0 {
		refusal = errNoLines
	}
	return d, refusal
}

func (f Feed) readCSV(body []byte) (document, *fault.Error) {
	t, err := sheet.Read(body, sheet.Limits{Bytes: MaxBytes, Lines: MaxLines})
	if err != nil {
		refusal, _ := fault.As(err)
		return document{}, refusal
	}
	item, refusal := columnOf(t, string(f.Item), nameItem)
	if refusal != nil {
		return document{}, refusal
	}
	quantity, refusal := columnOf(t, f.quantityName(), nameQuantity)
	if refusal != nil {
		return document{}, refusal
	}
	d, refusal := readNotes(t.Notes)
	for _, l := range t.Lines {
		one := told{line: l.Number, refusal: l.Fault}
		if one.refusal == nil {
			one.item, one.refusal = sheet.Text(t.Cell(l, item))
		}
		if one.refusal == nil {
			one.quantity, one.refusal = sheet.Whole(t.Cell(l, quantity), f.least(), inventory.MaxQuantity)
		}
		d.lines = append(d.lines, f.checked(one))
	}
	return d, refusal
}

// columnOf gives the first of names that the table has.
func columnOf(t *sheet.Table, names ...string) (string, *fault.Error) {
	for _, n := range names {
		if t.Has(n) {
			return n, nil
		}
	}
	return "", fault.Newf(fault.Invalid, "missing_column", "The file needs a column %s.", names[0])
}

func readNotes(notes map[string]string) (d document, refusal *fault.Error) {
	if text := notes[nameSequence]; text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			return d, errSequence
		}
		d.sequence = n
	}
	if text := notes[nameAsOf]; text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return d, errAsOf
		}
		d.asOf = &at
	}
	return d, nil
}

func (f Feed) readJSON(body []byte) (document, *fault.Error) {
	var in struct {
		Sequence *int64            `json:"sequence"`
		AsOf     *time.Time        `json:"as_of"`
		Lines    []json.RawMessage `json:"lines"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&in); err != nil {
		return document{}, refusalOf(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return document{}, errJSON
	}
	d := document{asOf: in.AsOf}
	if in.Sequence != nil {
		if d.sequence = *in.Sequence; d.sequence <= 0 {
			return d, errSequence
		}
	}
	if len(in.Lines) > MaxLines {
		return d, errLines
	}
	for i, text := range in.Lines {
		d.lines = append(d.lines, f.readLine(i+1, text))
	}
	return d, nil
}

// refusalOf says which part of a JSON object could not be read.
func refusalOf(err error) *fault.Error {
	var kind *json.UnmarshalTypeError
	var instant *time.ParseError
	switch {
	case errors.As(err, &kind) && kind.Field == nameSequence:
		return errSequence
	case errors.As(err, &instant):
		return errAsOf
	}
	return errJSON
}

func (f Feed) readLine(number int, text json.RawMessage) told {
	one := told{line: number}
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil {
		one.refusal = errItem
		return one
	}
	if json.Unmarshal(firstOf(fields, string(f.Item), nameItem), &one.item) != nil {
		one.refusal = errItem
		return one
	}
	// The digits themselves: a JSON number may be a fraction or beyond 64 bits,
	// and one in quotes is a text.
	one.quantity, one.refusal = sheet.Whole(string(firstOf(fields, f.quantityName(), nameQuantity)), f.least(), inventory.MaxQuantity)
	if one.refusal != nil {
		one.refusal = errQuantity
	}
	return f.checked(one)
}

func firstOf(fields map[string]json.RawMessage, names ...string) json.RawMessage {
	for _, n := range names {
		if v, ok := fields[n]; ok {
			return v
		}
	}
	return nil
}

// checked refuses a line that says nothing, or nothing that can be kept.
func (f Feed) checked(one told) told {
	switch {
	case one.item == "" && one.refusal == nil, len(one.item) > maxName, strings.ContainsRune(one.item, 0):
		one.item, one.refusal = "", errItem
	case one.refusal != nil:
	case f.Mode == Deltas && one.quantity == 0:
		one.refusal = errQuantity
	}
	return one
}
