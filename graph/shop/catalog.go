package shop

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/listing"
)

// resolved gives the field being resolved.
func resolved(ctx context.Context) field {
	return field{CollectedField: graphql.GetFieldContext(ctx).Field, op: graphql.GetOperationContext(ctx)}
}

// nobody is the number of nothing.
const nobody = -1

func (r *Resolver) product(ctx context.Context, id, handle *string) (*listing.Product, error) {
	at, asked, err := r.asked(ctx)
	if err != nil {
		return nil, err
	}
	ref, named, err := refOf("Product", id, handle)
	if err != nil || !named {
		return nil, err
	}
	found, err := r.Listing.Product(ctx, at, ref, productNeed(asked))
	if err == nil {
		r.viewed(ctx, found)
	}
	return found, err
}

func (r *Resolver) collection(ctx context.Context, id, handle *string) (*listing.Collection, error) {
	at, asked, err := r.asked(ctx)
	if err != nil {
		return nil, err
	}
	ref, named, err := refOf("Collection", id, handle)
	if err != nil || !named {
		return nil, err
	}
	need, err := collectionNeed(asked, true)
	if err != nil {
		return nil, err
	}
	found, err := r.Listing.Collection(ctx, at, ref, need)
	if err == nil {
		r.visited(ctx, found)
	}
	return found, err
}

// collectionProducts gives the lists of several collections in one read, unless
// they came together with their collection.
func (r *Resolver) collectionProducts(ctx context.Context, of []*listing.Collection) ([]*listing.Products, error) {
	asked := resolved(ctx)
	if len(of) == 1 {
		if list := of[0].List(asked.Alias); list != nil {
			return []*listing.Products{list}, nil
		}
	}
	at, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	list, err := listOf(asked)
	if err != nil {
		return nil, err
	}
	ids := make([]listing.CollectionID, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	lists, err := r.Listing.CollectionProducts(ctx, at, ids, list)
	return inOrder(ids, lists), err
}

// categoryProducts gives the lists of several categories in one read, unless
// they came together with their category.
func (r *Resolver) categoryProducts(ctx context.Context, of []*listing.Category) ([]*listing.Products, error) {
	asked := resolved(ctx)
	if len(of) == 1 {
		if list := of[0].List(asked.Alias); list != nil {
			return []*listing.Products{list}, nil
		}
	}
	at, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	list, err := listOf(asked)
	if err != nil {
		return nil, err
	}
	ids := make([]listing.CategoryID, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	lists, err := r.Listing.CategoryProducts(ctx, at, ids, list)
	return inOrder(ids, lists), err
}

// inOrder gives what was found for each id, in the order of the ids.
func inOrder[K comparable, V any](ids []K, found map[K]V) []V {
	out := make([]V, len(ids))
	for i, id := range ids {
		out[i] = found[id]
	}
	return out
}

func pointers[T any](all []T) []*T {
	out := make([]*T, len(all))
	for i := range all {
		out[i] = &all[i]
	}
	return out
}
