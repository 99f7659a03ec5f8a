package meilisearch

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSpell_keepsWordsApartAndBeginnings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-y0-9.+é日🙂-]{1,12}`).Draw(t, "word")
		other := rapid.StringMatching(`[a-y0-9.+é日🙂-]{1,12}`).Draw(t, "other")
		if (spell(word) == spell(other)) != (word == other) {
			t.Errorf("%q and %q are spelled %q and %q", word, other, spell(word), spell(other))
		}
		if strings.HasPrefix(spell(word), spell(other)) != strings.HasPrefix(word, other) {
			t.Errorf("%q begins %q, or not, but for %q and %q", other, word, spell(other), spell(word))
		}
	})
}

func TestSpell_bounds(t *testing.T) {
	t.Parallel()
	if got := spell("  \xff a\x00b  c "); got != "zqfffd azq0000b c" || !utf8.ValidString(got) {
		t.Errorf("got %q", got)
	}
	if got := spell(strings.Repeat("日", 1_000)); len(got) != maxWord {
		t.Errorf("a word of %d bytes", len(got))
	}
}
