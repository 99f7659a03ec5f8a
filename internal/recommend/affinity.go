package recommend

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// affinityKind says by what products go together.
type affinityKind string

const (
	bought affinityKind = "bought_together"
	viewed affinityKind = "viewed_together"
)

// Score is how much a product is wanted.
type Score struct {
	Product       catalog.ProductID
	PopularityPPM int64 // of the most wanted one
	TrendPPM      int64 // of the one whose wish grows most
	Views         int64 // visits of 90 days, each day anew
	Clicks        int64
	Carts         int64
	Pieces        int64 // sold
	Orders        int64
	ComputedAt    time.Time
}

// Affinity is a product that goes with another.
type Affinity struct {
	Product    catalog.ProductID // the other one
	Kind       string            // "bought_together", "viewed_together"
	Together   int64             // orders or visits with both
	ScorePPM   int64
	ComputedAt time.Time
}

// Scores gives how much products are wanted; those that nobody has looked at are
// missing.
func (s *Service) Scores(ctx context.Context, ids []ProductID) (map[ProductID]Score, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT product_id, popularity_ppm, trend_ppm, views, clicks, carts, pieces, orders, computed_at FROM product_score WHERE product_id = ANY($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read how much products are wanted: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Score])
	if err != nil {
		return nil, fmt.Errorf("read how much products are wanted: %w", postgres.Fault(err))
	}
	out := make(map[ProductID]Score, len(found))
	for _, one := range found {
		out[one.Product] = one
	}
	return out, nil
}

// Affinities gives what goes with products, of each kind the best first.
func (s *Service) Affinities(ctx context.Context, ids []ProductID) (map[ProductID][]Affinity, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT product_id, other_id, kind, together, score_ppm, computed_at FROM product_affinity
		WHERE product_id = ANY($1) ORDER BY product_id, kind, score_ppm DESC, other_id`, ids)
	if err != nil {
		return nil, fmt.Errorf("read what goes together: %w", postgres.Fault(err))
	}
	out := make(map[ProductID][]Affinity, len(ids))
	var of ProductID
	var a Affinity
	_, err = pgx.ForEachRow(rows, []any{&of, &a.Product, &a.Kind, &a.Together, &a.ScorePPM, &a.ComputedAt}, func() error {
		out[of] = append(out[of], a)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what goes together: %w", postgres.Fault(err))
	}
	return out, nil
}

// wanted gives the products whose wish grows most, then the most wanted ones.
func (s *Service) wanted(ctx context.Context, limit int) ([]Recommendation, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT product_id, trend_ppm, popularity_ppm FROM product_score ORDER BY trend_ppm DESC, product_id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read what is wanted now: %w", postgres.Fault(err))
	}
	var all []Recommendation
	var id ProductID
	var trend, popularity int64
	_, err = pgx.ForEachRow(rows, []any{&id, &trend, &popularity}, func() error {
		all = append(all, byWish(id, trend, popularity))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is wanted now: %w", postgres.Fault(err))
	}
	return all, nil
}

func byWish(id ProductID, trend, popularity int64) Recommendation {
	if trend > 0 {
		return Recommendation{Product: id, ScorePPM: trend, Reasons: []Reason{{Because: WantedNow}}}
	}
	return Recommendation{Product: id, ScorePPM: popularity, Reasons: []Reason{{Because: Popular}}}
}

// Checks are the invariants of what was computed.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "recommend.few_together",
			Says: "a product has at most 24 others of one kind",
			SQL:  `SELECT product_id, kind, count(*) FROM product_affinity GROUP BY product_id, kind HAVING count(*) > 24`,
		},
		{
			ID:   "recommend.together_agrees",
			Says: "two products that name each other do so for the same reason",
			SQL: `SELECT a.product_id, a.other_id, a.kind FROM product_affinity a
				JOIN product_affinity b ON b.product_id = a.other_id AND b.other_id = a.product_id AND b.kind = a.kind
				WHERE (a.together, a.score_ppm) IS DISTINCT FROM (b.together, b.score_ppm)`,
		},
	}
}
