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
	choices []choice
	hits    []string // named queries with the hits under some of the choices
	parts   []string // one query for each facet
}

// facets counts the facets of each owner's list. from gives the list without
// the choices.
func (t *trip) facets(from build, chosen []choice, q *queue) error {
	t.interpret()
	c := &counting{statement: &statement{}, at: t.at, choices: chosen}
	src, err := from(c.statement)
	if err != nil {
		return err
	}
	scope := fmt.Sprintf("scope AS MATERIALIZED (SELECT p.id, p.vendor, p.product_type, r.min_amount, r.max_amount FROM %s %s WHERE %s)",
		c.from(t.at), src.member, and(append(src.where, c.visible(t.at))))
	c.hitsOf("", "")
	c.products()
	c.variants()
	c.named()
	c.write("WITH " + src.with + "owner AS (" + src.owners + ")\nSELECT o.id, f.* FROM owner o CROSS JOIN LATERAL (\nWITH " +
		scope + ",\n" + strings.Join(c.hits, ",\n") + "\n" + strings.Join(c.parts, "\nUNION ALL ") + ") f")
	t.read(c.statement, q.scanFacet(t.at))
	return nil
}

// hitsOf gives the name of the hits without the choice on a facet.
func (c *counting) hitsOf(kind facetKind, name string) string {
	place := slices.IndexFunc(c.choices, func(ch choice) bool { return ch.is(kind, name) })
	query := fmt.Sprintf("hits%d", place+1)
	if !slices.ContainsFunc(c.hits, func(h string) bool { return strings.HasPrefix(h, query+" ") }) {
		conditions := c.narrow(c.at, without(c.choices, kind, name))
		c.hits = append(c.hits, query+" AS MATERIALIZED (SELECT p.* FROM scope p WHERE "+and(conditions)+")")
	}
	return query
}

// row writes one query of the union. Columns that a facet lacks are empty.
func (c *counting) row(kind facetKind, columns map[string]string, rest string) {
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
	c.row(facetPrice, map[string]string{"low": "COALESCE(min(p.min_amount), 0)", "high": "COALESCE(max(p.max_amount), 0)"},
		"FROM "+c.hitsOf(facetPrice, "")+" p")
	c.row(facetVendor, map[string]string{"label": "mode() WITHIN GROUP (ORDER BY p.vendor)::text", "value": "lower(p.vendor)::text"},
		"FROM "+c.hitsOf(facetVendor, "")+" p WHERE p.vendor <> '' GROUP BY lower(p.vendor)")
	c.row(facetType, map[string]string{"label": "mode() WITHIN GROUP (ORDER BY p.product_type)::text", "value": "lower(p.product_type)::text"},
		"FROM "+c.hitsOf(facetType, "")+" p WHERE p.product_type <> '' GROUP BY lower(p.product_type)")
	c.row(facetTag, map[string]string{"label": "mode() WITHIN GROUP (ORDER BY t.tag)::text", "value": "lower(t.tag)::text", "n": "count(DISTINCT p.id)"},
		"FROM "+c.hitsOf(facetTag, "")+" p JOIN product_tag t ON t.product_id = p.id GROUP BY lower(t.tag)")
	c.row(facetCategory, map[string]string{"name": "top.handle::text", "label": "top.title::text", "id": "top.id", "parent": "COALESCE(top.parent_id, 0)",
		"n": "count(DISTINCT p.id)"},
		"FROM "+c.hitsOf(facetCategory, "")+` p JOIN product_category pc ON pc.product_id = p.id JOIN category c ON c.id = pc.category_id
 JOIN category top ON top.id = ANY(string_to_array(btrim(c.path, '/'), '/')::bigint[]) AND top.archived_at IS NULL
 GROUP BY top.id ORDER BY top.depth, top.position, top.id`)
}

