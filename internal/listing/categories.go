package listing

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Category reads one category with its relatives; nil when there is none.
func (s *Service) Category(ctx context.Context, at Context, ref Ref, need CategoryNeed) (*Category, error) {
	t, sh := newTrip(at), newShelf(at, s.base)
	condition := refCondition("category", ref)
	var id CategoryID
	st := &statement{}
	st.write("SELECT c.id FROM category c WHERE c.archived_at IS NULL AND " + condition(st))
	t.read(st, func(row pgx.Row) error { return row.Scan(&id) })
	t.tree(sh, need.Counts)
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read category: %w", err)
	}
	sh.finish()
	return sh.categories[id], nil
}

// Categories reads a page of the categories below one, or at the top.
func (s *Service) Categories(ctx context.Context, at Context, list CategoryList) (*Categories, error) {
	sh, err := s.wholeTree(ctx, at, list.Need)
	if err != nil {
		return nil, err
	}
	c, err := connect(sh.below(list.Parent), list.Page, func(c *Category) int64 { return int64(c.ID) })
	if err != nil {
		return nil, err
	}
	return &Categories{*c}, nil
}

// CategoriesByIDs reads categories with their relatives; those that are gone
// are missing.
func (s *Service) CategoriesByIDs(ctx context.Context, at Context, ids []CategoryID, need CategoryNeed) (map[CategoryID]*Category, error) {
	sh, err := s.wholeTree(ctx, at, need)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(sh.categories, func(id CategoryID, _ *Category) bool { return !slices.Contains(ids, id) })
	return sh.categories, nil
}

func (s *Service) wholeTree(ctx context.Context, at Context, need CategoryNeed) (*shelf, error) {
	t, sh := newTrip(at), newShelf(at, s.base)
	t.tree(sh, need.Counts)
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read categories: %w", err)
	}
	sh.finish()
	return sh, nil
}
