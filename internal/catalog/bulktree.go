package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Categories finds the categories at the paths of titles, from the root down,
// and makes those that are missing. The result is by CategoryPath.
func (b *Bulk) Categories(ctx context.Context, paths [][]string) (map[string]CategoryID, error) {
	found := map[string]CategoryID{}
	if len(paths) == 0 {
		return found, nil
	}
	tree, _, err := b.tree(ctx)
	if err != nil {
		return nil, err
	}
	var facts []event.Fact
	for _, path := range paths {
		parent := bulkNode{}
		for _, title := range path {
			key := childKey{parent.id, title}
			node, known := tree[key]
			if !known {
				if node, err = b.plant(ctx, parent, title); err != nil {
					return nil, err
				}
				tree[key] = node
				facts = append(facts, CategoryChanged{Category: node.id, Version: 1})
			}
			parent = node
		}
		found[CategoryPath(path)] = parent.id
	}
	return found, b.events.Record(ctx, facts...)
}

// CategoryPath makes one text of the titles from the root down.
func CategoryPath(titles []string) string { return strings.Join(titles, " > ") }

type childKey struct {
	parent CategoryID
	title  string
}

type bulkNode struct {
	id    CategoryID
	path  string // of ids: "/1/5/"
	names []string
}

// tree reads the living tree by parent and title, where of two siblings with one
// title the older counts, and for archived categories too the titles from the root down to each category.
func (b *Bulk) tree(ctx context.Context) (map[childKey]bulkNode, map[CategoryID][]string, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `SELECT id, COALESCE(parent_id, 0), title, path, archived_at IS NULL FROM category ORDER BY depth, id DESC`)
	if err != nil {
		return nil, nil, fmt.Errorf("read categories: %w", postgres.Fault(err))
	}
	defer rows.Close()
	tree := map[childKey]bulkNode{}
	names := map[CategoryID][]string{}
	for rows.Next() {
		var n bulkNode
		var key childKey
		var living bool
		if err := rows.Scan(&n.id, &key.parent, &key.title, &n.path, &living); err != nil {
			return nil, nil, fmt.Errorf("read categories: %w", err)
		}
		n.names = append(slices.Clone(names[key.parent]), key.title)
		names[n.id] = n.names
		if living {
			tree[key] = n
		}
	}
	return tree, names, postgres.Fault(rows.Err())
}

// plant makes a category. Its handle tells the whole path, since titles repeat
// in branches.
func (b *Bulk) plant(ctx context.Context, parent bulkNode, title string) (bulkNode, error) {
	n := bulkNode{names: append(slices.Clone(parent.names), title)}
	ids, err := b.allocate(ctx, "category", 1)
	if err != nil {
		return n, err
	}
	n.id = CategoryID(ids[0])
	n.path = parent.path + "/"
	if parent.path != "" {
		n.path = parent.path
	}
	n.path += strconv.FormatInt(ids[0], 10) + "/"
	handle, err := (&Service{db: b.db}).freeHandle(ctx, categorySlug, MakeHandle(strings.Join(n.names, " "), "category"))
	if err != nil {
		return n, err
	}
	_, err = b.db.Conn(ctx).Exec(ctx, `
		WITH made AS (
			INSERT INTO category (id, handle, title, parent_id, path, depth, position, created_at, updated_at)
			SELECT $1, $2, $3, NULLIF($4::bigint, 0), $5, $6, COALESCE(max(position) + 1, 0), $7, $7
			FROM category WHERE parent_id IS NOT DISTINCT FROM NULLIF($4::bigint, 0))
		INSERT INTO slug (kind, handle, target_id, current, created_at) VALUES ('category', $2, $1, true, $7)`,
		ids[0], handle, title, int64(parent.id), n.path, len(n.names)-1, b.db.Now(ctx))
	if err != nil {
		return n, fmt.Errorf("make category: %w", postgres.Conflict(err, byConstraint))
	}
	return n, nil
}

// CategoryTitles gives the titles from the root down to each category.
func (b *Bulk) CategoryTitles(ctx context.Context) (map[CategoryID][]string, error) {
	_, names, err := b.tree(ctx)
	return names, err
}
