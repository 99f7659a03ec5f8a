package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// VariantsBySKUs says which variants have the SKUs; those that none has are left
// out.
func (s *Service) VariantsBySKUs(ctx context.Context, skus []string) (map[string]VariantRef, error) {
	found, err := s.coded(ctx, `
		SELECT v.sku, v.id, v.product_id FROM (SELECT DISTINCT unnest($1::text[]) AS code) c JOIN variant v ON v.sku = c.code`, skus)
	out := make(map[string]VariantRef, len(found))
	for _, c := range found {
		out[c.Code] = c.VariantRef
	}
	return out, err
}

// VariantsByBarcodes says which variants have the barcodes: several may share
// one.
func (s *Service) VariantsByBarcodes(ctx context.Context, barcodes []string) (map[string][]VariantRef, error) {
	found, err := s.coded(ctx, `
		SELECT v.barcode, v.id, v.product_id FROM (SELECT DISTINCT unnest($1::text[]) AS code) c JOIN variant v ON v.barcode = c.code
		ORDER BY v.id`, barcodes)
	out := make(map[string][]VariantRef, len(found))
	for _, c := range found {
		out[c.Code] = append(out[c.Code], c.VariantRef)
	}
	return out, err
}

// coded is a variant with what somebody calls it.
type coded struct {
	Code string
	VariantRef
}

func (s *Service) coded(ctx context.Context, sql string, codes []string) ([]coded, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, sql, codes)
	if err != nil {
		return nil, fmt.Errorf("find variants: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c coded, err error) {
		err = row.Scan(&c.Code, &c.Variant, &c.Product)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("find variants: %w", postgres.Fault(err))
	}
	return found, nil
}
