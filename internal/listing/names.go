package listing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Tags lists the tags of products on sale, in alphabetical order.
func (s *Service) Tags(ctx context.Context, at Context, first int) (*Names, error) {
	return s.names(ctx, at, first, func(st *statement) string {
		return "SELECT DISTINCT g.tag AS name FROM product_tag g JOIN (" + st.from(at) + ") ON p.id = g.product_id WHERE " + st.visible(at)
	})
}

// Types lists the types of products on sale, in alphabetical order.
func (s *Service) Types(ctx context.Context, at Context, first int) (*Names, error) {
	return s.names(ctx, at, first, func(st *statement) string {
		return "SELECT DISTINCT p.product_type AS name FROM " + st.from(at) + " WHERE p.product_type <> '' AND " + st.visible(at)
	})
}

func (s *Service) names(ctx context.Context, at Context, first int, query func(*statement) string) (*Names, error) {
	if first < 0 || first > MaxPage {
		return nil, fault.Newf(fault.Invalid, "invalid_pagination", "first must be between 0 and %d.", MaxPage).At("first")
	}
	st := &statement{}
	st.write(query(st) + " ORDER BY name LIMIT " + st.arg(first+1))
	names := []string{}
	t := newTrip(at)
	t.read(st, func(row pgx.Row) error {
		var name string
		err := row.Scan(&name)
		names = append(names, name)
		return err
	})
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	return &Names{*newConnection(names, page.Window{Limit: first}, func(n string) string { return page.Encode(n) })}, nil
}

// SitemapKind says what a sitemap lists.
type SitemapKind string

// The kinds of content. There are no metaobjects: their list is empty.
const (
	SitemapProducts    SitemapKind = "product"
	SitemapCollections SitemapKind = "collection"
	SitemapPages       SitemapKind = "page"
	SitemapBlogs       SitemapKind = "blog"
	SitemapArticles    SitemapKind = "article"
	SitemapMetaobjects SitemapKind = "metaobject"
)

// Sitemap is one page of what search engines are told of.
type Sitemap struct {
	Pages   int
	Entries []SitemapEntry
	More    bool
}

// sitemapPage is how many entries a page of a sitemap has.
const sitemapPage = 250

const maxSitemapPage = 100_000

// ErrSitemapPage refuses a number that no page of a sitemap has.
var ErrSitemapPage = fault.Newf(fault.Invalid, "invalid_pagination", "Pages of a sitemap are numbered from 1 to %d.", maxSitemapPage).At("page")

// Sitemap reads one page, from 1; page 0 only counts.
func (s *Service) Sitemap(ctx context.Context, at Context, kind SitemapKind, number int) (*Sitemap, error) {
	if number < 0 || number > maxSitemapPage {
		return nil, ErrSitemapPage
	}
	st := &statement{}
	from := st.listed(at, kind)
	t, out := newTrip(at), &Sitemap{Entries: []SitemapEntry{}}
	count := &statement{args: st.args}
	count.write("SELECT (count(*) + 249) / 250 FROM (" + from + ") e")
	t.read(count, func(row pgx.Row) error { return row.Scan(&out.Pages) })
	if number > 0 {
		st.write(strings.TrimSpace(from) + " ORDER BY id LIMIT " + st.arg(sitemapPage) + " OFFSET " + st.arg((number-1)*sitemapPage))
		t.read(st, func(row pgx.Row) error {
			var id int64
			e := SitemapEntry{}
			err := row.Scan(&id, &e.Handle, &e.Title, &e.UpdatedAt)
			out.Entries = append(out.Entries, e)
			return err
		})
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read sitemap: %w", err)
	}
	out.More = number > 0 && number < out.Pages
	return out, nil
}

// listed gives a query for what a sitemap lists.
func (s *statement) listed(at Context, kind SitemapKind) string {
	switch kind {
	case SitemapProducts:
		return "SELECT p.id, p.handle, p.title, p.updated_at FROM " + s.from(at) + " WHERE " + s.visible(at)
	case SitemapCollections:
		return "SELECT c.id, c.handle, c.title, c.updated_at FROM collection c WHERE " + s.published(at)
	case SitemapPages:
		return "SELECT c.id, c.handle, c.title, c.updated_at FROM page c WHERE " + s.published(at)
	case SitemapArticles:
		return "SELECT c.id, c.handle, c.title, c.updated_at FROM article c WHERE " + s.published(at)
	case SitemapBlogs:
		return "SELECT id, handle, title, updated_at FROM blog"
	}
	return "SELECT id, handle, title, updated_at FROM blog WHERE FALSE"
}

// SitemapEntry is one address of a sitemap.
type SitemapEntry struct {
	Handle    string
	Title     string
	UpdatedAt time.Time
}
