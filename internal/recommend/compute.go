package recommend

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// The SQL of this file reads what other rooms wrote down; of theirs it writes
// nothing. What is different is found out over the database as it is at one
// moment, holding nobody up, and then written in portions: readers of the outbox
// wait for whoever is writing.
const (
	leisure     = "25s" // that a statement of a job may take; those of requests have less
	writeAtOnce = 500
)

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// differences reads rows with time.
func differences[T any](ctx context.Context, db *postgres.DB, sql string, args ...any) (found []T, err error) {
	err = db.Snapshot(ctx, func(ctx context.Context) error {
		if _, err := db.Conn(ctx).Exec(ctx, `SELECT set_config('statement_timeout', $1, true)`, leisure); err != nil {
			return err
		}
		rows, err := db.Conn(ctx).Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, pgx.RowToStructByPos[T])
		return err
	})
	return found, postgres.Fault(err)
}

// score is a row of product_score that is to be written.
type score struct {
	Product                              int64
	Popularity, Trend                    int64
	Views, Clicks, Carts, Pieces, Orders int64
	Gone                                 bool // nobody wants it any more
	Moved                                bool // what documents hold is another
}

// computeScores writes how much products are wanted. A portion and the fact that
// names what moved in it commit together.
func (s *Service) computeScores(ctx context.Context) error {
	now := s.db.Now(ctx)
	today := dayOf(now)
	found, err := differences[score](ctx, s.db, scores, today.AddDate(0, 0, 1-scoreDays), today.AddDate(0, 0, 1), decay(),
		points.view, points.click, points.cart, points.order, trendDays, trendDays+beforeDays, doubt, stir)
	if err != nil {
		return fmt.Errorf("compute how much products are wanted: %w", err)
	}
	for some := range slices.Chunk(found, writeAtOnce) {
		if err := s.writeScores(ctx, some, now); err != nil {
			return fmt.Errorf("write how much products are wanted: %w", err)
		}
	}
	return nil
}

func (s *Service) writeScores(ctx context.Context, some []score, now time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		batch, moved := &pgx.Batch{}, []int64(nil)
		for _, r := range some {
			if r.Moved {
				moved = append(moved, r.Product)
			}
			if r.Gone {
				batch.Queue(`DELETE FROM product_score WHERE product_id = $1`, r.Product)
				continue
			}
			batch.Queue(`
				INSERT INTO product_score (product_id, popularity_ppm, trend_ppm, views, clicks, carts, pieces, orders, computed_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
				ON CONFLICT (product_id) DO UPDATE SET popularity_ppm = excluded.popularity_ppm, trend_ppm = excluded.trend_ppm,
					views = excluded.views, clicks = excluded.clicks, carts = excluded.carts, pieces = excluded.pieces,
					orders = excluded.orders, computed_at = excluded.computed_at`,
				r.Product, r.Popularity, r.Trend, r.Views, r.Clicks, r.Carts, r.Pieces, r.Orders, now)
		}
		if err := s.db.Conn(ctx).SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		if len(moved) == 0 {
			return nil
		}
		return s.events.Record(ctx, Computed{Products: moved})
	})
}

