package listing

import (
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// where gives the condition on p that an expression means.
func (s *statement) where(at Context, e expr) string {
	parts := make([]string, len(e.parts))
	for i, part := range e.parts {
		parts[i] = s.where(at, part)
	}
	switch e.kind {
	case isAnd:
		return "(" + and(parts) + ")"
	case isOr:
		return or(parts)
	case isNot:
		return "NOT " + parts[0]
	}
	return "(" + s.condition(at, e.term) + ")"
}

// nothing is a condition that never holds: what a value that makes no sense
// for its field selects.
const nothing = "FALSE"

func (s *statement) condition(at Context, t term) string {
	switch t.field {
	case "":
		return s.words(t.value)
	case "tag":
		return "p.id IN (SELECT product_id FROM product_tag WHERE " + s.textual("tag", t) + ")"
	case "vendor":
		return s.textual("p.vendor", t)
	case "product_type":
		return s.textual("p.product_type", t)
	case "handle":
		return s.textual("p.handle", t)
	case "title":
		return s.bind("p.title ILIKE ?", "%"+escapeLike(strings.Trim(t.value, "*"))+"%")
	case "sku":
		return "p.id IN (SELECT product_id FROM variant WHERE sku IS NOT NULL AND " + s.textual("sku", t) + ")"
	case "barcode":
		return s.bind("p.id IN (SELECT product_id FROM variant WHERE barcode = ?)", t.value)
	case "id":
		return s.identity(t)
	case "available_for_sale":
		return s.availability(at, t)
	case "price", "variants.price":
		return s.price(at, t)
	}
	return s.moment("p."+t.field, t)
}

// words holds for products that have all words of a text.
func (s *statement) words(text string) string {
	var parts []string
	for _, w := range splitWords(text) {
		prefix := false
		if strings.Contains(text, "*") {
			prefix = true
		}
		parts = append(parts, "p.id IN (SELECT id FROM ("+s.found(word{text: w, prefix: prefix})+") f)")
	}
	return and(parts)
}

// textual compares a text without regard to case; a star at the end stands for
// anything, a star alone for anything but nothing.
func (s *statement) textual(column string, t term) string {
	value := strings.ToLower(t.value)
	begin, starred := strings.CutSuffix(value, "*")
	switch {
	case t.quoted || !starred:
		return "lower(" + column + ") = " + s.arg(value)
	case begin == "":
		return column + " <> ''"
	}
	return "lower(" + column + ") LIKE " + s.arg(escapeLike(begin)+"%")
}

func (s *statement) identity(t term) string {
	n, err := strconv.ParseInt(t.value, 10, 64)
	if err != nil {
		id, err := gid.Parse(t.value)
		if err != nil || id.Type != "Product" {
			return nothing
		}
		n = id.Number
	}
	return "p.id " + operator(t) + " " + s.arg(n)
}

func operator(t term) string {
	if t.operator == "" {
		return "="
	}
	return t.operator
}

func (s *statement) availability(at Context, t term) string {
	want, err := strconv.ParseBool(strings.ToLower(t.value))
	if err != nil {
		return nothing
	}
	has := s.sold(at)
	if want {
		return has
	}
	return "NOT " + has
}

func (s *statement) price(at Context, t term) string {
	amount, err := money.Parse(t.value, at.Currency)
	if err != nil {
		return nothing
	}
	return "EXISTS (SELECT 1 FROM " + s.variants(at) + " WHERE v.product_id = p.id AND a.amount " +
		operator(t) + " " + s.arg(amount.Minor) + ")"
}

// moment compares an instant; a date without a time means its whole day.
func (s *statement) moment(column string, t term) string {
	if at, err := time.Parse(time.RFC3339, t.value); err == nil {
		return column + " " + operator(t) + " " + s.arg(at)
	}
	day, err := time.Parse(time.DateOnly, t.value)
	if err != nil {
		return nothing
	}
	next := day.AddDate(0, 0, 1)
	switch t.operator {
	case ">":
		return column + " >= " + s.arg(next)
	case ">=":
		return column + " >= " + s.arg(day)
	case "<":
		return column + " < " + s.arg(day)
	case "<=":
		return column + " < " + s.arg(next)
	}
	return "(" + column + " >= " + s.arg(day) + " AND " + column + " < " + s.arg(next) + ")"
}
