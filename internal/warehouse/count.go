package warehouse

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

// MaxCountLines bounds the lines of a count. Larger locations are counted in
// parts.
const MaxCountLines = 10_000

// Count is a count of what lies at a location.
type Count struct {
	ID        CountID
	Location  inventory.LocationID
	State     lifecycle.CountState
	Note      string
	EndedAt   *time.Time // when it was applied or cancelled
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// CountLine is what was counted of a variant.
type CountLine struct {
	ID        CountLineID
	Count     CountID
	Variant   catalog.VariantID
	Expected  int64  // on hand by the books when it was counted, and until then when the count began
	Counted   *int64 // nil: not yet
	CountedAt *time.Time
}

// Difference is what was found more than expected, less than nothing where
// pieces are missing; nil while nobody has counted. Applying the count adds it
// to what is on hand then, so that goods which come and go after the counting
// do not falsify it.
func (l CountLine) Difference() *int64 {
	if l.Counted == nil {
		return nil
	}
	d := *l.Counted - l.Expected
	return &d
}

// NewCount is a count to open.
type NewCount struct {
	Location inventory.LocationID
	Note     string
	Variants []catalog.VariantID // none: all that the location has a level of
}

// Tally is what somebody counted of a variant. A variant that the count does not
// list is added to it: it lay on the shelf.
type Tally struct {
	Variant catalog.VariantID
	Counted int64
}

// Progress is how far a count is.
type Progress struct {
	Lines     int64
	Counted   int64
	Differing int64 // of those that were counted
}

// CountFilter narrows a list; zero fields do not.
type CountFilter struct {
	States   []lifecycle.CountState
	Location inventory.LocationID
	Variant  catalog.VariantID
}

// CountSort is the order of a list of counts; ties go by id.
type CountSort string

// The orders. The zero value is as they were opened.
const (
	CountsByCreation CountSort = "created_at"
	CountsByUpdate   CountSort = "updated_at"
)

// CountLineFilter narrows the lines of a count; zero fields do not.
type CountLineFilter struct {
	Counted   *bool
	Differing *bool // what nobody has counted does not differ
}
