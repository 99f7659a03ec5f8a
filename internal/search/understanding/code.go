package understanding

import (
	"slices"
	"strings"
	"unicode"
)

// shortestCode is how many letters and digits an article number has at least.
const shortestCode = 4

// Codes gives article numbers in every way in which they are typed: without
// separators, without leading zeros, and the beginnings that end where a part
// ends. Numbers (SKUs, bar codes, models) are codes as a whole; of texts, only
// the words that look like one. Each is a word without spaces.
func Codes(numbers []string, texts ...string) []string {
	var codes []string
	for _, n := range numbers {
		codes = spellingsOf(codes, parts(prepare(cut(n))))
	}
	for _, text := range texts {
		for _, t := range tokens("", text) {
			if word := strings.Join(t.parts, ""); looksLikeCode(word) {
				codes = spellingsOf(codes, parts(word))
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// looksLikeCode tells article numbers from words and measures: letters and
// digits, but not a number with its unit, or a number that is long.
func looksLikeCode(word string) bool {
	if !strings.ContainsAny(word, "0123456789") {
		return false
	}
	number, rest := splitNumber(word)
	if rest == "" {
		return len(number) >= 6 && !strings.Contains(number, ".")
	}
	return len(word) >= shortestCode && units[rest] == ""
}

// parts cuts a code at its separators, and where letters and digits meet.
func parts(code string) []string {
	var all []string
	for _, field := range strings.FieldsFunc(fold(code), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		start := 0
		for i, r := range field {
			if i > start && digit(r) != digit(rune(field[i-1])) {
				all, start = append(all, field[start:i]), i
			}
		}
		all = append(all, field[start:])
	}
	return all
}

// spellingsOf adds the code that parts make, and its beginnings.
func spellingsOf(codes, parts []string) []string {
	whole := ""
	for i, p := range parts {
		whole = cut(whole + p)
		if i == len(parts)-1 || len(whole) >= shortestCode {
			codes = append(codes, whole)
		}
	}
	if bare := strings.TrimLeft(whole, "0"); len(bare) >= shortestCode && bare != whole {
		codes = append(codes, bare)
	}
	return codes
}
