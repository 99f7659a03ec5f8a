// Package insight counts what shoppers search for and what they do next, tells
// merchandisers, and proposes what to do about it. It learns which category a
// query means and which queries are worth suggesting.
//
// Everything is counted from storefront events and orders, day by day, and can
// be counted again from them while they are kept. Days are those of UTC.
package insight

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/merchandising"
)

// Report names a list of queries.
type Report string

// The reports. Each lists the queries that it is about, the most searched or
// the most telling first.
const (
	Top          Report = "top"           // all, by searches
	ZeroResult   Report = "zero_result"   // those that found nothing, by how often
	LowClick     Report = "low_click"     // those whose hits are seldom clicked, by searches without a click
	Rescued      Report = "rescued"       // those that found something only when read differently
	BestClicked  Report = "best_clicked"  // by clicks
	BestOrdering Report = "best_ordering" // by orders
)

// Filter narrows what is counted; zero fields do not. From and To are days and
// both count.
type Filter struct {
	From, To time.Time
	Market   string // handle
	Language locale.Language
	// Contains keeps queries with these letters in them.
	Contains string
}

// Figures are what was counted of searches.
type Figures struct {
	Searches  int64
	Tracked   int64 // of them, those of visitors who agreed to be followed; what is below Rescued is of these
	Visits    int64 // that searched, each day anew
	Zero      int64 // found nothing
	Rescued   int64 // found something only when read differently
	Refined   int64 // another search followed without a click
	Clicked   int64 // searches with a click
	Clicks    int64
	Positions int64 // sum over clicks
	Carts     int64 // searches of which something was put into a cart
	Orders    int64 // searches of which something was bought
}

// Query is what is known of one query in a period.
type Query struct {
	Figures
	Language  locale.Language
	Query     string // normalized
	Hits      int64  // of the last search
	Stage     string
	UsedQuery string // what was searched instead, the last time
}

// ClickRate is the share of searches with a click; nil where none was tracked.
func (q Figures) ClickRate() *float64 { return share(q.Clicked, q.Tracked) }

// CartRate is the share of searches that led to a cart; nil where none was tracked.
func (q Figures) CartRate() *float64 { return share(q.Carts, q.Tracked) }

// OrderRate is the share of searches that led to an order; nil where none was tracked.
func (q Figures) OrderRate() *float64 { return share(q.Orders, q.Tracked) }

// RefinedRate is the share of searches that were put differently; nil where
// none was tracked.
func (q Figures) RefinedRate() *float64 { return share(q.Refined, q.Tracked) }

// ZeroRate is the share of searches that found nothing.
func (q Figures) ZeroRate() *float64 { return share(q.Zero, q.Searches) }

// RescuedRate is the share of searches that found something only when read
// differently.
func (q Figures) RescuedRate() *float64 { return share(q.Rescued, q.Searches) }

// MeanPosition is where clicked hits stood, from 1; nil without a click.
func (q Figures) MeanPosition() *float64 { return share(q.Positions, q.Clicks) }

func share(part, whole int64) *float64 {
	if whole <= 0 {
		return nil
	}
	rate := float64(part) / float64(whole)
	return &rate
}

// QueryProduct is what became of one product among a query's hits.
type QueryProduct struct {
	Product     catalog.ProductID
	Impressions int64
	Clicks      int64
	Carts       int64
	Orders      int64
}

// Refinement is a query with the one that visits searched for next.
type Refinement struct {
	Language locale.Language
	Query    string
	Next     string
	Sessions int64
	Clicked  int64 // of them, those that clicked a hit of the next one
}

// Intent is the category that a query means, by what was clicked.
type Intent struct {
	Language   locale.Language
	Query      string
	Category   catalog.CategoryID
	Clicks     int64
	SharePPM   int64
	ComputedAt time.Time
}

// Totals are the searches of a period altogether.
type Totals struct {
	Figures
	Queries int64 // different ones
}

// Funnel is the way of one query from search to order.
type Funnel struct {
	Query    Query
	Products []QueryProduct // clicked most, at most 50
	Next     []Refinement   // searched next, at most 50
	Days     []Day
}

// Day is one day of a funnel.
type Day struct {
	Figures
	Day time.Time
}

// ProposalID is a proposal's identity.
type ProposalID int64

// ProposalKind says what a proposal makes when it is accepted.
type ProposalKind string

// The kinds.
const (
	ProposeSynonym  ProposalKind = "synonym"
	ProposeRedirect ProposalKind = "redirect"
	ProposeRule     ProposalKind = "rule" // pins what was clicked
)

// ProposalState is what became of a proposal.
type ProposalState string

// The states.
const (
	Open      ProposalState = "open"
	Accepted  ProposalState = "accepted"
	Dismissed ProposalState = "dismissed"
)

// Proposal is what the shop proposes to do about a query; people decide.
type Proposal struct {
	ID        ProposalID
	Language  locale.Language
	Query     string
	Kind      ProposalKind
	Target    string // the other query, the address, or the product's id
	Content   merchandising.Content
	Evidence  Evidence
	Sessions  int64
	State     ProposalState
	Item      merchandising.ItemID // what was made of it; 0: nothing
	DecidedBy string
	DecidedAt *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Product is the product that the proposal pins; 0 for other kinds.
func (p Proposal) Product() catalog.ProductID {
	if r, ok := p.Content.(merchandising.Rule); ok && len(r.Acts) > 0 {
		return r.Acts[0].Product
	}
	return 0
}

// Evidence is why something is proposed: what was seen in so many days.
type Evidence struct {
	Days     int   `json:"days"`
	Visits   int64 `json:"visits"`  // searched for it in vain, or found something only by another reading
	Zero     int64 `json:"zero"`    // of them, those that found nothing
	Did      int64 `json:"did"`     // of them, those that did next what is proposed
	Clicked  int64 `json:"clicked"` // of a synonym: of those, the ones that clicked a hit of the other query
	SharePPM int64 `json:"sharePpm"`
}

// ProposalFilter narrows a list of proposals; zero fields do not.
type ProposalFilter struct {
	State    ProposalState
	Kind     ProposalKind
	Language locale.Language
	Query    string
}
