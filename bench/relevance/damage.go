package main

import (
	"math/rand/v2"
	"strings"
	"unicode"
)

// seed makes the damage the same in each run.
const seed = 20_261_121

// damage spoils a query the way people do; false where it has no place for it.
type damage struct {
	name  string
	spoil func(r *rand.Rand, words []string) (string, bool)
}

// damages are what queries suffer. A typo is one letter that is missing, twice
// there, another one, or changed places with the next; it strikes a word of five
// letters or more, three times out of four not its first letter.
func damages() []damage {
	return []damage{
		{"one typo", func(r *rand.Rand, w []string) (string, bool) { return typos(r, w, 1) }},
		{"two typos", func(r *rand.Rand, w []string) (string, bool) { return typos(r, w, 2) }},
		{"junk word", junk},
		{"joined", join},
		{"split", split},
		{"prefix", prefix},
	}
}

// typos strikes so many different words.
func typos(r *rand.Rand, words []string, times int) (string, bool) {
	words = append([]string(nil), words...)
	var able []int
	for i, w := range words {
		if len(w) >= 5 && letters(w) {
			able = append(able, i)
		}
	}
	if len(able) < times {
		return "", false
	}
	r.Shuffle(len(able), func(i, j int) { able[i], able[j] = able[j], able[i] })
	for _, i := range able[:times] {
		words[i] = typo(r, words[i])
	}
	return strings.Join(words, " "), true
}

func letters(word string) bool {
	for _, c := range word {
		if c > unicode.MaxASCII || !unicode.IsLetter(c) {
			return false
		}
	}
	return true
}

func typo(r *rand.Rand, word string) string {
	for {
		at := 1 + r.IntN(len(word)-1)
		if r.IntN(4) == 0 {
			at = r.IntN(len(word))
		}
		spoiled := word
		switch r.IntN(4) {
		case 0:
			spoiled = word[:at] + word[at+1:]
		case 1:
			spoiled = word[:at] + word[at:at+1] + word[at:]
		case 2:
			spoiled = word[:at] + string(rune('a'+r.IntN(26))) + word[at+1:]
		case 3:
			if at+1 < len(word) {
				spoiled = word[:at] + word[at+1:at+2] + word[at:at+1] + word[at+2:]
			}
		}
		if spoiled != word {
			return spoiled
		}
	}
}

// junk puts a word that nobody uses somewhere.
func junk(r *rand.Rand, words []string) (string, bool) {
	var b strings.Builder
	for range 3 {
		b.WriteByte("bdfgklmnprstvz"[r.IntN(14)])
		b.WriteByte("aeiou"[r.IntN(5)])
		b.WriteByte("xqjwz"[r.IntN(5)])
	}
	at := r.IntN(len(words) + 1)
	return strings.Join(append(append(append([]string(nil), words[:at]...), b.String()), words[at:]...), " "), true
}

// join leaves a space out.
func join(r *rand.Rand, words []string) (string, bool) {
	if len(words) < 2 {
		return "", false
	}
	at := 1 + r.IntN(len(words)-1)
	return strings.Join(words[:at], " ") + strings.Join(words[at:], " "), true
}

// split puts a space into a word.
func split(r *rand.Rand, words []string) (string, bool) {
	words = append([]string(nil), words...)
	for _, i := range r.Perm(len(words)) {
		if w := words[i]; len(w) >= 6 && letters(w) {
			at := 2 + r.IntN(len(w)-3)
			words[i] = w[:at] + " " + w[at:]
			return strings.Join(words, " "), true
		}
	}
	return "", false
}

// prefix stops before the end of the last word.
func prefix(r *rand.Rand, words []string) (string, bool) {
	last := words[len(words)-1]
	if len(last) < 5 || !letters(last) {
		return "", false
	}
	words = append(append([]string(nil), words[:len(words)-1]...), last[:3+r.IntN(len(last)-3)])
	return strings.Join(words, " "), true
}

// variants are ways to type an article number.
func variants(r *rand.Rand, number string) []string {
	bare := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, number)
	all := []string{strings.ToLower(number), strings.ToUpper(bare)}
	if len(bare) < len(number) { // it has separators: write others
		for _, other := range []string{" ", "-", "_", "."} {
			all = append(all, strings.Map(func(c rune) rune {
				if unicode.IsLetter(c) || unicode.IsDigit(c) {
					return c
				}
				return rune(other[0])
			}, number))
		}
	} else if at := boundary(r, bare); at > 0 {
		all = append(all, bare[:at]+"-"+bare[at:], bare[:at]+" "+bare[at:])
	}
	return all
}

// boundary is a place where letters and digits meet.
func boundary(r *rand.Rand, code string) int {
	var places []int
	for i := 1; i < len(code); i++ {
		if unicode.IsDigit(rune(code[i])) != unicode.IsDigit(rune(code[i-1])) {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return 0
	}
	return places[r.IntN(len(places))]
}