// scores counts the days from $1 to before $2 with the weights $3 by age, and
// gives the rows that differ from those that are there. Of a score that differs
// by less than one part in $11 the known one stays.
const scores = `
	WITH seen AS (
		SELECT (payload ->> 'productId')::bigint AS product_id,
			($2::timestamptz AT TIME ZONE 'UTC')::date - (occurred_at AT TIME ZONE 'UTC')::date - 1 AS age, kind, count(DISTINCT session_id) AS n
		FROM track_event
		WHERE kind IN ('view_product', 'click') AND occurred_at >= $1 AND occurred_at < $2 AND session_id <> ''
			AND payload ->> 'productId' ~ '^[0-9]{1,18}$'
		GROUP BY 1, 2, 3
	), put_in AS (
		SELECT v.product_id, ($2::timestamptz AT TIME ZONE 'UTC')::date - (e.occurred_at AT TIME ZONE 'UTC')::date - 1 AS age,
			count(DISTINCT e.session_id) AS n
		FROM track_event e
		JOIN variant v ON v.id = CASE WHEN COALESCE(e.payload ->> 'variantId', e.payload ->> 'variant') ~ '^[0-9]{1,18}$'
			THEN COALESCE(e.payload ->> 'variantId', e.payload ->> 'variant')::bigint END
		WHERE e.kind = 'add_to_cart' AND e.occurred_at >= $1 AND e.occurred_at < $2 AND e.session_id <> ''
		GROUP BY 1, 2
	), sold AS (
		SELECT l.product_id, ($2::timestamptz AT TIME ZONE 'UTC')::date - (o.placed_at AT TIME ZONE 'UTC')::date - 1 AS age,
			count(DISTINCT o.id) AS n, sum(l.quantity - l.cancelled)::bigint AS pieces
		FROM sales_order o JOIN order_line l ON l.order_id = o.id
		WHERE o.placed_at >= $1 AND o.placed_at < $2 AND o.state NOT IN ('draft', 'expired', 'cancelled') AND l.quantity > l.cancelled
		GROUP BY 1, 2
	), done AS (
		SELECT product_id, age, n AS views, 0 AS clicks, 0 AS carts, 0 AS orders, 0 AS pieces FROM seen WHERE kind = 'view_product'
		UNION ALL SELECT product_id, age, 0, n, 0, 0, 0 FROM seen WHERE kind = 'click'
		UNION ALL SELECT product_id, age, 0, 0, n, 0, 0 FROM put_in
		UNION ALL SELECT product_id, age, 0, 0, 0, n, pieces FROM sold
	), weighed AS (
		SELECT d.product_id, sum(d.views)::bigint AS views, sum(d.clicks)::bigint AS clicks, sum(d.carts)::bigint AS carts,
			sum(d.orders)::bigint AS orders, sum(d.pieces)::bigint AS pieces, sum(p.points * w.weight) AS score,
			COALESCE(sum(p.points) FILTER (WHERE d.age < $8), 0) AS recent,
			COALESCE(sum(p.points) FILTER (WHERE d.age >= $8 AND d.age < $9), 0) * $8 / ($9 - $8) AS before
		FROM done d
		JOIN unnest($3::bigint[]) WITH ORDINALITY AS w(weight, place) ON w.place = d.age + 1
		CROSS JOIN LATERAL (SELECT d.views * $4::bigint + d.clicks * $5::bigint + d.carts * $6::bigint + d.orders * $7::bigint AS points) p
		WHERE EXISTS (SELECT FROM product p WHERE p.id = d.product_id AND p.status <> 'archived')
		GROUP BY d.product_id
	), ranked AS (
		SELECT *, floor(recent * recent * 1000 / (recent + before + $10::bigint)) AS rise FROM weighed
	), fresh AS (
		SELECT *, floor(score * 1000000 / max(score) OVER ())::bigint AS popularity,
			floor(rise * 1000000 / GREATEST(max(rise) OVER (), 1))::bigint AS trend
		FROM ranked
	), settled AS (
		SELECT COALESCE(f.product_id, o.product_id) AS product_id,
			CASE WHEN abs(f.popularity - o.popularity_ppm) * $11 <= GREATEST(f.popularity, o.popularity_ppm) THEN o.popularity_ppm ELSE f.popularity END AS popularity,
			CASE WHEN abs(f.trend - o.trend_ppm) * $11 <= GREATEST(f.trend, o.trend_ppm) THEN o.trend_ppm ELSE f.trend END AS trend,
			f.views, f.clicks, f.carts, f.pieces, f.orders, o.popularity_ppm AS old_popularity, o.trend_ppm AS old_trend,
			(o.views, o.clicks, o.carts, o.pieces, o.orders) IS DISTINCT FROM (f.views, f.clicks, f.carts, f.pieces, f.orders) AS other
		FROM fresh f FULL JOIN product_score o ON o.product_id = f.product_id
	)
	SELECT product_id, COALESCE(popularity, 0), COALESCE(trend, 0), COALESCE(views, 0), COALESCE(clicks, 0), COALESCE(carts, 0), COALESCE(pieces, 0),
		COALESCE(orders, 0), views IS NULL, (popularity, trend) IS DISTINCT FROM (old_popularity, old_trend)
	FROM settled WHERE other OR (popularity, trend) IS DISTINCT FROM (old_popularity, old_trend)
	ORDER BY product_id`

