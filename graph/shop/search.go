package shop

import (
	"context"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
)

// searchOf reads page, filters and needs of a search.
func searchOf(f field) (listing.Search, error) {
	filters, err := filtersOf(f.args()["productFilters"])
	in := listing.Search{Page: paging(f.args()), Filters: filters}
	s := f.selection()
	for _, c := range s.fields("SearchResultItemConnection") {
		in.Total = in.Total || c.Name == "totalCount"
		in.Facets = in.Facets || c.Name == "productFilters" || c.Name == "facets"
		in.Tree = in.Tree || c.Name == "facets" && facetTree(c.selection())
	}
	for _, node := range s.nodes("SearchResultItemConnection", "SearchResultItemEdge") {
		in.Need = in.Need.Merge(productNeed(node))
	}
	return in, err
}

// searchConnection gives hits as the schema shows them.
func (r *Resolver) searchConnection(ctx context.Context, at listing.Context, hits *listing.Hits) (*model.SearchResultItemConnection, error) {
	out := &model.SearchResultItemConnection{PageInfo: &hits.Info, TotalCount: hits.Total, Facets: hits.Facets,
		Nodes: make([]answer.Hit, 0, len(hits.Nodes)), Edges: make([]*model.SearchResultItemEdge, 0, len(hits.Nodes)), ProductFilters: []*listing.Facet{}}
	if hits.Facets == nil {
		out.Facets = listing.NoFacets()
	}
	out.ProductFilters = pointers(out.Facets.Filters())
	matter, err := r.matter(ctx, at, hits.Nodes)
	if err != nil {
		return nil, err
	}
	for _, h := range hits.Nodes {
		node := matter.of(h)
		if node == nil { // gone since it was found
			continue
		}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &model.SearchResultItemEdge{Cursor: h.Cursor(), Node: node})
	}
	return out, nil
}

// matter is pages and articles by id.
type matter struct {
	pages    map[content.PageID]*content.Page
	articles map[content.ArticleID]*content.Article
}

// of gives what a hit stands for.
func (m matter) of(h listing.Hit) answer.Hit {
	switch h.Kind {
	case listing.KindProduct:
		return h.Product
	case listing.KindPage:
		if p := m.pages[content.PageID(h.ID)]; p != nil {
			return p
		}
	case listing.KindArticle:
		if a := m.articles[content.ArticleID(h.ID)]; a != nil {
			return a
		}
	}
	return nil
}

func (r *Resolver) matter(ctx context.Context, at listing.Context, hits []listing.Hit) (m matter, err error) {
	var pages []content.PageID
	var articles []content.ArticleID
	for _, h := range hits {
		switch h.Kind {
		case listing.KindPage:
			pages = append(pages, content.PageID(h.ID))
		case listing.KindArticle:
			articles = append(articles, content.ArticleID(h.ID))
		}
	}
	if m.pages, err = r.pagesByIDs(ctx, at, pages); err != nil {
		return m, err
	}
	m.articles, err = r.articlesByIDs(ctx, at, articles)
	return m, err
}

// predictive are the kinds that a predictive search may look for.
const maxPredicted = 10

// suggestOf reads what a predictive search asks. share is how many hits all
// kinds together may have; 0 means that each has the limit for itself.
func suggestOf(s selection, query string, limit *int, scope model.PredictiveSearchLimitScope, types []model.PredictiveSearchType) (in listing.Suggest, share int, err error) {
	n := either(limit, maxPredicted)
	if n < 1 || n > maxPredicted {
		return in, 0, fault.Newf(fault.Invalid, "invalid_pagination", "limit must be between 1 and %d.", maxPredicted).At("limit")
	}
	wanted := func(t model.PredictiveSearchType) bool {
		for _, have := range types {
			if have == t {
				return true
			}
		}
		return len(types) == 0
	}
	in = listing.Suggest{Prefix: query, Limit: n}
	for _, f := range s.fields("PredictiveSearchResult") {
		switch f.Name {
		case "products":
			in.Products = wanted(model.PredictiveSearchTypeProduct)
			in.Need = in.Need.Merge(productNeed(f.selection()))
		case "collections":
			in.Collections = wanted(model.PredictiveSearchTypeCollection)
			if in.Collection, err = collectionNeed(f.selection(), false); err != nil {
				return in, 0, err
			}
		case "pages":
			in.Pages = wanted(model.PredictiveSearchTypePage)
		case "articles":
			in.Articles = wanted(model.PredictiveSearchTypeArticle)
		case "queries":
			in.Terms = wanted(model.PredictiveSearchTypeQuery)
		}
	}
	if scope == model.PredictiveSearchLimitScopeAll {
		share = n
	}
	return in, share, nil
}

// predicted gives suggestions as the schema shows them.
func (r *Resolver) predicted(ctx context.Context, at listing.Context, found *listing.Suggestions, share int) (*model.PredictiveSearchResult, error) {
	if share > 0 {
		found.Share(share)
	}
	hits := make([]listing.Hit, 0, len(found.Pages)+len(found.Articles))
	for _, id := range found.Pages {
		hits = append(hits, listing.Hit{Kind: listing.KindPage, ID: id})
	}
	for _, id := range found.Articles {
		hits = append(hits, listing.Hit{Kind: listing.KindArticle, ID: id})
	}
	m, err := r.matter(ctx, at, hits)
	if err != nil {
		return nil, err
	}
	out := &model.PredictiveSearchResult{Products: found.Products, Collections: found.Collections, Queries: pointers(found.Terms),
		Pages: []*content.Page{}, Articles: []*content.Article{}}
	for _, h := range hits {
		switch node := m.of(h).(type) {
		case *content.Page:
			out.Pages = append(out.Pages, node)
		case *content.Article:
			out.Articles = append(out.Articles, node)
		}
	}
	return out, nil
}

const maxCompleted = 20

// completeOf reads what an autocompletion asks.
func completeOf(s selection, prefix string, limit int) (listing.Suggest, error) {
	in := listing.Suggest{Prefix: prefix, Limit: limit}
	if limit < 1 || limit > maxCompleted {
		return in, fault.Newf(fault.Invalid, "invalid_pagination", "limit must be between 1 and %d.", maxCompleted).At("limit")
	}
	for _, f := range s.fields("AutocompleteResult") {
		switch f.Name {
		case "products":
			in.Products = true
			in.Need = in.Need.Merge(productNeed(f.selection()))
		case "categories":
			in.Categories = true
			in.Category.Counts = in.Category.Counts || categoriesNeed(f.selection())&listing.FieldCategoryCounts != 0
		case "terms":
			in.Terms = true
		}
	}
	return in, nil
}
