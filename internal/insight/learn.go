package insight

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// intentDays is how far back clicks say what a query means.
const intentDays = 90

// Learn finds out what queries mean and what could be done about those that
// find nothing, and tells every process.
func (s *Service) Learn(ctx context.Context) error {
	if err := s.learnIntents(ctx); err != nil {
		return err
	}
	return s.propose(ctx)
}

// learnIntents writes the category of each query of which enough clicks went
// into one: of several that hold enough of them the narrowest.
func (s *Service) learnIntents(ctx context.Context) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		now := s.db.Now(ctx)
		if _, err := s.db.Conn(ctx).Exec(ctx, `SELECT set_config('statement_timeout', $1, true)`, leisure); err != nil {
			return err
		}
		var changed int64
		err := s.db.Conn(ctx).QueryRow(ctx, `
			WITH clicked AS (
				SELECT language, query, product_id, sum(clicks)::bigint AS clicks FROM query_product
				WHERE day >= $1 AND clicks > 0 GROUP BY language, query, product_id
			), asked AS (
				SELECT language, query, sum(clicks)::bigint AS clicks FROM clicked GROUP BY language, query HAVING sum(clicks) >= $2
			), within AS (
				SELECT DISTINCT pc.product_id, up::bigint AS category_id
				FROM product_category pc
				JOIN category c ON c.id = pc.category_id
				CROSS JOIN LATERAL unnest(string_to_array(btrim(c.path, '/'), '/')) AS up
				WHERE pc.product_id IN (SELECT product_id FROM clicked)
			), learned AS (
				SELECT DISTINCT ON (a.language, a.query) a.language, a.query, w.category_id, a.clicks,
					(sum(k.clicks) * 1000000 / a.clicks)::bigint AS share_ppm
				FROM asked a
				JOIN clicked k ON k.language = a.language AND k.query = a.query
				JOIN within w ON w.product_id = k.product_id
				JOIN category c ON c.id = w.category_id AND c.archived_at IS NULL
				GROUP BY a.language, a.query, a.clicks, w.category_id, c.depth
				HAVING sum(k.clicks) * 1000000 >= a.clicks * $3
				ORDER BY a.language, a.query, c.depth DESC, sum(k.clicks) DESC, w.category_id
			), gone AS (
				DELETE FROM query_intent i WHERE NOT EXISTS (SELECT FROM learned l WHERE l.language = i.language AND l.query = i.query) RETURNING 1
			), put AS (
				INSERT INTO query_intent AS i (language, query, category_id, clicks, share_ppm, computed_at)
				SELECT language, query, category_id, clicks, share_ppm, $4 FROM learned
				ON CONFLICT (language, query) DO UPDATE SET category_id = excluded.category_id, clicks = excluded.clicks,
					share_ppm = excluded.share_ppm, computed_at = excluded.computed_at
				WHERE (i.category_id, i.clicks, i.share_ppm) IS DISTINCT FROM (excluded.category_id, excluded.clicks, excluded.share_ppm)
				RETURNING 1
			)
			SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)`,
			dayOf(now).AddDate(0, 0, -intentDays), s.cfg.IntentClicks, s.cfg.IntentPPM, now).Scan(&changed)
		if err != nil {
			return postgres.Fault(err)
		}
		return s.events.Record(ctx, Changed{At: now.Unix(), Intents: changed})
	})
	if err != nil {
		return fmt.Errorf("learn what queries mean: %w", err)
	}
	return nil
}
