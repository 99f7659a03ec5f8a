package merchandising

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// Suggestions tells what others search for.
type Suggestions interface {
	// Suggest gives queries that begin with a normalized prefix and find
	// something, the most searched first.
	Suggest(language locale.Language, prefix string, limit int) []Suggested
}

// Suggested is a query that others searched for.
type Suggested struct {
	Query    string // normalized
	Searches int64
}

// proposed are names that complete what is typed, for one kind of buyer.
type proposed struct {
	version     int64 // of the table
	at          time.Time
	categories  []spelled
	collections []spelled
	vendors     []spelled
}

// spelled is a name with its words as they are compared.
type spelled struct {
	table.Name
	words string // with a space in front of each
}

// proposedKey says for whom names are.
type proposedKey struct {
	market, list int64
	language     locale.Language
}

// Names may be a little old: that a category has its first product is learned
// after a minute. To read them anew after each change would cost more than all
// else.
const proposedFor = time.Minute

// proposals gives the names that a buyer may be shown.
func (s *Service) proposals(at listing.Context, view *table.View) *proposed {
	key := proposedKey{at.Market, at.PriceList, at.Language}
	if have, ok := s.proposed.Load(key); ok {
		p := have.(*proposed)
		if age := at.Now.Sub(p.at); p.version == view.Version() || age >= 0 && age < proposedFor && view.Version() > p.version {
			return p
		}
	}
	prepare := func(names []table.Name) []spelled {
		out := make([]spelled, len(names))
		for i, n := range names {
			out[i] = spelled{Name: n, words: " " + understanding.Phrase(at.Language, n.Title)}
		}
		return out
	}
	p := &proposed{version: view.Version(), at: at.Now, categories: prepare(view.Categories(at)), collections: prepare(view.Collections(at)), vendors: prepare(view.Vendors(at))}
	s.proposed.Store(key, p)
	return p
}

// beginning gives the names of which words begin so, those with most products
// first; of these names that begin so stand in front.
func beginning(names []spelled, prefixes []string, limit int) []table.Name {
	var found []spelled
	at := map[string]int{}
	for _, n := range names {
		for _, prefix := range prefixes {
			if i := strings.Index(n.words, " "+prefix); prefix != "" && i >= 0 {
				found, at[n.words] = append(found, n), min(i, 1)
				break
			}
		}
	}
	slices.SortStableFunc(found, func(a, b spelled) int { return cmp.Compare(at[a.words], at[b.words]) })
	out := make([]table.Name, 0, min(len(found), limit))
	for _, n := range found[:min(len(found), limit)] {
		out = append(out, n.Name)
	}
	return out
}

// marked gives a text as markup, with the beginnings of words that were typed
// in mark elements. Words are compared without regard to case and accents.
func marked(language locale.Language, text string, typed []string) string {
	var out strings.Builder
	for text != "" {
		word := text[:letters(text)]
		if word == "" {
			_, n := utf8.DecodeRuneInString(text)
			out.WriteString(html.EscapeString(text[:n]))
			text = text[n:]
			continue
		}
		n := matched(language, word, typed)
		if n > 0 {
			out.WriteString("<mark>" + html.EscapeString(word[:n]) + "</mark>")
		}
		out.WriteString(html.EscapeString(word[n:]))
		text = text[len(word):]
	}
	return out.String()
}

// letters gives the length of the word that a text begins with.
func letters(text string) int {
	n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	if n < 0 {
		return len(text)
	}
	return n
}

// matched gives how much of a word was typed, in bytes.
func matched(language locale.Language, word string, typed []string) int {
	plain := understanding.Phrase(language, word)
	most := 0
	for _, t := range typed {
		if plain == "" || !strings.HasPrefix(plain, t) {
			continue
		}
		if utf8.RuneCountInString(plain) != utf8.RuneCountInString(word) {
			return len(word) // letters do not stand for letters
		}
		n := 0
		for range utf8.RuneCountInString(t) {
			_, size := utf8.DecodeRuneInString(word[n:])
			n += size
		}
		most = max(most, n)
	}
	return most
}
