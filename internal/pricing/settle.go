package pricing

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// lockLists takes lists in the order of their ids, as every writer of prices
// does before anything else.
func lockLists(ctx context.Context, db *postgres.DB, ids []ListID) error {
	_, err := db.Conn(ctx).Exec(ctx, `SELECT FROM price_list WHERE id = ANY($1) ORDER BY id FOR UPDATE`, raw(ids))
	if err != nil {
		return fmt.Errorf("lock price lists: %w", postgres.Fault(err))
	}
	return nil
}

// settle brings what follows from prices up to date in these lists: derived
// prices first, then those of sums, then the ranges of products. The refs are
// all variants of each product. It gives them with those of the products whose
// sums the variants are parts of. A variant with a fixed price in a list has no
// derived ones there.
func (s *Service) settle(ctx context.Context, lists []ListID, refs []catalog.VariantRef) ([]catalog.VariantRef, error) {
	of := make([]catalog.VariantID, len(refs))
	for i, r := range refs {
		of[i] = r.Variant
	}
	sums, siblings, err := s.sumsOf(ctx, of)
	if err != nil {
		return nil, err
	}
	summed := make([]int64, len(sums))
	for i, sum := range sums {
		summed[i] = int64(sum.Variant)
	}
	if _, err := s.db.Conn(ctx).Exec(ctx, deriveSQL, raw(lists), raw(of), summed, s.db.Now(ctx)); err != nil {
		return nil, fmt.Errorf("derive prices: %w", postgres.Conflict(err, byConstraint))
	}
	if err := addUp(ctx, s.db, lists, sums); err != nil {
		return nil, err
	}
	refs = distinct(append(slices.Clone(refs), siblings...))
	variants, products := make([]int64, len(refs)), make([]int64, len(refs))
	for i, r := range refs {
		variants[i], products[i] = int64(r.Variant), int64(r.Product)
	}
	if _, err := s.db.Conn(ctx).Exec(ctx, rangeSQL, raw(lists), variants, products); err != nil {
		return nil, fmt.Errorf("find price ranges: %w", postgres.Conflict(err, byConstraint))
	}
	return refs, nil
}

// distinct gives each ref once, by product and variant.
func distinct(refs []catalog.VariantRef) []catalog.VariantRef {
	slices.SortFunc(refs, func(a, b catalog.VariantRef) int {
		return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Variant, b.Variant))
	})
	return slices.Compact(refs)
}

// wantedSQL is what the derived prices should be: one for each base price that
// was set, except of variants that the list has fixed prices for. (What a sum
// costs is not set.) The filter narrows both the rules r and the base prices b.
func wantedSQL(filter string) string {
	return `
	SELECT r.id AS list, b.variant_id, b.min_quantity,
		` + derivedAmount("b.amount") + ` AS amount,
		CASE WHEN b.compare_at IS NOT NULL THEN ` + derivedAmount("b.compare_at") + ` END AS compare_at
	FROM price_list r
	CROSS JOIN price b
	JOIN price_list base ON base.id = b.price_list_id AND base.base
	WHERE r.factor_ppm IS NOT NULL AND NOT b.derived ` + filter + ` AND NOT EXISTS (
		SELECT FROM price f WHERE f.price_list_id = r.id AND f.variant_id = b.variant_id AND NOT f.derived
	)`
}

// deriveSQL brings derived prices up to date: $1 lists, $2 variants, $3 those of
// them that are sums, $4 now.
var deriveSQL = `
	WITH wanted AS (` + wantedSQL(`AND r.id = ANY($1) AND b.variant_id = ANY($2) AND b.variant_id <> ALL($3)`) + `
	), gone AS (
		DELETE FROM price p
		WHERE p.price_list_id = ANY($1) AND p.variant_id = ANY($2) AND p.variant_id <> ALL($3) AND p.derived AND NOT EXISTS (
			SELECT FROM wanted w
			WHERE w.list = p.price_list_id AND w.variant_id = p.variant_id AND w.min_quantity = p.min_quantity
		)
	)
	INSERT INTO price AS p (price_list_id, variant_id, min_quantity, amount, compare_at, derived, updated_at)
	SELECT list, variant_id, min_quantity, amount, compare_at, true, $4 FROM wanted
	ORDER BY list, variant_id, min_quantity
	ON CONFLICT (variant_id, price_list_id, min_quantity) DO UPDATE
	SET amount = excluded.amount, compare_at = excluded.compare_at, updated_at = excluded.updated_at
	WHERE (p.amount, p.compare_at) IS DISTINCT FROM (excluded.amount, excluded.compare_at)`

const rangeSQL = `
	WITH fold AS (
		SELECT p.price_list_id AS list, v.product_id AS product, min(p.amount) AS low, max(p.amount) AS high,
			min(p.compare_at) AS compare_low, max(p.compare_at) AS compare_high,
			bool_or(COALESCE(p.compare_at > p.amount, false)) AS on_sale
		FROM unnest($2::bigint[], $3::bigint[]) AS v(variant_id, product_id)
		JOIN price p ON p.variant_id = v.variant_id AND p.min_quantity = 1 AND p.price_list_id = ANY($1)
		GROUP BY p.price_list_id, v.product_id
	), gone AS (
		DELETE FROM price_range r
		WHERE r.price_list_id = ANY($1) AND r.product_id = ANY($3)
			AND NOT EXISTS (SELECT FROM fold f WHERE f.list = r.price_list_id AND f.product = r.product_id)
	)
	INSERT INTO price_range AS r
		(price_list_id, product_id, min_amount, max_amount, min_compare_at, max_compare_at, on_sale)
	SELECT list, product, low, high, compare_low, compare_high, on_sale FROM fold ORDER BY list, product
	ON CONFLICT (product_id, price_list_id) DO UPDATE
	SET min_amount = excluded.min_amount, max_amount = excluded.max_amount, min_compare_at = excluded.min_compare_at,
		max_compare_at = excluded.max_compare_at, on_sale = excluded.on_sale
	WHERE (r.min_amount, r.max_amount, r.min_compare_at, r.max_compare_at, r.on_sale) IS DISTINCT FROM
		(excluded.min_amount, excluded.max_amount, excluded.min_compare_at, excluded.max_compare_at, excluded.on_sale)`
