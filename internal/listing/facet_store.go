package listing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// counting writes the statement that counts all facets of a list. Every facet
// on which something is chosen is counted over the hits without that choice,
// all others over the hits.
type counting struct {
	*statement
	at      Context
	choices []FacetChoice
	hits    []string // named queries with the hits under some of the choices
	parts   []string // one query for each facet
}

// facets counts the facets of each owner's list. from gives the list without
// the choices.
func (t *trip) facets(from build, chosen []FacetChoice, q *queue) error {
	c := &counting{statement: &statement{}, at: t.at, choices: chosen}
	src, err := from(c.statement)
	if err != nil {
		return err
	}
	scope := fmt.Sprintf("scope AS MATERIALIZED (SELECT p.id, p.vendor, p.product_type, r.min_amount, r.max_amount FROM %s)", src.rows(c.statement, t.at))
	c.hitsOf("", "")
	c.products()
	c.variants()
	c.named()
	c.write("WITH " + src.named(false) + "owner AS (" + src.owners + ")\nSELECT o.id, f.* FROM owner o CROSS JOIN LATERAL (\nWITH " +
		scope + ",\n" + strings.Join(c.hits, ",\n") + "\n" + strings.Join(c.parts, "\nUNION ALL ") + ") f")
	t.read(c.statement, q.scanFacet(t.at))
	return nil
}

// hitsOf gives the name of the hits without the choice on a facet.
func (c *counting) hitsOf(kind FacetKind, name string) string {
	place := slices.IndexFunc(c.choices, func(ch FacetChoice) bool { return ch.Is(kind, name) })
	query := fmt.Sprintf("hits%d", place+1)
	if !slices.ContainsFunc(c.hits, func(h string) bool { return strings.HasPrefix(h, query+" ") }) {
		conditions := c.narrow(c.at, without(c.choices, kind, name))
		c.hits = append(c.hits, query+" AS MATERIALIZED (SELECT p.* FROM scope p WHERE "+and(conditions)+")")
	}
	return query
}

// row writes one query of the union. Columns that a facet lacks are empty.
func (c *counting) row(kind FacetKind, columns map[string]string, rest string) {
	pick := func(name, otherwise string) string {
		if column, ok := columns[name]; ok {
			return column
		}
		return otherwise
	}
	const none = "''::text"
	c.parts = append(c.parts, fmt.Sprintf("(SELECT '%s'::text, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s %s)", kind,
		pick("name", none), pick("heading", none), pick("title", none), pick("value", none), pick("label", none), pick("shown", none), pick("color", none), pick("id", "0::bigint"), pick("parent", "0::bigint"),
		pick("low", "0::bigint"), pick("high", "0::bigint"), pick("n", "count(*)"), rest))
}

// products counts what the product itself says.
func (c *counting) products() {
	c.row(OfPrice, map[string]string{"low": "COALESCE(min(p.min_amount), 0)", "high": "COALESCE(max(p.max_amount), 0)"},
		"FROM "+c.hitsOf(OfPrice, "")+" p")
	c.row(OfVendor, map[string]string{"label": "mode() WITHIN GROUP (ORDER BY p.vendor)::text", "value": "lower(p.vendor)::text"},
		"FROM "+c.hitsOf(OfVendor, "")+" p WHERE p.vendor <> '' GROUP BY lower(p.vendor)")
	c.row(OfType, map[string]string{"label": "mode() WITHIN GROUP (ORDER BY p.product_type)::text", "value": "lower(p.product_type)::text"},
		"FROM "+c.hitsOf(OfType, "")+" p WHERE p.product_type <> '' GROUP BY lower(p.product_type)")
	c.row(OfTag, map[string]string{"label": "mode() WITHIN GROUP (ORDER BY t.tag)::text", "value": "lower(t.tag)::text", "n": "count(DISTINCT p.id)"},
		"FROM "+c.hitsOf(OfTag, "")+" p JOIN product_tag t ON t.product_id = p.id GROUP BY lower(t.tag)")
	c.row(OfCategory, map[string]string{"name": "top.handle::text", "label": "top.title::text", "id": "top.id", "parent": "COALESCE(top.parent_id, 0)",
		"n": "count(DISTINCT p.id)"},
		"FROM "+c.hitsOf(OfCategory, "")+` p JOIN product_category pc ON pc.product_id = p.id JOIN category c ON c.ID = pc.category_id
 JOIN category top ON top.id = ANY(string_to_array(btrim(c.path, '/'), '/')::bigint[]) AND top.archived_at IS NULL
 GROUP BY top.id ORDER BY top.depth, top.position, top.id`)
}

