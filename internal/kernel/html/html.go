// Package html cleans the rich text that merchants write, before it is kept.
// There is one policy for the whole shop: what is stored is safe to show.
package html

import (
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// policy is bluemonday's policy for user content (text, lists, tables, links,
// pictures; no scripts, no event handlers, http, https and mailto only), and
// the class names, sizes and alignments that shop texts are full of.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.UGCPolicy()
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^[A-Za-z0-9_ -]{0,200}$`)).Globally()
	p.AllowStyles("text-align").MatchingEnum("left", "right", "center", "justify").Globally()
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.RequireNoFollowOnLinks(false)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(false)
	return p
})

// Sanitize gives text that is safe to show, and says whether anything had to be
// changed for it. Cleaning what is clean changes nothing.
func Sanitize(text string) (clean string, changed bool) {
	clean = policy().Sanitize(text)
	return clean, clean != text
}
