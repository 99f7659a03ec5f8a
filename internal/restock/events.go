package restock

import "github.com/souk-commerce/souk/internal/listing"

// Available says that what somebody waits for is in stock again. It is recorded
// once for a request.
type Available struct {
	Request ID                `json:"request"`
	Variant listing.VariantID `json:"variant"`
}

// Topic names the fact.
func (Available) Topic() string { return "restock.available" }

// Aggregate says whose fact it is.
func (f Available) Aggregate() (string, int64) { return "restock_request", int64(f.Request) }
