package seed

import (
	"context"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/pricing"
)

// found makes the shop, or reports that there is one.
func (s *seeder) found(ctx context.Context) (bool, error) {
	logo := int64(*s.picture("logo", s.shop.Name, s.shop.Logo))
	found, err := s.Markets.Found(ctx, market.Founding{
		Currency: s.shop.Currency,
		Shop: market.ShopInput{Name: s.shop.Name, Description: s.shop.Description, Email: s.shop.Email,
			Country: s.shop.Country, Language: s.shop.Language, LogoMediaID: &logo},
	})
	if err != nil || !found {
		return false, err
	}
	return true, s.translate(ctx, "shop", 1, s.shop.De)
}

func (s *seeder) writeMarkets(ctx context.Context) error {
	base, err := s.Pricing.CreateList(ctx, pricing.NewList{Name: "Base prices", Base: true})
	if err != nil {
		return err
	}
	s.lists[""] = base.ID
	for i, m := range s.shop.Markets {
		saved, err := s.Markets.Create(ctx, market.Input{Handle: m.Handle, Name: m.Name, Currency: m.Currency,
			PricesIncludeTax: m.PricesIncludeTax, Default: m.Default, Active: true, Position: i,
			Countries: m.Countries, Languages: m.Languages})
		if err != nil {
			return err
		}
		s.markets[m.Handle] = saved.ID
		if m.Derive == nil {
			continue
		}
		list, err := s.Pricing.CreateList(ctx, pricing.NewList{Name: m.Name, MarketID: &saved.ID, Rule: &pricing.Rule{
			FactorPPM: m.Derive.FactorPPM, Step: int64(m.Derive.RoundTo), Ending: int64(m.Derive.RoundEnding)}})
		if err != nil {
			return err
		}
		s.lists[m.Handle] = list.ID
	}
	return nil
}

func (s *seeder) writeLocations(ctx context.Context) error {
	for _, l := range s.shop.Locations {
		saved, err := s.Inventory.CreateLocation(ctx, inventory.NewLocation{Handle: l.Handle, Name: l.Name,
			Kind: inventory.LocationKind(l.Kind), Country: l.Country, Priority: l.Priority, Default: l.Default})
		if err != nil {
			return err
		}
		s.locations[l.Handle] = saved.ID
	}
	return nil
}

func (s *seeder) writeAttributes(ctx context.Context) error {
	for i, a := range s.shop.Attributes {
		saved, err := s.Catalog.CreateAttribute(ctx, catalog.NewAttribute{Code: a.Code, Name: a.Name,
			Type: catalog.AttributeType(a.Type), ProductType: a.ProductType, Unit: a.Unit, Choices: a.Choices,
			Facet: a.Facet, Position: i})
		if err != nil {
			return err
		}
		s.attributes[a.Code] = saved.ID
		if err := s.translate(ctx, "attribute_definition", int64(saved.ID), a.De); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) writeCategories(ctx context.Context) error {
	for _, c := range s.shop.Categories {
		in := catalog.NewCategory{Handle: c.Handle, Title: c.Title, Description: c.Description,
			MediaID: s.picture(c.Handle, c.Title, c.Picture)}
		if parent, ok := s.categories[c.Parent]; ok {
			in.ParentID = &parent
		}
		saved, err := s.Catalog.CreateCategory(ctx, in)
		if err != nil {
			return err
		}
		s.categories[c.Handle] = saved.ID
		if err := s.translate(ctx, "category", int64(saved.ID), c.De); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) writeCollections(ctx context.Context) error {
	for _, c := range s.shop.Collections {
		in := catalog.NewCollection{Handle: c.Handle, Title: c.Title, DescriptionHTML: c.Description,
			Order: catalog.CollectionOrder(c.Order), SEO: catalog.SEO(c.SEO)}
		if c.Picture != nil {
			in.MediaID = s.picture(c.Handle, c.Title, *c.Picture)
		}
		if c.Rule != nil {
			rule := s.rule(*c.Rule)
			in.Rule = &rule
		}
		for _, handle := range c.Products {
			in.Products = append(in.Products, s.products[handle])
		}
		saved, err := s.Catalog.CreateCollection(ctx, in)
		if err != nil {
			return err
		}
		s.collections[c.Handle] = saved.ID
		if err := s.translate(ctx, "collection", int64(saved.ID), c.De); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) writeFeatured(ctx context.Context) error {
	for _, w := range s.shop.Featured {
		var at catalog.Window
		if id, ok := s.markets[w.Market]; ok {
			at.Market = &id
		}
		if id, ok := s.categories[w.Category]; ok {
			at.Category = &id
		}
		products := make([]catalog.ProductID, len(w.Products))
		for i, handle := range w.Products {
			products[i] = s.products[handle]
		}
		if err := s.Catalog.SetFeatured(ctx, at, products); err != nil {
			return err
		}
	}
	return nil
}
