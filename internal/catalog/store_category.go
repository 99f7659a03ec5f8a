package catalog

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/category"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// lockTree is held by every writer of the tree until its transaction ends.
func (s *Service) lockTree(ctx context.Context) error {
	return s.exec(ctx, "lock category tree", `SELECT pg_advisory_xact_lock(hashtext('category tree'))`)
}

// CategoryByID gives one category, archived or not.
func (s *Service) CategoryByID(ctx context.Context, id CategoryID) (Category, error) {
	found, err := s.CategoriesByIDs(ctx, []CategoryID{id})
	if err != nil {
		return Category{}, err
	}
	if c, ok := found[id]; ok {
		return c, nil
	}
	return Category{}, ErrCategoryNotFound
}

// CategoryByHandle gives the category that a handle leads to, also by a former
// handle.
func (s *Service) CategoryByHandle(ctx context.Context, handle string) (Category, error) {
	id, ok, err := s.resolve(ctx, categorySlug, handle)
	if err != nil || !ok {
		return Category{}, orNotFound(err, ErrCategoryNotFound)
	}
	return s.CategoryByID(ctx, CategoryID(id))
}

// CategoriesByIDs gives those categories that exist.
func (s *Service) CategoriesByIDs(ctx context.Context, ids []CategoryID) (map[CategoryID]Category, error) {
	rows, err := s.db.Ent(ctx).Category.Query().Where(postgres.Any(category.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read categories: %w", postgres.Fault(err))
	}
	out := make(map[CategoryID]Category, len(rows))
	for _, r := range rows {
		out[CategoryID(r.ID)] = categoryOf(r)
	}
	return out, nil
}

// Breadcrumbs gives for each category the way from its root to itself, in two
// statements.
func (s *Service) Breadcrumbs(ctx context.Context, ids []CategoryID) (map[CategoryID][]Category, error) {
	found, err := s.CategoriesByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var above []CategoryID
	for _, c := range found {
		above = append(above, c.Path...)
	}
	nodes, err := s.CategoriesByIDs(ctx, unique(above))
	if err != nil {
		return nil, err
	}
	out := make(map[CategoryID][]Category, len(found))
	for id, c := range found {
		for _, step := range c.Path {
			out[id] = append(out[id], nodes[step])
		}
	}
	return out, nil
}

// Children gives for each category the living ones right below it, in their
// order. The id 0 asks for the roots.
func (s *Service) Children(ctx context.Context, parents []CategoryID) (map[CategoryID][]Category, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT id FROM category WHERE COALESCE(parent_id, 0) = ANY($1) AND archived_at IS NULL
		ORDER BY parent_id, position, id`, raw(parents))
	if err != nil {
		return nil, fmt.Errorf("read children: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("read children: %w", postgres.Fault(err))
	}
	found, err := s.CategoriesByIDs(ctx, typed[CategoryID](ids))
	if err != nil {
		return nil, err
	}
	out := map[CategoryID][]Category{}
	for _, id := range ids {
		c := found[CategoryID(id)]
		parent := CategoryID(zeroIfNone(c.ParentID))
		out[parent] = append(out[parent], c)
	}
	return out, nil
}

// ListCategories gives one page of categories.
func (s *Service) ListCategories(ctx context.Context, f CategoryFilter, sort CategorySort, args page.Args) (page.Slice[Category], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Category]{}, err
	}
	order, err := sort.order()
	if err != nil {
		return page.Slice[Category]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, order)
	if err != nil {
		return page.Slice[Category]{}, err
	}
	found, err := s.CategoriesByIDs(ctx, keyset.IDs[CategoryID](ids))
	return keyset.Fill(ids, found), err
}

// CountCategories tells how long the list is.
func (s *Service) CountCategories(ctx context.Context, f CategoryFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (o CategorySort) order() (keyset.Order, error) {
	switch o {
	case CategoriesByPosition, "":
		return keyset.Order{Expr: "c.depth * 1000000000::bigint + c.position", Type: "bigint", ID: "c.id"}, nil
	case CategoriesByTitle:
		return keyset.Order{Expr: "c.title", Type: "text", ID: "c.id"}, nil
	case CategoriesByUpdate:
		return keyset.Order{Expr: "c.updated_at", Type: "timestamptz", ID: "c.id"}, nil
	}
	return keyset.Order{}, invalid(string(o), "sort")
}

func (f CategoryFilter) query() *keyset.Query {
	q := keyset.From("category c")
	if !f.Archived {
		q.Where("c.archived_at IS NULL")
	}
	if f.Root {
		q.Where("c.parent_id IS NULL")
	}
	if f.Parent != 0 {
		q.Where("c.parent_id = ?", int64(f.Parent))
	}
	if f.Within != 0 {
		q.Where("c.path LIKE (SELECT path FROM category WHERE id = ?) || '%'", int64(f.Within))
	}
	if f.Text != "" {
		q.Where("(c.title ILIKE '%' || ? || '%' OR c.handle LIKE '%' || lower(?) || '%')", literal(f.Text), literal(f.Text))
	}
	return q
}

// insertCategory makes the node. Its path needs its id, so that is drawn first.
func (s *Service) insertCategory(ctx context.Context, in NewCategory, parent Category) (CategoryID, error) {
	var id int64
	err := s.db.Conn(ctx).QueryRow(ctx,
		`SELECT nextval(pg_get_serial_sequence('category', 'id'))`).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("create category: %w", postgres.Fault(err))
	}
	position, err := s.placeAmongSiblings(ctx, in.ParentID, in.Position)
	if err != nil {
		return 0, err
	}
	now := s.db.Now(ctx)
	err = s.db.Ent(ctx).Category.Create().SetID(id).
		SetHandle(in.Handle).SetTitle(in.Title).SetDescription(in.Description).
		SetNillableParentID(pointer(in.ParentID)).SetPath(pathText(append(parent.Path, CategoryID(id)))).
		SetDepth(parent.Depth + 1).SetPosition(position).SetNillableMediaID(pointer(in.MediaID)).
		SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("create category: %w", postgres.Conflict(err, byConstraint))
	}
	return CategoryID(id), nil
}

// placeAmongSiblings gives the wished position, else the one after the last.
func (s *Service) placeAmongSiblings(ctx context.Context, parent *CategoryID, wish *int) (position int, err error) {
	if wish != nil {
		return *wish, nil
	}
	err = s.db.Conn(ctx).QueryRow(ctx,
		`SELECT COALESCE(max(position), 0) + 1 FROM category WHERE parent_id IS NOT DISTINCT FROM $1`, pointer(parent)).Scan(&position)
	if err != nil {
		return 0, fmt.Errorf("find place: %w", postgres.Fault(err))
	}
	return position, nil
}

func (s *Service) updateCategory(ctx context.Context, id CategoryID, c CategoryChange) error {
	u := s.db.Ent(ctx).Category.Update().Where(category.ID(int64(id))).
		SetNillableHandle(c.Handle).SetNillableTitle(c.Title).SetNillableDescription(c.Description).
		SetNillablePosition(c.Position)
	if c.MediaID != nil {
		assign(noneIfZero(int64(*c.MediaID)), u.SetMediaID, u.ClearMediaID)
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("update category: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// moveSubtree rewrites parent, path and depth of the category and of all that
// stands below it.
func (s *Service) moveSubtree(ctx context.Context, c, above Category, wish *int) error {
	var deepest int
	err := s.db.Conn(ctx).QueryRow(ctx,
		`SELECT max(depth) FROM category WHERE path LIKE $1 || '%'`, pathText(c.Path)).Scan(&deepest)
	if err != nil {
		return fmt.Errorf("measure subtree: %w", postgres.Fault(err))
	}
	shift := above.Depth + 1 - c.Depth
	if deepest+shift > MaxDepth {
		return ErrTooDeep
	}
	var parent *CategoryID
	if above.ID != 0 {
		parent = &above.ID
	}
	position, err := s.placeAmongSiblings(ctx, parent, wish)
	if err != nil {
		return err
	}
	return s.exec(ctx, "move subtree", `
		UPDATE category SET
			path = $2 || substr(path, length($1) + 1),
			depth = depth + $3,
			parent_id = CASE WHEN id = $4 THEN $5 ELSE parent_id END,
			position = CASE WHEN id = $4 THEN $6 ELSE position END,
			version = version + CASE WHEN id = $4 THEN 0 ELSE 1 END,
			updated_at = $7
		WHERE path LIKE $1 || '%'`,
		pathText(c.Path), pathText(append(above.Path, c.ID)), shift, int64(c.ID), pointer(parent), position, s.db.Now(ctx))
}

func (s *Service) countLivingChildren(ctx context.Context, id CategoryID) (int, error) {
	n, err := s.db.Ent(ctx).Category.Query().Where(category.ParentID(int64(id)), category.ArchivedAtIsNil()).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count children: %w", postgres.Fault(err))
	}
	return n, nil
}

// pathText writes ids as the column holds them: "/1/5/".
func pathText(path []CategoryID) string {
	var b strings.Builder
	for _, id := range path {
		b.WriteString("/" + strconv.FormatInt(int64(id), 10))
	}
	return b.String() + "/"
}

func pathIDs(text string) []CategoryID {
	var path []CategoryID
	for _, part := range strings.Split(strings.Trim(text, "/"), "/") {
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			path = append(path, CategoryID(n))
		}
	}
	return path
}

func categoryOf(r *ent.Category) Category {
	return Category{
		ID:          CategoryID(r.ID),
		Handle:      r.Handle,
		Title:       r.Title,
		Description: r.Description,
		ParentID:    typedPointer[CategoryID](r.ParentID),
		Path:        pathIDs(r.Path),
		Depth:       r.Depth,
		Position:    r.Position,
		MediaID:     typedPointer[media.ID](r.MediaID),
		ArchivedAt:  r.ArchivedAt,
		Version:     r.Version,
		CreatedAt:   r.CreatedAt,
		UpdatedAt:   r.UpdatedAt,
	}
}
