package shop

import (
	"context"
	"errors"
	"html"
	"regexp"
	"strings"
	"time"

	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/translation"
)

// absent reports whether an error says that there is nothing.
func absent(err error) bool { return errors.Is(err, content.ErrNotFound) }

// texts gives the translations of things of a kind, none when the buyer reads
// the shop's own language.
func (r *Resolver) texts(ctx context.Context, at listing.Context, kind string, ids []int64) (map[int64]translation.Texts, error) {
	if len(at.Translations) == 0 || len(ids) == 0 {
		return nil, nil
	}
	return r.Translations.For(ctx, kind, ids, at.Language)
}

// translate puts the buyer's language into things of a kind.
func translate[T any](ctx context.Context, r *Resolver, at listing.Context, kind string, items []T, id func(*T) int64, put func(*T, translation.Texts)) error {
	ids := make([]int64, len(items))
	for i := range items {
		ids[i] = id(&items[i])
	}
	texts, err := r.texts(ctx, at, kind, ids)
	if err != nil {
		return err
	}
	for i := range items {
		if t, ok := texts[ids[i]]; ok {
			put(&items[i], t)
		}
	}
	return nil
}

func translatePage(p *content.Page, t translation.Texts) {
	p.Title, p.BodyHTML = t.Or("title", p.Title), t.Or("body_html", p.BodyHTML)
	p.SEOTitle, p.SEODescription = t.Or("seo_title", p.SEOTitle), t.Or("seo_description", p.SEODescription)
}

func translateBlog(b *content.Blog, t translation.Texts) {
	b.Title = t.Or("title", b.Title)
	b.SEOTitle, b.SEODescription = t.Or("seo_title", b.SEOTitle), t.Or("seo_description", b.SEODescription)
}

func translateArticle(a *content.Article, t translation.Texts) {
	a.Title, a.BodyHTML = t.Or("title", a.Title), t.Or("body_html", a.BodyHTML)
	a.SEOTitle, a.SEODescription = t.Or("seo_title", a.SEOTitle), t.Or("seo_description", a.SEODescription)
}

func (r *Resolver) pages(ctx context.Context, at listing.Context, f content.Filter, by content.Sort, args page.Args) (page.Slice[content.Page], error) {
	f.VisibleAt = &at.Now
	found, err := r.Content.Pages(ctx, f, by, args)
	if err != nil {
		return found, err
	}
	return found, translate(ctx, r, at, "page", found.Items, func(p *content.Page) int64 { return int64(p.ID) }, translatePage)
}

func (r *Resolver) blogs(ctx context.Context, at listing.Context, f content.Filter, by content.Sort, args page.Args) (page.Slice[content.Blog], error) {
	found, err := r.Content.Blogs(ctx, f, by, args)
	if err != nil {
		return found, err
	}
	return found, translate(ctx, r, at, "blog", found.Items, func(b *content.Blog) int64 { return int64(b.ID) }, translateBlog)
}

func (r *Resolver) articles(ctx context.Context, at listing.Context, f content.Filter, by content.Sort, args page.Args) (page.Slice[content.Article], error) {
	f.VisibleAt = &at.Now
	found, err := r.Content.Articles(ctx, f, by, args)
	if err != nil {
		return found, err
	}
	return found, translate(ctx, r, at, "article", found.Items, func(a *content.Article) int64 { return int64(a.ID) }, translateArticle)
}

func (r *Resolver) page(ctx context.Context, id, handle *string) (*content.Page, error) {
	at, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	ref, named, err := refOf("Page", id, handle)
	if err != nil || !named {
		return nil, err
	}
	if ref.ID != 0 {
		found, err := r.pagesByIDs(ctx, at, []content.PageID{content.PageID(ref.ID)})
		return found[content.PageID(ref.ID)], err
	}
	found, err := r.pages(ctx, at, content.Filter{Handle: ref.Handle}, content.ByID, page.Args{})
	if err != nil || len(found.Items) == 0 {
		return nil, err
	}
	return &found.Items[0], nil
}

func (r *Resolver) blog(ctx context.Context, id, handle *string) (*content.Blog, error) {
	at, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	ref, named, err := refOf("Blog", id, handle)
	if err != nil || !named {
		return nil, err
	}
	if ref.ID != 0 {
		found, err := r.blogsByIDs(ctx, at, []content.BlogID{content.BlogID(ref.ID)})
		return found[content.BlogID(ref.ID)], err
	}
	found, err := r.blogs(ctx, at, content.Filter{Handle: ref.Handle}, content.ByID, page.Args{})
	if err != nil || len(found.Items) == 0 {
		return nil, err
	}
	return &found.Items[0], nil
}

// visible reports whether buyers may see content now.
func visible(at listing.Context, published, archived *time.Time) bool {
	return archived == nil && published != nil && !published.After(at.Now)
}

