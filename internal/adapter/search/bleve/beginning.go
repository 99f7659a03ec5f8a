package bleve

import (
	"strings"
	"unicode/utf8"

	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/scoring"
)

const (
	beginCodes = "codesbegin"
	// longestBeginning is how many letters of words are kept as beginnings.
	longestBeginning = 3
	// maxCompletions bounds how many longer words a beginning stands for that is
	// not kept; the shorter ones go first.
	maxCompletions = 500
)

// beginnings are fields that hold with what words of others begin, so that the
// first letters of a word need not be looked up as all the words that they may
// become.
func beginnings() []scoring.Field {
	return []scoring.Field{
		{Name: "begins", Weight: 6, Length: 1, Text: func(e *search.Entry) []string {
			return begun(append([]string{e.Title, e.Kind, e.Vendor}, e.Tags...))
		}},
		{Name: beginCodes, Weight: .5, Length: 1, Text: func(e *search.Entry) []string { return begun(e.Codes) }},
		{Name: "mentions", Weight: 2.5, Length: 1, Text: func(e *search.Entry) []string { return begun(append([]string{e.Description}, e.Properties...)) }},
	}
}

// short tells whether a beginning is kept as one.
func short(prefix string) bool { return utf8.RuneCountInString(prefix) <= longestBeginning }

// begun gives each beginning of words once, of one letter and more.
func begun(texts []string) (beginnings []string) {
	seen := make(map[string]bool)
	for _, text := range texts {
		for _, word := range strings.Fields(text) {
			letters := 0
			for end := range word { // before each letter
				if letters > longestBeginning {
					break
				}
				if letters > 0 && !seen[word[:end]] {
					seen[word[:end]] = true
					beginnings = append(beginnings, word[:end])
				}
				letters++
			}
		}
	}
	return beginnings
}
