package merchandising

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
)

// Kind says what an item is.
type Kind string

// The kinds. Each has a content type of its own.
const (
	KindRule       Kind = "rule"       // Rule
	KindSynonym    Kind = "synonym"    // Synonym
	KindStopWords  Kind = "stop_words" // StopWords
	KindRedirect   Kind = "redirect"   // Redirect
	KindBanner     Kind = "banner"     // Banner
	KindProfile    Kind = "profile"    // Profile; the live one with the lowest id is global
	KindFacet      Kind = "facet"      // FacetSetting
	KindExperiment Kind = "experiment" // Experiment
	KindSuggestion Kind = "suggestion" // Suggestion
)

// Content is what an item says: one of the types of this file. Validate
// reports everything that is wrong with it.
type Content interface {
	Kind() Kind
	Validate() error
}

// Trigger says when something applies. What is left empty asks for nothing;
// everything else must hold. Categories and collections are asked together: one
// of either will do.
type Trigger struct {
	Query       *QueryTrigger          `json:"query,omitempty"`
	Categories  []catalog.CategoryID   `json:"categories,omitempty"`  // lists of one of these; not of those below
	Collections []catalog.CollectionID `json:"collections,omitempty"` // lists of one of these
	Markets     []int64                `json:"markets,omitempty"`
	Languages   []locale.Language      `json:"languages,omitempty"`
	Segments    []string               `json:"segments,omitempty"` // of customers; nobody has one yet
	StartsAt    *time.Time             `json:"startsAt,omitempty"`
	EndsAt      *time.Time             `json:"endsAt,omitempty"`
}

// QueryTrigger says for which queries.
type QueryTrigger struct {
	Match QueryMatch `json:"match"`
	Words string     `json:"words,omitempty"` // normalized before it is compared; empty with MatchEmpty
}

// QueryMatch is how a query is compared.
type QueryMatch string

// The comparisons. Words are compared as a whole, not letters.
const (
	MatchExact    QueryMatch = "exact"
	MatchContains QueryMatch = "contains" // the words side by side, in their order
	MatchEmpty    QueryMatch = "empty"    // nothing is searched for; so it is in lists
)

// Rule moves products in lists and searches that its trigger names. See the
// package's README for what happens where rules disagree.
type Rule struct {
	Trigger  Trigger `json:"trigger"`
	Priority int     `json:"priority"` // the higher goes first; of equal ones the lower item id
	Acts     []Act   `json:"acts"`     // at most 300
}

// Act is one thing that a rule does.
type Act struct {
	Do       Do                `json:"do"`
	Product  catalog.ProductID `json:"product,omitempty"`  // of pin; hide, boost and bury name products so or by filter
	Filter   *listing.Filter   `json:"filter,omitempty"`   // of hide, boost, bury
	Position int               `json:"position,omitempty"` // of pin, from 1
	Strength int               `json:"strength,omitempty"` // of boost, bury and the orders, 1 to 100
	// AnyStock pins a product even while it cannot be bought.
	AnyStock bool `json:"anyStock,omitempty"`
}

// Do is what an act does.
type Do string

// The acts.
const (
	Pin          Do = "pin"
	Hide         Do = "hide"
	Boost        Do = "boost"
	Bury         Do = "bury"
	InStockFirst Do = "in_stock_first"
	Freshness    Do = "freshness"  // newer ones higher, bounded
	Popularity   Do = "popularity" // wanted ones higher, bounded
	Margin       Do = "margin"     // those that earn more higher, bounded
)

// Synonym makes words mean the same in one language.
type Synonym struct {
	Language locale.Language `json:"language"`
	Words    []string        `json:"words,omitempty"` // two-way
	From     string          `json:"from,omitempty"`  // one-way
	To       []string        `json:"to,omitempty"`
	StartsAt *time.Time      `json:"startsAt,omitempty"`
	EndsAt   *time.Time      `json:"endsAt,omitempty"`
}

// StopWords are passed over in queries of one language, unless there are no
// other words.
type StopWords struct {
	Language locale.Language `json:"language"`
	Words    []string        `json:"words"`
}

// Redirect sends who searches somewhere else.
type Redirect struct {
	Trigger Trigger `json:"trigger"`
	Target  string  `json:"target"` // a path of the storefront, or an https address
}

// Banner is shown with the hits.
type Banner struct {
	Trigger  Trigger `json:"trigger"`
	Priority int     `json:"priority"`
	Title    string  `json:"title"`
	Body     string  `json:"body,omitempty"`
	ImageURL string  `json:"imageUrl,omitempty"`
	Link     string  `json:"link,omitempty"`
	Position int     `json:"position,omitempty"` // after how many hits it stands; 0 is above them
}

// Profile is the ranking that holds where no rule says otherwise: strengths
// from 0 to 100.
type Profile struct {
	InStockFirst bool `json:"inStockFirst,omitempty"`
	Popularity   int  `json:"popularity,omitempty"`
	Freshness    int  `json:"freshness,omitempty"`
	Margin       int  `json:"margin,omitempty"`
	Intent       int  `json:"intent,omitempty"` // of the category that a query means
}

// FacetSetting says how one facet is shown. Facets without one stand behind
// those with one.
type FacetSetting struct {
	Facet    string   `json:"facet"` // a Filter.id of the shop's schema
	Position int      `json:"position"`
	Hidden   bool     `json:"hidden,omitempty"`
	Order    string   `json:"order,omitempty"`  // "count" (the default), "label", "manual"
	Values   []string `json:"values,omitempty"` // of "manual": these first
	Limit    int      `json:"limit,omitempty"`  // values shown, up to 100
	// AtLeast hides the facet when it has fewer values or covers fewer of the
	// hits in percent than this; 0 is the default of one value that all hits have.
	AtLeast int `json:"atLeast,omitempty"`
	// Buckets cuts a range of prices into steps of the market's currency.
	Buckets int `json:"buckets,omitempty"`
}

// Experiment compares two profiles. Visits are shared out by a hash of the
// session; those without one see the control.
type Experiment struct {
	Control   Profile    `json:"control"`
	Variant   Profile    `json:"variant"`
	SharePPM  int64      `json:"sharePpm"` // of visits that see the variant, in millionths
	StartsAt  *time.Time `json:"startsAt,omitempty"`
	EndsAt    *time.Time `json:"endsAt,omitempty"`
	Languages []string   `json:"languages,omitempty"`
}

// Suggestion adds a query to those that are suggested, or keeps one out.
type Suggestion struct {
	Language locale.Language `json:"language"`
	Query    string          `json:"query"`
	Blocked  bool            `json:"blocked,omitempty"`
}
