package listing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// MaxDocuments is how many documents are read at once.
const MaxDocuments = 500

// DocumentIDs lists the products that documents can be read of, the active
// ones, by id.
func (s *Service) DocumentIDs(ctx context.Context, after ProductID, limit int) ([]ProductID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, "SELECT id FROM product WHERE status = 'active' AND id > $1 ORDER BY id LIMIT $2", after, limit)
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ProductID])
	if err != nil {
		return nil, fmt.Errorf("list documents: %w", postgres.Fault(err))
	}
	return ids, nil
}

// Documents reads products whole, by id, as of now; those that are not active
// are missing. The number of statements depends on the number of markets only.
func (s *Service) Documents(ctx context.Context, ids []ProductID) ([]*Document, error) {
	if len(ids) > MaxDocuments {
		return nil, ErrTooMany
	}
	if len(ids) == 0 {
		return nil, nil
	}
	markets, err := s.activeMarkets(ctx)
	if err != nil {
		return nil, err
	}
	d := &documents{trip: newTrip(Context{}), ids: ids, byID: make(map[ProductID]*Document, len(ids)), variants: map[VariantID]*DocumentVariant{}}
	d.products()
	d.variety()
	d.placed()
	d.described()
	for _, m := range markets {
		d.sold(Context{Market: m, Now: s.db.Now(ctx)})
	}
	if err := d.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	return d.list, nil
}

func (s *Service) activeMarkets(ctx context.Context) ([]int64, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, "SELECT id FROM market WHERE active ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("list markets: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list markets: %w", postgres.Fault(err))
	}
	return ids, nil
}

// documents are on their way out of the database. Statements come in an order
// in which what they hang on is there.
type documents struct {
	*trip
	ids      []ProductID
	list     []*Document
	byID     map[ProductID]*Document
	variants map[VariantID]*DocumentVariant
}

// each adds a statement whose only parameter is the ids.
func (d *documents) each(text string, scan func(pgx.Row) error) {
	s := &statement{}
	s.write(text, d.ids)
	d.read(s, scan)
}

func (d *documents) products() {
	d.each(`SELECT p.id, p.handle, p.title, p.vendor, p.product_type, p.description_html, p.published_at, p.created_at, p.updated_at,
 COALESCE(c.popularity_ppm, 0), COALESCE(c.trend_ppm, 0),
 ARRAY(SELECT tag FROM product_tag t WHERE t.product_id = p.id ORDER BY t.position, t.id),
 ARRAY(SELECT market_id FROM product_exclusion x WHERE x.product_id = p.id ORDER BY 1)
FROM product p LEFT JOIN product_score c ON c.product_id = p.id WHERE p.id = ANY(?) AND p.status = 'active' ORDER BY p.id`,
		func(row pgx.Row) error {
			doc := &Document{Texts: map[locale.Language]map[DocumentText]string{}}
			if err := row.Scan(&doc.ID, &doc.Handle, &doc.Title, &doc.Vendor, &doc.Type, &doc.Description, &doc.PublishedAt, &doc.CreatedAt,
				&doc.UpdatedAt, &doc.Popularity, &doc.Trend, &doc.Tags, &doc.Excluded); err != nil {
				return err
			}
			doc.Description = plain(doc.Description, nil)
			d.list, d.byID[doc.ID] = append(d.list, doc), doc
			return nil
		})
}

