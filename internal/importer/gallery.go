package importer

import (
	"context"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/media"
)

// gallery is the pictures of one product, by address.
type gallery map[string]media.ID

// hang finds the pictures of the products in their galleries and links those
// that are missing. A picture belongs to one product, so that its alternative
// text is nobody else's.
func (b *batch) hang(ctx context.Context) error {
	assets, err := b.assets(ctx)
	if err != nil {
		return err
	}
	alts := map[media.ID]string{}
	var links []media.BulkLink
	var places []*item
	for _, it := range b.live {
		it.gallery = gallery{}
		if it.before != nil {
			for _, id := range it.before.Product.Media {
				it.gallery[b.service.address(assets[id])] = id
			}
		}
		d := it.product.Draft
		for _, image := range d.Images {
			id, known := it.gallery[image.URL]
			if !known {
				links, places = append(links, media.BulkLink{URL: image.URL, Alt: image.Alt}), append(places, it)
			} else if d.Given.Has(FieldImageAlt) && assets[id].Alt != image.Alt {
				alts[id] = image.Alt
			}
		}
	}
	ids, err := b.service.pictures.Link(ctx, links)
	if err != nil {
		return err
	}
	for i, id := range ids {
		places[i].gallery[links[i].URL] = id
	}
	b.alts = alts
	return b.service.pictures.SetAlts(ctx, alts)
}

// assets reads the pictures that the products have.
func (b *batch) assets(ctx context.Context) (map[media.ID]media.Asset, error) {
	var ids []media.ID
	for _, it := range b.live {
		if it.before != nil {
			ids = append(ids, it.before.Product.Media...)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return b.service.pictures.ByIDs(ctx, ids)
}

// address is where a picture is, as files carry it.
func (s *Service) address(a media.Asset) string {
	switch {
	case a.OriginURL != nil:
		return *a.OriginURL
	case a.StorageKey != nil:
		return media.URL(s.mediaBase, *a.StorageKey, media.Transform{})
	}
	return ""
}

// hung reports whether the text of one of the product's pictures has changed.
func (b *batch) hung(p *catalog.Product) bool {
	for _, id := range p.Media {
		if _, changed := b.alts[id]; changed {
			return true
		}
	}
	return false
}
