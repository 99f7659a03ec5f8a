package content

import (
	"context"
	"errors"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/html"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the use cases. Every write names the version it changes, where
// there is one, and is refused if it is not the current one; its audit row and
// its event are written in the same transaction.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log) *Service {
	return &Service{db: db, events: events, audit: log}
}

// versioned is what every kind of content has in common here.
type versioned interface {
	identity() (id, version int64)
}

func (m Menu) identity() (int64, int64)     { return int64(m.ID), m.Version }
func (p Page) identity() (int64, int64)     { return int64(p.ID), p.Version }
func (b Blog) identity() (int64, int64)     { return int64(b.ID), b.Version }
func (a Article) identity() (int64, int64)  { return int64(a.ID), a.Version }
func (p Policy) identity() (int64, int64)   { return int64(p.ID), p.Version }
func (r Redirect) identity() (int64, int64) { return int64(r.ID), 0 }

// save runs one write with its audit row and its event. read gives the thing
// before (unless it is new) and after.
func save[T versioned](ctx context.Context, s *Service, kind, verb string, isNew bool,
	read func(context.Context) (T, error), write func(context.Context) error) (after T, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		var before any
		if !isNew {
			if before, err = read(ctx); err != nil {
				return err
			}
		}
		if err := write(ctx); err != nil {
			return err
		}
		if after, err = read(ctx); err != nil {
			return err
		}
		id, version := after.identity()
		entry := audit.Entry{Action: kind + "." + verb, SubjectKind: kind, SubjectID: id, Before: before, After: after}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, Changed{Kind: kind, ID: id, Version: version})
	})
	return after, err
}

// CreateMenu makes a menu.
func (s *Service) CreateMenu(ctx context.Context, in MenuInput) (Menu, error) {
	if err := in.Validate(); err != nil {
		return Menu{}, err
	}
	var id MenuID
	return save(ctx, s, "menu", "create", true,
		func(ctx context.Context) (Menu, error) { return s.MenuByID(ctx, id) },
		func(ctx context.Context) (err error) { id, err = s.insertMenu(ctx, in); return err })
}

// UpdateMenu replaces a menu with its whole tree.
func (s *Service) UpdateMenu(ctx context.Context, id MenuID, version int64, in MenuInput) (Menu, error) {
	if err := in.Validate(); err != nil {
		return Menu{}, err
	}
	return save(ctx, s, "menu", "update", false,
		func(ctx context.Context) (Menu, error) { return s.MenuByID(ctx, id) },
		func(ctx context.Context) error { return s.updateMenu(ctx, id, version, in) })
}

// DeleteMenu takes a menu away.
func (s *Service) DeleteMenu(ctx context.Context, id MenuID, version int64) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.MenuByID(ctx, id)
		if err != nil {
			return err
		}
		if err := s.deleteMenu(ctx, id, version); err != nil {
			return err
		}
		entry := audit.Entry{Action: "menu.delete", SubjectKind: "menu", SubjectID: int64(id), Before: before}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, Changed{Kind: "menu", ID: int64(id), Version: version + 1})
	})
}

// CreatePage makes a page; active content is taken out of its body.
func (s *Service) CreatePage(ctx context.Context, in PageInput) (Page, error) {
	if err := in.Validate(); err != nil {
		return Page{}, err
	}
	in.BodyHTML, _ = html.Sanitize(in.BodyHTML)
	var id PageID
	return save(ctx, s, "page", "create", true,
		func(ctx context.Context) (Page, error) { return s.PageByID(ctx, id) },
		func(ctx context.Context) (err error) { id, err = s.insertPage(ctx, in); return err })
}

// UpdatePage replaces a page.
func (s *Service) UpdatePage(ctx context.Context, id PageID, version int64, in PageInput) (Page, error) {
	if err := in.Validate(); err != nil {
		return Page{}, err
	}
	in.BodyHTML, _ = html.Sanitize(in.BodyHTML)
	return save(ctx, s, "page", "update", false,
		func(ctx context.Context) (Page, error) { return s.PageByID(ctx, id) },
		func(ctx context.Context) error { return s.updatePage(ctx, id, version, in) })
}

// ArchivePage takes a page out of the storefront, or with archived false puts it back.
func (s *Service) ArchivePage(ctx context.Context, id PageID, version int64, archived bool) (Page, error) {
	return save(ctx, s, "page", "archive", false,
		func(ctx context.Context) (Page, error) { return s.PageByID(ctx, id) },
		func(ctx context.Context) error { return s.archivePage(ctx, id, version, archived) })
}