// variants counts what variants say, over variants that fit the other choices.
func (c *counting) variants() {
	c.available(c.hitsOf(OfAvailability, ""), c.narrowVariants(c.at, without(c.choices, OfAvailability, "")))
	var chosen []string
	for _, ch := range c.choices {
		if ch.Kind == OfOption {
			chosen = append(chosen, ch.Name)
			c.option(c.hitsOf(OfOption, ch.Name), without(c.choices, OfOption, ch.Name), "= "+c.arg(ch.Name))
		}
	}
	c.option(c.hitsOf("", ""), c.choices, "<> ALL("+c.arg(append(chosen, "title"))+"::text[])")
}

// available counts the products that have variants that can be bought, and
// those that have others. Stock is joined and not looked up for each variant:
// the server then chooses between the two by how many there are.
func (c *counting) available(hits string, conditions []string) {
	const left = "COALESCE(sum(l.on_hand - l.taken - l.safety), 0)"
	c.row(OfAvailability, map[string]string{"value": "w.flag", "n": "count(*)"},
		"FROM (SELECT v.product_id, bool_or(v.sold) AS yes, bool_or(NOT v.sold) AS no FROM (SELECT v.product_id, "+c.buyable(c.at, left)+" AS sold\n FROM "+
			hits+" p JOIN ("+c.statement.variants(c.at)+`) ON v.product_id = p.id
 LEFT JOIN stock_level l ON l.variant_id = v.id AND l.location_id = ANY(`+c.serving(c.at)+`)
 WHERE `+and(conditions)+" GROUP BY v.id) v GROUP BY v.product_id) g JOIN (VALUES ('1'::text), ('0')) w(flag) ON CASE w.flag WHEN '1' THEN g.yes ELSE g.no END GROUP BY w.flag")
}

// option counts the values of options, named by a condition. The option that
// stands for having none is called Title. A product counts once for a name,
// however often and in whatever spelling it has it; the spelling of most
// products is shown.
func (c *counting) option(hits string, others []FacetChoice, names string) {
	of := `SELECT p.id, lower(oo.name) AS name, lower(ov.name) AS value, min(oo.name) AS heading, min(ov.name) AS label,
 min(oo.id) AS option_id, min(ov.id) AS value_id, max(ov.swatch_color) AS color
 FROM ` + hits + ` p JOIN product_option oo ON oo.product_id = p.id JOIN product_option_value ov ON ov.option_id = oo.id
 WHERE lower(oo.name) ` + names + ` AND ov.id IN (SELECT x.value_id FROM ` + c.statement.variants(c.at) + `
  JOIN variant_option_value x ON x.variant_id = v.id WHERE ` + and(c.narrowVariants(c.at, others)) + `) GROUP BY p.id, lower(oo.name), lower(ov.name)`
	spelled := "SELECT g.name, g.value, g.heading, g.label, " + c.translated("g.option_id", "product_option") + " AS title, " +
		c.translated("g.value_id", "product_option_value") + " AS shown, max(g.color) AS color, count(*) AS n\n FROM (" + of + ") g GROUP BY g.name, g.value, g.heading, g.label"
	most := func(column string) string {
		return "(array_agg(g." + column + " ORDER BY g.n DESC, g." + column + "))[1]::text"
	}
	c.row(OfOption, map[string]string{
		"name": "g.name::text", "heading": most("heading"), "value": "g.value::text", "label": most("label"), "title": most("title"), "shown": most("shown"),
		"color": "COALESCE(max(g.color), '')::text", "n": "sum(g.n)::bigint",
	}, "FROM ("+spelled+") g GROUP BY g.name, g.value")
}

