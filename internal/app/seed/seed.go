// Package seed writes the sample shop into an empty database, through the rooms
// that own its parts.
package seed

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/souk-commerce/souk/internal/app/sample"
	"github.com/souk-commerce/souk/internal/app/sample/picture"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/translation"
)

// Rooms are those that the sample shop is written through.
type Rooms struct {
	DB           *postgres.DB
	Markets      *market.Service
	Translations *translation.Service
	Metafields   *metafield.Service
	Media        *media.Service
	Content      *content.Service
	Catalog      *catalog.Service
	Pricing      *pricing.Service
	Inventory    *inventory.Service
	Taxes        *tax.Service
	Delivery     *shipping.Service
}

// seeder remembers the identities of what it has written, by handle.
type seeder struct {
	Rooms
	shop        *sample.Shop
	pictures    map[string]media.ID // by what is drawn
	markets     map[string]market.ID
	lists       map[string]pricing.ListID // by market handle; "" is the base list
	locations   map[string]inventory.LocationID
	attributes  map[string]catalog.AttributeID
	categories  map[string]catalog.CategoryID
	products    map[string]catalog.ProductID
	collections map[string]catalog.CollectionID
	pages       map[string]content.PageID
	blogs       map[string]content.BlogID
	articles    map[string]content.ArticleID // "blog/article"
	policies    map[string]content.PolicyID
}

// Load writes the sample shop, all of it in one transaction, unless there is a
// shop already. Pictures are drawn and stored before, since files know no
// transactions; drawing the same one again gives the same file.
func Load(ctx context.Context, r Rooms) (loaded bool, err error) {
	if _, err := r.Markets.Shop(ctx); !errors.Is(err, market.ErrNoShop) {
		return false, err
	}
	shop, err := sample.Load()
	if err != nil {
		return false, fmt.Errorf("read the sample shop: %w", err)
	}
	s := &seeder{Rooms: r, shop: shop}
	if err := s.draw(ctx); err != nil {
		return false, err
	}
	err = r.DB.InTx(ctx, func(ctx context.Context) error {
		s.forget()
		loaded, err = s.write(ctx)
		return err
	})
	return loaded, err
}

// forget begins anew, since a transaction may run twice.
func (s *seeder) forget() {
	s.markets, s.lists = map[string]market.ID{}, map[string]pricing.ListID{}
	s.locations, s.attributes = map[string]inventory.LocationID{}, map[string]catalog.AttributeID{}
	s.categories, s.products = map[string]catalog.CategoryID{}, map[string]catalog.ProductID{}
	s.collections, s.pages = map[string]catalog.CollectionID{}, map[string]content.PageID{}
	s.blogs, s.articles = map[string]content.BlogID{}, map[string]content.ArticleID{}
	s.policies = map[string]content.PolicyID{}
}

// write runs the parts in the order in which they refer to each other.
func (s *seeder) write(ctx context.Context) (bool, error) {
	found, err := s.found(ctx)
	if err != nil || !found {
		return false, err
	}
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{"markets", s.writeMarkets}, {"locations", s.writeLocations}, {"taxes", s.writeTaxes}, {"delivery", s.writeDelivery}, {"attributes", s.writeAttributes},
		{"categories", s.writeCategories}, {"products", s.writeProducts}, {"references", s.writeReferences},
		{"collections", s.writeCollections}, {"featured products", s.writeFeatured}, {"pages", s.writePages},
		{"blogs", s.writeBlogs}, {"policies", s.writePolicies}, {"redirects", s.writeRedirects}, {"menus", s.writeMenus},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			return false, fmt.Errorf("write %s of the sample shop: %w", step.what, err)
		}
	}
	return true, nil
}

// drawing is one picture to make.
type drawing struct {
	name, alt string
	spec      picture.Spec
}

// key says what is drawn; the same picture is stored once for each text that
// stands for it.
func (d drawing) key() string { return fmt.Sprintf("%s|%s|%+v", d.name, d.alt, d.spec) }

// draw makes every picture of the shop, a few at a time.
func (s *seeder) draw(ctx context.Context) error {
	s.pictures = map[string]media.ID{}
	all := s.drawings()
	ids := make([]media.ID, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i, d := range all {
		group.Go(func() error {
			var file bytes.Buffer
			if err := picture.Draw(&file, d.spec); err != nil {
				return fmt.Errorf("draw %s: %w", d.name, err)
			}
			asset, err := s.Media.Upload(ctx, d.name, d.alt, &file)
			ids[i] = asset.ID
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, d := range all {
		s.pictures[d.key()] = ids[i]
	}
	return nil
}

func (s *seeder) drawings() []drawing {
	all := []drawing{{"logo", s.shop.Name, s.shop.Logo}}
	for _, c := range s.shop.Categories {
		all = append(all, drawing{c.Handle, c.Title, c.Picture})
	}
	for _, p := range s.shop.Products {
		for _, x := range p.Pictures {
			all = append(all, drawing{x.Name, x.Alt, x.Spec})
		}
	}
	for _, c := range s.shop.Collections {
		if c.Picture != nil {
			all = append(all, drawing{c.Handle, c.Title, *c.Picture})
		}
	}
	for _, b := range s.shop.Blogs {
		for _, a := range b.Articles {
			all = append(all, drawing{a.Handle, a.Title, a.Picture})
		}
	}
	return all
}

// picture gives the asset of a drawing that draw has made.
func (s *seeder) picture(name, alt string, spec picture.Spec) *media.ID {
	id := s.pictures[drawing{name, alt, spec}.key()]
	return &id
}

// translate writes the German texts of something.
func (s *seeder) translate(ctx context.Context, kind string, id int64, texts sample.Texts) error {
	if len(texts) == 0 {
		return nil
	}
	all := make([]translation.Text, 0, len(texts))
	for field, value := range texts {
		if value != "" {
			all = append(all, translation.Text{Language: "de", Field: field, Value: value})
		}
	}
	return s.Translations.Set(ctx, translation.Owner{Kind: kind, ID: id}, all)
}
