package inventory

import "github.com/souk-commerce/souk/internal/catalog"

// StockChanged says that the stock of a variant at a location is different now,
// whether the variant was and is available anywhere, and whether the location
// had or has so little of it that it may not suffice for a buyer, a market or a
// bundle.
type StockChanged struct {
	Level        LevelID           `json:"level"`
	Version      int64             `json:"version"`
	Variant      catalog.VariantID `json:"variant"`
	Product      catalog.ProductID `json:"product"`
	Location     LocationID        `json:"location"`
	WasAvailable bool              `json:"was_available"`
	NowAvailable bool              `json:"now_available"`
	Scarce       bool              `json:"scarce"`
}

// scarce is below how many available pieces at a location a change is worth
// telling those who keep what they showed for a while.
const scarce = 10

// Topic names the fact.
func (StockChanged) Topic() string { return "stock.changed" }

// Aggregate says whose fact it is.
func (f StockChanged) Aggregate() (string, int64) { return "stock_level", int64(f.Level) }

// LocationChanged says that a location is new or different.
type LocationChanged struct {
	Location LocationID `json:"location"`
	Version  int64      `json:"version"`
}

// Topic names the fact.
func (LocationChanged) Topic() string { return "location.changed" }

// Aggregate says whose fact it is.
func (f LocationChanged) Aggregate() (string, int64) { return "location", int64(f.Location) }
