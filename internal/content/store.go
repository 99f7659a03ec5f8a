package content

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/article"
	"github.com/souk-commerce/souk/ent/blog"
	"github.com/souk-commerce/souk/ent/menu"
	"github.com/souk-commerce/souk/ent/menuitem"
	"github.com/souk-commerce/souk/ent/page"
	"github.com/souk-commerce/souk/ent/shoppolicy"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// one says what an ent read of a single row came to.
func one[R, T any](row *R, err error, what string, of func(*R) T) (T, error) {
	var zero T
	if ent.IsNotFound(err) {
		return zero, ErrNotFound
	}
	if err != nil {
		return zero, fmt.Errorf("read %s: %w", what, postgres.Fault(err))
	}
	return of(row), nil
}

// changed says what an update guarded by its version came to.
func changed(n int, err error, what string) error {
	if err != nil {
		return fmt.Errorf("update %s: %w", what, postgres.Conflict(err, byConstraint))
	}
	if n == 0 {
		return ErrStale
	}
	return nil
}

func created(err error, what string) error {
	if err != nil {
		return fmt.Errorf("create %s: %w", what, postgres.Conflict(err, byConstraint))
	}
	return nil
}

// MenuByID gives a menu with its tree.
func (s *Service) MenuByID(ctx context.Context, id MenuID) (Menu, error) {
	row, err := s.db.Ent(ctx).Menu.Get(ctx, int64(id))
	return s.withItems(ctx, row, err)
}

// MenuByHandle gives a menu with its tree.
func (s *Service) MenuByHandle(ctx context.Context, handle string) (Menu, error) {
	row, err := s.db.Ent(ctx).Menu.Query().Where(menu.Handle(handle)).Only(ctx)
	return s.withItems(ctx, row, err)
}

func (s *Service) withItems(ctx context.Context, row *ent.Menu, err error) (Menu, error) {
	m, err := one(row, err, "menu", menuOf)
	if err != nil {
		return m, err
	}
	items, err := s.itemsOf(ctx, []MenuID{m.ID})
	m.Items = tree(items[m.ID])
	return m, err
}

// itemsOf gives the items of menus, those of each in their order.
func (s *Service) itemsOf(ctx context.Context, ids []MenuID) (map[MenuID][]*ent.MenuItem, error) {
	rows, err := s.db.Ent(ctx).MenuItem.Query().Where(postgres.Any(menuitem.FieldMenuID, ids)).
		Order(menuitem.ByPosition(), menuitem.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read menu items: %w", postgres.Fault(err))
	}
	out := make(map[MenuID][]*ent.MenuItem, len(ids))
	for _, r := range rows {
		out[MenuID(r.MenuID)] = append(out[MenuID(r.MenuID)], r)
	}
	return out, nil
}

// MenuItemByID gives one link, without those below it.
func (s *Service) MenuItemByID(ctx context.Context, id MenuItemID) (MenuItem, error) {
	row, err := s.db.Ent(ctx).MenuItem.Get(ctx, int64(id))
	return one(row, err, "menu item", menuItemOf)
}

func (s *Service) insertMenu(ctx context.Context, in MenuInput) (MenuID, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).Menu.Create().SetHandle(in.Handle).SetTitle(in.Title).
		SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, created(err, "menu")
	}
	return MenuID(row.ID), s.insertItems(ctx, row.ID, nil, in.Items)
}

func (s *Service) updateMenu(ctx context.Context, id MenuID, version int64, in MenuInput) error {
	n, err := s.db.Ent(ctx).Menu.Update().Where(menu.ID(int64(id)), menu.Version(version)).
		SetHandle(in.Handle).SetTitle(in.Title).SetUpdatedAt(s.db.Now(ctx)).AddVersion(1).Save(ctx)
	if err := changed(n, err, "menu"); err != nil {
		return err
	}
	if _, err := s.db.Ent(ctx).MenuItem.Delete().Where(menuitem.MenuID(int64(id))).Exec(ctx); err != nil {
		return fmt.Errorf("replace menu items: %w", postgres.Fault(err))
	}
	return s.insertItems(ctx, int64(id), nil, in.Items)
}

