package merchandising

import (
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// Ask asks for hits of a search, or for the products of one list.
type Ask struct {
	Query string
	// List asks for the list of a collection, of a category or of the whole
	// catalog; otherwise it is a search.
	List        bool
	Kinds       []listing.Kind // of a search; none: all
	Prefix      bool           // the last word may be unfinished
	Category    catalog.CategoryID
	Collection  catalog.CollectionID
	Filters     []listing.Filter
	Unavailable listing.Unavailable
	Sort        listing.Sort
	Page        page.Args
	Total       bool
	Facets      bool
	Tree        bool
	Need        listing.Need
	Suggest     int      // how many popular products to give where nothing is found
	Session     string   // of the visitor, for experiments; empty without consent
	Segments    []string // of the customer
	Drafts      []Draft  // read as if they were live; staff only
	Explain     bool     // staff only
}

// Draft is a version of an item that is looked at before it is live; Version 0
// is the latest.
type Draft struct {
	Item    ItemID
	Version int
}

// Answer is one page of hits with what was done to find them.
type Answer struct {
	listing.Hits
	QueryID  string  // names the search in events; 22 characters
	Query    string  // normalized, as reports count it
	Rescue   *Rescue // nil where the query was read as it was typed and found something
	Degraded bool    // the engine did not answer; the catalog's own list did
	Redirect *string // where to go instead
	Banners  []Banner
	// Changed tells that the list was made anew, or under other rules, since the
	// cursor was given: pages may overlap or miss something.
	Changed bool
	Arm     *Arm      // of the experiment that this visit is in
	Ranking []Placed  // of the hits of this page, where they were explained
	Applied []Applied // rules that had a say, in the order of their weight
	Stage   understanding.Stage

	chosen *table.Selection // what facets are counted over; nil where the catalog's own list answered
}

// Rescue tells how a query was read when not as it was typed.
type Rescue struct {
	Stage     understanding.Stage
	UsedQuery string
	Dropped   []string
	// Suggestions are popular products. They stand beside the hits, of which there
	// are none then, and never among them.
	Suggestions []*listing.Product
}

// Arm is a side of an experiment.
type Arm struct {
	Experiment ItemID
	Version    int
	Name       string // "control" or "variant"
}

// Placed explains where a hit stands.
type Placed struct {
	Product    catalog.ProductID
	EngineRank int // from 1; 0 where the query does not match it
	FinalRank  int // from 1
	Rules      []ItemID
}

// Applied is a rule that was triggered, and what became of it.
type Applied struct {
	Item    ItemID
	Version int
	Name    string
	// Lost are its acts that another rule kept from acting, with that rule.
	Lost []Conflict
}

// Conflict is an act that did not act.
type Conflict struct {
	Act    int // place in the rule
	By     ItemID
	Reason string
}
