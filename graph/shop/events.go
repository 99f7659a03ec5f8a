package shop

import (
	"encoding/json"
	"strings"

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
func problemsOf(err error) ([]*model.ShopUserError, error) {
	if fault.KindOf(err) != fault.Invalid {
		return nil, err
	}
	var out []*model.ShopUserError
	for _, f := range fault.All(err) {
		out = append(out, &model.ShopUserError{Code: codeOf(f), Field: f.Path, Message: f.Message})
	}
	return out, nil
}

func codeOf(f *fault.Error) model.ShopErrorCode {
	switch {
	case f.Reason == "required":
		return model.ShopErrorCodeRequired
	case strings.Contains(f.Reason, "too_many"), strings.Contains(f.Reason, "too_long"), f.Reason == "limit_exceeded":
		return model.ShopErrorCodeLimitExceeded
	}
	return model.ShopErrorCodeInvalid
}

func resources(entries []listing.SitemapEntry) []answer.Resource {
	out := make([]answer.Resource, len(entries))
	for i := range entries {
		out[i] = &entries[i]
	}
	return out
}
