package inventory

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
)

// The identities of this room.
type (
	LocationID int64
	LevelID    int64
	MovementID int64
)

// The bounds of one change.
const (
	MaxLines    = 1_000         // levels in one change
	MaxQuantity = 1_000_000_000 // pieces in one movement
)

// Stock is the four counts of a level, or of several together.
type Stock struct {
	OnHand   int64
	Taken    int64 // reserved and allocated
	Incoming int64
	Safety   int64 // kept back
}

// Available is what can be promised to a buyer; less than nothing counts as
// nothing.
func (s Stock) Available() int64 { return max(0, s.OnHand-s.Taken-s.Safety) }

// Level is the stock of one variant at one location.
type Level struct {
	ID       LevelID
	Variant  catalog.VariantID
	Location LocationID
	Stock
	Version   int64
	UpdatedAt time.Time
}

// Kind says what a movement was.
type Kind string

// The kinds of movements.
const (
	Received    Kind = "receive"
	Adjusted    Kind = "adjust"
	Counted     Kind = "count"
	Reserved    Kind = "reserve"
	Released    Kind = "release"
	Expired     Kind = "expire"
	Allocated   Kind = "allocate"
	Deallocated Kind = "deallocate"
	Shipped     Kind = "ship"
	Returned    Kind = "return"
	Transferred Kind = "transfer"
	WrittenOff  Kind = "write_off"
)

// Movement is one entry of the ledger: by how much the counts of a level
// changed.
type Movement struct {
	ID            MovementID
	Variant       catalog.VariantID
	Location      LocationID
	Kind          Kind
	Delta         Stock
	Reason        string
	ReferenceKind string // what brought it about: "import", "order"
	ReferenceID   int64
	ActorKind     string
	ActorID       int64
	At            time.Time
}

// Cause says why stock changes. The same key with the same lines changes it
// once; the same key with other lines is refused.
type Cause struct {
	Key           string // required
	Reason        string // for people
	ReferenceKind string
	ReferenceID   int64
}

// Adjustment changes what is on hand by a difference.
type Adjustment struct {
	Variant  catalog.VariantID
	Location LocationID
	Delta    int64
}

// Count sets what is on hand. Whoever has seen an earlier count or version says
// so, and is refused when it is no longer true.
type Count struct {
	Variant  catalog.VariantID
	Location LocationID
	OnHand   int64
	Expected *int64 // what was on hand when counting
	Version  *int64 // the level's version then
}

// Receipt takes pieces in.
type Receipt struct {
	Variant  catalog.VariantID
	Location LocationID
	Quantity int64
}

// LevelFilter narrows a list; zero fields do not.
type LevelFilter struct {
	Variants []catalog.VariantID
	Location LocationID
	AtMost   *int64 // available, for lists of what runs out
}

// LevelSort is the order of a list of levels; ties go by id.
type LevelSort string

// The orders. The zero value is by variant.
const (
	LevelsByVariant   LevelSort = "variant"
	LevelsByAvailable LevelSort = "available"
	LevelsByUpdate    LevelSort = "updated_at"
)

// MovementFilter narrows a list; zero fields do not.
type MovementFilter struct {
	Variant       catalog.VariantID
	Location      LocationID
	Kind          Kind
	ReferenceKind string
	ReferenceID   int64
	Since         time.Time
	Until         time.Time
}
