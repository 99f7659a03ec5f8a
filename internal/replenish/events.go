package replenish

import (
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
)

// Crossing says which threshold was crossed, and what there was then.
type Crossing struct {
	Threshold ThresholdID          `json:"threshold"`
	Variant   catalog.VariantID    `json:"variant"`
	Location  inventory.LocationID `json:"location"`
	Available int64                `json:"available"`
	Incoming  int64                `json:"incoming"`
}

// Aggregate says whose fact it is.
func (c Crossing) Aggregate() (string, int64) { return "stock_threshold", int64(c.Threshold) }

// Low says that a level has become low.
type Low struct{ Crossing }

// Topic names the fact.
func (Low) Topic() string { return "stock.low" }

// Reorder says that more is to be ordered of a level.
type Reorder struct{ Crossing }

// Topic names the fact.
func (Reorder) Topic() string { return "stock.reorder" }

// Recovered says that a level has risen above a threshold and its margin.
type Recovered struct {
	Crossing
	From Mark `json:"from"`
}

// Topic names the fact.
func (Recovered) Topic() string { return "stock.recovered" }

// Mark is a threshold that a level can be under.
type Mark string

// The marks.
const (
	MarkLow     Mark = "low"
	MarkReorder Mark = "reorder"
)
