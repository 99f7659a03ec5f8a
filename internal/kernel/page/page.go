// Package page is Relay pagination (GraphQL Cursor Connections Specification)
// without GraphQL: arguments are checked into a Window, a store reads one row
// more than the window holds, and Cut turns the rows into a Slice.
package page

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Args is what a client asks for. At most one of First and Last is set.
type Args struct {
	First, Last   *int
	After, Before *string
	Reverse       bool // turns the order of the whole list round
}

// Window is the part of a list to read.
type Window struct {
	Limit    int    // rows to show; read one more to learn whether there are more
	Cursor   string // where to begin, exclusive; empty: at the list's end
	Backward bool   // walk towards the list's beginning
	Reverse  bool   // the list itself is turned round
}

// Descending reports whether rows are read against the list's natural order.
func (w Window) Descending() bool { return w.Backward != w.Reverse }

// Window checks the arguments. def is the size when none is asked for, limit
// the largest one allowed.
func (a Args) Window(def, limit int) (Window, error) {
	w := Window{Limit: def, Reverse: a.Reverse}
	switch {
	case a.First != nil && a.Last != nil:
		return w, fault.New(fault.Invalid, "invalid_pagination", "Give either first or last, not both.").At("last")
	case a.Last != nil:
		w.Limit, w.Backward = *a.Last, true
		w.Cursor = value(a.Before)
	default:
		if a.First != nil {
			w.Limit = *a.First
		}
		w.Backward = a.Before != nil && a.After == nil && a.First == nil
		w.Cursor = value(a.After)
		if w.Backward {
			w.Cursor = value(a.Before)
		}
	}
	name := "first"
	if a.Last != nil {
		name = "last"
	}
	if w.Limit < 0 || w.Limit > limit {
		return w, fault.Newf(fault.Invalid, "invalid_pagination", "%s must be between 0 and %d.", name, limit).At(name)
	}
	return w, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Encode makes an opaque cursor of the sort values of a row.
func Encode(parts ...any) string {
	raw, err := json.Marshal(parts)
	if err != nil {
		panic("page: a cursor part does not marshal: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ErrCursor refuses a cursor that this list did not make.
var ErrCursor = fault.New(fault.Invalid, "invalid_cursor", "The cursor does not belong to this list.")

// Decode reads a cursor's parts into pointers, in the order they were given to
// Encode.
func Decode(cursor string, parts ...any) error {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return ErrCursor
	}
	var values []json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil || len(values) != len(parts) {
		return ErrCursor
	}
	for i, v := range values {
		d := json.NewDecoder(bytes.NewReader(v))
		if err := d.Decode(parts[i]); err != nil {
			return ErrCursor
		}
	}
	return nil
}

// Info is what a client learns about the neighbors of a page.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// Slice is one page.
type Slice[T any] struct {
	Items   []T
	Cursors []string // of each item
	Info    Info
}

// Cut makes a page of rows that were read in the window's direction, up to one
// more than its limit.
func Cut[T any](rows []T, w Window, cursor func(T) string) Slice[T] {
	more := len(rows) > w.Limit
	if more {
		rows = rows[:w.Limit]
	}
	if w.Backward {
		slices.Reverse(rows)
	}
	s := Slice[T]{Items: rows, Cursors: make([]string, len(rows))}
	for i, r := range rows {
		s.Cursors[i] = cursor(r)
	}
	before := w.Cursor != ""
	s.Info.HasNextPage, s.Info.HasPreviousPage = more, before
	if w.Backward {
		s.Info.HasNextPage, s.Info.HasPreviousPage = before, more
	}
	if len(rows) > 0 {
		first, last := s.Cursors[0], s.Cursors[len(rows)-1]
		s.Info.StartCursor, s.Info.EndCursor = &first, &last
	}
	return s
}
