package shop

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
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
	found, err := r.Listing.Collection(ctx, at, ref, collectionNeed(asked))
	if err == nil {
		r.visited(ctx, found)
	}
	return found, err
}

// collectionProducts gives the lists of several collections in one read.
func (r *Resolver) collectionProducts(ctx context.Context, of []*listing.Collection) ([]*answer.Products, error) {
	return r.productLists(ctx, len(of), func(i int, ask *merchandising.Ask) { ask.Collection = of[i].ID })
}

// categoryProducts gives the lists of several categories in one read.
func (r *Resolver) categoryProducts(ctx context.Context, of []*listing.Category) ([]*answer.Products, error) {
	return r.productLists(ctx, len(of), func(i int, ask *merchandising.Ask) { ask.Category = of[i].ID })
}

// productLists answers the lists that the field being resolved asks for, once
// for each of its owners.
func (r *Resolver) productLists(ctx context.Context, owners int, of func(i int, ask *merchandising.Ask)) ([]*answer.Products, error) {
	at, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	ask, err := listOf(ctx, resolved(ctx))
	if err != nil {
		return nil, err
	}
	asks := make([]merchandising.Ask, owners)
	for i := range asks {
		asks[i] = ask
		of(i, &asks[i])
	}
	answers, err := r.Rooms.Search.Lists(ctx, at, asks)
	if err != nil {
		return nil, err
	}
	keep(ctx, answers...)
	out := make([]*answer.Products, owners)
	for i, a := range answers {
		out[i] = answer.NewProducts(a)
	}
	return out, nil
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
