package pricing

import (
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return append(listChecks(), doctor.Check{
		ID:   "pricing.range_is_fold_of_prices",
		Says: "the range of a product in a list is the span of its variants' prices",
		SQL: `
				SELECT COALESCE(f.list, r.price_list_id) AS list, COALESCE(f.product, r.product_id) AS product,
					f.low, r.min_amount, f.high, r.max_amount
				FROM (
					SELECT p.price_list_id AS list, v.product_id AS product, min(p.amount) AS low, max(p.amount) AS high,
						min(p.compare_at) AS compare_low, max(p.compare_at) AS compare_high,
						bool_or(COALESCE(p.compare_at > p.amount, false)) AS on_sale
					FROM price p JOIN ` + catalog.VariantsSQL + ` v ON v.id = p.variant_id
					WHERE p.min_quantity = 1 GROUP BY p.price_list_id, v.product_id
				) f
				FULL JOIN price_range r ON r.price_list_id = f.list AND r.product_id = f.product
				WHERE (f.low, f.high, f.compare_low, f.compare_high, f.on_sale) IS DISTINCT FROM
					(r.min_amount, r.max_amount, r.min_compare_at, r.max_compare_at, r.on_sale)`,
	})
}

// notSummed leaves out prices that are not set or derived but added up.
const notSummed = `p.variant_id NOT IN (SELECT variant_id FROM bundle WHERE pricing = 'sum')`

func listChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "pricing.one_base_list",
			Says: "prices stand in lists beside exactly one base list",
			SQL:  `SELECT count(*) AS lists FROM price_list HAVING count(*) > 0 AND count(*) FILTER (WHERE base) <> 1`,
		},
		{
			ID:   "pricing.base_prices_are_fixed",
			Says: "no price is derived in a list without a rule, but those of sums",
			SQL: `SELECT p.id, p.price_list_id FROM price p JOIN price_list l ON l.id = p.price_list_id
				WHERE p.derived AND l.factor_ppm IS NULL AND ` + notSummed,
		},
		{
			ID:   "pricing.derived_follows_rule",
			Says: "the derived prices are what the list's rule makes of the base prices, and no others",
			SQL: `WITH wanted AS (` + wantedSQL("") + `)
				SELECT COALESCE(w.list, p.price_list_id) AS list, COALESCE(w.variant_id, p.variant_id) AS variant,
					COALESCE(w.min_quantity, p.min_quantity) AS quantity, w.amount AS wanted, p.amount AS found
				FROM wanted w
				FULL JOIN (SELECT * FROM price p WHERE derived AND ` + notSummed + `) p
					ON p.price_list_id = w.list AND p.variant_id = w.variant_id AND p.min_quantity = w.min_quantity
				WHERE (w.amount, w.compare_at) IS DISTINCT FROM (p.amount, p.compare_at) OR p.id IS NULL OR w.list IS NULL`,
		},
		{
			ID:   "pricing.sum_of_parts",
			Says: "a bundle that costs the sum of its parts costs just that, and is on no list where a part has no price",
			SQL:  sumsSQL,
		},
		{
			ID:   "pricing.first_tier",
			Says: "a variant that has a price in a list has one for a single piece",
			SQL:  `SELECT price_list_id, variant_id FROM price GROUP BY price_list_id, variant_id HAVING min(min_quantity) > 1`,
		},
	}
}

// Findings gives what is not broken but worth a look: a list of products that
// cannot be bought because nobody has priced them.
func Findings() []doctor.Check {
	return []doctor.Check{{
		ID:   "pricing.active_variant_has_price",
		Says: "each variant of an active product has a base price",
		SQL: `SELECT v.id, v.handle, v.title FROM ` + catalog.VariantsSQL + ` v
			WHERE v.active AND NOT EXISTS (
				SELECT FROM price x JOIN price_list l ON l.id = x.price_list_id AND l.base WHERE x.variant_id = v.id
			)`,
	}}
}

// sumsSQL finds sums whose price is another one than their cheapest parts make.
const sumsSQL = `
	WITH slot AS (
		SELECT l.id AS list, b.id, b.variant_id, b.discount_ppm, s.id AS slot, min(a.amount * c.quantity::numeric) * s.least_pieces AS amount
		FROM bundle b JOIN bundle_slot s ON s.bundle_id = b.id AND s.least_pieces > 0 CROSS JOIN price_list l
		LEFT JOIN bundle_choice c ON c.slot_id = s.id
		LEFT JOIN price a ON a.variant_id = c.variant_id AND a.price_list_id = l.id AND a.min_quantity = 1
		WHERE b.pricing = 'sum' GROUP BY l.id, b.id, s.id
	), whole AS (
		SELECT list, variant_id, discount_ppm, CASE WHEN bool_and(amount IS NOT NULL) THEN sum(amount) END AS whole
		FROM slot GROUP BY list, variant_id, discount_ppm
	), wanted AS (
		SELECT list, variant_id, ` + discountedSQL + ` AS amount FROM whole w WHERE whole <= 1000000000000
	)
	SELECT COALESCE(w.list, p.price_list_id) AS list, COALESCE(w.variant_id, p.variant_id) AS variant, w.amount AS wanted, p.amount AS found
	FROM wanted w FULL JOIN (SELECT * FROM price WHERE variant_id IN (SELECT variant_id FROM bundle WHERE pricing = 'sum')) p
		ON p.price_list_id = w.list AND p.variant_id = w.variant_id
	WHERE w.amount IS DISTINCT FROM p.amount OR p.min_quantity > 1 OR NOT p.derived`
