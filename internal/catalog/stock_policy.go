package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// StockPolicy says what of a variant's stock matters to whoever sells it.
type StockPolicy struct {
	Variant        VariantID
	Product        ProductID
	Tracked        bool
	Backorder      bool
	BackorderLimit *int64 // nil: no limit
	BackorderAt    *time.Time
	Preorder       bool
	PreorderLimit  *int64     // nil: no limit
	PreorderAt     *time.Time // the release; nil: not known yet
}

// Preordered tells whether the variant sells ahead of its release: from that
// moment on it sells as any other.
func (p StockPolicy) Preordered(now time.Time) bool {
	return p.Preorder && (p.PreorderAt == nil || p.PreorderAt.After(now))
}

// Ahead tells whether pieces that are not there are sold, how many of them at
// most (nil: as many as are asked for), and when they are expected, if that is
// known. A preorder goes before a backorder.
func (p StockPolicy) Ahead(now time.Time) (ok bool, limit *int64, at *time.Time) {
	switch {
	case p.Preordered(now):
		return true, p.PreorderLimit, p.PreorderAt
	case p.Backorder:
		return true, p.BackorderLimit, p.BackorderAt
	}
	return false, nil, nil
}

// StockPolicies gives the policies of those variants that exist, in one narrow
// statement: every checkout asks.
func (s *Service) StockPolicies(ctx context.Context, ids []VariantID) (map[VariantID]StockPolicy, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT id, product_id, tracked, backorder, backorder_limit, backorder_at, preorder, preorder_limit, preorder_at
		FROM variant WHERE id = ANY($1)`, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("read stock policies: %w", postgres.Fault(err))
	}
	found := make(map[VariantID]StockPolicy, len(ids))
	var p StockPolicy
	into := []any{&p.Variant, &p.Product, &p.Tracked, &p.Backorder, &p.BackorderLimit, &p.BackorderAt,
		&p.Preorder, &p.PreorderLimit, &p.PreorderAt}
	_, err = pgx.ForEachRow(rows, into, func() error {
		found[p.Variant] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read stock policies: %w", postgres.Fault(err))
	}
	return found, nil
}
