// Package ranking puts products in the order that rules want. It is pure and
// knows integers only: the same plan over the same candidates gives the same
// order, whichever engine ranked them.
package ranking

import "github.com/souk-commerce/souk/internal/listing"

// ProductID is the catalog's.
type ProductID = listing.ProductID

const (
	// Window is how many of the first candidates are ranked anew. Behind them the
	// candidates' own order holds.
	Window = 240
	// Injected is how many products from behind the window boosts may bring into
	// it: those that are boosted by name first, then the best candidates.
	Injected = 48
	// Questions is how often candidates behind the window are asked whether a move
	// has them: one move looks 2,400 places far, six look 400. A product that is
	// boosted by name is found wherever it stands.
	Questions = 10 * Window
)

// Plan is what rules want of a list.
type Plan struct {
	// Pins have different products and positions.
	Pins  []Pin
	Moves []Move
	// InStockFirst puts what cannot be bought behind the rest. Behind the window
	// this holds as far as the candidates come in that order.
	InStockFirst bool
	// Popularity, Freshness and Margin are strengths from 0 to 100. At 100 each
	// moves a product by a tenth of its rank at most.
	Popularity, Freshness, Margin int
	Now                           int64 // Unix seconds, for Freshness
}

// Pin gives a product a place of the whole list, whatever page that is on.
type Pin struct {
	Rule     int64
	Act      int // its place in the rule
	Product  ProductID
	Position int  // from 1
	AnyStock bool // even while it cannot be bought
}

// Move lifts products or lets them sink: the one that is named, or where none
// is those that Has. What several moves say of one product adds up, lifting and
// sinking each to 100 at most.
type Move struct {
	Rule    int64 // 0 is none: the category that a query means
	Product ProductID
	Has     func(i int) bool // of the candidate at this place
	Percent int              // 1 to 100 takes so much off the rank; −1 to −100 adds so much of the window
}

// Facts are what ranking knows of a product.
type Facts struct {
	Available  bool  // it can be bought
	Popularity int64 // millionths of the most wanted one's
	Margin     int64 // of the price, in millionths; 0 where it is not known
	NewSince   int64 // Unix seconds
}

// List is what is put in order. It is read as long as the answer is used.
type List struct {
	// Candidates pass every filter, best first, nothing twice, nothing hidden.
	Candidates []ProductID
	Facts      func(i int) Facts // of the candidate at this place
	// Guest tells of a pinned product that is no candidate whether it may stand in
	// this list all the same (it passes the filters, is published and sold in the
	// market, and is not hidden), and whether it can be bought. Nil allows none.
	Guest func(ProductID) (available, ok bool)
	// Explain fills Placed.Rules.
	Explain bool
}

// Placed is a product at its place.
type Placed struct {
	Product    ProductID
	EngineRank int     // from 1 among the candidates; 0 where it is none
	FinalRank  int     // from 1
	Rules      []int64 // that moved it or pinned it, in the order of the plan
}
