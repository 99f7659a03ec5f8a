package understanding

import (
	"maps"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Synonym says that words mean the same: of each other, or, where From is set,
// that who types From also means each of To, but not the other way round.
type Synonym struct {
	Words []string // two-way: any of them stands for all
	From  string   // one-way
	To    []string
}

// Bounds of what one phrase may mean, and of how long a phrase is.
const (
	mostSynonyms  = 24
	longestPhrase = 8
)

// Lexicon is what merchandisers say about words, made ready for one language.
// It does not change.
type Lexicon struct {
	version  int64
	synonyms map[string][]string // phrase of stems to its alternatives, itself not among them
	longest  int                 // words of the longest phrase
	stops    map[string]bool
}

// NewLexicon makes a lexicon. Version tells lexicons apart.
func NewLexicon(language locale.Language, version int64, synonyms []Synonym, stopWords []string) *Lexicon {
	l := &Lexicon{version: version, synonyms: map[string][]string{}, stops: map[string]bool{}}
	for _, s := range synonyms {
		if s.From != "" {
			l.means(stems(language, s.From), phrases(language, s.To))
			continue
		}
		words := phrases(language, s.Words)
		for _, w := range words {
			l.means(w, words)
		}
	}
	for _, w := range stopWords {
		for _, n := range Normalize(language, w) {
			l.stops[n] = true
		}
	}
	return l
}

// Version tells lexicons apart; nil has 0.
func (l *Lexicon) Version() int64 {
	if l == nil {
		return 0
	}
	return l.version
}

// means adds alternatives to a phrase.
func (l *Lexicon) means(phrase string, alternatives []string) {
	words := strings.Count(phrase, " ") + 1
	if phrase == "" || words > longestPhrase {
		return
	}
	l.longest = max(l.longest, words)
	for _, a := range alternatives {
		if known := l.synonyms[phrase]; a != phrase && len(known) < mostSynonyms && !slices.Contains(known, a) {
			l.synonyms[phrase] = append(known, a)
		}
	}
}

// of gives the longest phrase that the stems begin with and that has synonyms,
// and those; of none it gives 0.
func (l *Lexicon) of(stems []string) (words int, synonyms []string) {
	if l == nil {
		return 0, nil
	}
	for n := min(l.longest, len(stems)); n > 0; n-- {
		if s := l.synonyms[strings.Join(stems[:n], " ")]; len(s) > 0 {
			return n, s
		}
	}
	return 0, nil
}

// phrases are the stems of texts, each once.
func phrases(language locale.Language, texts []string) []string {
	all := map[string]bool{}
	for _, t := range texts {
		if p := stems(language, t); p != "" {
			all[p] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// stems are the terms of a text's words, with a space between.
func stems(language locale.Language, text string) string {
	words := Normalize(language, text)
	for i, w := range words {
		words[i] = term(language, w)
	}
	return strings.Join(words, " ")
}
