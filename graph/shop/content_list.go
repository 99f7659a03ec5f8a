package shop

import (
	"context"
	"strings"

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
		filter := contentFilter(in.query)
		filter.Blog = b.ID
		found, err := r.articles(ctx, at, filter, by, in.args)
		if err != nil {
			return nil, err
		}
		out[i] = articleConnection(found, by)
	}
	return out, nil
}

func articleConnection(s page.Slice[content.Article], by content.Sort) *model.ArticleConnection {
	out := &model.ArticleConnection{Nodes: pointers(s.Items), PageInfo: &s.Info, Edges: []*model.ArticleEdge{}}
	for _, a := range out.Nodes {
		at := &a.UpdatedAt
		if by == content.ByPublished {
			at = a.PublishedAt
		}
		cursor := place(by, int64(a.ID), a.Title, a.Handle, at)
		if by == content.ByAuthor {
			cursor = page.Encode(a.AuthorName, int64(a.ID))
		}
		out.Edges = append(out.Edges, &model.ArticleEdge{Node: a, Cursor: cursor})
	}
	return out
}

// contentFilter reads the query of a list of content: a handle, or words of the
// title.
func contentFilter(query string) content.Filter {
	query = strings.TrimSpace(strings.ReplaceAll(query, "\x00", ""))
	if handle, ok := strings.CutPrefix(query, "handle:"); ok {
		return content.Filter{Handle: unquote(handle)}
	}
	return content.Filter{Text: unquote(strings.TrimPrefix(query, "title:"))}
}

// redirectFilter reads the query of a list of redirects: a path.
func redirectFilter(query string) content.Filter {
	query = strings.TrimSpace(strings.ReplaceAll(query, "\x00", ""))
	if path, ok := strings.CutPrefix(query, "path:"); ok {
		return content.Filter{Path: unquote(path)}
	}
	return content.Filter{Text: unquote(query)}
}

func unquote(text string) string { return strings.Trim(text, `"' *`) }
