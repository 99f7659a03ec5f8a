package shop

import (
	"cmp"
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/graph/loader"
	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/internal/listing"
)

// bundleAsked is a variant whose bundle one field of the operation asks for.
// Each field has its own selection, so that each knows what it needs of the
// parts.
type bundleAsked struct {
	field   *ast.Field
	variant listing.VariantID
}

type bundlesKey struct{}

type bundleLoader = loader.Loader[bundleAsked, *answer.Bundle]

// withBundles gives an operation the loader of the bundles in it: they are read
// together, wherever in the operation their variants stand.
func (r Rooms) withBundles(ctx context.Context, op *graphql.OperationContext) context.Context {
	if r.Bundles == nil {
		return ctx
	}
	root := &Resolver{Rooms: r}
	return context.WithValue(ctx, bundlesKey{}, loader.New(cmp.Or(r.Wait, loader.Wait), func(ctx context.Context, asked []bundleAsked) (map[bundleAsked]*answer.Bundle, error) {
		return root.bundles(ctx, op, asked)
	}))
}

// bundle gives what is in a variant; nil when it is no bundle.
func (r *Resolver) bundle(ctx context.Context, of *listing.Variant) (*answer.Bundle, error) {
	load, ok := ctx.Value(bundlesKey{}).(*bundleLoader)
	if !ok {
		return nil, nil
	}
	found, _, err := load.Load(ctx, bundleAsked{graphql.GetFieldContext(ctx).Field.Field, of.ID})
	return found, err
}

// bundles reads bundles, and for each field that asks for them the variants in
// them as it needs them.
func (r *Resolver) bundles(ctx context.Context, op *graphql.OperationContext, asked []bundleAsked) (map[bundleAsked]*answer.Bundle, error) {
	byField := map[*ast.Field][]listing.VariantID{}
	var all []listing.VariantID
	for _, a := range asked {
		byField[a.field] = append(byField[a.field], a.variant)
		all = append(all, a.variant)
	}
	slices.Sort(all)
	recipes, err := r.Bundles.ByVariants(ctx, slices.Compact(all))
	if err != nil || len(recipes) == 0 {
		return nil, err
	}
	out := map[bundleAsked]*answer.Bundle{}
	for field, ids := range byField {
		var parts []listing.VariantID
		need, wanted := bundleNeed(selection{op: op, set: field.SelectionSet})
		for _, id := range ids {
			for _, s := range recipes[id].Slots {
				for _, c := range s.Choices {
					parts = append(parts, c.Variant)
				}
			}
		}
		var goods map[listing.VariantID]*listing.Variant
		if wanted {
			if goods, err = r.sold(ctx, parts, need); err != nil {
				return nil, err
			}
		}
		for _, id := range ids {
			if b, ok := recipes[id]; ok {
				out[bundleAsked{field, id}] = answer.NewBundle(b.Recipe, goods)
			}
		}
	}
	return out, nil
}

// bundleNeed tells what of the variants in bundles is needed; false when nothing.
func bundleNeed(s selection) (need listing.Need, wanted bool) {
	for _, slot := range s.inside("slots") {
		for _, choice := range slot.inside("choices") {
			for _, v := range choice.inside("variant") {
				need, wanted = need.Merge(variantNeed(v)), true
			}
		}
	}
	return need, wanted
}

// sold reads variants as the buyer of the operation sees them.
func (r *Resolver) sold(ctx context.Context, ids []listing.VariantID, need listing.Need) (map[listing.VariantID]*listing.Variant, error) {
	at, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	return r.variants(ctx, at, ids, need)
}
