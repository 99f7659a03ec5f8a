package catalog

import (
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/event"
)

func wrongStatus(from lifecycle.Status, e lifecycle.Event) error {
	return fault.Newf(fault.Conflict, "wrong_status", "A product that is %s does not allow %s.", from, e).At("status")
}

// CreateProduct makes a product with its options and variants. Prices and stock
// are given afterwards, by their own rooms.
func (s *Service) CreateProduct(ctx context.Context, in NewProduct) (Product, error) {
	in.normalize()
	if err := in.Validate(); err != nil {
		return Product{}, err
	}
	var after Product
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		id, err := s.insertWhole(ctx, in)
		if err != nil {
			return err
		}
		if after, err = s.ProductByID(ctx, id); err != nil {
			return err
		}
		variants, err := s.variantsOf(ctx, id)
		if err != nil {
			return err
		}
		return s.record(ctx, note{
			action: "product.create", kind: "product", id: int64(id),
			after: struct {
				Product
				Variants []Variant
			}{after, variants},
			facts: []event.Fact{ProductCreated{Product: id, Version: after.Version}},
		})
	})
	return after, err
}

// insertWhole writes the product and everything that hangs on it.
func (s *Service) insertWhole(ctx context.Context, in NewProduct) (ProductID, error) {
	if in.Handle == "" {
		handle, err := s.freeHandle(ctx, productSlug, MakeHandle(in.Title, "product"))
		if err != nil {
			return 0, err
		}
		in.Handle = handle
	}
	id, err := s.insertProduct(ctx, in)
	if err != nil {
		return 0, err
	}
	if err := s.claimHandle(ctx, productSlug, int64(id), in.Handle); err != nil {
		return 0, err
	}
	options, err := s.insertOptions(ctx, id, in.Options, 1)
	if err != nil {
		return 0, err
	}
	if _, err := s.insertVariants(ctx, Product{ID: id, Options: options}, in.Variants, 1); err != nil {
		return 0, err
	}
	return id, s.writeLists(ctx, id, ProductChange{
		Tags: in.Tags, Media: in.Media, Categories: in.Categories,
		ExcludedMarkets: in.ExcludedMarkets, Attributes: in.Attributes, Type: &in.Type,
	})
}

// UpdateProduct changes the product if version is the current one.
func (s *Service) UpdateProduct(ctx context.Context, id ProductID, version int64, c ProductChange) (Product, error) {
	c.normalize()
	if err := c.Validate(); err != nil {
		return Product{}, err
	}
	return s.change(ctx, id, version, edit{
		action:  "product.update",
		aspects: c.aspects(),
		write: func(ctx context.Context, before Product) error {
			if c.Handle != nil && *c.Handle != before.Handle {
				if err := s.claimHandle(ctx, productSlug, int64(id), *c.Handle); err != nil {
					return err
				}
			}
			if err := s.updateProduct(ctx, id, c); err != nil {
				return err
			}
			if c.Type == nil {
				c.Type = &before.Type
			}
			return s.writeLists(ctx, id, c)
		},
	})
}

// aspects tells what the change touches.
func (c ProductChange) aspects() []Aspect {
	var out []Aspect
	add := func(touched bool, a Aspect) {
		if touched {
			out = with(out, a)
		}
	}
	add(c.Handle != nil || c.Title != nil || c.DescriptionHTML != nil || c.Vendor != nil || c.Type != nil ||
		c.TaxClass != nil || c.Fulfillment != nil || c.Restock != nil || c.SEO != nil, AspectContent)
	add(c.Tags != nil, AspectTags)
	add(c.Media != nil, AspectMedia)
	add(c.Categories != nil, AspectCategory)
	add(c.ExcludedMarkets != nil, AspectMarkets)
	add(c.Attributes != nil, AspectAttributes)
	return out
}

// PublishProduct puts the product on sale, from at on; nil means from now on. A
// product that is on sale already is scheduled anew.
func (s *Service) PublishProduct(ctx context.Context, id ProductID, version int64, at *time.Time) (Product, error) {
	return s.advance(ctx, id, version, lifecycle.Publish, edit{
		action: "product.publish", aspects: []Aspect{AspectStatus},
		write: func(ctx context.Context, _ Product) error {
			from := s.db.Now(ctx)
			if at != nil {
				from = at.UTC()
			}
			return s.exec(ctx, "publish product", `UPDATE product SET published_at = $2 WHERE id = $1`, int64(id), from)
		},
	})
}

