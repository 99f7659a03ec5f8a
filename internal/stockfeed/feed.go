package stockfeed

import (
	"time"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// The identities of this room.
type (
	ID    int64
	RunID int64
)

// OfFeed is the reference kind of the movements that feeds bring about; the
// reference is the feed's id.
const OfFeed = "feed"

// The bounds of a delivery.
const (
	MaxBytes    = 5 << 20
	MaxLines    = 50_000
	MaxProblems = 100 // that a run lists; others are only counted
)

// Kind says how a feed arrives.
type Kind string

// The kinds.
const (
	CSV     Kind = "csv"     // uploaded by staff
	Webhook Kind = "webhook" // posted by the sender, signed
	Pull    Kind = "pull"    // fetched from an address, again and again
)

// Mode says what a feed's quantities are.
type Mode string

// The modes.
const (
	Levels Mode = "levels" // what is on hand
	Deltas Mode = "deltas" // by how much it has changed
)

// Item says what a feed calls variants by.
type Item string

// The names of variants.
const (
	SKU     Item = "sku"
	Barcode Item = "barcode"
)

// Feed is where somebody else tells of the stock at one location.
type Feed struct {
	ID           ID
	Handle       string // webhooks are posted to /feeds/<handle>
	Name         string
	Kind         Kind
	Mode         Mode
	Item         Item
	Location     inventory.LocationID
	URL          string // of pulls
	EveryMinutes int    // of pulls
	Active       bool   // an inactive one takes nothing in
	LastSequence int64  // of the delivery taken last; 0: none had one
	LastAsOf     *time.Time
	NextPullAt   *time.Time
	Version      int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Input is a feed to make.
type Input struct {
	Handle       string
	Name         string
	Kind         Kind
	Mode         Mode // empty: levels
	Item         Item // empty: by SKU
	Location     inventory.LocationID
	URL          string
	EveryMinutes int
}

// Change changes what is not nil. How a feed arrives stays.
type Change struct {
	Handle       *string
	Name         *string
	Mode         *Mode
	Item         *Item
	Location     *inventory.LocationID
	URL          *string
	EveryMinutes *int
	Active       *bool
	// Restart forgets the sequence and the instant of the delivery taken last,
	// for a sender who begins to number anew.
	Restart bool
}

// Filter narrows a list of feeds; zero fields do not.
type Filter struct {
	Kind     Kind
	Location inventory.LocationID
	Active   *bool
	Text     string // part of the name or the handle, whatever the case
}

// Delivery is what a sender sends once: JSON or CSV, see the README.
type Delivery struct {
	Message  string // the sender's name of it; the same one is taken once
	Sequence int64  // 0: what the content says, if anything
	AsOf     *time.Time
	Body     []byte

	pulled bool // that it is as before is no news
}

// Receipt is the answer to a delivery.
type Receipt struct {
	Run Run // of the delivery, or the earlier one that it repeats
	// Repeated says that this was taken before and has changed nothing now.
	Repeated bool
}

// RunState says what became of a delivery.
type RunState string

// The states.
const (
	Applied RunState = "applied" // as far as its lines could be
	Refused RunState = "refused" // as a whole, and nothing changed
	Failed  RunState = "failed"  // by our fault, or it could not be fetched; nothing changed
)

// Run is the report of one delivery.
type Run struct {
	ID        RunID
	Feed      ID
	State     RunState
	Message   string
	Sequence  int64
	AsOf      *time.Time
	Lines     int
	Changed   int // lines that moved stock
	Unchanged int
	Unknown   int // lines about items that the shop does not have
	Refused   int
	Reason    string // why it was refused or failed: a fault's reason
	Problems  []Problem
	At        time.Time
}

// Problem is a line that could not be taken; line 0 is the delivery as a whole.
type Problem struct {
	Line    int    `json:"line"`
	Item    string `json:"item,omitempty"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func problemOf(line int, item string, why *fault.Error) Problem {
	return Problem{Line: line, Item: item, Reason: why.Reason, Message: why.Message}
}

// RunFilter narrows a list of runs; zero fields do not.
type RunFilter struct {
	Feed  ID
	State RunState
	Since time.Time // then or later
	Until time.Time // before then
}
