package meilisearch

import (
	"fmt"
	"strings"
)

// maxWord is how many bytes of a word Meilisearch surely looks at.
const maxWord = 240

// spell writes words with the letters a–z and digits alone. Meilisearch splits
// texts by rules of its own, at signs and inside words of some scripts, and
// takes accents away; words that come here are split and normalized already.
// What a word begins with stays what it begins with.
func spell(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = spellWord(word)
	}
	return strings.Join(words, " ")
}

func spellAll(texts []string) []string {
	spelled := make([]string, len(texts))
	for i, text := range texts {
		spelled[i] = spell(text)
	}
	return spelled
}

func spellWord(word string) string {
	var b strings.Builder
	b.Grow(len(word))
	for _, r := range word {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteByte(byte(r))
		case r <= 0xffff:
			fmt.Fprintf(&b, "zq%04x", r)
		default:
			fmt.Fprintf(&b, "zx%06x", r)
		}
		if b.Len() >= maxWord {
			return b.String()[:maxWord]
		}
	}
	return b.String()
}
