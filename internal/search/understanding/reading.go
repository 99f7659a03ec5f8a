// Package understanding makes of what people type what is asked of a search
// engine: normal forms, corrections, joined and split words, synonyms, units,
// article numbers, and, where nothing is found, a ladder of weaker readings.
// It is pure: the vocabulary of the documents is handed in. Nothing is changed
// silently: a reading tells its stage, the query that was used and what was
// dropped.
package understanding

// Stage is how far a query had to be read differently to find something.
type Stage string

// The stages, in the order in which they are tried.
const (
	AsTyped   Stage = "as_typed"
	Corrected Stage = "corrected" // words that are not known were spelled anew
	Joined    Stage = "joined"    // two words were read as one, or one as two
	Dropped   Stage = "dropped"   // words that nothing has were left out
	Relaxed   Stage = "relaxed"   // not all words were asked for
	Nothing   Stage = "nothing"   // nothing was found
)

// Reading is one way to read a query.
type Reading struct {
	Stage  Stage
	Used   string   // the query as it was used, in words to show
	Left   []string // words that were dropped, as they were typed
	Groups []Group  // what to ask for
	Least  int      // how many of the groups are enough; 0: all
}

// Group is one thing asked for; any of the alternatives will do.
type Group struct {
	Any    []string // the first is what was typed or corrected
	Prefix bool     // the first may be the beginning of a longer word
	Code   bool     // it looks like an article number
}