// variety reads options and variants with their prices.
func (d *documents) variety() {
	d.each(`SELECT o.product_id, o.id, o.name, c.id, c.name, COALESCE(c.swatch_color, '')
FROM product_option o JOIN product_option_value c ON c.option_id = o.id
WHERE o.product_id = ANY(?) AND lower(o.name) <> 'title' ORDER BY o.product_id, o.position, o.id, c.position, c.id`, d.option)
	d.each(`SELECT v.product_id, v.id, v.title, COALESCE(v.sku, ''), COALESCE(v.barcode, ''), v.position,
 ARRAY(SELECT x.value_id FROM variant_option_value x WHERE x.variant_id = v.id ORDER BY x.option_id),
 (SELECT CASE WHEN a.amount > 0 THEN ((a.amount - v.unit_cost)::numeric * 1000000 / a.amount)::bigint END
  FROM price a JOIN price_list l ON l.id = a.price_list_id AND l.base WHERE a.variant_id = v.id AND a.min_quantity = 1)
FROM variant v WHERE v.product_id = ANY(?) ORDER BY v.product_id, v.position, v.id`, d.variant)
	d.each(`SELECT a.variant_id, a.price_list_id, a.amount FROM price a JOIN variant v ON v.id = a.variant_id
WHERE v.product_id = ANY(?) AND a.min_quantity = 1`, func(row pgx.Row) error {
		var variant VariantID
		var list, amount int64
		if err := row.Scan(&variant, &list, &amount); err != nil {
			return err
		}
		if v := d.variants[variant]; v != nil {
			v.Amounts[list] = amount
		}
		return nil
	})
	d.each(`SELECT product_id, price_list_id, min_amount, max_amount, on_sale FROM price_range WHERE product_id = ANY(?) ORDER BY product_id, price_list_id`,
		func(row pgx.Row) error {
			var id ProductID
			var p DocumentPrices
			if err := row.Scan(&id, &p.List, &p.Min, &p.Max, &p.OnSale); err != nil {
				return err
			}
			return d.to(id, func(doc *Document) { doc.Prices = append(doc.Prices, p) })
		})
}

// to does something to a document; one that has gone since the first statement
// is passed over.
func (d *documents) to(id ProductID, do func(*Document)) error {
	if doc := d.byID[id]; doc != nil {
		do(doc)
	}
	return nil
}

func (d *documents) option(row pgx.Row) error {
	var id ProductID
	var o DocumentOption
	var v DocumentValue
	if err := row.Scan(&id, &o.ID, &o.Name, &v.ID, &v.Name, &v.Color); err != nil {
		return err
	}
	return d.to(id, func(doc *Document) {
		if n := len(doc.Options); n == 0 || doc.Options[n-1].ID != o.ID {
			doc.Options = append(doc.Options, o)
		}
		last := &doc.Options[len(doc.Options)-1]
		last.Values = append(last.Values, v)
	})
}

func (d *documents) variant(row pgx.Row) error {
	var id ProductID
	var position int
	v := DocumentVariant{Amounts: map[int64]int64{}}
	if err := row.Scan(&id, &v.ID, &v.Title, &v.SKU, &v.Barcode, &position, &v.Values, &v.Margin); err != nil {
		return err
	}
	return d.to(id, func(doc *Document) {
		doc.Variants = append(doc.Variants, v)
		for i := range doc.Variants { // growing moves them
			d.variants[doc.Variants[i].ID] = &doc.Variants[i]
		}
	})
}

// placed reads where products stand: categories with those above, collections.
func (d *documents) placed() {
	d.each(`SELECT g.product_id, top.id, COALESCE(top.parent_id, 0), top.handle, top.title, top.depth, top.position, bool_or(top.id = g.category_id),
 bool_or(top.id = g.category_id AND g.main)
FROM product_category g JOIN category c ON c.id = g.category_id
JOIN category top ON top.id = ANY(string_to_array(btrim(c.path, '/'), '/')::bigint[]) AND top.archived_at IS NULL
WHERE g.product_id = ANY(?) GROUP BY g.product_id, top.id ORDER BY g.product_id, top.depth, top.position, top.id`, func(row pgx.Row) error {
		var id ProductID
		var c DocumentCategory
		if err := row.Scan(&id, &c.ID, &c.Parent, &c.Handle, &c.Title, &c.Depth, &c.Position, &c.Direct, &c.Main); err != nil {
			return err
		}
		return d.to(id, func(doc *Document) { doc.Categories = append(doc.Categories, c) })
	})
	d.each(`SELECT m.product_id, c.id, c.handle, c.title, m.position, c.sort_order FROM collection_product m JOIN collection c ON c.id = m.collection_id
WHERE m.product_id = ANY(?) ORDER BY m.product_id, c.id`, func(row pgx.Row) error {
		var id ProductID
		var c DocumentCollection
		if err := row.Scan(&id, &c.ID, &c.Handle, &c.Title, &c.Position, &c.Sort); err != nil {
			return err
		}
		return d.to(id, func(doc *Document) { doc.Collections = append(doc.Collections, c) })
	})
}

