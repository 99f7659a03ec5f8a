package understanding

import (
	"slices"
	"strings"
	"unicode"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// How many runes of a word are looked at, and of what is written without a space.
const (
	longestWord  = 64
	longestChunk = 1024
)

// scanner cuts a prepared text into tokens.
type scanner struct {
	language locale.Language
	text     []rune
	at       int
	tokens   []token
	// bare is set while the last token ends with a number that has no unit yet.
	bare bool
}

// next reads one token, or passes one rune over; false at the end.
func (s *scanner) next() bool {
	if s.at >= len(s.text) {
		return false
	}
	r := s.text[s.at]
	switch {
	case unspaced(r):
		s.run()
	case inWord(r) && !unicode.IsMark(r):
		s.chunk()
	case r == '"' && s.bare && s.at > 0 && digit(s.text[s.at-1]):
		s.unit("in", `"`)
		s.at++
	default:
		s.at++
	}
	return true
}

// run reads letters that stand for themselves.
func (s *scanner) run() {
	start := s.at
	var parts []string
	for s.at < len(s.text) && unspaced(s.text[s.at]) {
		first := s.at
		for s.at++; s.at < len(s.text) && unicode.IsMark(s.text[s.at]); s.at++ {
		}
		parts = append(parts, fold(string(s.text[first:s.at])))
	}
	s.bare = false
	s.tokens = append(s.tokens, token{shown: string(s.text[start:s.at]), parts: parts})
}

// chunk reads letters and digits with what may stand inside a word.
func (s *scanner) chunk() {
	start := s.at
	for s.at++; s.at < len(s.text) && s.at-start < longestChunk; s.at++ {
		if !inWord(s.text[s.at]) && !s.joins(start) {
			break
		}
	}
	t := s.token(string(s.text[start:s.at]))
	if len(t.parts) > 0 && s.bare && spacedUnits[t.parts[0]] != "" {
		s.unit(spacedUnits[t.parts[0]], " "+t.parts[0])
		t.parts = t.parts[1:]
	}
	if len(t.parts) == 0 {
		return
	}
	if len(t.parts) > 1 {
		t.joined = cut(strings.ReplaceAll(strings.Join(t.parts, ""), ".", ""))
	}
	s.tokens = append(s.tokens, t)
	s.bare = isNumber(t.parts[len(t.parts)-1])
}

// joins tells whether the sign here holds a word together.
func (s *scanner) joins(start int) bool {
	if s.at+1 >= len(s.text) || !inWord(s.text[s.at+1]) {
		return false
	}
	before, after := s.text[s.at-1], s.text[s.at+1]
	switch s.text[s.at] {
	case '-', '_', '.', '\'':
		return true
	case ',':
		return digit(before) && digit(after)
	case '/': // R6B2A270/10, but not black/white
		return (digit(before) || digit(after)) && slices.ContainsFunc(s.text[start:s.at], digit)
	}
	return false
}

// unit gives the last number its unit.
func (s *scanner) unit(unit, shown string) {
	t := &s.tokens[len(s.tokens)-1]
	t.parts[len(t.parts)-1] += unit
	t.shown += shown
	if t.joined != "" {
		t.joined += unit
	}
	s.bare = false
}

// token makes one of a chunk.
func (s *scanner) token(chunk string) token {
	t := token{shown: chunk}
	for _, segment := range strings.FieldsFunc(s.apostrophes(chunk), func(r rune) bool { return strings.ContainsRune("-_/", r) }) {
		for _, p := range pieces(segment) {
			p = cut(strings.TrimLeftFunc(fold(p), unicode.IsMark))
			if last := len(t.parts) - 1; last >= 0 && isNumber(t.parts[last]) && spacedUnits[p] != "" {
				t.parts[last] += spacedUnits[p] // 15.6-inch
				continue
			}
			if p != "" {
				t.parts = append(t.parts, p)
			}
		}
	}
	return t
}

func cut(word string) string {
	if len(word) <= longestWord {
		return word
	}
	if r := []rune(word); len(r) > longestWord {
		return string(r[:longestWord])
	}
	return word
}

// apostrophes takes possessives and elided articles off, and joins the rest.
func (s *scanner) apostrophes(chunk string) string {
	if !strings.Contains(chunk, "'") {
		return chunk
	}
	chunk = strings.TrimSuffix(chunk, "'s")
	switch before, after, _ := strings.Cut(chunk, "'"); base(s.language) {
	case "fr", "it", "ca":
		if len([]rune(before)) <= 2 || strings.HasSuffix(before, "ll") {
			chunk = after
		}
	}
	return strings.ReplaceAll(chunk, "'", "")
}

// base is a language without its region.
func base(l locale.Language) string {
	b, _, _ := strings.Cut(string(l), "-")
	return b
}
