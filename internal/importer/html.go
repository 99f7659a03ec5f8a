package importer

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// sanitizer takes active content out of descriptions: scripts, frames, forms,
// event handlers, addresses that run code. Rich text is kept. A description
// from which nothing is taken stays as it is, byte for byte.
type sanitizer struct {
	policy *bluemonday.Policy
	plain  *bluemonday.Policy // without styles
}

// cleaning says what the sanitizer took out.
type cleaning struct {
	active bool // something that could run
	markup bool // elements or attributes that do no harm but are not kept
}

func newSanitizer() *sanitizer {
	return &sanitizer{policy: richText(true), plain: richText(false)}
}

// longestStyle keeps styles from the parser whose time grows with the square of
// their length: half a megabyte would take it many seconds.
const longestStyle = 2000

func richText(styles bool) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowStandardAttributes()
	p.AllowElements("p", "br", "hr", "div", "span", "section", "article", "header", "footer", "aside", "figure", "figcaption",
		"h1", "h2", "h3", "h4", "h5", "h6", "b", "i", "u", "s", "em", "strong", "small", "big", "sub", "sup", "mark", "del", "ins",
		"abbr", "cite", "code", "pre", "kbd", "samp", "var", "tt", "strike", "center", "font", "address", "details", "summary", "wbr",
		"dl", "dt", "dd", "picture")
	p.AllowLists()
	p.AllowTables()
	p.AllowAttrs("class").Globally()
	p.AllowAttrs("color", "face", "size").OnElements("font")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`(?i)^(left|right|center|justify)$`)).Globally()
	p.AllowAttrs("open").OnElements("details")
	p.AllowDataAttributes()
	p.AllowAttrs("href", "target", "rel", "name").OnElements("a")
	p.AllowAttrs("cite").OnElements("blockquote", "q")
	p.AllowElements("a", "blockquote", "q", "img")
	p.AllowAttrs("src", "alt", "width", "height", "loading").OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	if !styles {
		return p
	}
	p.AllowStyles("margin", "margin-top", "margin-right", "margin-bottom", "margin-left", "padding", "padding-top", "padding-right",
		"padding-bottom", "padding-left", "color", "background-color", "text-align", "text-decoration", "font-family", "font-size",
		"font-style", "font-weight", "line-height", "letter-spacing", "display", "width", "height", "max-width", "border", "float",
		"list-style-type", "vertical-align", "white-space").Globally()
	return p
}

// clean gives the description without what must not be in it.
func (s *sanitizer) clean(text string) (string, cleaning) {
	if !strings.ContainsAny(text, "<") {
		return text, cleaning{}
	}
	before, whole := tokens(text)
	policy := s.policy
	if slices.ContainsFunc(before, overstyled) {
		policy = s.plain
	}
	safe := policy.Sanitize(text)
	after, _ := tokens(safe)
	if whole && slices.EqualFunc(before, after, sameToken) {
		return text, cleaning{}
	}
	return safe, cleaning{
		active: !whole || slices.ContainsFunc(before, activeToken),
		markup: countMarkup(before) != countMarkup(after),
	}
}

func overstyled(t html.Token) bool {
	return slices.ContainsFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "style" && len(a.Val) > longestStyle })
}

// tokens parts HTML as browsers do, text runs joined. whole is false when the
// end of the text is an unfinished tag, which would swallow what follows it.
func tokens(text string) (list []html.Token, whole bool) {
	z := html.NewTokenizer(strings.NewReader(text))
	read := 0
	for z.Next() != html.ErrorToken {
		read += len(z.Raw())
		t := z.Token()
		if n := len(list); t.Type == html.TextToken && n > 0 && list[n-1].Type == html.TextToken {
			list[n-1].Data += t.Data
			continue
		}
		list = append(list, t)
	}
	return list, read == len(text)
}

func sameToken(a, b html.Token) bool {
	if a.Type == html.SelfClosingTagToken {
		a.Type = html.StartTagToken
	}
	if b.Type == html.SelfClosingTagToken {
		b.Type = html.StartTagToken
	}
	return a.Type == b.Type && a.Data == b.Data && slices.EqualFunc(a.Attr, b.Attr, sameAttr)
}

// sameAttr compares values as they are meant, since the sanitizer writes styles
// and addresses in its own way.
func sameAttr(a, b html.Attribute) bool {
	if a.Key != b.Key {
		return false
	}
	switch a.Key {
	case "style":
		return styleText(a.Val) == styleText(b.Val)
	case "href", "src", "cite":
		return addressText(a.Val) == addressText(b.Val)
	}
	return a.Val == b.Val
}

func styleText(style string) string {
	var parts []string
	for part := range strings.SplitSeq(style, ";") {
		if name, value, _ := strings.Cut(part, ":"); strings.TrimSpace(name) != "" {
			parts = append(parts, strings.ToLower(strings.TrimSpace(name))+":"+strings.TrimSpace(value))
		}
	}
	return strings.Join(parts, ";")
}

func addressText(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return address
	}
	return u.String()
}

// activeToken reports whether a token could run something.
func activeToken(t html.Token) bool {
	if t.Type != html.StartTagToken && t.Type != html.SelfClosingTagToken {
		return false
	}
	switch t.Data {
	case "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button", "select", "textarea",
		"svg", "math", "link", "meta", "base", "template", "noscript", "noembed", "xmp", "plaintext", "portal", "audio", "video", "source":
		return true
	}
	return slices.ContainsFunc(t.Attr, activeAttr)
}

func activeAttr(a html.Attribute) bool {
	value := strings.ToLower(a.Val)
	switch {
	case strings.HasPrefix(a.Key, "on"), a.Key == "srcdoc", a.Key == "formaction", a.Key == "background":
		return true
	case a.Key == "style":
		return strings.Contains(value, "url(") || strings.Contains(value, "expression") || strings.Contains(value, "position")
	case a.Key == "href" || a.Key == "src" || a.Key == "cite" || a.Key == "srcset":
		return !harmlessAddress(value)
	}
	return false
}

func harmlessAddress(value string) bool {
	u, err := url.Parse(strings.TrimSpace(value))
	return err == nil && (u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "mailto" || u.Scheme == "tel")
}

// countMarkup counts elements and attributes, not comments.
func countMarkup(list []html.Token) int {
	n := 0
	for _, t := range list {
		if t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken {
			n += 1 + len(t.Attr)
		}
	}
	return n
}
