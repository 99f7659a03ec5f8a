package content

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/souk-commerce/souk/ent/article"
	"github.com/souk-commerce/souk/ent/blog"
	"github.com/souk-commerce/souk/ent/menu"
	"github.com/souk-commerce/souk/ent/page"
	"github.com/souk-commerce/souk/ent/urlredirect"
	kernelpage "github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Sort is the order of a list; ties go by id.
type Sort string

// The orders. A kind of content that lacks the column sorts by id.
const (
	ByID        Sort = "id"
	ByTitle     Sort = "title"
	ByHandle    Sort = "handle"
	ByUpdated   Sort = "updated_at"
	ByPublished Sort = "published_at"
	ByAuthor    Sort = "author_name"
)

// order gives the sort of a table aliased t, by id if it lacks the column.
func order(by Sort, columns ...Sort) keyset.Order {
	for _, c := range columns {
		if c != by {
			continue
		}
		switch by {
		case ByUpdated:
			return keyset.Order{Expr: "t.updated_at", Type: "timestamptz", ID: "t.id"}
		case ByPublished:
			return keyset.Order{Expr: "COALESCE(t.published_at, 'infinity')", Type: "timestamptz", ID: "t.id"}
		}
		return keyset.Order{Expr: "t." + string(by), Type: "text", ID: "t.id"}
	}
	return keyset.Order{Expr: "t.id", Type: "bigint", ID: "t.id"}
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Text        string     // in the title, or in a redirect's path, whatever the case
	Handle      string     // exactly
	VisibleAt   *time.Time // published by then and not archived
	Archived    *bool      // pages and articles only
	UpdatedFrom *time.Time
	Blog        BlogID // articles only
	Path        string // redirects only, exactly
}

const (
	defaultSize = 50
	maxSize     = 250
)

// query begins a list of a table. published says whether it has publication.
func (f Filter) query(table, text string, published bool) *keyset.Query {
	q := keyset.From(table + " t")
	if f.Text != "" {
		q.Where("strpos(lower(t."+text+"), ?) > 0", strings.ToLower(f.Text))
	}
	if f.Handle != "" && table != "url_redirect" {
		q.Where("t.handle = ?", f.Handle)
	}
	if f.Archived != nil && published {
		q.Where("(t.archived_at IS NOT NULL) = ?", *f.Archived)
	}
	if f.VisibleAt != nil && published {
		q.Where("t.published_at <= ? AND t.archived_at IS NULL", *f.VisibleAt)
	}
	if f.UpdatedFrom != nil {
		q.Where("t.updated_at >= ?", *f.UpdatedFrom)
	}
	return q
}

// list reads one page of ids and then its rows.
func list[ID ~int64, T any](ctx context.Context, s *Service, q *keyset.Query, o keyset.Order, args kernelpage.Args,
	read func(ids []ID) (map[ID]T, error)) (kernelpage.Slice[T], error) {
	w, err := args.Window(defaultSize, maxSize)
	if err != nil {
		return kernelpage.Slice[T]{}, err
	}
	ids, err := q.Page(ctx, s.db.Conn(ctx), w, o)
	if err != nil {
		return kernelpage.Slice[T]{}, err
	}
	things, err := read(keyset.IDs[ID](ids))
	if err != nil {
		return kernelpage.Slice[T]{}, err
	}
	return keyset.Fill(ids, things), nil
}

// byID indexes rows.
func byID[ID ~int64, R, T any](rows []*R, err error, what string, of func(*R) T, id func(T) ID) (map[ID]T, error) {
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, postgres.Fault(err))
	}
	out := make(map[ID]T, len(rows))
	for _, r := range rows {
		t := of(r)
		out[id(t)] = t
	}
	return out, nil
}

// PagesByIDs gives pages by id, published or not; those that are gone are
// missing.
func (s *Service) PagesByIDs(ctx context.Context, ids []PageID) (map[PageID]Page, error) {
	rows, err := s.db.Ent(ctx).Page.Query().Where(postgres.Any(page.FieldID, ids)).All(ctx)
	return byID(rows, err, "pages", pageOf, func(p Page) PageID { return p.ID })
}

// BlogsByIDs gives blogs by id; those that are gone are missing.
func (s *Service) BlogsByIDs(ctx context.Context, ids []BlogID) (map[BlogID]Blog, error) {
	rows, err := s.db.Ent(ctx).Blog.Query().Where(postgres.Any(blog.FieldID, ids)).All(ctx)
	return byID(rows, err, "blogs", blogOf, func(b Blog) BlogID { return b.ID })
}

