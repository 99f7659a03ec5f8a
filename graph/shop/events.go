package shop

import (
	"strconv"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/track"
)

// mostSeen is how many products one impression may name.
const mostSeen = 50

var errSeen = fault.Newf(fault.Invalid, "too_many_products", "An impression names at most %d products.", mostSeen)

func eventsOf(in []*model.StorefrontEventInput) ([]track.Event, error) {
	out := make([]track.Event, len(in))
	var refused fault.List
	for i, e := range in {
		if len(e.ProductIds) > mostSeen {
			refused.Add(errSeen.At("events", strconv.Itoa(i), "productIds"))
		}
		out[i] = payloadOf(e).Event(e.Kind)
		if e.At != nil {
			out[i].OccurredAt = *e.At
		}
	}
	return out, refused.Err()
}

func payloadOf(e *model.StorefrontEventInput) track.Payload {
	p := track.Payload{
		QueryID: either(e.QueryID, ""), Query: either(e.Query, ""), Path: either(e.Path, ""), Position: either(e.Position, 0), Quantity: either(e.Quantity, 0),
		Category: number("Category", e.CategoryID), Collection: number("Collection", e.CollectionID),
		Product: number("Product", e.ProductID), Variant: number("ProductVariant", e.VariantID),
	}
	for _, id := range e.ProductIds {
		if n := number("Product", &id); n != 0 {
			p.Products = append(p.Products, n)
		}
	}
	if e.Kind == track.Click || e.Kind == track.Impression {
		p.Source = sourceOf(p)
	}
	return p
}

// sourceOf tells the list that a hit was seen in.
func sourceOf(p track.Payload) string {
	switch {
	case p.Collection != 0:
		return "collection"
	case p.Category != 0:
		return "category"
	case p.QueryID != "" || p.Query != "":
		return "search"
	}
	return ""
}

// number reads an id; 0 stands for none of that type.
func number(typ string, id *string) int64 {
	n, ok := numberOf(typ, id)
	if !ok {
		return 0
	}
	return n
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
