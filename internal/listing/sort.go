package listing

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// key is one sort value of a list, ascending unless it says otherwise.
type key struct {
	expr       string
	typ        string // its SQL type, for reading a cursor
	descending bool
}

// order is what a list is sorted by. The id settles ties.
type order struct {
	name string // kept in cursors, so that one of another order is refused
	keys []key
	id   string
	kind int // of the rows, where a list mixes several: the id settles ties inside a kind
}

// epoch makes a whole number of an instant, for orders that are mixed.
const epoch = "(extract(epoch FROM p.created_at) * 1000000)::bigint"

// orderOf gives the order of a list of products. rank is the expression of
// relevance, best lowest; empty where there is nothing to be relevant to. In an
// owner's own order o is the collection and m the membership.
func orderOf(sort Sort, rank string, owned bool) order {
	o := order{name: string(sort), id: "p.id"}
	switch sort {
	case ByRelevance:
		if rank != "" {
			o.keys = []key{{expr: rank, typ: "bigint"}}
		} else if owned {
			return orderOf(ByDefault, "", true)
		}
	case ByDefault:
		if owned {
			o.keys = defaultKeys()
		}
	case ByManual:
		if owned {
			o.keys = []key{{expr: "m.position", typ: "bigint"}}
		}
	case ByCreated:
		o.keys = []key{{expr: "p.created_at", typ: "timestamptz"}}
	case ByUpdated:
		o.keys = []key{{expr: "p.updated_at", typ: "timestamptz"}}
	case ByPrice:
		o.keys = []key{{expr: "r.min_amount", typ: "bigint"}}
	case ByTitle:
		o.keys = []key{{expr: "p.title", typ: "text"}}
	case ByType:
		o.keys = []key{{expr: "p.product_type", typ: "text"}}
	case ByVendor:
		o.keys = []key{{expr: "p.vendor", typ: "text"}}
	}
	return o
}

// defaultKeys follow the order that the collection itself names. What sells
// best is not known before there are orders, so that order is by id.
func defaultKeys() []key {
	return []key{
		{typ: "bigint", expr: `CASE o.sort_order WHEN 'manual' THEN m.position
 WHEN 'price_asc' THEN r.min_amount WHEN 'price_desc' THEN -r.min_amount
 WHEN 'created_asc' THEN ` + epoch + ` WHEN 'created_desc' THEN -` + epoch + ` ELSE 0 END`},
		{typ: "text", expr: "CASE o.sort_order WHEN 'title_asc' THEN p.title ELSE '' END"},
		{typ: "text", expr: "CASE o.sort_order WHEN 'title_desc' THEN p.title ELSE '' END", descending: true},
	}
}

// values gives the sort values as an array of texts, for cursors.
func (o order) values() string {
	parts := make([]string, len(o.keys))
	for i, k := range o.keys {
		parts[i] = k.text()
	}
	return "ARRAY[" + strings.Join(parts, ", ") + "]::text[]"
}

// text gives the value as text, in a form that does not depend on a session.
func (k key) text() string {
	if k.typ == "timestamptz" {
		return "to_char(" + k.expr + ` AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
	}
	return "(" + k.expr + ")::text"
}

// read reads a value back from a cursor, which anybody may have written.
func (k key) read(text string) (any, error) {
	var value any
	var err error
	switch k.typ {
	case "bigint":
		value, err = strconv.ParseInt(text, 10, 64)
	case "timestamptz":
		value, err = time.Parse(time.RFC3339Nano, text)
	default:
		value = text
		if strings.ContainsRune(text, 0) {
			err = page.ErrCursor
		}
	}
	if err != nil {
		return nil, page.ErrCursor
	}
	return value, nil
}

// by gives the ORDER BY of a window.
func (o order) by(w page.Window) string {
	var parts []string
	for _, k := range append(o.keys[:len(o.keys):len(o.keys)], key{expr: o.id}) {
		direction := ""
		if k.descending != w.Descending() {
			direction = " DESC"
		}
		parts = append(parts, k.expr+direction)
	}
	return strings.Join(parts, ", ")
}

// behind gives the condition that a row lies behind the window's cursor.
func (o order) behind(s *statement, w page.Window) (string, error) {
	if w.Cursor == "" {
		return "TRUE", nil
	}
	c, err := decodeCursor(w.Cursor)
	if err != nil || c.order != o.name || len(c.keys) != len(o.keys) {
		return "", page.ErrCursor
	}
	condition := o.behindTie(s, w, c)
	for i := len(o.keys) - 1; i >= 0; i-- {
		k := o.keys[i]
		read, err := k.read(c.keys[i])
		if err != nil {
			return "", err
		}
		value := s.arg(read) + "::" + k.typ
		condition = fmt.Sprintf("(%[1]s%[2]s%[3]s OR (%[1]s = %[3]s AND %[4]s))", k.expr, compare(k.descending, w), value, condition)
		if i == 0 && !k.descending { // says the same in a form that an index can begin at
			condition = fmt.Sprintf("%s%s%s AND %s", k.expr, atLeast(w), value, condition)
		}
	}
	return condition, nil
}

// behindTie is the condition for rows whose keys are the cursor's.
func (o order) behindTie(s *statement, w page.Window, c cursor) string {
	switch {
	case o.kind == c.kind:
		return o.id + compare(false, w) + s.arg(c.id)
	case (o.kind > c.kind) != w.Descending():
		return "TRUE"
	}
	return "FALSE"
}

func compare(descending bool, w page.Window) string {
	if descending != w.Descending() {
		return " < "
	}
	return " > "
}

func atLeast(w page.Window) string {
	if w.Descending() {
		return " <= "
	}
	return " >= "
}

// cursor is a place in an ordered list.
type cursor struct {
	order string
	keys  []string
	kind  int
	id    int64
}

func (c cursor) encode() string { return page.Encode(c.order, c.keys, c.kind, c.id) }

func decodeCursor(text string) (cursor, error) {
	var c cursor
	err := page.Decode(text, &c.order, &c.keys, &c.kind, &c.id)
	return c, err
}
