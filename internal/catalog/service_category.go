package catalog

import (
	"context"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// CreateCategory adds a node to the tree.
func (s *Service) CreateCategory(ctx context.Context, in NewCategory) (Category, error) {
	if err := in.Validate(); err != nil {
		return Category{}, err
	}
	var after Category
	err := s.inTree(ctx, func(ctx context.Context) error {
		parent, err := s.livingParent(ctx, in.ParentID)
		if err != nil {
			return err
		}
		if in.Handle == "" {
			if in.Handle, err = s.freeHandle(ctx, categorySlug, MakeHandle(in.Title, "category")); err != nil {
				return err
			}
		}
		id, err := s.insertCategory(ctx, in, parent)
		if err != nil {
			return err
		}
		if err := s.claimHandle(ctx, categorySlug, int64(id), in.Handle); err != nil {
			return err
		}
		if after, err = s.CategoryByID(ctx, id); err != nil {
			return err
		}
		return s.noteCategory(ctx, "category.create", nil, after, false)
	})
	return after, err
}

// UpdateCategory changes the category if version is the current one.
func (s *Service) UpdateCategory(ctx context.Context, id CategoryID, version int64, c CategoryChange) (Category, error) {
	if err := c.Validate(); err != nil {
		return Category{}, err
	}
	return s.changeCategory(ctx, id, version, "category.update", func(ctx context.Context, before Category) (bool, error) {
		if c.Handle != nil && *c.Handle != before.Handle {
			if err := s.claimHandle(ctx, categorySlug, int64(id), *c.Handle); err != nil {
				return false, err
			}
		}
		return false, s.updateCategory(ctx, id, c)
	})
}

// MoveCategory puts the category with its whole subtree below another parent,
// or with none among the roots; without a position it comes last there.
func (s *Service) MoveCategory(ctx context.Context, id CategoryID, version int64, parent *CategoryID, position *int) (Category, error) {
	return s.changeCategory(ctx, id, version, "category.move", func(ctx context.Context, before Category) (bool, error) {
		above, err := s.livingParent(ctx, parent)
		if err != nil {
			return false, err
		}
		for _, ancestor := range above.Path {
			if ancestor == id {
				return false, ErrCycle
			}
		}
		return true, s.moveSubtree(ctx, before, above, position)
	})
}

// ArchiveCategory hides the category; its products stay in it. Living
// categories below it are a refusal.
func (s *Service) ArchiveCategory(ctx context.Context, id CategoryID, version int64) (Category, error) {
	return s.changeCategory(ctx, id, version, "category.archive", func(ctx context.Context, before Category) (bool, error) {
		n, err := s.countLivingChildren(ctx, id)
		if err != nil {
			return false, err
		}
		if n > 0 {
			return false, ErrHasChildren
		}
		return false, s.exec(ctx, "archive category",
			`UPDATE category SET archived_at = COALESCE(archived_at, $2) WHERE id = $1`, int64(id), s.db.Now(ctx))
	})
}

// RestoreCategory shows an archived category again.
func (s *Service) RestoreCategory(ctx context.Context, id CategoryID, version int64) (Category, error) {
	return s.changeCategory(ctx, id, version, "category.restore", func(ctx context.Context, before Category) (bool, error) {
		if _, err := s.livingParent(ctx, before.ParentID); err != nil {
			return false, err
		}
		return false, s.exec(ctx, "restore category", `UPDATE category SET archived_at = NULL WHERE id = $1`, int64(id))
	})
}

// inTree runs a change of the tree. There is one at a time, so that a parent's
// path holds until the child that was made from it is there.
func (s *Service) inTree(ctx context.Context, fn func(context.Context) error) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockTree(ctx); err != nil {
			return err
		}
		return fn(ctx)
	})
}

// changeCategory runs one change under the tree's lock and the version; write
// says whether the subtree changed with it.
func (s *Service) changeCategory(ctx context.Context, id CategoryID, version int64, action string, write func(context.Context, Category) (bool, error)) (Category, error) {
	var after Category
	err := s.inTree(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, lockCategory, int64(id), version); err != nil {
			return err
		}
		before, err := s.CategoryByID(ctx, id)
		if err != nil {
			return err
		}
		subtree, err := write(ctx, before)
		if err != nil {
			return err
		}
		err = s.exec(ctx, "count version up", `UPDATE category SET version = version + 1, updated_at = $2 WHERE id = $1`,
			int64(id), s.db.Now(ctx))
		if err != nil {
			return err
		}
		if after, err = s.CategoryByID(ctx, id); err != nil {
			return err
		}
		return s.noteCategory(ctx, action, before, after, subtree)
	})
	return after, err
}

func (s *Service) noteCategory(ctx context.Context, action string, before any, after Category, subtree bool) error {
	return s.record(ctx, note{
		action: action, kind: "category", id: int64(after.ID), before: before, after: after,
		facts: []event.Fact{CategoryChanged{Category: after.ID, Version: after.Version, Subtree: subtree}},
	})
}

// livingParent reads the category to stand below; none gives the place above
// the roots.
func (s *Service) livingParent(ctx context.Context, id *CategoryID) (Category, error) {
	if id == nil {
		return Category{Depth: -1}, nil
	}
	parent, err := s.CategoryByID(ctx, *id)
	if fault.Is(err, ErrCategoryNotFound.Reason) {
		return Category{}, ErrCategoryNotFound.At("parentId")
	}
	if err != nil {
		return Category{}, err
	}
	if parent.ArchivedAt != nil {
		return Category{}, ErrParentArchived
	}
	if parent.Depth >= MaxDepth {
		return Category{}, ErrTooDeep
	}
	return parent, nil
}

// Validate reports every fault of the input at once.
func (in NewCategory) Validate() error {
	var faults fault.List
	if in.Handle != "" {
		faults.Add(checkHandle(in.Handle, "handle"))
	}
	faults.Add(checkText(in.Title, 1, MaxTitle, "title"))
	faults.Add(checkText(in.Description, 0, MaxDescription, "description"))
	return faults.Err()
}

// Validate reports every fault of the change at once.
func (c CategoryChange) Validate() error {
	var faults fault.List
	if c.Handle != nil {
		faults.Add(checkHandle(*c.Handle, "handle"))
	}
	if c.Title != nil {
		faults.Add(checkText(*c.Title, 1, MaxTitle, "title"))
	}
	if c.Description != nil {
		faults.Add(checkText(*c.Description, 0, MaxDescription, "description"))
	}
	return faults.Err()
}
