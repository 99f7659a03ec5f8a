package content

import (
	"context"
	"fmt"
	"maps"
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
	ByPath      Sort = "path"
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
	Query       string // as storefronts write it: words, and conditions on fields
}

const (
	defaultSize = 50
	maxSize     = 250
)

// table is what a list is read from, and what it can be asked for.
type table struct {
	name      string
	text      string // the column that words are looked for in
	published bool   // whether it has publication
	fields    map[string]compare
}

var (
	menuTable    = table{name: "menu", text: "title", fields: dated(nil)}
	pageTable    = table{name: "page", text: "title", published: true, fields: dated(map[string]compare{"published_at": instant("t.published_at")})}
	blogTable    = table{name: "blog", text: "title", fields: dated(nil)}
	articleTable = table{name: "article", text: "title", published: true, fields: dated(map[string]compare{
		"published_at": instant("t.published_at"), "author": equals("lower(t.author_name)", strings.ToLower)})}
	redirectTable = table{name: "url_redirect", text: "path", fields: map[string]compare{
		"path": equals("t.path", asIs), "target": equals("t.target", asIs)}}
)

// dated gives the fields that everything with a title has, and more.
func dated(more map[string]compare) map[string]compare {
	all := map[string]compare{
		"title": contains("t.title"), "handle": equals("t.handle", strings.ToLower),
		"created_at": instant("t.created_at"), "updated_at": instant("t.updated_at"),
	}
	maps.Copy(all, more)
	return all
}

// query begins a list of a table.
func (f Filter) query(of table) (*keyset.Query, error) {
	q := keyset.From(of.name + " t")
	if f.Text != "" {
		q.Where("strpos(lower(t."+of.text+"), ?) > 0", strings.ToLower(f.Text))
	}
	if f.Handle != "" && of.fields["handle"] != nil {
		q.Where("t.handle = ?", f.Handle)
	}
	if f.Archived != nil && of.published {
		q.Where("(t.archived_at IS NOT NULL) = ?", *f.Archived)
	}
	if f.VisibleAt != nil && of.published {
		q.Where("t.published_at <= ? AND t.archived_at IS NULL", *f.VisibleAt)
	}
	if f.UpdatedFrom != nil {
		q.Where("t.updated_at >= ?", *f.UpdatedFrom)
	}
	if f.Blog != 0 && of.name == "article" {
		q.Where("t.blog_id = ?", int64(f.Blog))
	}
	if f.Path != "" && of.fields["path"] != nil {
		q.Where("t.path = ?", f.Path)
	}
	return q, narrow(q, f.Query, contains("t."+of.text), of.fields)
}

// wish is which page of which list is asked for.
type wish struct {
	of     table
	filter Filter
	order  keyset.Order
	args   kernelpage.Args
}

// list reads one page of ids and then its rows.
func list[ID ~int64, T any](ctx context.Context, s *Service, in wish, read func(ids []ID) (map[ID]T, error)) (kernelpage.Slice[T], error) {
	w, err := in.args.Window(defaultSize, maxSize)
	if err != nil {
		return kernelpage.Slice[T]{}, err
	}
	q, err := in.filter.query(in.of)
	if err != nil {
		return kernelpage.Slice[T]{}, err
	}
	ids, err := q.Page(ctx, s.db.Conn(ctx), w, in.order)
	if err != nil {
		return kernelpage.Slice[T]{}, err
	}
	things, err := read(keyset.IDs[ID](ids))
	if err != nil {
		return kernelpage.Slice[T]{}, err
	}
	return keyset.Fill(ids, things), nil
}

func (s *Service) count(ctx context.Context, of table, f Filter) (int64, error) {
	q, err := f.query(of)
	if err != nil {
		return 0, err
	}
	return q.Count(ctx, s.db.Conn(ctx))
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

// Menus gives menus with their trees.
func (s *Service) Menus(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Menu], error) {
	return list(ctx, s, wish{menuTable, f, order(by, ByTitle, ByHandle, ByUpdated), args},
		func(ids []MenuID) (map[MenuID]Menu, error) { return s.MenusByIDs(ctx, ids) })
}

// CountMenus tells how long the list is.
func (s *Service) CountMenus(ctx context.Context, f Filter) (int64, error) {
	return s.count(ctx, menuTable, f)
}

// Pages gives pages, published or not unless the filter says so.
func (s *Service) Pages(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Page], error) {
	return list(ctx, s, wish{pageTable, f, order(by, ByTitle, ByUpdated, ByHandle), args},
		func(ids []PageID) (map[PageID]Page, error) { return s.PagesByIDs(ctx, ids) })
}

// CountPages tells how long the list is.
func (s *Service) CountPages(ctx context.Context, f Filter) (int64, error) {
	return s.count(ctx, pageTable, f)
}

// Blogs gives blogs.
func (s *Service) Blogs(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Blog], error) {
	return list(ctx, s, wish{blogTable, f, order(by, ByTitle, ByHandle, ByUpdated), args},
		func(ids []BlogID) (map[BlogID]Blog, error) { return s.BlogsByIDs(ctx, ids) })
}

// CountBlogs tells how long the list is.
func (s *Service) CountBlogs(ctx context.Context, f Filter) (int64, error) {
	return s.count(ctx, blogTable, f)
}

// Articles gives articles, of one blog if the filter names it.
func (s *Service) Articles(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Article], error) {
	return list(ctx, s, wish{articleTable, f, order(by, ByTitle, ByUpdated, ByHandle, ByPublished, ByAuthor), args},
		func(ids []ArticleID) (map[ArticleID]Article, error) { return s.ArticlesByIDs(ctx, ids) })
}

// CountArticles tells how long the list is.
func (s *Service) CountArticles(ctx context.Context, f Filter) (int64, error) {
	return s.count(ctx, articleTable, f)
}

// Redirects gives redirects.
func (s *Service) Redirects(ctx context.Context, f Filter, by Sort, args kernelpage.Args) (kernelpage.Slice[Redirect], error) {
	return list(ctx, s, wish{redirectTable, f, order(by, ByPath, ByUpdated), args}, func(ids []RedirectID) (map[RedirectID]Redirect, error) {
		rows, err := s.db.Ent(ctx).UrlRedirect.Query().Where(postgres.Any(urlredirect.FieldID, ids)).All(ctx)
		return byID(rows, err, "redirects", redirectOf, func(r Redirect) RedirectID { return r.ID })
	})
}

// CountRedirects tells how long the list is.
func (s *Service) CountRedirects(ctx context.Context, f Filter) (int64, error) {
	return s.count(ctx, redirectTable, f)
}
