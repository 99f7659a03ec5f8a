package answer

import (
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// The payloads of the changes of search. What is proposed may be of any kind, so
// that a proposal goes by its id alone.
type (
	MerchandisingItemPayload Payload[merchandising.Item]
	SearchGenerationPayload  Payload[search.Generation]
	SearchCheckPayload       Payload[int]
	SearchProposalPayload    Payload[insight.ProposalID]
)

// SearchDeadLetterPayload is what came of trying a document again: it was taken,
// or else its letter stands.
type SearchDeadLetterPayload struct {
	Taken      bool
	Thing      *search.DeadLetter
	UserErrors []UserError
}

// Content is what an item is to say: exactly one of its fields is set.
type Content struct {
	Rule       *merchandising.Rule
	Synonym    *merchandising.Synonym
	StopWords  *merchandising.StopWords
	Redirect   *merchandising.Redirect
	Banner     *merchandising.Banner
	Profile    *merchandising.Profile
	Facet      *merchandising.FacetSetting
	Experiment *merchandising.Experiment
	Suggestion *merchandising.Suggestion
}

var errOneContent = fault.New(fault.Invalid, "one_content", "An item says exactly one thing.").At("content")

// Read gives the one content that is there, and the name of its field.
func (c Content) Read() (content merchandising.Content, field string, err error) {
	said := 0
	for _, each := range []struct {
		field   string
		content merchandising.Content
	}{
		{"rule", given(c.Rule)}, {"synonym", given(c.Synonym)}, {"stopWords", given(c.StopWords)},
		{"redirect", given(c.Redirect)}, {"banner", given(c.Banner)}, {"profile", given(c.Profile)},
		{"facet", given(c.Facet)}, {"experiment", given(c.Experiment)}, {"suggestion", given(c.Suggestion)},
	} {
		if each.content != nil {
			content, field = each.content, each.field
			said++
		}
	}
	if said != 1 {
		return nil, "", errOneContent
	}
	return content, field, nil
}

// given gives a content as a value; nil if it was left out.
func given[C merchandising.Content](c *C) merchandising.Content {
	if c == nil {
		return nil
	}
	return *c
}

// MerchandisingItemInput is a new item, or a new version of one.
type MerchandisingItemInput struct {
	Name    string
	Content Content
	Note    string
}

// What rooms write as plain text, for the enums of the schema.
const (
	FacetsByCount  = "count"
	FacetsByLabel  = "label"
	FacetsManually = "manual"

	LostHidden   = "hidden"
	LostPinned   = "pinned"
	LostPosition = "position_taken"
	LostOrder    = "order_set"
	LostUnfit    = "cannot_stand"

	BoughtTogether = "bought_together"
	ViewedTogether = "viewed_together"
)

// SearchPreviewInput is a shopper in whose place a preview is made.
type SearchPreviewInput struct {
	Query       string
	Prefix      bool
	Market      *market.ID
	Country     locale.Country
	Language    locale.Language
	Category    *catalog.CategoryID
	Collection  *catalog.CollectionID
	Filters     []listing.Filter
	Sort        listing.Sort
	Unavailable listing.Unavailable
	Segments    []string
	Session     string
}

// SearchPreview is what a shopper would see.
type SearchPreview struct {
	Nodes       []SearchPreviewHit
	PageInfo    page.Info
	TotalCount  int
	Facets      []listing.Facet
	PriceRanges []listing.PriceBucket
	Stage       understanding.Stage
	Rescue      *merchandising.Rescue
	Redirect    *string
	Banners     []merchandising.Banner
	Applied     []merchandising.Applied
	Arm         *merchandising.Arm
	Degraded    bool
	Changed     bool
	Market      market.ID
	Language    locale.Language
}

// SearchPreviewHit is a product as a shopper would see it.
type SearchPreviewHit struct {
	Cursor  string
	Shown   *listing.Product
	Explain *SearchExplain
}

// SearchExplain is why a hit stands where it does.
type SearchExplain struct {
	merchandising.Placed
	Stage understanding.Stage
}

// MerchandisingItemEdge is one entry of a list.
type MerchandisingItemEdge struct {
	Cursor string
	Node   merchandising.Item
}

// MerchandisingItemConnection is one page.
type MerchandisingItemConnection struct {
	Connection[merchandising.Item, MerchandisingItemEdge]
}

// MerchandisingVersionEdge is one entry of a list.
type MerchandisingVersionEdge struct {
	Cursor string
	Node   merchandising.Version
}

// MerchandisingVersionConnection is one page.
type MerchandisingVersionConnection struct {
	Connection[merchandising.Version, MerchandisingVersionEdge]
}

// MerchandisingReleaseEdge is one entry of a list.
type MerchandisingReleaseEdge struct {
	Cursor string
	Node   merchandising.Release
}

// MerchandisingReleaseConnection is one page.
type MerchandisingReleaseConnection struct {
	Connection[merchandising.Release, MerchandisingReleaseEdge]
}

// SearchDeadLetterEdge is one entry of a list.
type SearchDeadLetterEdge struct {
	Cursor string
	Node   search.DeadLetter
}

// SearchDeadLetterConnection is one page.
type SearchDeadLetterConnection struct {
	Connection[search.DeadLetter, SearchDeadLetterEdge]
}

// SearchQueryStatsEdge is one entry of a report.
type SearchQueryStatsEdge struct {
	Cursor string
	Node   insight.Query
}

// SearchQueryStatsConnection is one page.
type SearchQueryStatsConnection struct {
	Connection[insight.Query, SearchQueryStatsEdge]
}

// SearchRefinementEdge is one entry of a list.
type SearchRefinementEdge struct {
	Cursor string
	Node   insight.Refinement
}

// SearchRefinementConnection is one page.
type SearchRefinementConnection struct {
	Connection[insight.Refinement, SearchRefinementEdge]
}

// SearchIntentEdge is one entry of a list.
type SearchIntentEdge struct {
	Cursor string
	Node   insight.Intent
}

// SearchIntentConnection is one page.
type SearchIntentConnection struct {
	Connection[insight.Intent, SearchIntentEdge]
}

// SearchProposalEdge is one entry of a list.
type SearchProposalEdge struct {
	Cursor string
	Node   insight.Proposal
}

// SearchProposalConnection is one page.
type SearchProposalConnection struct {
	Connection[insight.Proposal, SearchProposalEdge]
}
