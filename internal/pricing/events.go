package pricing

import "github.com/souk-commerce/souk/internal/catalog"

// PriceChanged says that products cost something else in a list now. Without
// products it is all of the list.
type PriceChanged struct {
	List     ListID              `json:"list"`
	Version  int64               `json:"version"`
	Products []catalog.ProductID `json:"products,omitempty"`
}

// Topic names the fact.
func (PriceChanged) Topic() string { return "price.changed" }

// Aggregate says whose fact it is.
func (f PriceChanged) Aggregate() (string, int64) { return "price_list", int64(f.List) }

// ListChanged says that a price list is new, different or gone.
type ListChanged struct {
	List    ListID `json:"list"`
	Version int64  `json:"version"`
}

// Topic names the fact.
func (ListChanged) Topic() string { return "price_list.changed" }

// Aggregate says whose fact it is.
func (f ListChanged) Aggregate() (string, int64) { return "price_list", int64(f.List) }
