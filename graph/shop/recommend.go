package shop

import (
	"context"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/recommend"
)

// spare is how many recommendations are asked for besides those that are
// shown: some of what others bought this buyer cannot see.
const spare = 8

// mostRecommended is how many products productRecommendations gives.
const mostRecommended = 10

// related gives what goes with several products in one way, as the buyer sees
// it.
func (r *Resolver) related(ctx context.Context, of []*listing.Product, kind recommend.Kind, first *int) ([][]*listing.Product, error) {
	at, asked, err := r.asked(ctx)
	if err != nil {
		return nil, err
	}
	n, err := answer.Suggested(first)
	if err != nil {
		return nil, err
	}
	ids := make([]listing.ProductID, len(of))
	for i, p := range of {
		ids[i] = p.ID
	}
	found, err := r.Related.RelatedOf(ctx, at, ids, kind, n+spare)
	if err != nil {
		return nil, err
	}
	return r.shown(ctx, at, inOrder(ids, found), n, productNeed(asked))
}

// shown reads the products of several lists of recommendations in one trip and
// gives the first of each that the buyer sees.
func (r *Resolver) shown(ctx context.Context, at listing.Context, lists [][]recommend.Recommendation, n int, need listing.Need) ([][]*listing.Product, error) {
	pick := listing.Pick{Need: need}
	known := map[listing.ProductID]bool{}
	for _, list := range lists {
		for _, one := range list {
			if !known[one.Product] {
				known[one.Product] = true
				pick.IDs = append(pick.IDs, one.Product)
			}
		}
	}
	picked, err := r.Listing.Pick(ctx, at, pick)
	if err != nil {
		return nil, err
	}
	out := make([][]*listing.Product, len(lists))
	for i, list := range lists {
		out[i] = []*listing.Product{}
		for _, one := range list {
			if p := picked.Products[one.Product]; p != nil && len(out[i]) < n {
				out[i] = append(out[i], p)
			}
		}
	}
	return out, nil
}

// recommendations gives what may stand in for a product, and behind it what is
// bought with it; nil when there is no such product.
func (r *Resolver) recommendations(ctx context.Context, id *string) ([]*listing.Product, error) {
	at, asked, err := r.asked(ctx)
	if err != nil {
		return nil, err
	}
	n, ok := numberOf("Product", id)
	if !ok || n == 0 {
		return nil, nil
	}
	product := listing.ProductID(n)
	all := []recommend.Recommendation{{Product: product}} // it is read with them, to know that it is there
	for _, kind := range []recommend.Kind{recommend.Similar, recommend.BoughtTogether} {
		found, err := r.Related.Related(ctx, at, product, kind, mostRecommended+spare)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	lists, err := r.shown(ctx, at, [][]recommend.Recommendation{unique(all)}, mostRecommended+1, productNeed(asked))
	if err != nil || len(lists[0]) == 0 || lists[0][0].ID != product {
		return nil, err
	}
	return lists[0][1:], nil
}

// unique leaves out what stands further ahead already.
func unique(all []recommend.Recommendation) []recommend.Recommendation {
	known := map[listing.ProductID]bool{}
	out := all[:0]
	for _, one := range all {
		if !known[one.Product] {
			known[one.Product] = true
			out = append(out, one)
		}
	}
	return out
}

// forCart gives what goes with a cart.
func (r *Resolver) forCart(ctx context.Context, id string, first *int) ([]*listing.Product, error) {
	gql.NoStore(ctx)
	at, asked, err := r.asked(ctx)
	if err != nil {
		return nil, err
	}
	n, err := answer.Suggested(first)
	if err != nil {
		return nil, err
	}
	c, err := r.Carts.ByRef(ctx, cartRef(ctx, id))
	if missing(err) {
		return []*listing.Product{}, nil
	}
	if err != nil {
		return nil, err
	}
	var inside []listing.ProductID
	for _, l := range c.Lines {
		if l.Goods.Product != 0 {
			inside = append(inside, l.Goods.Product)
		}
	}
	return r.recommended(ctx, at, n, productNeed(asked), func(limit int) ([]recommend.Recommendation, error) {
		return r.Related.ForCart(ctx, at, inside, limit)
	})
}

// trending gives what is wanted now.
func (r *Resolver) trending(ctx context.Context, first *int) ([]*listing.Product, error) {
	at, asked, err := r.asked(ctx)
	if err != nil {
		return nil, err
	}
	n, err := answer.Suggested(first)
	if err != nil {
		return nil, err
	}
	return r.recommended(ctx, at, n, productNeed(asked), func(limit int) ([]recommend.Recommendation, error) {
		return r.Related.Trending(ctx, at, limit)
	})
}

func (r *Resolver) recommended(ctx context.Context, at listing.Context, n int, need listing.Need, find func(limit int) ([]recommend.Recommendation, error)) ([]*listing.Product, error) {
	found, err := find(n + spare)
	if err != nil {
		return nil, err
	}
	lists, err := r.shown(ctx, at, [][]recommend.Recommendation{found}, n, need)
	if err != nil {
		return nil, err
	}
	return lists[0], nil
}