// insertItems writes one level in one statement, then the levels below.
func (s *Service) insertItems(ctx context.Context, menuID int64, parent *int64, items []MenuItemInput) error {
	if len(items) == 0 {
		return nil
	}
	client := s.db.Ent(ctx).MenuItem
	rows := make([]*ent.MenuItemCreate, len(items))
	for i, it := range items {
		rows[i] = client.Create().SetMenuID(menuID).SetNillableParentID(parent).SetTitle(it.Title).
			SetType(string(it.Type)).SetNillableResourceID(it.ResourceID).SetURL(it.URL).SetTags(it.Tags).SetPosition(i)
	}
	saved, err := client.CreateBulk(rows...).Save(ctx)
	if err != nil {
		return created(err, "menu items")
	}
	for i, it := range items {
		if err := s.insertItems(ctx, menuID, &saved[i].ID, it.Items); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) deleteMenu(ctx context.Context, id MenuID, version int64) error {
	n, err := s.db.Ent(ctx).Menu.Delete().Where(menu.ID(int64(id)), menu.Version(version)).Exec(ctx)
	return changed(n, err, "menu")
}

// PageByID gives a page, whether or not it is published.
func (s *Service) PageByID(ctx context.Context, id PageID) (Page, error) {
	row, err := s.db.Ent(ctx).Page.Get(ctx, int64(id))
	return one(row, err, "page", pageOf)
}

func (s *Service) insertPage(ctx context.Context, in PageInput) (PageID, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).Page.Create().SetHandle(in.Handle).SetTitle(in.Title).SetBodyHTML(in.BodyHTML).
		SetSeoTitle(in.SEOTitle).SetSeoDescription(in.SEODescription).SetNillablePublishedAt(in.PublishedAt).
		SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, created(err, "page")
	}
	return PageID(row.ID), nil
}

func (s *Service) updatePage(ctx context.Context, id PageID, version int64, in PageInput) error {
	update := s.db.Ent(ctx).Page.Update().Where(page.ID(int64(id)), page.Version(version)).
		SetHandle(in.Handle).SetTitle(in.Title).SetBodyHTML(in.BodyHTML).
		SetSeoTitle(in.SEOTitle).SetSeoDescription(in.SEODescription).
		SetUpdatedAt(s.db.Now(ctx)).AddVersion(1)
	if in.PublishedAt == nil {
		update.ClearPublishedAt()
	} else {
		update.SetPublishedAt(*in.PublishedAt)
	}
	n, err := update.Save(ctx)
	return changed(n, err, "page")
}

func (s *Service) archivePage(ctx context.Context, id PageID, version int64, archived bool) error {
	update := s.db.Ent(ctx).Page.Update().Where(page.ID(int64(id)), page.Version(version)).
		SetUpdatedAt(s.db.Now(ctx)).AddVersion(1)
	if archived {
		update.SetArchivedAt(s.db.Now(ctx))
	} else {
		update.ClearArchivedAt()
	}
	n, err := update.Save(ctx)
	return changed(n, err, "page")
}

// BlogByID gives a blog.
func (s *Service) BlogByID(ctx context.Context, id BlogID) (Blog, error) {
	row, err := s.db.Ent(ctx).Blog.Get(ctx, int64(id))
	return one(row, err, "blog", blogOf)
}

// BlogByHandle gives a blog.
func (s *Service) BlogByHandle(ctx context.Context, handle string) (Blog, error) {
	row, err := s.db.Ent(ctx).Blog.Query().Where(blog.Handle(handle)).Only(ctx)
	return one(row, err, "blog", blogOf)
}

func (s *Service) insertBlog(ctx context.Context, in BlogInput) (BlogID, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).Blog.Create().SetHandle(in.Handle).SetTitle(in.Title).
		SetSeoTitle(in.SEOTitle).SetSeoDescription(in.SEODescription).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, created(err, "blog")
	}
	return BlogID(row.ID), nil
}

func (s *Service) updateBlog(ctx context.Context, id BlogID, version int64, in BlogInput) error {
	n, err := s.db.Ent(ctx).Blog.Update().Where(blog.ID(int64(id)), blog.Version(version)).
		SetHandle(in.Handle).SetTitle(in.Title).SetSeoTitle(in.SEOTitle).SetSeoDescription(in.SEODescription).
		SetUpdatedAt(s.db.Now(ctx)).AddVersion(1).Save(ctx)
	return changed(n, err, "blog")
}

// ArticleByID gives an article, whether or not it is published.
func (s *Service) ArticleByID(ctx context.Context, id ArticleID) (Article, error) {
	row, err := s.db.Ent(ctx).Article.Get(ctx, int64(id))
	return one(row, err, "article", articleOf)
}

