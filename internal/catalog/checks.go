package catalog

import (
	"slices"

	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room. Whether the members of collections
// by rule are right is asked by Membership.Check, since a rule is no SQL.
func Checks() []doctor.Check {
	return slices.Concat(treeChecks(), productChecks(), variantChecks())
}

// VariantsSQL is the variants with their products, as a table for the checks of
// later rooms: id, title, product_id, handle, active.
const VariantsSQL = `(
	SELECT v.id, v.title, v.product_id, p.handle, p.status = 'active' AS active
	FROM variant v JOIN product p ON p.id = v.product_id
)`

func productChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "catalog.handle_is_current_slug",
			Says: "the handle of each product, category and collection is its one current slug",
			SQL: `
				SELECT COALESCE(t.kind, s.kind) AS kind, COALESCE(t.id, s.target_id) AS id, t.handle, s.handle AS slug
				FROM (
					SELECT 'product' AS kind, id, handle FROM product
					UNION ALL SELECT 'category', id, handle FROM category
					UNION ALL SELECT 'collection', id, handle FROM collection
				) t
				FULL JOIN (SELECT * FROM slug WHERE current) s ON s.kind = t.kind AND s.target_id = t.id
				WHERE t.handle IS DISTINCT FROM s.handle`,
		},
		{
			ID:   "catalog.product_has_variant",
			Says: "each product has at least one variant, and at most 2,048",
			SQL: `SELECT p.id, p.handle, count(v.id) AS variants FROM product p LEFT JOIN variant v ON v.product_id = p.id
				GROUP BY p.id HAVING count(v.id) NOT BETWEEN 1 AND 2048`,
		},
		{
			ID:   "catalog.option_positions",
			Says: "the options of a product are numbered from one without gaps",
			SQL: `SELECT product_id FROM product_option GROUP BY product_id
				HAVING count(DISTINCT position) <> count(*) OR min(position) <> 1 OR max(position) <> count(*)`,
		},
		{
			ID:   "catalog.attribute_value_of_type",
			Says: "each attribute value stands in the column of its attribute's type",
			SQL: `SELECT a.id, d.code FROM product_attribute a JOIN attribute_definition d ON d.id = a.definition_id
				WHERE CASE d.type WHEN 'text' THEN a.text_value IS NULL WHEN 'choice' THEN a.text_value IS NULL
					WHEN 'number' THEN a.number_milli IS NULL WHEN 'measurement' THEN a.number_milli IS NULL
					WHEN 'boolean' THEN a.bool_value IS NULL WHEN 'date' THEN a.date_value IS NULL
					ELSE a.reference_id IS NULL END`,
		},
	}
}

func variantChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "catalog.variant_key_follows_values",
			Says: "the key and title of each variant follow from its option values",
			SQL: `
				SELECT v.id, v.option_key, k.key, v.title, k.title AS wanted
				FROM variant v
				LEFT JOIN (
					SELECT x.variant_id, string_agg(x.value_id::text, '-' ORDER BY o.position) AS key,
						string_agg(c.name, ' / ' ORDER BY o.position) AS title
					FROM variant_option_value x
					JOIN product_option o ON o.id = x.option_id
					JOIN product_option_value c ON c.id = x.value_id
					GROUP BY x.variant_id
				) k ON k.variant_id = v.id
				WHERE (v.option_key, v.title) IS DISTINCT FROM (k.key, k.title)`,
		},
		{
			ID:   "catalog.variant_has_every_option",
			Says: "each variant has exactly one value on each option of its own product",
			SQL: `
				SELECT v.id, v.product_id FROM variant v
				LEFT JOIN variant_option_value x ON x.variant_id = v.id
				LEFT JOIN product_option o ON o.id = x.option_id
				LEFT JOIN product_option_value c ON c.id = x.value_id
				GROUP BY v.id
				HAVING count(x.id) <> (SELECT count(*) FROM product_option n WHERE n.product_id = v.product_id)
					OR bool_or(o.product_id <> v.product_id) OR bool_or(c.option_id <> o.id)`,
		},
	}
}

func treeChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "catalog.category_path",
			Says: "the path and depth of each category follow from its parent",
			SQL: `
				SELECT c.id, c.path, p.path AS parent_path, c.depth
				FROM category c LEFT JOIN category p ON p.id = c.parent_id
				WHERE c.path <> COALESCE(p.path, '/') || c.id || '/' OR c.depth <> COALESCE(p.depth + 1, 0)`,
		},
		{
			ID:   "catalog.category_living_below_living",
			Says: "no living category stands below an archived one",
			SQL: `SELECT c.id, c.handle FROM category c JOIN category p ON p.id = c.parent_id
				WHERE c.archived_at IS NULL AND p.archived_at IS NOT NULL`,
		},
	}
}