// CreateBlog makes a blog.
func (s *Service) CreateBlog(ctx context.Context, in BlogInput) (Blog, error) {
	if err := in.Validate(); err != nil {
		return Blog{}, err
	}
	var id BlogID
	return save(ctx, s, "blog", "create", true,
		func(ctx context.Context) (Blog, error) { return s.BlogByID(ctx, id) },
		func(ctx context.Context) (err error) { id, err = s.insertBlog(ctx, in); return err })
}

// UpdateBlog replaces a blog's own facts.
func (s *Service) UpdateBlog(ctx context.Context, id BlogID, version int64, in BlogInput) (Blog, error) {
	if err := in.Validate(); err != nil {
		return Blog{}, err
	}
	return save(ctx, s, "blog", "update", false,
		func(ctx context.Context) (Blog, error) { return s.BlogByID(ctx, id) },
		func(ctx context.Context) error { return s.updateBlog(ctx, id, version, in) })
}

// CreateArticle makes an article; active content is taken out of its body.
func (s *Service) CreateArticle(ctx context.Context, in ArticleInput) (Article, error) {
	if err := in.Validate(); err != nil {
		return Article{}, err
	}
	in.BodyHTML, _ = html.Sanitize(in.BodyHTML)
	var id ArticleID
	return save(ctx, s, "article", "create", true,
		func(ctx context.Context) (Article, error) { return s.ArticleByID(ctx, id) },
		func(ctx context.Context) (err error) { id, err = s.insertArticle(ctx, in); return err })
}

// UpdateArticle replaces an article.
func (s *Service) UpdateArticle(ctx context.Context, id ArticleID, version int64, in ArticleInput) (Article, error) {
	if err := in.Validate(); err != nil {
		return Article{}, err
	}
	in.BodyHTML, _ = html.Sanitize(in.BodyHTML)
	return save(ctx, s, "article", "update", false,
		func(ctx context.Context) (Article, error) { return s.ArticleByID(ctx, id) },
		func(ctx context.Context) error { return s.updateArticle(ctx, id, version, in) })
}

// ArchiveArticle takes an article out of the storefront, or with archived false puts it back.
func (s *Service) ArchiveArticle(ctx context.Context, id ArticleID, version int64, archived bool) (Article, error) {
	return save(ctx, s, "article", "archive", false,
		func(ctx context.Context) (Article, error) { return s.ArticleByID(ctx, id) },
		func(ctx context.Context) error { return s.archiveArticle(ctx, id, version, archived) })
}

// SetPolicy writes the shop's policy of a kind, whether or not it has one. An
// existing one whose version is not the one named is left as it is.
func (s *Service) SetPolicy(ctx context.Context, in PolicyInput) (Policy, error) {
	if err := in.Validate(); err != nil {
		return Policy{}, err
	}
	in.BodyHTML, _ = html.Sanitize(in.BodyHTML)
	_, err := s.PolicyByKind(ctx, in.Kind)
	isNew := errors.Is(err, ErrNotFound)
	return save(ctx, s, "policy", "set", isNew,
		func(ctx context.Context) (Policy, error) { return s.PolicyByKind(ctx, in.Kind) },
		func(ctx context.Context) error { return s.upsertPolicy(ctx, in) })
}

// CreateRedirect makes a redirect.
func (s *Service) CreateRedirect(ctx context.Context, in RedirectInput) (Redirect, error) {
	if err := in.Validate(); err != nil {
		return Redirect{}, err
	}
	var id RedirectID
	return save(ctx, s, "redirect", "create", true,
		func(ctx context.Context) (Redirect, error) { return s.RedirectByID(ctx, id) },
		func(ctx context.Context) (err error) { id, err = s.insertRedirect(ctx, in); return err })
}

// DeleteRedirect takes a redirect away.
func (s *Service) DeleteRedirect(ctx context.Context, id RedirectID) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.RedirectByID(ctx, id)
		if err != nil {
			return err
		}
		if err := s.deleteRedirect(ctx, id); err != nil {
			return err
		}
		entry := audit.Entry{Action: "redirect.delete", SubjectKind: "redirect", SubjectID: int64(id), Before: before}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, Changed{Kind: "redirect", ID: int64(id)})
	})
}