func (s *Service) insertArticle(ctx context.Context, in ArticleInput) (ArticleID, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).Article.Create().SetBlogID(int64(in.Blog)).SetHandle(in.Handle).SetTitle(in.Title).
		SetBodyHTML(in.BodyHTML).SetExcerpt(in.Excerpt).SetAuthorName(in.AuthorName).
		SetNillableMediaID((*int64)(in.Media)).SetSeoTitle(in.SEOTitle).SetSeoDescription(in.SEODescription).
		SetNillablePublishedAt(in.PublishedAt).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, created(err, "article")
	}
	return ArticleID(row.ID), nil
}

func (s *Service) updateArticle(ctx context.Context, id ArticleID, version int64, in ArticleInput) error {
	update := s.db.Ent(ctx).Article.Update().Where(article.ID(int64(id)), article.Version(version)).
		SetBlogID(int64(in.Blog)).SetHandle(in.Handle).SetTitle(in.Title).
		SetBodyHTML(in.BodyHTML).SetExcerpt(in.Excerpt).SetAuthorName(in.AuthorName).
		SetSeoTitle(in.SEOTitle).SetSeoDescription(in.SEODescription).
		SetUpdatedAt(s.db.Now(ctx)).AddVersion(1)
	setMedia(update, in.Media)
	if in.PublishedAt == nil {
		update.ClearPublishedAt()
	} else {
		update.SetPublishedAt(*in.PublishedAt)
	}
	n, err := update.Save(ctx)
	return changed(n, err, "article")
}

func setMedia(update *ent.ArticleUpdate, id *media.ID) {
	if id == nil {
		update.ClearMediaID()
		return
	}
	update.SetMediaID(int64(*id))
}

func (s *Service) archiveArticle(ctx context.Context, id ArticleID, version int64, archived bool) error {
	update := s.db.Ent(ctx).Article.Update().Where(article.ID(int64(id)), article.Version(version)).
		SetUpdatedAt(s.db.Now(ctx)).AddVersion(1)
	if archived {
		update.SetArchivedAt(s.db.Now(ctx))
	} else {
		update.ClearArchivedAt()
	}
	n, err := update.Save(ctx)
	return changed(n, err, "article")
}

// PolicyByKind gives one of the shop's policies.
func (s *Service) PolicyByKind(ctx context.Context, kind PolicyKind) (Policy, error) {
	row, err := s.db.Ent(ctx).ShopPolicy.Query().Where(shoppolicy.Kind(string(kind))).Only(ctx)
	return one(row, err, "policy", policyOf)
}

// PolicyByID gives one of the shop's policies.
func (s *Service) PolicyByID(ctx context.Context, id PolicyID) (Policy, error) {
	row, err := s.db.Ent(ctx).ShopPolicy.Get(ctx, int64(id))
	return one(row, err, "policy", policyOf)
}

// Policies gives every policy of the shop, by kind.
func (s *Service) Policies(ctx context.Context) ([]Policy, error) {
	rows, err := s.db.Ent(ctx).ShopPolicy.Query().Order(shoppolicy.ByKind()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list policies: %w", postgres.Fault(err))
	}
	out := make([]Policy, len(rows))
	for i, r := range rows {
		out[i] = policyOf(r)
	}
	return out, nil
}

// upsertPolicy writes a policy, if it has the version that was seen; 0 writes it
// whatever stands there.
func (s *Service) upsertPolicy(ctx context.Context, in PolicyInput) error {
	done, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO shop_policy AS p (kind, title, body_html, version, created_at, updated_at)
		VALUES ($1, $2, $3, 1, $4, $4)
		ON CONFLICT (kind) DO UPDATE SET title = excluded.title, body_html = excluded.body_html,
			updated_at = excluded.updated_at, version = p.version + 1
		WHERE $5::bigint = 0 OR p.version = $5`,
		string(in.Kind), in.Title, in.BodyHTML, s.db.Now(ctx), in.Version)
	if err != nil {
		return created(err, "policy")
	}
	if done.RowsAffected() == 0 {
		return ErrStale
	}
	return nil
}

// RedirectByID gives a redirect.
func (s *Service) RedirectByID(ctx context.Context, id RedirectID) (Redirect, error) {
	row, err := s.db.Ent(ctx).UrlRedirect.Get(ctx, int64(id))
	return one(row, err, "redirect", redirectOf)
}

func (s *Service) insertRedirect(ctx context.Context, in RedirectInput) (RedirectID, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).UrlRedirect.Create().SetPath(in.Path).SetTarget(in.Target).
		SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, created(err, "redirect")
	}
	return RedirectID(row.ID), nil
}

func (s *Service) deleteRedirect(ctx context.Context, id RedirectID) error {
	err := s.db.Ent(ctx).UrlRedirect.DeleteOneID(int64(id)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("delete redirect: %w", postgres.Fault(err))
	}
	return nil
}
