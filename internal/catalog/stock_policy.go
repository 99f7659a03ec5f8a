package catalog

import (
	"context"
	"fmt"

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
}

// StockPolicies gives the policies of those variants that exist, in one narrow
// statement: every checkout asks.
func (s *Service) StockPolicies(ctx context.Context, ids []VariantID) (map[VariantID]StockPolicy, error) {
	rows, err := s.db.Conn(ctx).Query(ctx,
		`SELECT id, product_id, tracked, backorder, backorder_limit FROM variant WHERE id = ANY($1)`, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("read stock policies: %w", postgres.Fault(err))
	}
	found := make(map[VariantID]StockPolicy, len(ids))
	var p StockPolicy
	_, err = pgx.ForEachRow(rows, []any{&p.Variant, &p.Product, &p.Tracked, &p.Backorder, &p.BackorderLimit}, func() error {
		found[p.Variant] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read stock policies: %w", postgres.Fault(err))
	}
	return found, nil
}
