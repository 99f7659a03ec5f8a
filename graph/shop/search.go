package shop

import (
	"context"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/track"
)

// askOf reads what the field that asks for a search or a list of products wants
// to know: page, filters, counts and the parts of products.
func askOf(ctx context.Context, f field, connection, edge string) (merchandising.Ask, error) {
	ask := merchandising.Ask{Page: paging(f.args()), Session: sessionOf(ctx)}
	var err error
	for _, name := range []string{"filters", "productFilters"} {
		if given := f.args()[name]; given != nil {
			ask.Filters, err = filtersOf(given)
		}
	}
	s := f.selection()
	for _, c := range s.fields(connection) {
		switch c.Name {
		case "totalCount":
			ask.Total = true
		case "filters", "productFilters", "facetValues":
			ask.Facets = true
		case "facets":
			ask.Facets, ask.Tree = true, ask.Tree || facetTree(c.selection())
		case "queryId":
			gql.NoStore(ctx) // it is of this answer
		case "rescue":
			for _, suggested := range c.selection().inside("suggestions") {
				ask.Suggest = answer.MostSuggested
				ask.Need = ask.Need.Merge(productNeed(suggested))
			}
		}
	}
	for _, node := range s.nodes(connection, edge) {
		ask.Need = ask.Need.Merge(productNeed(node))
	}
	return ask, err
}

// sessionOf names the visit, if it may be followed.
func sessionOf(ctx context.Context) string {
	if v := track.VisitorOf(ctx); v.Consent.Analytics {
		return v.SessionID
	}
	return ""
}

// keep says whether an answer may be shown to others: not what an experiment
// made for this visit, and not what will soon be better.
func keep(ctx context.Context, answers ...*merchandising.Answer) {
	for _, a := range answers {
		if a.Arm != nil || a.Degraded {
			gql.NoStore(ctx)
		}
	}
}

// found gives hits as the schema shows them.
func (r *Resolver) found(ctx context.Context, at listing.Context, a *merchandising.Answer) (*answer.Found, error) {
	keep(ctx, a)
	out := &answer.Found{List: answer.NewList(a), Nodes: make([]answer.Hit, 0, len(a.Nodes)), Edges: make([]answer.FoundEdge, 0, len(a.Nodes))}
	matter, err := r.matter(ctx, at, a.Nodes)
	if err != nil {
		return nil, err
	}
	for _, h := range a.Nodes {
		node := matter.of(h)
		if node == nil { // gone since it was found
			continue
		}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, answer.FoundEdge{Cursor: a.CursorOf(h), Node: node})
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
			in.Collection = collectionNeed(f.selection())
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
func (r *Resolver) predicted(ctx context.Context, at listing.Context, found *merchandising.Completed, typed string, share int) (*model.PredictiveSearchResult, error) {
	if found.Degraded {
		gql.NoStore(ctx)
	}
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
	out := &model.PredictiveSearchResult{Products: found.Products, Collections: found.Collections, Queries: answer.Queries(found.Terms, typed),
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
		case "terms", "brands", "correctedQuery":
			in.Terms = true
		}
	}
	return in, nil
}
