// Package purchasing keeps what the shop orders from its suppliers. What is to
// come counts as incoming where it goes; what comes is taken into stock through
// inventory, in the transaction that changes the order.
package purchasing

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/purchasing/lifecycle"
)

// The identities of this room.
type (
	ID     int64
	LineID int64
)

// OfOrder is what movements name as their reference.
const OfOrder = "purchase_order"

// The bounds of an order.
const (
	MaxLines = 250
	MaxCost  = 1_000_000_000_000 // minor units, of a piece
)

// Order is what the shop orders from a supplier.
type Order struct {
	ID         ID
	Supplier   inventory.LocationID // of the kind supplier
	Location   inventory.LocationID // where the goods go
	State      lifecycle.State
	Reference  string // the supplier's own number
	Note       string
	Currency   money.Currency // of its costs
	ExpectedAt *time.Time     // when the goods should come
	OrderedAt  *time.Time
	EndedAt    *time.Time // when nothing more was to come
	Version    int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Line is how many pieces of a variant are ordered. A variant that is deleted
// when nothing of it is to come stays on its line.
type Line struct {
	ID        LineID
	Order     ID
	Variant   catalog.VariantID
	Quantity  int64 // ordered; taking more than that raises it
	Received  int64
	Cancelled int64
	UnitCost  *money.Money // nil: not agreed, or not told
}

// Rest is how many pieces have neither come nor been cancelled.
func (l Line) Rest() int64 { return l.Quantity - l.Received - l.Cancelled }

// NewOrder is an order to draft.
type NewOrder struct {
	Supplier   inventory.LocationID
	Location   inventory.LocationID
	Reference  string
	Note       string
	Currency   money.Currency
	ExpectedAt *time.Time
	Lines      []NewLine // at least one; each variant once
}

// NewLine is a line to write.
type NewLine struct {
	Variant  catalog.VariantID
	Quantity int64
	UnitCost *money.Money // in the order's currency
}

// Change changes what is not nil. The zero time takes the expected date away.
// Lines replace those of a draft.
type Change struct {
	Reference  *string
	Note       *string
	ExpectedAt *time.Time
	Lines      []NewLine
}

// Delivery is what came.
type Delivery struct {
	Key   string    // required: the same delivery under the same key is taken in once
	Over  bool      // take more than is still to come; the lines' quantities grow by it
	Lines []Arrival // none: all that is still to come
}

// Arrival is what came of a variant.
type Arrival struct {
	Variant  catalog.VariantID
	Quantity int64
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	States    []lifecycle.State
	Supplier  inventory.LocationID
	Location  inventory.LocationID
	Variant   catalog.VariantID
	Reference string    // part of it, whatever the case
	DueBefore time.Time // expected before; those without a date are not
}

// Sort is the order of a list; ties go by id.
type Sort string

// The orders. The zero value is as they were made.
const (
	ByCreation Sort = "created_at"
	ByExpected Sort = "expected_at" // those without a date last
	ByUpdate   Sort = "updated_at"
)
