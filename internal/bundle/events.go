package bundle

import (
	"context"
	"slices"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// Changed says that a variant is a bundle of other things now, or none any more.
type Changed struct {
	Product catalog.ProductID `json:"product"`
	Variant catalog.VariantID `json:"variant"`
	Version int64             `json:"version"`
}

// Topic names the fact.
func (Changed) Topic() string { return "bundle.changed" }

// Aggregate says whose fact it is: whoever shows the product shows it anew.
func (f Changed) Aggregate() (string, int64) { return "product", int64(f.Product) }

// Affected gives the products of bundles of which there may be more or fewer
// after facts about stock and bundles: the facts about stock name the parts.
func (s *Service) Affected(ctx context.Context, facts ...event.Envelope) ([]catalog.ProductID, error) {
	var parts []catalog.VariantID
	var products []catalog.ProductID
	for _, f := range facts {
		var about struct {
			Variant catalog.VariantID `json:"variant"`
			Product catalog.ProductID `json:"product"`
		}
		if err := f.Decode(&about); err != nil {
			return nil, err
		}
		switch f.Topic {
		case "stock.changed":
			parts = append(parts, about.Variant)
		case Changed{}.Topic():
			products = append(products, about.Product)
		}
	}
	bundles, err := s.with(ctx, parts)
	if err != nil {
		return nil, err
	}
	if len(bundles) > 0 {
		refs, err := s.rooms.Catalog.RefsOfVariants(ctx, bundles)
		if err != nil {
			return nil, err
		}
		for _, r := range refs {
			products = append(products, r.Product)
		}
	}
	slices.Sort(products)
	return slices.Compact(products), nil
}