// UnpublishProduct takes the product off sale, back to draft.
func (s *Service) UnpublishProduct(ctx context.Context, id ProductID, version int64) (Product, error) {
	return s.advance(ctx, id, version, lifecycle.Unpublish, edit{
		action: "product.unpublish", aspects: []Aspect{AspectStatus},
		write: func(ctx context.Context, _ Product) error {
			return s.exec(ctx, "unpublish product", `UPDATE product SET published_at = NULL WHERE id = $1`, int64(id))
		},
	})
}

// ArchiveProduct ends the sale of the product. It keeps its handle, its SKUs
// and its place in manual collections, hidden.
func (s *Service) ArchiveProduct(ctx context.Context, id ProductID, version int64) (Product, error) {
	return s.advance(ctx, id, version, lifecycle.Archive, edit{
		action: "product.archive",
		fact:   func(p Product) event.Fact { return ProductArchived{Product: p.ID, Version: p.Version} },
	})
}

// RestoreProduct makes an archived product a draft again.
func (s *Service) RestoreProduct(ctx context.Context, id ProductID, version int64) (Product, error) {
	return s.advance(ctx, id, version, lifecycle.Restore, edit{
		action: "product.restore", aspects: []Aspect{AspectStatus},
	})
}

// AttachMedia adds pictures at the end of the gallery; those that are in it
// already keep their place.
func (s *Service) AttachMedia(ctx context.Context, id ProductID, version int64, pictures []media.ID) (Product, error) {
	return s.changeMedia(ctx, id, version, func(now []media.ID) []media.ID {
		for _, m := range pictures {
			if !slices.Contains(now, m) {
				now = append(now, m)
			}
		}
		return now
	})
}

// DetachMedia takes pictures out of the gallery, and off the product's
// variants.
func (s *Service) DetachMedia(ctx context.Context, id ProductID, version int64, pictures []media.ID) (Product, error) {
	return s.changeMedia(ctx, id, version, func(now []media.ID) []media.ID {
		return slices.DeleteFunc(now, func(m media.ID) bool { return slices.Contains(pictures, m) })
	})
}

// OrderMedia puts the named pictures first, in this order; the others follow as
// they stood.
func (s *Service) OrderMedia(ctx context.Context, id ProductID, version int64, pictures []media.ID) (Product, error) {
	return s.changeMedia(ctx, id, version, func(now []media.ID) []media.ID {
		ordered := slices.DeleteFunc(slices.Clone(pictures), func(m media.ID) bool { return !slices.Contains(now, m) })
		for _, m := range now {
			if !slices.Contains(ordered, m) {
				ordered = append(ordered, m)
			}
		}
		return ordered
	})
}

func (s *Service) changeMedia(ctx context.Context, id ProductID, version int64, next func([]media.ID) []media.ID) (Product, error) {
	return s.change(ctx, id, version, edit{
		action: "product.media", aspects: []Aspect{AspectMedia},
		write: func(ctx context.Context, before Product) error {
			gallery := next(slices.Clone(before.Media))
			if len(gallery) > MaxMedia {
				return tooMany(MaxMedia, "media")
			}
			return s.replaceMedia(ctx, id, gallery)
		},
	})
}

// Featured gives the products of a window in their order.
func (s *Service) Featured(ctx context.Context, w Window) ([]ProductID, error) {
	return s.featured(ctx, w)
}

// SetFeatured puts exactly these products into a window, in this order.
func (s *Service) SetFeatured(ctx context.Context, w Window, products []ProductID) error {
	products = unique(products)
	if len(products) > MaxFeatured {
		return tooMany(MaxFeatured, "products")
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.featured(ctx, w)
		if err != nil {
			return err
		}
		if err := s.replaceFeatured(ctx, w, products); err != nil {
			return err
		}
		fact := FeaturedChanged{Market: zeroIfNone(w.Market), Category: zeroIfNone(w.Category)}
		return s.record(ctx, note{
			action: "featured.set", kind: "featured", id: fact.Category,
			before: before, after: products, facts: []event.Fact{fact},
		})
	})
}

// unique keeps the first of each.
func unique[T comparable](list []T) []T {
	if list == nil {
		return nil
	}
	seen := make(map[T]bool, len(list))
	out := make([]T, 0, len(list))
	for _, v := range list {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

func zeroIfNone[ID ~int64](id *ID) int64 {
	if id == nil {
		return 0
	}
	return int64(*id)
}
