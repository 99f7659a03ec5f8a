// Package table holds what is known of every product in memory, so that
// filters, facets, counts, sorting and ranking are answered in one way for
// every search engine, exactly, and without asking anybody. Conditions on
// options, price and availability hold for one and the same variant: «red and M»
// is a red M. The rules of filters and facets are those of listing's SQL; tests
// hold the two together.
//
// # How it is kept
//
// Products stand by id in chunks that never change. A write makes the chunks
// anew that it touches and shares the others with the views before it, so that
// a few products among many cost little and nobody who reads ever waits. All
// words (vendors, tags, values of options and attributes …) are symbols:
// numbers in a list that only grows. A filter is worked out once for all
// symbols and then only looked up, and a facet is an array of counts by symbol.
package table

import (
	"sync"
	"sync/atomic"

	"github.com/souk-commerce/souk/internal/listing"
)

// Table is the products of the shop. It is safe for use by many: readers work
// on a [View], which does not change.
type Table struct {
	writing sync.Mutex
	symbols *symbols
	kept    int // symbols that there were when they were last looked through
	spare   int
	view    atomic.Pointer[View]
}

// New makes an empty table.
func New() *Table {
	t := &Table{symbols: newSymbols(), spare: spare}
	t.publish(nil)
	return t
}

// Ask selects products as a buyer may see them.
type Ask struct {
	At listing.Context // market, price list, language, now
	// Among are the only products asked about, none twice, in their order, as an
	// engine ranked them; nil asks about all.
	Among       []listing.ProductID
	Category    listing.CategoryID   // with those below it; 0 is any
	Collection  listing.CollectionID // 0 is any
	Filters     []listing.Filter
	Without     []listing.ProductID // left out, of counts, too
	Not         []listing.Filter    // products that one of these has are left out
	Unavailable listing.Unavailable // "" shows them; hide leaves them out; last puts them behind
}

// Facts are what ranking knows of a product in a buyer's market.
type Facts struct {
	Available   bool
	Amount      int64 // lowest price, minor units
	Popularity  int64 // millionths
	Trend       int64
	Margin      *int64 // millionths; of the variant with the highest
	CreatedAt   int64  // Unix seconds
	PublishedAt int64
	Rating      *int64 // thousandths of a star
	OnSale      bool
}

// Traits are what products are alike in.
type Traits struct {
	Category listing.CategoryID // the main one, else the first that it is in itself; 0 is none
	Vendor   string
	Type     string
	Values   []uint32 // of attributes, ascending: in one view the same number is the same value
}

// Setting says how one facet is shown.
type Setting = listing.FacetSetting

// Name is a category, a collection or a vendor with products that a buyer sees.
type Name struct {
	ID     int64 // 0 of a vendor
	Handle string
	Title  string // in the buyer's language
	Count  int    // products
}
