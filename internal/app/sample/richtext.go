package sample

import (
	"html"
	"regexp"
	"strings"
)

// rich makes HTML of the plain form in which texts are written: paragraphs,
// "## headings", "- lists", **strong words** and [links](/path). A text that
// begins with a tag is HTML already.
func rich(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "<") {
		return text
	}
	var out strings.Builder
	for block := range strings.SplitSeq(text, "\n\n") {
		block = strings.TrimSpace(block)
		switch {
		case block == "":
		case strings.HasPrefix(block, "## "):
			out.WriteString("<h2>" + inline(block[3:]) + "</h2>")
		case strings.HasPrefix(block, "- "):
			out.WriteString("<ul>")
			for item := range strings.SplitSeq(block[2:], "\n- ") {
				out.WriteString("<li>" + inline(item) + "</li>")
			}
			out.WriteString("</ul>")
		default:
			out.WriteString("<p>" + inline(block) + "</p>")
		}
	}
	return out.String()
}

var (
	strong = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	link   = regexp.MustCompile(`\[([^\]]+)\]\(([^)\s"]+)\)`)
)

func inline(text string) string {
	text = html.EscapeString(strings.Join(strings.Fields(text), " "))
	text = strong.ReplaceAllString(text, "<strong>$1</strong>")
	return link.ReplaceAllString(text, `<a href="$2">$1</a>`)
}

// enrich makes HTML of one of the texts and keeps it under the name that it
// has in the database.
func (t Texts) enrich(from, to string) {
	if text, ok := t[from]; ok {
		delete(t, from)
		t[to] = rich(text)
	}
}
