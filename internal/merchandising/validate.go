package merchandising

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
)

// check collects what is wrong with a content, each with its path.
type check struct {
	faults fault.List
}

// invalid notes a fault unless ok.
func (c *check) invalid(ok bool, message string, path ...string) {
	if !ok {
		c.faults.Add(fault.New(fault.Invalid, "invalid_content", message).At(path...))
	}
}

func (c *check) between(n, low, high int, path ...string) {
	if n < low || n > high {
		c.faults.Add(fault.Newf(fault.Invalid, "invalid_content", "It must be between %d and %d.", low, high).At(path...))
	}
}

// text asks for at most so many letters, and for at least one letter or digit
// where it may not be empty.
func (c *check) text(s string, most int, mayBeEmpty bool, path ...string) {
	switch {
	case s == "" && mayBeEmpty:
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r == 0 }):
		c.invalid(false, "It is not a text.", path...)
	case utf8.RuneCountInString(s) > most:
		c.faults.Add(fault.Newf(fault.Invalid, "invalid_content", "At most %d characters.", most).At(path...))
	case !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }):
		c.invalid(false, "It has no letter and no digit.", path...)
	}
}

func (c *check) words(list []string, least int, path ...string) {
	c.between(len(list), least, maxWords, path...)
	for i, w := range list {
		c.text(w, maxWord, false, append(slices.Clone(path), strconv.Itoa(i))...)
	}
}

func (c *check) language(l locale.Language, path ...string) {
	c.invalid(l.Valid(), "It is not a language.", path...)
}

func (c *check) times(from, to *time.Time, path ...string) {
	if from != nil && to != nil {
		c.invalid(to.After(*from), "It ends before it starts.", append(slices.Clone(path), "endsAt")...)
	}
}

// link allows a path of the storefront and an https address. A path that a
// browser takes for another host, as «//host» and «/\host», is none.
func (c *check) link(s string, path ...string) {
	c.invalid(linkable(s), "It must be a path that begins with «/», or an https address.", path...)
}

func linkable(s string) bool {
	if len(s) > maxLink || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || r == '\\' }) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil {
		return false
	}
	if strings.HasPrefix(s, "/") {
		return u.Scheme == "" && u.Host == "" && !strings.HasPrefix(s, "//")
	}
	return u.Scheme == "https" && u.Hostname() != ""
}

// trigger asks for a query where the trigger may not do without.
func (c *check) trigger(t Trigger, mustName bool) {
	if q := t.Query; q != nil {
		c.query(*q)
	}
	c.invalid(!mustName || t.Query != nil && t.Query.Match != MatchEmpty, "It must name a query.", "trigger", "query")
	c.times(t.StartsAt, t.EndsAt, "trigger")
	for name, n := range map[string]int{"categories": len(t.Categories), "collections": len(t.Collections), "markets": len(t.Markets),
		"languages": len(t.Languages), "segments": len(t.Segments)} {
		c.between(n, 0, maxTargets, "trigger", name)
	}
	for i, l := range t.Languages {
		c.language(l, "trigger", "languages", strconv.Itoa(i))
	}
	for i, s := range t.Segments {
		c.text(s, maxWord, false, "trigger", "segments", strconv.Itoa(i))
	}
	ids(c, t.Categories, "categories")
	ids(c, t.Collections, "collections")
	ids(c, t.Markets, "markets")
}

func ids[ID ~int64](c *check, list []ID, name string) {
	for i, id := range list {
		c.invalid(id > 0, "It is not an id.", "trigger", name, strconv.Itoa(i))
	}
}

func (c *check) query(q QueryTrigger) {
	switch q.Match {
	case MatchEmpty:
		c.invalid(q.Words == "", "An empty query has no words.", "trigger", "query", "words")
	case MatchExact, MatchContains:
		c.text(q.Words, maxQuery, false, "trigger", "query", "words")
	default:
		c.invalid(false, "It must be exact, contains or empty.", "trigger", "query", "match")
	}
}

// Validate reports everything that is wrong.
func (r Rule) Validate() error {
	var c check
	c.trigger(r.Trigger, false)
	c.between(r.Priority, -maxPriority, maxPriority, "priority")
	c.between(len(r.Acts), 1, maxActs, "acts")
	seen := acted{positions: map[int]bool{}, named: map[listing.ProductID]Do{}, orders: map[Do]bool{}}
	for i, a := range r.Acts {
		at := []string{"acts", strconv.Itoa(i)}
		c.act(a, at)
		seen.act(&c, a, at)
	}
	return c.faults.Err()
}

// acted is what the acts of a rule have said so far.
type acted struct {
	positions map[int]bool
	named     map[listing.ProductID]Do // pinned or hidden
	orders    map[Do]bool
}

// act refuses what a rule says twice, or against itself.
func (s acted) act(c *check, a Act, at []string) {
	switch a.Do {
	case Pin, Hide:
		if a.Product != 0 {
			c.invalid(s.named[a.Product] == "", "The rule pins or hides this product already.", append(at, "product")...)
			s.named[a.Product] = a.Do
		}
		if a.Do == Pin {
			c.invalid(!s.positions[a.Position], "The rule pins another product to this position.", append(at, "position")...)
			s.positions[a.Position] = true
		}
	case InStockFirst, Freshness, Popularity, Margin:
		c.invalid(!s.orders[a.Do], "The rule says so already.", append(at, "do")...)
		s.orders[a.Do] = true
	}
}