// ArticlesByIDs gives articles by id, published or not; those that are gone are
// missing.
func (s *Service) ArticlesByIDs(ctx context.Context, ids []ArticleID) (map[ArticleID]Article, error) {
	rows, err := s.db.Ent(ctx).Article.Query().Where(postgres.Any(article.FieldID, ids)).All(ctx)
	return byID(rows, err, "articles", articleOf, func(a Article) ArticleID { return a.ID })
}

// MenusByIDs gives menus with their trees by id, in two statements; those that
// are gone are missing.
func (s *Service) MenusByIDs(ctx context.Context, ids []MenuID) (map[MenuID]Menu, error) {
	rows, err := s.db.Ent(ctx).Menu.Query().Where(postgres.Any(menu.FieldID, ids)).All(ctx)
	menus, err := byID(rows, err, "menus", menuOf, func(m Menu) MenuID { return m.ID })
	if err != nil {
		return nil, err
	}
	items, err := s.itemsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for id, m := range menus {
		m.Items = tree(items[id])
		menus[id] = m
	}
	return menus, nil
}

func menuQuery(f Filter) *keyset.Query { return f.query("menu", "title", false) }

// Menus gives menus with their trees.
func (s *Service) Menus(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Menu], error) {
	return list(ctx, s, menuQuery(f), order(by, ByTitle, ByHandle, ByUpdated), args,
		func(ids []MenuID) (map[MenuID]Menu, error) { return s.MenusByIDs(ctx, ids) })
}

// CountMenus tells how long the list is.
func (s *Service) CountMenus(ctx context.Context, f Filter) (int64, error) {
	return menuQuery(f).Count(ctx, s.db.Conn(ctx))
}

func pageQuery(f Filter) *keyset.Query { return f.query("page", "title", true) }

// CountPages tells how long the list is.
func (s *Service) CountPages(ctx context.Context, f Filter) (int64, error) {
	return pageQuery(f).Count(ctx, s.db.Conn(ctx))
}

func blogQuery(f Filter) *keyset.Query { return f.query("blog", "title", false) }

// CountBlogs tells how long the list is.
func (s *Service) CountBlogs(ctx context.Context, f Filter) (int64, error) {
	return blogQuery(f).Count(ctx, s.db.Conn(ctx))
}

func articleQuery(f Filter) *keyset.Query {
	q := f.query("article", "title", true)
	if f.Blog != 0 {
		q.Where("t.blog_id = ?", int64(f.Blog))
	}
	return q
}

// CountArticles tells how long the list is.
func (s *Service) CountArticles(ctx context.Context, f Filter) (int64, error) {
	return articleQuery(f).Count(ctx, s.db.Conn(ctx))
}

func redirectQuery(f Filter) *keyset.Query {
	q := f.query("url_redirect", "path", false)
	if f.Path != "" {
		q.Where("t.path = ?", f.Path)
	}
	return q
}

// CountRedirects tells how long the list is.
func (s *Service) CountRedirects(ctx context.Context, f Filter) (int64, error) {
	return redirectQuery(f).Count(ctx, s.db.Conn(ctx))
}

// Pages gives pages, published or not unless the filter says so.
func (s *Service) Pages(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Page], error) {
	return list(ctx, s, pageQuery(f), order(by, ByTitle, ByUpdated, ByHandle), args,
		func(ids []PageID) (map[PageID]Page, error) { return s.PagesByIDs(ctx, ids) })
}

// Blogs gives blogs.
func (s *Service) Blogs(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Blog], error) {
	return list(ctx, s, blogQuery(f), order(by, ByTitle, ByHandle), args,
		func(ids []BlogID) (map[BlogID]Blog, error) { return s.BlogsByIDs(ctx, ids) })
}

// Articles gives articles, of one blog if the filter names it.
func (s *Service) Articles(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Article], error) {
	return list(ctx, s, articleQuery(f), order(by, ByTitle, ByUpdated, ByHandle, ByPublished, ByAuthor), args,
		func(ids []ArticleID) (map[ArticleID]Article, error) { return s.ArticlesByIDs(ctx, ids) })
}

// Redirects gives redirects by id.
func (s *Service) Redirects(ctx context.Context, f Filter, args kernelpage.Args) (kernelpage.Slice[Redirect], error) {
	return list(ctx, s, redirectQuery(f), order(ByID), args, func(ids []RedirectID) (map[RedirectID]Redirect, error) {
		rows, err := s.db.Ent(ctx).UrlRedirect.Query().Where(postgres.Any(urlredirect.FieldID, ids)).All(ctx)
		return byID(rows, err, "redirects", redirectOf, func(r Redirect) RedirectID { return r.ID })
	})
}
