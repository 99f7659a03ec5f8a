package shop

import (
	"encoding/json"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/track"
)

// payload is what an event keeps: ids, positions and words, no personal data.
type payload struct {
	Category   *int64  `json:"categoryId,omitempty"`
	Collection *int64  `json:"collectionId,omitempty"`
	Product    *int64  `json:"productId,omitempty"`
	Variant    *int64  `json:"variantId,omitempty"`
	Hits       *int    `json:"hits,omitempty"`
	Path       *string `json:"path,omitempty"`
	Position   *int    `json:"position,omitempty"`
	Quantity   *int    `json:"quantity,omitempty"`
	Query      *string `json:"query,omitempty"`
}

func eventsOf(in []*model.StorefrontEventInput) []track.Event {
	out := make([]track.Event, len(in))
	for i, e := range in {
		raw, err := json.Marshal(payload{
			Category: number("Category", e.CategoryID), Collection: number("Collection", e.CollectionID),
			Product: number("Product", e.ProductID), Variant: number("ProductVariant", e.VariantID),
			Path: e.Path, Position: e.Position, Quantity: e.Quantity, Query: e.Query,
		})
		if err != nil { // there is nothing in it that does not marshal
			panic(err)
		}
		out[i] = track.Event{Kind: e.Kind, Payload: raw}
		if e.At != nil {
			out[i].OccurredAt = *e.At
		}
	}
	return out
}

func number(typ string, id *string) *int64 {
	n, ok := numberOf(typ, id)
	if !ok || n == 0 {
		return nil
	}
	return &n
}

// problemsOf gives refusals of an input as data; what is no refusal stays an
// error.
func problemsOf(err error) ([]*answer.ShopUserError, error) {
	if fault.KindOf(err) != fault.Invalid {
		return nil, err
	}
	return shopRefusals(err)
}

func resources(entries []listing.SitemapEntry) []answer.Resource {
	out := make([]answer.Resource, len(entries))
	for i := range entries {
		out[i] = &entries[i]
	}
	return out
}
