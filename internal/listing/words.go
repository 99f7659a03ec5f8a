package listing

import (
	"slices"
	"strings"
	"unicode"
)

// maxWords bounds the words of one search; more add nothing but cost.
const maxWords = 12

// word is one word of free text.
type word struct {
	text   string // small letters
	prefix bool   // may be the beginning of a longer one
}

// splitWords cuts free text into words that hold a letter or a digit, without
// those too common to tell products apart, unless there are no others.
func splitWords(text string) []string {
	all := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`,;:!?"()[]{}<>|&*\`, r)
	})
	all = slices.DeleteFunc(all, func(w string) bool {
		return !strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	})
	telling := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return common[w] })
	if len(telling) == 0 {
		telling = all
	}
	return telling[:min(len(telling), maxWords)]
}

// common are the words that the database's English dictionary passes over too
// and that people do type.
var common = map[string]bool{
	"a": true, "an": true, "and": true, "are": true, "at": true, "by": true, "for": true, "from": true, "in": true,
	"is": true, "of": true, "on": true, "or": true, "the": true, "to": true, "with": true,
}

// ts gives the text search query of a word: as it is written, as an English
// stem, and as a beginning where it may be one.
func (s *statement) ts(w word) string {
	arg := s.arg(w.text)
	query := "(plainto_tsquery('simple', " + arg + ") || plainto_tsquery('english', " + arg + "))"
	if w.prefix {
		query = "(" + query + " || to_tsquery('simple', " + s.arg(quoteLexeme(w.text)+":*") + "))"
	}
	return query
}

// quoteLexeme makes one literal of a text search query out of any text.
func quoteLexeme(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(text) + "'"
}

// found gives a query for the ids of the products that have the word in their
// texts, as a tag, as an option value, as an article number or as a bar code.
// The bonus is what the find is worth beside the rank of texts.
func (s *statement) found(w word) string {
	equals, like := s.arg(w.text), ""
	if w.prefix {
		like = " OR lower(sku) LIKE " + s.arg(escapeLike(w.text)+"%")
	}
	return "SELECT id, 0 AS bonus FROM product WHERE raw_search @@ " + s.ts(w) + `
 UNION ALL SELECT product_id, 1 FROM product_tag WHERE lower(tag) = ` + equals + `
 UNION ALL SELECT o.product_id, 1 FROM product_option_value c JOIN product_option o ON o.id = c.option_id WHERE lower(c.name) = ` + equals + `
 UNION ALL SELECT product_id, 4 FROM variant WHERE sku IS NOT NULL AND (lower(sku) = ` + equals + like + `)
 UNION ALL SELECT product_id, 4 FROM variant WHERE barcode = ` + equals
}

func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)
}
