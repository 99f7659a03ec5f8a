package understanding

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Normalize gives the words of a text the way they are compared: lower case,
// without accents, marks and possessives, numbers joined with their units
// («256 GB» is "256gb"). It is idempotent: the words of the words are the words.
func Normalize(language locale.Language, text string) []string {
	var words []string
	for _, t := range tokens(language, text) {
		words = append(words, t.parts...)
	}
	return words
}

// Phrase is the words of a text with one space between them.
func Phrase(language locale.Language, text string) string {
	return strings.Join(Normalize(language, text), " ")
}

// Indexed is what an engine keeps of texts: stems of their words, with one
// space between them; behind words that are written in parts («wi-fi») the word
// in one, and behind measures («256 GB») the bare number. Readings ask for the
// same, so that an engine has only to split at spaces.
func Indexed(language locale.Language, texts ...string) string {
	var b strings.Builder
	for _, text := range texts {
		for _, t := range tokens(language, text) {
			for term := range t.terms(language) {
				if b.Len() > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(term)
			}
		}
	}
	return b.String()
}

// term is a word as engines keep it: its stem, without a decimal point, at which
// some of them would split.
func term(language locale.Language, word string) string {
	if strings.IndexByte(word, '.') >= 0 {
		return strings.ReplaceAll(word, ".", "d")
	}
	return stem(language, word)
}

// token is one thing that was written without a space, or a number with its
// unit.
type token struct {
	shown  string   // in lower case, otherwise as it was written
	parts  []string // its words, folded
	joined string   // its words in one; empty if there is one, or none would write so
}

// terms are what an engine keeps of a token.
func (t token) terms(language locale.Language) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, p := range t.parts {
			if !yield(term(language, p)) {
				return
			}
			for _, n := range numbersOf(p) {
				if !yield(term(language, n)) {
					return
				}
			}
		}
		if t.joined != "" {
			yield(term(language, t.joined))
		}
	}
}

// tokens cuts a text.
func tokens(language locale.Language, text string) []token {
	s := scanner{language: language, text: []rune(prepare(text))}
	for s.next() {
	}
	return s.tokens
}

// marks stand beside names without belonging to them, or are written in many
// ways.
var marks = strings.NewReplacer("™", " ", "®", " ", "©", " ", "℠", " ",
	"″", `"`, "”", `"`, "“", `"`, "''", `"`, "’", "'", "‘", "'", "‐", "-", "‑", "-", "–", "-", "\u00ad", "")

// prepare gives a text in lower case and in one way of writing its letters.
func prepare(text string) string {
	if !plain(text) {
		text = norm.NFKC.String(marks.Replace(strings.ToValidUTF8(text, " ")))
	} else if strings.Contains(text, "''") {
		text = strings.ReplaceAll(text, "''", `"`)
	}
	// Lower case may take letters apart: composed once more, they stay what they are.
	text = strings.ToLower(text)
	if !plain(text) {
		text = norm.NFKC.String(text)
	}
	return text
}

func plain(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// letters that are no accented form of another.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d",
	"þ", "th", "ł", "l", "ı", "i", "ħ", "h", "ŋ", "n")

// fold takes accents off where they are often left out.
func fold(word string) string {
	if plain(word) {
		return word
	}
	var b strings.Builder
	bare := false // the letter before loses its marks
	for _, r := range norm.NFD.String(word) {
		if unicode.Is(unicode.Mn, r) {
			if bare {
				continue
			}
		} else {
			bare = unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(letters.Replace(b.String()))
}

// unspaced is a letter of a script that is written without spaces: each stands
// for itself, and a word is a phrase of them.
func unspaced(r rune) bool {
	return r > 0x0dff && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func digit(r rune) bool { return '0' <= r && r <= '9' }

// inWord is a letter or a digit of words that have spaces between them.
func inWord(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || digit(r)
	}
	return (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r)) && !unspaced(r)
}
