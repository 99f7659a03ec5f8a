package shop

import (
	"context"

	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
)

var pageSorts = map[model.PageSortKeys]content.Sort{
	model.PageSortKeysID: content.ByID, model.PageSortKeysRelevance: content.ByID,
	model.PageSortKeysTitle: content.ByTitle, model.PageSortKeysUpdatedAt: content.ByUpdated,
}

var blogSorts = map[model.BlogSortKeys]content.Sort{
	model.BlogSortKeysID: content.ByID, model.BlogSortKeysRelevance: content.ByID,
	model.BlogSortKeysTitle: content.ByTitle, model.BlogSortKeysHandle: content.ByHandle,
}

// All articles of a list have one blog, so that its title sorts nothing.
var articleSorts = map[model.ArticleSortKeys]content.Sort{
	model.ArticleSortKeysID: content.ByID, model.ArticleSortKeysRelevance: content.ByID, model.ArticleSortKeysBlogTitle: content.ByID,
	model.ArticleSortKeysTitle: content.ByTitle, model.ArticleSortKeysUpdatedAt: content.ByUpdated,
	model.ArticleSortKeysPublishedAt: content.ByPublished, model.ArticleSortKeysAuthor: content.ByAuthor,
}

// articleList asks for the articles of blogs.
type articleList struct {
	query string
	sort  model.ArticleSortKeys
	args  page.Args
}

// articlesOf gives the articles of each blog.
func (r *Resolver) articlesOf(ctx context.Context, at listing.Context, blogs []*content.Blog, in articleList) ([]*model.ArticleConnection, error) {
	by := articleSorts[in.sort]
	out := make([]*model.ArticleConnection, len(blogs))
	for i, b := range blogs {
		found, err := r.articles(ctx, at, content.Filter{Query: in.query, Blog: b.ID}, by, in.args)
		if err != nil {
			return nil, err
		}
		out[i] = articleConnection(found)
	}
	return out, nil
}
