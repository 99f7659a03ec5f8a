package listing

import (
	"html"
	"strings"
	"unicode/utf8"
)

// plain gives markup as one line of text, cut to so many characters.
func plain(markup string, truncateAt *int) string {
	text := markup
	if strings.ContainsAny(markup, "<&") {
		text = html.UnescapeString(strip(markup))
	}
	text = strings.Join(strings.Fields(text), " ")
	if truncateAt == nil || *truncateAt < 0 || utf8.RuneCountInString(text) <= *truncateAt {
		return text
	}
	return ellipsis(text, *truncateAt)
}

func ellipsis(text string, limit int) string {
	runes := []rune(text)
	if limit <= 3 {
		return string(runes[:limit])
	}
	return strings.TrimRight(string(runes[:limit-3]), " ") + "..."
}

// strip takes tags out of markup that was cleaned when it was written.
func strip(markup string) string {
	var out strings.Builder
	out.Grow(len(markup))
	for markup != "" {
		before, rest, found := strings.Cut(markup, "<")
		out.WriteString(before)
		if !found {
			break
		}
		_, after, closed := strings.Cut(rest, ">")
		if !closed {
			break
		}
		out.WriteByte(' ')
		markup = after
	}
	return out.String()
}