// variants counts what variants say, over variants that fit the other choices.
func (c *counting) variants() {
	available := c.hitsOf(facetAvailable, "")
	c.row(facetAvailable, map[string]string{"value": "CASE WHEN " + buyable + " THEN '1' ELSE '0' END", "n": "count(DISTINCT p.id)"},
		"FROM "+available+" p JOIN ("+c.statement.variants(c.at)+") ON v.product_id = p.id WHERE "+
			and(c.narrowVariants(without(c.choices, facetAvailable, "")))+" GROUP BY 5")
	var chosen []string
	for _, ch := range c.choices {
		if ch.kind == facetOption {
			chosen = append(chosen, ch.name)
			c.option(c.hitsOf(facetOption, ch.name), without(c.choices, facetOption, ch.name), "= "+c.arg(ch.name))
		}
	}
	c.option(c.hitsOf("", ""), c.choices, "<> ALL("+c.arg(append(chosen, "title"))+"::text[])")
}

// option counts the values of options, named by a condition. The option that
// stands for having none is called Title.
func (c *counting) option(hits string, others []choice, names string) {
	c.row(facetOption, map[string]string{
		"name": "lower(oo.name)::text", "heading": "mode() WITHIN GROUP (ORDER BY oo.name)::text",
		"value": "lower(ov.name)::text", "label": "mode() WITHIN GROUP (ORDER BY ov.name)::text",
		"title": c.translated("oo.id", "product_option"), "shown": c.translated("ov.id", "product_option_value"),
		"color": "COALESCE(max(ov.swatch_color), '')::text", "n": "count(DISTINCT p.id)",
	}, "FROM "+hits+" p JOIN ("+c.statement.variants(c.at)+`) ON v.product_id = p.id
 JOIN variant_option_value x ON x.variant_id = v.id JOIN product_option_value ov ON ov.id = x.value_id JOIN product_option oo ON oo.id = x.option_id
 WHERE lower(oo.name) `+names+" AND "+and(c.narrowVariants(others))+" GROUP BY lower(oo.name), lower(ov.name)")
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
		if ch.kind == facetAttribute {
			chosen = append(chosen, ch.name)
			c.attributes(c.hitsOf(facetAttribute, ch.name), "= "+c.arg(ch.name))
		}
	}
	c.attributes(c.hitsOf("", ""), "<> ALL("+c.arg(append(chosen, ""))+"::text[])")
}

// attributeValue is an attribute's value as text, small letters.
const attributeValue = `lower(COALESCE(pa.text_value, trim_scale(pa.number_milli / 1000.0)::text, pa.bool_value::text,
 to_char(pa.date_value AT TIME ZONE 'UTC', 'YYYY-MM-DD')))`

func (c *counting) attributes(hits, codes string) {
	c.row(facetAttribute, map[string]string{
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
		var kind facetKind
		var c count
		err := row.Scan(&owner, &kind, &c.name, &c.heading, &c.title, &c.value, &c.label, &c.shown, &c.color, &c.id, &c.parent, &low, &high, &c.n)
		if err != nil {
			return err
		}
		f := q.facets[owner]
		if f == nil {
			f = &Facets{currency: at.Currency, Vendors: []VendorCount{}, Categories: []*CategoryCount{}}
			q.facets[owner] = f
		}
		f.add(kind, c, Range{Min: at.money(low), Max: at.money(high)})
		return nil
	}
}

func (f *Facets) add(kind facetKind, c count, prices Range) {
	switch kind {
	case facetAvailable:
		c.label = map[string]string{"1": "In stock", "0": "Out of stock"}[c.value]
		f.available = append(f.available, c)
	case facetPrice:
		if f.hits = c.n; c.n > 0 {
			f.Price = &prices
		}
	case facetVendor:
		f.Vendors = append(f.Vendors, VendorCount{Name: c.label, Count: c.n})
	case facetType:
		f.types = append(f.types, c)
	case facetTag:
		f.tags = append(f.tags, c)
	case facetOption:
		f.options = append(f.options, c)
	case facetAttribute:
		f.attributes = append(f.attributes, c)
	case facetCategory:
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