// described reads attributes, public metafields and translations.
func (d *documents) described() {
	d.each(`SELECT a.product_id, d.id, d.code, d.name, d.type, d.unit, d.facet, a.text_value, a.number_milli, a.bool_value, a.date_value
FROM product_attribute a JOIN attribute_definition d ON d.id = a.definition_id
WHERE a.product_id = ANY(?) AND a.reference_id IS NULL ORDER BY a.product_id, d.position, d.id, a.id`, func(row pgx.Row) error {
		var id ProductID
		var a DocumentAttribute
		if err := row.Scan(&id, &a.Definition, &a.Code, &a.Name, &a.Type, &a.Unit, &a.Facet, &a.Text, &a.NumberMilli, &a.Bool, &a.Date); err != nil {
			return err
		}
		return d.to(id, func(doc *Document) { doc.Attributes = append(doc.Attributes, a) })
	})
	d.each(`WITH asked AS (SELECT ?::bigint[] AS ids)
SELECT m.owner_id, 0::bigint, m.namespace, m.key, m.type, m.value FROM metafield m, asked
 WHERE m.owner_kind = 'product' AND m.owner_id = ANY(asked.ids) AND m.visibility = 'public'
UNION ALL SELECT v.product_id, v.id, m.namespace, m.key, m.type, m.value FROM asked JOIN variant v ON v.product_id = ANY(asked.ids)
 JOIN metafield m ON m.owner_kind = 'variant' AND m.owner_id = v.id AND m.visibility = 'public'
ORDER BY 1, 2, 3, 4`, func(row pgx.Row) error {
		var id ProductID
		var m DocumentMetafield
		if err := row.Scan(&id, &m.Variant, &m.Namespace, &m.Key, &m.Type, &m.Value); err != nil {
			return err
		}
		return d.to(id, func(doc *Document) { doc.Metafields = append(doc.Metafields, m) })
	})
	d.translations()
}

func (d *documents) translations() {
	d.each(`WITH asked AS (SELECT ?::bigint[] AS ids), owned AS (
 SELECT unnest(ids) AS product_id, 'product' AS kind, unnest(ids) AS id FROM asked
 UNION SELECT o.product_id, 'product_option', o.id FROM asked JOIN product_option o ON o.product_id = ANY(asked.ids)
 UNION SELECT o.product_id, 'product_option_value', c.id FROM asked JOIN product_option o ON o.product_id = ANY(asked.ids) JOIN product_option_value c ON c.option_id = o.id
 UNION SELECT g.product_id, 'category', a.id::bigint FROM asked JOIN product_category g ON g.product_id = ANY(asked.ids) JOIN category c ON c.id = g.category_id
  CROSS JOIN LATERAL unnest(string_to_array(btrim(c.path, '/'), '/')) a(id)
 UNION SELECT m.product_id, 'collection', m.collection_id FROM asked JOIN collection_product m ON m.product_id = ANY(asked.ids)
 UNION SELECT a.product_id, 'attribute_definition', a.definition_id FROM asked JOIN product_attribute a ON a.product_id = ANY(asked.ids))
SELECT w.product_id, t.language, t.owner_kind, t.owner_id, t.field, t.value FROM owned w
JOIN translation t ON t.owner_kind = w.kind AND t.owner_id = w.id
WHERE t.field IN ('title', 'name', 'product_type') OR (t.owner_kind = 'product' AND t.field = 'description_html')`, func(row pgx.Row) error {
		var id ProductID
		var language locale.Language
		var text DocumentText
		var value string
		if err := row.Scan(&id, &language, &text.Kind, &text.Owner, &text.Field, &value); err != nil {
			return err
		}
		return d.to(id, func(doc *Document) { doc.translate(language, text, value) })
	})
}

func (d *Document) translate(language locale.Language, text DocumentText, value string) {
	if text.Field == "description_html" {
		value = plain(value, nil)
	}
	if d.Texts[language] == nil {
		d.Texts[language] = map[DocumentText]string{}
	}
	d.Texts[language][text] = value
}

// sold reads which variants can be bought in a market.
func (d *documents) sold(at Context) {
	s := &statement{}
	s.write("SELECT v.id FROM variant v WHERE v.product_id = ANY(?) AND ", d.ids)
	s.write(s.buyable(at, s.stock(at)))
	d.read(s, func(row pgx.Row) error {
		var id VariantID
		if err := row.Scan(&id); err != nil {
			return err
		}
		if v := d.variants[id]; v != nil {
			v.Sold = append(v.Sold, at.Market)
		}
		return nil
	})
}
