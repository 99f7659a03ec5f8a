package seed

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/app/sample"
	"github.com/souk-commerce/souk/internal/content"
)

func errIn(handle string, err error) error { return fmt.Errorf("%s: %w", handle, err) }

func (s *seeder) writePages(ctx context.Context) error {
	now := s.DB.Now(ctx)
	for _, p := range s.shop.Pages {
		saved, err := s.Content.CreatePage(ctx, content.PageInput{Handle: p.Handle, Title: p.Title, BodyHTML: p.Body,
			SEOTitle: p.SEO.Title, SEODescription: p.SEO.Description, PublishedAt: &now})
		if err != nil {
			return errIn(p.Handle, err)
		}
		s.pages[p.Handle] = saved.ID
		if err := s.translate(ctx, "page", int64(saved.ID), p.De); err != nil {
			return errIn(p.Handle, err)
		}
	}
	return nil
}

func (s *seeder) writeBlogs(ctx context.Context) error {
	for _, b := range s.shop.Blogs {
		saved, err := s.Content.CreateBlog(ctx, content.BlogInput{Handle: b.Handle, Title: b.Title,
			SEOTitle: b.SEO.Title, SEODescription: b.SEO.Description})
		if err != nil {
			return errIn(b.Handle, err)
		}
		s.blogs[b.Handle] = saved.ID
		if err := s.translate(ctx, "blog", int64(saved.ID), b.De); err != nil {
			return errIn(b.Handle, err)
		}
		for _, a := range b.Articles {
			if err := s.writeArticle(ctx, b, saved.ID, a); err != nil {
				return errIn(a.Handle, err)
			}
		}
	}
	return nil
}

func (s *seeder) writeArticle(ctx context.Context, b sample.Blog, blog content.BlogID, a sample.Article) error {
	published := s.DB.Now(ctx).Add(-time.Duration(a.PublishedDaysAgo) * 24 * time.Hour)
	saved, err := s.Content.CreateArticle(ctx, content.ArticleInput{Blog: blog, Handle: a.Handle, Title: a.Title,
		BodyHTML: a.Body, Excerpt: a.Excerpt, AuthorName: a.Author, Media: s.picture(a.Handle, a.Title, a.Picture),
		SEOTitle: a.SEO.Title, SEODescription: a.SEO.Description, PublishedAt: &published})
	if err != nil {
		return err
	}
	s.articles[b.Handle+"/"+a.Handle] = saved.ID
	return s.translate(ctx, "article", int64(saved.ID), a.De)
}

func (s *seeder) writePolicies(ctx context.Context) error {
	for _, p := range s.shop.Policies {
		saved, err := s.Content.SetPolicy(ctx, content.PolicyInput{Kind: content.PolicyKind(p.Kind), Title: p.Title, BodyHTML: p.Body})
		if err != nil {
			return errIn(p.Kind, err)
		}
		s.policies[p.Kind] = saved.ID
		if err := s.translate(ctx, "policy", int64(saved.ID), p.De); err != nil {
			return errIn(p.Kind, err)
		}
	}
	return nil
}

func (s *seeder) writeRedirects(ctx context.Context) error {
	for _, r := range s.shop.Redirects {
		if _, err := s.Content.CreateRedirect(ctx, content.RedirectInput(r)); err != nil {
			return errIn(r.Path, err)
		}
	}
	return nil
}

func (s *seeder) writeMenus(ctx context.Context) error {
	for _, m := range s.shop.Menus {
		saved, err := s.Content.CreateMenu(ctx, content.MenuInput{Handle: m.Handle, Title: m.Title, Items: s.menuItems(m.Items)})
		if err != nil {
			return errIn(m.Handle, err)
		}
		if err := s.translateItems(ctx, saved.Items, m.Items); err != nil {
			return errIn(m.Handle, err)
		}
	}
	return nil
}

func (s *seeder) menuItems(items []sample.MenuItem) []content.MenuItemInput {
	out := make([]content.MenuItemInput, len(items))
	for i, it := range items {
		out[i] = content.MenuItemInput{Title: it.Title, Type: content.ItemType(it.Type), ResourceID: s.target(it),
			URL: it.URL, Tags: it.Tags, Items: s.menuItems(it.Items)}
	}
	return out
}

// target finds what an item points at.
func (s *seeder) target(it sample.MenuItem) *int64 {
	var id int64
	switch content.ItemType(it.Type) {
	case content.ItemProduct:
		id = int64(s.products[it.Target])
	case content.ItemCollection:
		id = int64(s.collections[it.Target])
	case content.ItemPage:
		id = int64(s.pages[it.Target])
	case content.ItemBlog:
		id = int64(s.blogs[it.Target])
	case content.ItemArticle:
		id = int64(s.articles[it.Target])
	case content.ItemPolicy:
		id = int64(s.policies[it.Target])
	default:
		return nil
	}
	return &id
}

func (s *seeder) translateItems(ctx context.Context, saved []content.MenuItem, items []sample.MenuItem) error {
	for i, it := range items {
		if err := s.translate(ctx, "menu_item", int64(saved[i].ID), it.De); err != nil {
			return err
		}
		if err := s.translateItems(ctx, saved[i].Items, it.Items); err != nil {
			return err
		}
	}
	return nil
}
