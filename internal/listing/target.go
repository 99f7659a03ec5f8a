package listing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Target names something that a link may lead to.
type Target struct {
	Kind string // product, collection, page, blog, article or shop_policy
	ID   int64
}

// Paths gives the paths of targets on the storefront; those that cannot be seen
// now are missing.
func (s *Service) Paths(ctx context.Context, at Context, targets []Target) (map[Target]string, error) {
	kinds, ids := make([]string, len(targets)), make([]int64, len(targets))
	for i, target := range targets {
		kinds[i], ids[i] = target.Kind, target.ID
	}
	st := &statement{}
	t := newTrip(at)
	st.write(`WITH wanted AS (SELECT * FROM unnest(?::text[], ?::bigint[]) AS w(kind, id))
SELECT 'product', p.id, '/products/' || p.handle FROM product p JOIN wanted ON wanted.id = p.id AND wanted.kind = 'product'
 WHERE p.status = 'active' AND p.published_at <= ?
UNION ALL SELECT 'collection', c.id, '/collections/' || c.handle FROM collection c JOIN wanted ON wanted.id = c.id AND wanted.kind = 'collection'
 WHERE c.archived_at IS NULL AND c.published_at <= ?
UNION ALL SELECT 'page', g.id, '/pages/' || g.handle FROM page g JOIN wanted ON wanted.id = g.id AND wanted.kind = 'page'
 WHERE g.archived_at IS NULL AND g.published_at <= ?
UNION ALL SELECT 'blog', b.id, '/blogs/' || b.handle FROM blog b JOIN wanted ON wanted.id = b.id AND wanted.kind = 'blog'
UNION ALL SELECT 'article', a.id, '/blogs/' || b.handle || '/' || a.handle FROM article a JOIN blog b ON b.id = a.blog_id
 JOIN wanted ON wanted.id = a.id AND wanted.kind = 'article' WHERE a.archived_at IS NULL AND a.published_at <= ?
UNION ALL SELECT 'shop_policy', l.id, CASE l.kind WHEN 'terms' THEN '/policies/terms-of-service' ELSE '/policies/' || l.kind || '-policy' END
 FROM shop_policy l JOIN wanted ON wanted.id = l.id AND wanted.kind = 'shop_policy'`, kinds, ids, at.Now, at.Now, at.Now, at.Now)
	paths := make(map[Target]string, len(targets))
	t.read(st, func(row pgx.Row) error {
		var target Target
		var path string
		err := row.Scan(&target.Kind, &target.ID, &path)
		paths[target] = path
		return err
	})
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read paths: %w", err)
	}
	return paths, nil
}
