package listing

import (
	"strings"
	"unicode"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// The bounds of a query: what people and storefronts write is far below.
const (
	maxQuery = 1000 // bytes
	maxTerms = 40
	maxDepth = 8
)

// expr is a parsed query: a term, or several joined.
type expr struct {
	kind  exprKind
	parts []expr
	term  term
}

type exprKind int

const (
	isTerm exprKind = iota
	isAnd
	isOr
	isNot
)

// term is a word, a phrase, or a condition on a field.
type term struct {
	field    string // small letters; empty for free text
	operator string // "", ">", ">=", "<", "<="
	value    string
	quoted   bool
}

// parseQuery reads the query language: words and "phrases", field:value with
// comparisons, - or NOT in front, AND (also meant by a space), OR, brackets. It
// never refuses what people type, only what is too long: marks that make no
// sense are passed over.
func parseQuery(text string) (expr, error) {
	if len(text) > maxQuery {
		return expr{}, fault.Newf(fault.Invalid, "query_too_long", "A query has at most %d bytes.", maxQuery).At("query")
	}
	p := &parser{tokens: tokenize(storable(text))}
	e := p.or(0)
	for len(p.tokens) > 0 { // a bracket too many
		p.tokens = p.tokens[1:]
		e = join(isAnd, e, p.or(0))
	}
	if p.terms > maxTerms {
		return expr{}, fault.Newf(fault.Invalid, "query_too_long", "A query has at most %d words and conditions.", maxTerms).At("query")
	}
	return e, nil
}

// empty reports that an expression asks for nothing.
func (e expr) empty() bool { return e.kind == isAnd && len(e.parts) == 0 }

// join joins two expressions, leaving out empty ones.
func join(kind exprKind, a, b expr) expr {
	switch {
	case a.empty():
		return b
	case b.empty():
		return a
	case a.kind == kind:
		return expr{kind: kind, parts: append(a.parts[:len(a.parts):len(a.parts)], b)}
	}
	return expr{kind: kind, parts: []expr{a, b}}
}

type parser struct {
	tokens []token
	terms  int
}

func (p *parser) next() (token, bool) {
	if len(p.tokens) == 0 {
		return token{}, false
	}
	return p.tokens[0], true
}

func (p *parser) or(depth int) expr {
	left := p.and(depth)
	for {
		t, ok := p.next()
		if !ok || t.kind != tokenOr {
			return left
		}
		p.tokens = p.tokens[1:]
		left = join(isOr, left, p.and(depth))
	}
}

func (p *parser) and(depth int) expr {
	all := expr{kind: isAnd}
	for {
		t, ok := p.next()
		switch {
		case !ok || t.kind == tokenOr || t.kind == tokenClose:
			return all
		case t.kind == tokenAnd:
			p.tokens = p.tokens[1:]
		default:
			all = join(isAnd, all, p.unary(depth))
		}
	}
}

func (p *parser) unary(depth int) expr {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	switch t.kind {
	case tokenNot:
		if n, ok := p.next(); !ok || n.kind == tokenOr || n.kind == tokenAnd || n.kind == tokenClose {
			return expr{kind: isAnd}
		}
		inner := p.unary(depth)
		if inner.empty() {
			return inner
		}
		return expr{kind: isNot, parts: []expr{inner}}
	case tokenOpen:
		if depth >= maxDepth {
			return expr{kind: isAnd}
		}
		inner := p.or(depth + 1)
		if n, ok := p.next(); ok && n.kind == tokenClose {
			p.tokens = p.tokens[1:]
		}
		return inner
	}
	p.terms++
	return expr{kind: isTerm, term: t.term}
}

type tokenKind int

const (
	tokenTerm tokenKind = iota
	tokenAnd
	tokenOr
	tokenNot
	tokenOpen
	tokenClose
)

type token struct {
	kind tokenKind
	term term
}

// tokenize cuts a query into marks and terms.
func tokenize(text string) []token {
	var tokens []token
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return tokens
		}
		var t token
		t, text = cutToken(text)
		if t.kind != tokenTerm || t.term.value != "" {
			tokens = append(tokens, t)
		}
	}
}

func cutToken(text string) (token, string) {
	switch text[0] {
	case '(':
		return token{kind: tokenOpen}, text[1:]
	case ')':
		return token{kind: tokenClose}, text[1:]
	case '-':
		return token{kind: tokenNot}, text[1:]
	case '"', '\'':
		value, rest := cutQuoted(text)
		return token{term: term{value: value, quoted: true}}, rest
	}
	word, rest := cutWord(text, " \t\r\n()\":")
	switch word {
	case "AND":
		return token{kind: tokenAnd}, rest
	case "OR":
		return token{kind: tokenOr}, rest
	case "NOT":
		return token{kind: tokenNot}, rest
	}
	if word != "" && strings.HasPrefix(rest, ":") {
		if t, after, ok := cutCondition(word, rest[1:]); ok {
			return token{term: t}, after
		}
	}
	if word == "" { // a colon with nothing in front
		return token{}, text[1:]
	}
	return token{term: term{value: word}}, rest
}

// cutCondition reads what stands behind "field:". A field that is not known
// counts as a word.
func cutCondition(field, text string) (term, string, bool) {
	t := term{field: strings.ToLower(field)}
	if !fields[t.field] {
		return t, text, false
	}
	for _, op := range []string{">=", "<=", ">", "<"} {
		if after, ok := strings.CutPrefix(text, op); ok {
			t.operator, text = op, after
			break
		}
	}
	if strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'") {
		t.value, text = cutQuoted(text)
		t.quoted = true
		return t, text, true
	}
	t.value, text = cutWord(text, " \t\r\n()")
	return t, text, true
}

// cutQuoted reads a quoted text; a quote that is not closed reaches to the end.
func cutQuoted(text string) (value, rest string) {
	quote := text[0]
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			out.WriteByte(text[i])
		case text[i] == quote:
			return out.String(), text[i+1:]
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String(), ""
}

func cutWord(text, stops string) (word, rest string) {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			out.WriteByte(text[i])
		case strings.IndexByte(stops, text[i]) >= 0:
			return out.String(), text[i:]
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String(), ""
}

// fields are the names that conditions may begin with.
var fields = map[string]bool{
	"tag": true, "vendor": true, "product_type": true, "title": true, "handle": true, "id": true, "sku": true,
	"barcode": true, "price": true, "variants.price": true, "available_for_sale": true,
	"created_at": true, "updated_at": true, "published_at": true,
}
