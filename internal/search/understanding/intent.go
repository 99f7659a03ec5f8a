package understanding

import (
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Category is a category as intents see it.
type Category struct {
	ID       int64
	Title    string
	Products int // how many are in it
}

// How surely a query means a category, in millionths.
const (
	surelyNamed = 1_000_000 // the query is its name
	surelyHead  = 800_000   // the query is its name with something before: «red laptop» means laptops
	surelyKind  = 600_000   // its name is the query with something before: «printer» means laser printers, too
)

// Intents tells which category a query means, by the categories' names. It is
// what is known before shoppers have clicked. It does not change.
type Intents struct {
	language locale.Language
	lexicon  *Lexicon
	names    map[string]Category // by the stems of a name
	heads    map[string]Category // by the last stems of longer names
}

// NewIntents makes the names of categories ready. Lexicon may be nil.
func NewIntents(language locale.Language, lexicon *Lexicon, categories []Category) *Intents {
	i := &Intents{language: language, lexicon: lexicon, names: map[string]Category{}, heads: map[string]Category{}}
	for _, c := range categories {
		if c.Products <= 0 {
			continue
		}
		for _, name := range strings.FieldsFunc(c.Title, func(r rune) bool { return strings.ContainsRune("&,/+>|", r) }) {
			words := i.content(name)
			if len(words) == 0 {
				continue
			}
			prefer(i.names, strings.Join(words, " "), c)
			for n := 1; n < len(words); n++ {
				prefer(i.heads, strings.Join(i.head(words, n), " "), c)
			}
		}
	}
	return i
}

// prefer keeps the category with more products, of equal ones the older.
func prefer(named map[string]Category, name string, c Category) {
	if o, ok := named[name]; !ok || c.Products > o.Products || c.Products == o.Products && c.ID < o.ID {
		named[name] = c
	}
}

// Of gives the category that a query means and how surely, in millionths.
func (i *Intents) Of(query string) (category int64, ppm int64, ok bool) {
	if len(query) > longestQuery {
		return 0, 0, false
	}
	words := i.content(query)
	for n := len(words); n > 0; n-- {
		for _, said := range i.said(i.head(words, n)) {
			if c, found := i.names[said]; found {
				if n == len(words) {
					return c.ID, surelyNamed, true
				}
				return c.ID, surelyHead, true
			}
		}
	}
	for _, said := range i.said(words) {
		if c, found := i.heads[said]; found {
			return c.ID, surelyKind, true
		}
	}
	return 0, 0, false
}

// said is a phrase and its synonyms.
func (i *Intents) said(words []string) []string {
	all := []string{strings.Join(words, " ")}
	if n, synonyms := i.lexicon.of(words); n == len(words) {
		all = append(all, synonyms...)
	}
	return all
}

// content is the stems of a text without words that say nothing.
func (i *Intents) content(text string) []string {
	words := slices.DeleteFunc(Normalize(i.language, text), func(w string) bool { return functionWords[base(i.language)][w] })
	for n, w := range words {
		words[n] = term(i.language, w)
	}
	return words
}

// head is the part of a name that says what a thing is: its end, or in languages
// that put what qualifies a noun behind it, its beginning.
func (i *Intents) head(words []string, n int) []string {
	switch base(i.language) {
	case "fr", "es", "it", "pt", "ro", "ca":
		return words[:n]
	}
	return words[len(words)-n:]
}
