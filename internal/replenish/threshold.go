// Package replenish watches what runs out: below which count a level is low, at
// which count more of it is to be ordered, and what to order now.
package replenish

import (
	"strconv"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// ThresholdID is a threshold's identity.
type ThresholdID int64

// The bounds of one change.
const (
	MaxLines    = 250
	MaxQuantity = inventory.MaxQuantity
)

// Level names the stock of one variant at one location.
type Level = inventory.LevelRef

// Threshold says below which count a level is low, and when to order more of it.
type Threshold struct {
	ID ThresholdID
	Level
	LowAt           *int64 // low when no more than this is available; nil: never
	ReorderAt       *int64 // to be ordered when no more than this is available or on its way; nil: never
	ReorderQuantity *int64 // how many are ordered at once; nil: as many as are missing
	Margin          int64  // by how much stock must rise above a threshold before falling to it is news again
	LowSince        *time.Time
	ReorderSince    *time.Time
	Version         int64
	UpdatedAt       time.Time
}

// Input is what a threshold is made of. It replaces the whole.
type Input struct {
	Level
	LowAt           *int64
	ReorderAt       *int64
	ReorderQuantity *int64
	Margin          int64
	Version         *int64 // the one that was seen, 0 for none; nil: whatever it is
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Variants []catalog.VariantID
	Location inventory.LocationID
	Low      bool // only what is low now
	Reorder  bool // only what is to be ordered now
}

// validate reports every fault of all inputs at once.
func validate(inputs []Input) error {
	var faults fault.List
	if len(inputs) == 0 || len(inputs) > MaxLines {
		faults.Add(fault.Newf(fault.Invalid, "invalid_lines", "A change names between 1 and %d thresholds.", MaxLines).At("lines"))
		return faults.Err()
	}
	seen := map[Level]bool{}
	for i, in := range inputs {
		at := func(field string) []string { return []string{"lines", strconv.Itoa(i), field} }
		if in.LowAt == nil && in.ReorderAt == nil {
			faults.Add(fault.New(fault.Invalid, "required", "A threshold says when a level is low or when to order.").At(at("lowAt")...))
		}
		for _, n := range []struct {
			of    string
			value *int64
			least int64
		}{{"lowAt", in.LowAt, 0}, {"reorderAt", in.ReorderAt, 0}, {"reorderQuantity", in.ReorderQuantity, 1}, {"margin", &in.Margin, 0}} {
			if n.value != nil && (*n.value < n.least || *n.value > MaxQuantity) {
				faults.Add(fault.New(fault.Invalid, "invalid_quantity", "The quantity is outside of what is allowed.").At(at(n.of)...))
			}
		}
		if seen[in.Level] {
			faults.Add(fault.New(fault.Invalid, "duplicate_line", "The same level stands twice.").At("lines", strconv.Itoa(i)))
		}
		seen[in.Level] = true
	}
	return faults.Err()
}