func (s *Service) computeBought(ctx context.Context) error {
	return s.computeTogether(ctx, bought, boughtDays, boughtLeast, `
		SELECT DISTINCT o.id::text AS basket, l.product_id
		FROM sales_order o JOIN order_line l ON l.order_id = o.id
		WHERE o.placed_at >= $1 AND o.state NOT IN ('draft', 'expired', 'cancelled') AND l.quantity > l.cancelled`)
}

func (s *Service) computeViewed(ctx context.Context) error {
	return s.computeTogether(ctx, viewed, viewedDays, viewedLeast, `
		SELECT DISTINCT session_id AS basket, (payload ->> 'productId')::bigint AS product_id
		FROM track_event
		WHERE kind = 'view_product' AND occurred_at >= $1 AND session_id <> '' AND payload ->> 'productId' ~ '^[0-9]{1,18}$'`)
}

// pair is a row of product_affinity that is to be written; nothing together any
// more takes it away.
type pair struct{ Product, Other, Together, Score int64 }

// computeTogether writes which products lie in the same baskets more often than
// by chance: the cosine of their baskets, drawn towards nothing while there are
// few of them.
func (s *Service) computeTogether(ctx context.Context, kind affinityKind, days int, least int, baskets string) error {
	now := s.db.Now(ctx)
	found, err := differences[pair](ctx, s.db, `
		WITH laid AS (`+baskets+`
		), whole AS (
			SELECT b.basket, b.product_id FROM laid b JOIN product p ON p.id = b.product_id AND p.status <> 'archived'
		), useful AS (
			SELECT basket FROM whole GROUP BY basket HAVING count(*) BETWEEN 2 AND $3
		), often AS (
			SELECT product_id, count(*) AS n FROM whole GROUP BY product_id
		), pairs AS (
			SELECT a.product_id, b.product_id AS other_id, count(*) AS together
			FROM useful u JOIN whole a ON a.basket = u.basket JOIN whole b ON b.basket = u.basket AND b.product_id <> a.product_id
			GROUP BY a.product_id, b.product_id HAVING count(*) >= $2
		), scored AS (
			SELECT p.product_id, p.other_id, p.together, LEAST(1000000, floor(
				p.together * 1000000.0 / sqrt(a.n::numeric * b.n) * p.together / (p.together + $4)))::bigint AS score_ppm
			FROM pairs p JOIN often a ON a.product_id = p.product_id JOIN often b ON b.product_id = p.other_id
		), best AS (
			SELECT * FROM (
				SELECT *, row_number() OVER (PARTITION BY product_id ORDER BY score_ppm DESC, other_id) AS place FROM scored
			) r WHERE place <= $5
		)
		SELECT COALESCE(b.product_id, t.product_id), COALESCE(b.other_id, t.other_id), COALESCE(b.together, 0), COALESCE(b.score_ppm, 0)
		FROM best b FULL JOIN (SELECT * FROM product_affinity WHERE kind = $6) t ON t.product_id = b.product_id AND t.other_id = b.other_id
		WHERE (b.together, b.score_ppm) IS DISTINCT FROM (t.together, t.score_ppm) ORDER BY 1, 2`,
		dayOf(now).AddDate(0, 0, 1-days), least, basketMost, shrink, mostTogether, string(kind))
	if err != nil {
		return fmt.Errorf("compute what goes together (%s): %w", kind, err)
	}
	for some := range slices.Chunk(found, writeAtOnce) {
		if err := s.writePairs(ctx, kind, some, now); err != nil {
			return fmt.Errorf("write what goes together (%s): %w", kind, err)
		}
	}
	return nil
}

func (s *Service) writePairs(ctx context.Context, kind affinityKind, some []pair, now time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		batch := &pgx.Batch{}
		for _, p := range some {
			if p.Together == 0 {
				batch.Queue(`DELETE FROM product_affinity WHERE product_id = $1 AND kind = $2 AND other_id = $3`, p.Product, string(kind), p.Other)
				continue
			}
			batch.Queue(`
				INSERT INTO product_affinity (product_id, kind, other_id, together, score_ppm, computed_at) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (product_id, kind, other_id) DO UPDATE SET together = excluded.together, score_ppm = excluded.score_ppm,
					computed_at = excluded.computed_at`, p.Product, string(kind), p.Other, p.Together, p.Score, now)
		}
		return s.db.Conn(ctx).SendBatch(ctx, batch).Close()
	})
}
