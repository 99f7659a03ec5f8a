package content

import (
	"strings"
	"time"
	"unicode"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/keyset"
)

// The bounds of a query: what people and storefronts write is far below.
const (
	maxQuery      = 1000 // bytes
	maxConditions = 20
)

// condition is one part of a query: words, or a field and what it is to be.
type condition struct {
	field    string // empty for words
	operator string // "", ">", ">=", "<", "<="
	value    string
	not      bool
}

// compare says how a field is compared with a value.
type compare func(q *keyset.Query, c condition)

// narrow adds what a query of a storefront asks: words, and conditions such as
// title:news or updated_at:>2026-01-01; a - in front negates one. A field that
// the list does not have counts as a word.
func narrow(q *keyset.Query, text string, words compare, fields map[string]compare) error {
	if len(text) > maxQuery {
		return fault.Newf(fault.Invalid, "query_too_long", "A query has at most %d bytes.", maxQuery).At("query")
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	for n := 0; ; n++ {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return nil
		}
		if n == maxConditions {
			return fault.Newf(fault.Invalid, "query_too_long", "A query has at most %d words and conditions.", maxConditions).At("query")
		}
		var c condition
		c, text = cut(text, fields)
		switch how := fields[c.field]; {
		case how != nil:
			how(q, c)
		case c.value != "":
			words(q, c)
		}
	}
}

// cut takes the first condition off a query.
func cut(text string, fields map[string]compare) (c condition, rest string) {
	text, c.not = strings.CutPrefix(text, "-")
	if name, after, ok := strings.Cut(text, ":"); ok && fields[strings.ToLower(name)] != nil {
		c.field, text = strings.ToLower(name), after
		for _, op := range []string{">=", "<=", ">", "<"} {
			if after, ok := strings.CutPrefix(text, op); ok {
				c.operator, text = op, after
				break
			}
		}
	}
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		c.value, rest, _ = strings.Cut(text[1:], text[:1])
		return c, rest
	}
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		end = len(text)
	}
	c.value = text[:end]
	return c, text[end:]
}

// where adds a condition in SQL, or what it denies.
func (c condition) where(q *keyset.Query, sql string, values ...any) {
	if c.not {
		sql = "NOT COALESCE(" + sql + ", false)"
	}
	q.Where(sql, values...)
}

// contains compares by part, whatever the case.
func contains(column string) compare {
	return func(q *keyset.Query, c condition) {
		c.where(q, "strpos(lower("+column+"), ?) > 0", strings.ToLower(strings.Trim(c.value, "*")))
	}
}

// equals compares the whole; a star at the end stands for anything. fold brings
// both sides to one case where the column is not in one already.
func equals(column string, fold func(string) string) compare {
	return func(q *keyset.Query, c condition) {
		if begin, ok := strings.CutSuffix(c.value, "*"); ok {
			c.where(q, "starts_with("+column+", ?)", fold(begin))
			return
		}
		c.where(q, column+" = ?", fold(c.value))
	}
}

func asIs(s string) string { return s }

// instant compares a time; a date without one means its whole day, and what is
// neither selects nothing.
func instant(column string) compare {
	return func(q *keyset.Query, c condition) {
		from, to, ok := span(c.value)
		switch {
		case !ok:
			q.Where("FALSE")
		case c.operator == ">":
			c.where(q, column+" >= ?", to)
		case c.operator == ">=":
			c.where(q, column+" >= ?", from)
		case c.operator == "<":
			c.where(q, column+" < ?", from)
		case c.operator == "<=":
			c.where(q, column+" < ?", to)
		default:
			c.where(q, "("+column+" >= ? AND "+column+" < ?)", from, to)
		}
	}
}

// span gives where a time begins and where the next one does: for an instant
// that is as soon as the database can tell.
func span(text string) (from, to time.Time, ok bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		at = at.Truncate(time.Microsecond)
		return at, at.Add(time.Microsecond), true
	}
	day, err := time.Parse(time.DateOnly, text)
	return day, day.AddDate(0, 0, 1), err == nil
}
