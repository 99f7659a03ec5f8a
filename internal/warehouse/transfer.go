// Package warehouse keeps the papers of people who handle goods: transfers of
// stock from one location to another, and counts of what lies at a location. It
// moves stock through inventory only, in the transaction that changes the paper.
package warehouse

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

// The identities of this room.
type (
	TransferID     int64
	TransferLineID int64
	CountID        int64
	CountLineID    int64
)

// What movements name as their reference.
const (
	OfTransfer = "transfer"
	OfCount    = "count"
)

// MaxLines bounds the lines of a transfer, and those that one call records of a
// count.
const MaxLines = 250

// Transfer takes stock from one location to another.
type Transfer struct {
	ID         TransferID
	From       inventory.LocationID
	To         inventory.LocationID
	State      lifecycle.TransferState
	Note       string
	ExpectedAt *time.Time // when the goods should come
	ShippedAt  *time.Time
	EndedAt    *time.Time // when it was received or cancelled
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// TransferLine is how many pieces of a variant a transfer takes. A variant that
// is deleted when the transfer is over stays on its line.
type TransferLine struct {
	ID       TransferLineID
	Transfer TransferID
	Variant  catalog.VariantID
	Quantity int64 // wanted, and kept back while the transfer is reserved
	Shipped  int64
	Received int64
	Lost     int64 // sent, and written off on the way
}

// OnTheWay is how many pieces left and neither came nor were lost.
func (l TransferLine) OnTheWay() int64 { return l.Shipped - l.Received - l.Lost }

// Pieces are some of one variant.
type Pieces struct {
	Variant  catalog.VariantID
	Quantity int64
}

// Arrival is what came of a variant, and what is known to come no more.
type Arrival struct {
	Variant  catalog.VariantID
	Received int64
	Lost     int64
}

// NewTransfer is a transfer to draft.
type NewTransfer struct {
	From       inventory.LocationID
	To         inventory.LocationID
	Note       string
	ExpectedAt *time.Time
	Lines      []Pieces // at least one; each variant once
}

// TransferChange changes what is not nil. The zero time takes the expected date
// away. Lines replace those of a draft.
type TransferChange struct {
	Note       *string
	ExpectedAt *time.Time
	Lines      []Pieces
}

// TransferFilter narrows a list; zero fields do not.
type TransferFilter struct {
	States  []lifecycle.TransferState
	From    inventory.LocationID
	To      inventory.LocationID
	Variant catalog.VariantID
}

// TransferSort is the order of a list of transfers; ties go by id.
type TransferSort string

// The orders. The zero value is as they were made.
const (
	TransfersByCreation TransferSort = "created_at"
	TransfersByExpected TransferSort = "expected_at" // those without a date last
	TransfersByUpdate   TransferSort = "updated_at"
)