func (r *Resolver) pagesByIDs(ctx context.Context, at listing.Context, ids []content.PageID) (map[content.PageID]*content.Page, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := r.Content.PagesByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var shown []content.Page
	for _, p := range found {
		if visible(at, p.PublishedAt, p.ArchivedAt) {
			shown = append(shown, p)
		}
	}
	err = translate(ctx, r, at, "page", shown, func(p *content.Page) int64 { return int64(p.ID) }, translatePage)
	return indexed(shown, func(p *content.Page) content.PageID { return p.ID }), err
}

func (r *Resolver) blogsByIDs(ctx context.Context, at listing.Context, ids []content.BlogID) (map[content.BlogID]*content.Blog, error) {
	found, err := r.Content.BlogsByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	shown := make([]content.Blog, 0, len(found))
	for _, b := range found {
		shown = append(shown, b)
	}
	err = translate(ctx, r, at, "blog", shown, func(b *content.Blog) int64 { return int64(b.ID) }, translateBlog)
	return indexed(shown, func(b *content.Blog) content.BlogID { return b.ID }), err
}

func (r *Resolver) articlesByIDs(ctx context.Context, at listing.Context, ids []content.ArticleID) (map[content.ArticleID]*content.Article, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := r.Content.ArticlesByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var shown []content.Article
	for _, a := range found {
		if visible(at, a.PublishedAt, a.ArchivedAt) {
			shown = append(shown, a)
		}
	}
	err = translate(ctx, r, at, "article", shown, func(a *content.Article) int64 { return int64(a.ID) }, translateArticle)
	return indexed(shown, func(a *content.Article) content.ArticleID { return a.ID }), err
}

func indexed[K comparable, T any](items []T, id func(*T) K) map[K]*T {
	out := make(map[K]*T, len(items))
	for i := range items {
		out[id(&items[i])] = &items[i]
	}
	return out
}

// blogsOf gives the blog of each article.
func (r *Resolver) blogsOf(ctx context.Context, articles []*content.Article) ([]*content.Blog, error) {
	at, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]content.BlogID, len(articles))
	for i, a := range articles {
		ids[i] = a.Blog
	}
	found, err := r.blogsByIDs(ctx, at, ids)
	return inOrder(ids, found), err
}

// imagesOf gives the picture of each article, nil where there is none.
func (r *Resolver) imagesOf(ctx context.Context, articles []*content.Article) ([]*listing.Image, error) {
	var ids []media.ID
	for _, a := range articles {
		if a.Media != nil {
			ids = append(ids, *a.Media)
		}
	}
	out := make([]*listing.Image, len(articles))
	if len(ids) == 0 {
		return out, nil
	}
	found, err := r.Media.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, a := range articles {
		if a.Media == nil {
			continue
		}
		if asset, ok := found[*a.Media]; ok {
			out[i] = r.Listing.ImageOf(asset)
		}
	}
	return out, nil
}

func seoOf(title, description string) *listing.SEO {
	var seo listing.SEO
	if title != "" {
		seo.Title = &title
	}
	if description != "" {
		seo.Description = &description
	}
	return &seo
}

var tag = regexp.MustCompile(`<[^>]*>`)

// summarySize is how many characters of a page its summary has.
const summarySize = 160

// summary gives the beginning of a text without markup.
func summary(markup string) string {
	text := strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(markup, " "))), " ")
	if runes := []rune(text); len(runes) > summarySize {
		return strings.TrimRight(string(runes[:summarySize-1]), " ") + "…"
	}
	return text
}

func pageConnection(s page.Slice[content.Page]) *model.PageConnection {
	out := &model.PageConnection{Nodes: pointers(s.Items), PageInfo: &s.Info, Edges: []*model.PageEdge{}}
	for i, p := range out.Nodes {
		out.Edges = append(out.Edges, &model.PageEdge{Node: p, Cursor: s.Cursors[i]})
	}
	return out
}

func blogConnection(s page.Slice[content.Blog]) *model.BlogConnection {
	out := &model.BlogConnection{Nodes: pointers(s.Items), PageInfo: &s.Info, Edges: []*model.BlogEdge{}}
	for i, b := range out.Nodes {
		out.Edges = append(out.Edges, &model.BlogEdge{Node: b, Cursor: s.Cursors[i]})
	}
	return out
}

func articleConnection(s page.Slice[content.Article]) *model.ArticleConnection {
	out := &model.ArticleConnection{Nodes: pointers(s.Items), PageInfo: &s.Info, Edges: []*model.ArticleEdge{}}
	for i, a := range out.Nodes {
		out.Edges = append(out.Edges, &model.ArticleEdge{Node: a, Cursor: s.Cursors[i]})
	}
	return out
}

func redirectConnection(s page.Slice[content.Redirect]) *model.URLRedirectConnection {
	out := &model.URLRedirectConnection{Nodes: pointers(s.Items), PageInfo: &s.Info, Edges: []*model.URLRedirectEdge{}}
	for i, r := range out.Nodes {
		out.Edges = append(out.Edges, &model.URLRedirectEdge{Node: r, Cursor: s.Cursors[i]})
	}
	return out
}
