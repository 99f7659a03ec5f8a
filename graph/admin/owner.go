package admin

import (
	"context"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/translation"
)

// owner is a thing that carries metafields and translations, as their rooms name
// it.
type owner struct {
	kind string
	id   int64
}

// ownerType is how a type of the schema is named there, and how to learn
// whether one is there.
type ownerType struct {
	kind  string
	check func(ctx context.Context, d Deps, id int64) error
}

// ignoring makes a check of a read.
func ignoring[T any](_ T, err error) error { return err }

var ownerTypes = map[string]ownerType{
	"Product": {"product", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Catalog.ProductByID(ctx, catalog.ProductID(id)))
	}},
	"ProductVariant": {"variant", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Catalog.VariantByID(ctx, catalog.VariantID(id)))
	}},
	"Category": {"category", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Catalog.CategoryByID(ctx, catalog.CategoryID(id)))
	}},
	"Collection": {"collection", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Catalog.CollectionByID(ctx, catalog.CollectionID(id)))
	}},
	"AttributeDefinition": {"attribute_definition", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Catalog.AttributeByID(ctx, catalog.AttributeID(id)))
	}},
	"MenuItem": {"menu_item", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Content.MenuItemByID(ctx, content.MenuItemID(id)))
	}},
	"Page": {"page", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Content.PageByID(ctx, content.PageID(id)))
	}},
	"Blog": {"blog", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Content.BlogByID(ctx, content.BlogID(id)))
	}},
	"Article": {"article", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Content.ArticleByID(ctx, content.ArticleID(id)))
	}},
	"ShopPolicy": {"policy", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Content.PolicyByID(ctx, content.PolicyID(id)))
	}},
	"Market": {"market", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Markets.ByID(ctx, market.ID(id)))
	}},
	"Metafield": {"metafield", func(ctx context.Context, d Deps, id int64) error {
		return ignoring(d.Metafields.ByID(ctx, metafield.ID(id)))
	}},
	"Shop": {"shop", func(ctx context.Context, d Deps, id int64) error {
		if id != 1 {
			return gid.ErrMalformed
		}
		return ignoring(d.Markets.Shop(ctx))
	}},
	// The catalog reads options and their values with their product only; texts
	// of one that is not there are never shown.
	"ProductOption":      {"product_option", nil},
	"ProductOptionValue": {"product_option_value", nil},
}

// owner reads the id of an owner and makes sure that it is there.
func (r *Resolver) owner(ctx context.Context, text string) (owner, error) {
	id, err := gid.Parse(text)
	if err != nil {
		return owner{}, ownerMissing(err)
	}
	t, ok := ownerTypes[id.Type]
	if !ok {
		return owner{}, ownerMissing(gid.ErrMalformed)
	}
	if t.check != nil {
		err = t.check(ctx, r.rooms, id.Number)
	}
	return owner{t.kind, id.Number}, ownerMissing(err)
}

// ownerMissing puts what is not found under the argument's name.
func ownerMissing(err error) error {
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		return f.At("ownerId")
	}
	return err
}

func (r *Resolver) setMetafields(ctx context.Context, text string, inputs []metafield.Input) ([]metafield.Metafield, error) {
	o, err := r.owner(ctx, text)
	if err != nil {
		return nil, err
	}
	of := metafield.Owner{Kind: o.kind, ID: o.id}
	if err := r.rooms.Metafields.Set(ctx, of, inputs); err != nil {
		return nil, err
	}
	return r.rooms.Metafields.Of(ctx, of)
}

func (r *Resolver) setTranslations(ctx context.Context, text string, texts []translation.Text) ([]translation.Text, error) {
	o, err := r.owner(ctx, text)
	if err != nil {
		return nil, err
	}
	of := translation.Owner{Kind: o.kind, ID: o.id}
	if err := r.rooms.Translations.Set(ctx, of, texts); err != nil {
		return nil, err
	}
	return r.rooms.Translations.Of(ctx, of)
}

// some gives what hangs on an owner; null if there is no such owner.
func some[T any](things []T, err error) ([]T, error) {
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err == nil && things == nil {
		things = []T{}
	}
	return things, err
}