// translated gives the most frequent translation of the names of things; empty
// where the buyer reads the merchant's language or nothing is translated.
func (c *counting) translated(id, kind string) string {
	if len(c.at.Translations) == 0 {
		return "''::text"
	}
	return c.bind(`COALESCE(mode() WITHIN GROUP (ORDER BY (SELECT t.value FROM translation t WHERE t.owner_kind = '`+kind+`' AND t.owner_id = `+id+`
 AND t.field = 'name' AND t.language = ANY(?::text[]) ORDER BY array_position(?::text[], t.language::text) LIMIT 1)), '')`, c.at.Translations, c.at.Translations)
}

// named counts the values of typed attributes that are facets.
func (c *counting) named() {
	var chosen []string
	for _, ch := range c.choices {
		if ch.Kind == OfAttribute {
			chosen = append(chosen, ch.Name)
			c.attributes(c.hitsOf(OfAttribute, ch.Name), "= "+c.arg(ch.Name))
		}
	}
	c.attributes(c.hitsOf("", ""), "<> ALL("+c.arg(append(chosen, ""))+"::text[])")
}

// attributeValue is an attribute's value as text, small letters.
const attributeValue = `lower(COALESCE(pa.text_value, trim_scale(pa.number_milli / 1000.0)::text, pa.bool_value::text,
 to_char(pa.date_value AT TIME ZONE 'UTC', 'YYYY-MM-DD')))`

func (c *counting) attributes(hits, codes string) {
	c.row(OfAttribute, map[string]string{
		"name": "d.code::text", "heading": "d.name::text", "title": c.translated("d.id", "attribute_definition"), "value": attributeValue,
		"label": "mode() WITHIN GROUP (ORDER BY COALESCE(pa.text_value, " + attributeValue + ")) || CASE WHEN d.type = 'measurement' THEN ' ' || d.unit ELSE '' END",
		"n":     "count(DISTINCT p.id)",
	}, "FROM "+hits+` p JOIN product_attribute pa ON pa.product_id = p.id AND pa.reference_id IS NULL
 JOIN attribute_definition d ON d.id = pa.definition_id AND d.facet WHERE d.code `+codes+" GROUP BY d.id, "+attributeValue)
}

// scanFacet reads one count.
func (q *queue) scanFacet(at Context) func(pgx.Row) error {
	return func(row pgx.Row) error {
		var owner, low, high int64
		c := &Count{}
		err := row.Scan(&owner, &c.Kind, &c.Name, &c.Heading, &c.Title, &c.Value, &c.Label, &c.Shown, &c.Color, &c.ID, &c.Parent, &low, &high, &c.N)
		if err != nil {
			return err
		}
		f := q.facets[owner]
		if f == nil {
			f = newFacets(at)
			q.facets[owner] = f
		}
		f.add(c, Range{Min: at.money(low), Max: at.money(high)})
		return nil
	}
}

func (f *Facets) add(c *Count, prices Range) {
	switch c.Kind {
	case OfAvailability:
		c.Label = map[string]string{"1": "In stock", "0": "Out of stock"}[c.Value]
		f.available = append(f.available, c)
	case OfPrice:
		if f.hits = c.N; c.N > 0 {
			f.Price = &prices
		}
	case OfVendor:
		f.Vendors = append(f.Vendors, VendorCount{Name: c.Label, Count: c.N})
	case OfType:
		f.types = append(f.types, c)
	case OfTag:
		f.tags = append(f.tags, c)
	case OfOption:
		f.options = append(f.options, c)
	case OfAttribute:
		f.attributes = append(f.attributes, c)
	case OfProductMetafield, OfVariantMetafield:
		f.metafields = append(f.metafields, c)
	case OfCategory:
		f.categories = append(f.categories, c)
	}
}

// sortVendors puts the vendors with most hits first.
func (f *Facets) sortVendors() {
	slices.SortFunc(f.Vendors, func(a, b VendorCount) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Name, b.Name)
	})
}