// act looks at one act alone: what it needs, and that it has nothing else.
func (c *check) act(a Act, at []string) {
	on := func(field string) []string { return append(slices.Clone(at), field) }
	names, strong := false, false
	switch a.Do {
	case Pin:
		c.invalid(a.Product > 0, "A pin names a product.", on("product")...)
		c.between(a.Position, 1, maxPosition, on("position")...)
	case Hide:
		names = true
	case Boost, Bury:
		names, strong = true, true
	case Freshness, Popularity, Margin:
		strong = true
	case InStockFirst:
	default:
		c.invalid(false, "It is none of the acts.", on("do")...)
		return
	}
	if strong {
		c.between(a.Strength, 1, 100, on("strength")...)
	}
	if names {
		c.invalid(a.Product >= 0 && (a.Product > 0) != (a.Filter != nil), "It names products by either product or filter.", on("product")...)
	}
	if a.Filter != nil && names {
		c.filter(*a.Filter, on("filter"))
	}
	pin := a.Do == Pin
	c.invalid(strong || a.Strength == 0, "This act has no strength.", on("strength")...)
	c.invalid(pin || a.Position == 0, "Only pins have a position.", on("position")...)
	c.invalid(pin || !a.AnyStock, "Only pins speak of stock.", on("anyStock")...)
	c.invalid(names || pin || a.Product == 0, "This act names no product.", on("product")...)
	c.invalid(names || a.Filter == nil, "This act has no filter.", on("filter")...)
}

// filter asks whether lists could take it; in which currency does not matter.
func (c *check) filter(f listing.Filter, at []string) {
	c.invalid(!reflect.ValueOf(f).IsZero(), "A filter asks for something.", at...)
	_, err := listing.FacetChoices([]listing.Filter{f}, money.Currency("EUR"))
	for _, e := range fault.All(err) {
		c.faults.Add(e.At(append(slices.Clone(at), trimmed(e.Path)...)...))
	}
}

// trimmed cuts the name of the list's argument off a path.
func trimmed(path []string) []string {
	if len(path) > 0 && path[0] == "filters" {
		return path[1:]
	}
	return path
}

// Validate reports everything that is wrong.
func (s Synonym) Validate() error {
	var c check
	c.language(s.Language, "language")
	c.times(s.StartsAt, s.EndsAt)
	if s.From == "" && len(s.To) == 0 {
		c.words(s.Words, 2, "words")
		return c.faults.Err()
	}
	c.invalid(len(s.Words) == 0, "A synonym is either two-way (words) or one-way (from, to).", "words")
	c.text(s.From, maxWord, false, "from")
	c.words(s.To, 1, "to")
	return c.faults.Err()
}

// Validate reports everything that is wrong.
func (s StopWords) Validate() error {
	var c check
	c.language(s.Language, "language")
	c.words(s.Words, 1, "words")
	return c.faults.Err()
}

// Validate reports everything that is wrong.
func (r Redirect) Validate() error {
	var c check
	c.trigger(r.Trigger, true)
	c.link(r.Target, "target")
	return c.faults.Err()
}

// Validate reports everything that is wrong.
func (b Banner) Validate() error {
	var c check
	c.trigger(b.Trigger, false)
	c.between(b.Priority, -maxPriority, maxPriority, "priority")
	c.text(b.Title, maxTitle, false, "title")
	c.text(b.Body, maxBody, true, "body")
	c.between(b.Position, 0, maxPosition, "position")
	if b.ImageURL != "" {
		c.link(b.ImageURL, "imageUrl")
	}
	if b.Link != "" {
		c.link(b.Link, "link")
	}
	return c.faults.Err()
}

func (c *check) profile(p Profile, at ...string) {
	for _, order := range []struct {
		name     string
		strength int
	}{{"popularity", p.Popularity}, {"freshness", p.Freshness}, {"margin", p.Margin}, {"intent", p.Intent}} {
		c.between(order.strength, 0, 100, append(slices.Clone(at), order.name)...)
	}
}

// Validate reports everything that is wrong.
func (p Profile) Validate() error {
	var c check
	c.profile(p)
	return c.faults.Err()
}

// Validate reports everything that is wrong.
func (f FacetSetting) Validate() error {
	var c check
	c.text(f.Facet, maxTitle, false, "facet")
	c.between(f.Position, 0, maxPosition, "position")
	c.invalid(slices.Contains([]string{"", "count", "label", "manual"}, f.Order), "It must be count, label or manual.", "order")
	c.invalid((f.Order == "manual") == (len(f.Values) > 0), "Values belong to the manual order.", "values")
	c.between(len(f.Values), 0, maxTargets, "values")
	for i, v := range f.Values {
		c.text(v, maxTitle, false, "values", strconv.Itoa(i))
	}
	c.between(f.Limit, 0, 100, "limit")
	c.between(f.AtLeast, 0, 100, "atLeast")
	c.between(f.Buckets, 0, 20, "buckets")
	return c.faults.Err()
}

// Validate reports everything that is wrong.
func (e Experiment) Validate() error {
	var c check
	c.profile(e.Control, "control")
	c.profile(e.Variant, "variant")
	c.invalid(e.SharePPM >= 0 && e.SharePPM <= million, "It must be between 0 and 1000000.", "sharePpm")
	c.times(e.StartsAt, e.EndsAt)
	c.between(len(e.Languages), 0, maxTargets, "languages")
	for i, l := range e.Languages {
		c.language(locale.Language(l), "languages", strconv.Itoa(i))
	}
	return c.faults.Err()
}

// Validate reports everything that is wrong.
func (s Suggestion) Validate() error {
	var c check
	c.language(s.Language, "language")
	c.text(s.Query, maxWord, false, "query")
	return c.faults.Err()
}
