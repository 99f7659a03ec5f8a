package content

import (
	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/media"
)

func menuOf(r *ent.Menu) Menu {
	return Menu{ID: MenuID(r.ID), Handle: r.Handle, Title: r.Title, Version: r.Version,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

func menuItemOf(r *ent.MenuItem) MenuItem {
	return MenuItem{ID: MenuItemID(r.ID), Title: r.Title, Type: ItemType(r.Type), ResourceID: r.ResourceID,
		URL: r.URL, Tags: r.Tags}
}

// tree puts the items, which come in order, under their parents.
func tree(rows []*ent.MenuItem) []MenuItem {
	children := map[int64][]*ent.MenuItem{}
	for _, r := range rows {
		parent := int64(0)
		if r.ParentID != nil {
			parent = *r.ParentID
		}
		children[parent] = append(children[parent], r)
	}
	var under func(parent int64) []MenuItem
	under = func(parent int64) []MenuItem {
		items := make([]MenuItem, 0, len(children[parent]))
		for _, r := range children[parent] {
			item := menuItemOf(r)
			item.Items = under(r.ID)
			items = append(items, item)
		}
		return items
	}
	return under(0)
}

func pageOf(r *ent.Page) Page {
	return Page{ID: PageID(r.ID), Handle: r.Handle, Title: r.Title, BodyHTML: r.BodyHTML,
		SEOTitle: r.SeoTitle, SEODescription: r.SeoDescription, PublishedAt: r.PublishedAt, ArchivedAt: r.ArchivedAt,
		Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

func blogOf(r *ent.Blog) Blog {
	return Blog{ID: BlogID(r.ID), Handle: r.Handle, Title: r.Title, SEOTitle: r.SeoTitle, SEODescription: r.SeoDescription,
		Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

func articleOf(r *ent.Article) Article {
	return Article{ID: ArticleID(r.ID), Blog: BlogID(r.BlogID), Handle: r.Handle, Title: r.Title,
		BodyHTML: r.BodyHTML, Excerpt: r.Excerpt, AuthorName: r.AuthorName, Media: (*media.ID)(r.MediaID),
		SEOTitle: r.SeoTitle, SEODescription: r.SeoDescription, PublishedAt: r.PublishedAt, ArchivedAt: r.ArchivedAt,
		Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

func policyOf(r *ent.ShopPolicy) Policy {
	return Policy{ID: PolicyID(r.ID), Kind: PolicyKind(r.Kind), Title: r.Title, BodyHTML: r.BodyHTML,
		Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

func redirectOf(r *ent.UrlRedirect) Redirect {
	return Redirect{ID: RedirectID(r.ID), Path: r.Path, Target: r.Target, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}
