package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// ByHandles gives the products that the handles lead to, also former handles,
// and locks them until the end of the transaction, in the order of their ids. A
// handle that once led to a product which is gone has a nil entry: it is taken
// all the same.
func (b *Bulk) ByHandles(ctx context.Context, handles []string) (map[string]*Whole, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `SELECT handle, target_id FROM slug WHERE kind = 'product' AND handle = ANY($1)`, handles)
	if err != nil {
		return nil, fmt.Errorf("follow handles: %w", postgres.Fault(err))
	}
	byHandle, err := collectMap[string, int64](rows)
	if err != nil || len(byHandle) == 0 {
		return nil, err
	}
	ids := make([]int64, 0, len(byHandle))
	for _, id := range byHandle {
		ids = append(ids, id)
	}
	found, err := b.load(ctx, ids, " FOR UPDATE")
	if err != nil {
		return nil, err
	}
	out := make(map[string]*Whole, len(byHandle))
	for handle, id := range byHandle {
		out[handle] = found[ProductID(id)]
	}
	return out, nil
}

// After gives the next products in the order of their ids.
func (b *Bulk) After(ctx context.Context, id ProductID, limit int) ([]*Whole, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `SELECT id FROM product WHERE id > $1 ORDER BY id LIMIT $2`, int64(id), limit)
	if err != nil {
		return nil, fmt.Errorf("list products: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return nil, postgres.Fault(err)
	}
	found, err := b.load(ctx, ids, "")
	if err != nil {
		return nil, err
	}
	list := make([]*Whole, 0, len(ids))
	for _, id := range ids {
		if w := found[ProductID(id)]; w != nil {
			list = append(list, w)
		}
	}
	return list, nil
}

// loader fills products from the rows of one table after the other.
type loader struct {
	products map[ProductID]*Whole
	options  map[OptionID]ProductID
	variants map[VariantID]*Variant
	batch    pgx.Batch
}

// load reads products in one round trip.
func (b *Bulk) load(ctx context.Context, ids []int64, lock string) (map[ProductID]*Whole, error) {
	slices.Sort(ids)
	l := &loader{products: make(map[ProductID]*Whole, len(ids)), options: map[OptionID]ProductID{}, variants: map[VariantID]*Variant{}}
	l.queueProducts(ids, lock)
	l.queueOptions(ids)
	l.queueLists(ids)
	l.queueVariants(ids)
	if err := b.db.Conn(ctx).SendBatch(ctx, &l.batch).Close(); err != nil {
		return nil, fmt.Errorf("read products: %w", postgres.Fault(err))
	}
	return l.products, nil
}

// each has a function called for every row of a query.
func (l *loader) each(sql string, ids []int64, scan func(row pgx.CollectableRow) error) {
	l.batch.Queue(sql, ids).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

func (l *loader) queueProducts(ids []int64, lock string) {
	l.each(`
		SELECT id, handle, title, description_html, vendor, product_type, status, published_at, archived_at, tax_class,
			fulfillment, restock, seo_title, seo_description, version, created_at, updated_at
		FROM product WHERE id = ANY($1) ORDER BY id`+lock, ids, func(row pgx.CollectableRow) error {
		w := &Whole{}
		p := &w.Product
		err := row.Scan(&p.ID, &p.Handle, &p.Title, &p.DescriptionHTML, &p.Vendor, &p.Type, &p.Status, &p.PublishedAt, &p.ArchivedAt,
			&p.TaxClass, &p.Fulfillment, &p.Restock, &p.SEO.Title, &p.SEO.Description, &p.Version, &p.CreatedAt, &p.UpdatedAt)
		l.products[p.ID] = w
		return err
	})
}

func (l *loader) queueOptions(ids []int64) {
	l.each(`
		SELECT product_id, id, name, position, linked_to FROM product_option
		WHERE product_id = ANY($1) ORDER BY product_id, position, id`, ids, func(row pgx.CollectableRow) error {
		var id ProductID
		var o Option
		if err := row.Scan(&id, &o.ID, &o.Name, &o.Position, &o.LinkedTo); err != nil || l.products[id] == nil {
			return err
		}
		l.options[o.ID] = id
		l.products[id].Product.Options = append(l.products[id].Product.Options, o)
		return nil
	})
	l.each(`
		SELECT v.option_id, v.id, v.name, v.position, v.swatch_color, v.swatch_media_id
		FROM product_option_value v JOIN product_option o ON o.id = v.option_id
		WHERE o.product_id = ANY($1) ORDER BY v.option_id, v.position, v.id`, ids, func(row pgx.CollectableRow) error {
		var id OptionID
		var v OptionValue
		if err := row.Scan(&id, &v.ID, &v.Name, &v.Position, &v.Swatch.Color, &v.Swatch.MediaID); err != nil {
			return err
		}
		if p := l.products[l.options[id]]; p != nil {
			i := slices.IndexFunc(p.Product.Options, func(o Option) bool { return o.ID == id })
			p.Product.Options[i].Values = append(p.Product.Options[i].Values, v)
		}
		return nil
	})
}

// queueLists reads what products have lists of.
func (l *loader) queueLists(ids []int64) {
	queueList(l, `SELECT product_id, tag FROM product_tag WHERE product_id = ANY($1) ORDER BY product_id, position, id`,
		ids, func(p *Product, tag string) { p.Tags = append(p.Tags, tag) })
	queueList(l, `SELECT product_id, media_id FROM product_media WHERE product_id = ANY($1) ORDER BY product_id, position, id`,
		ids, func(p *Product, id media.ID) { p.Media = append(p.Media, id) })
	queueList(l, `SELECT product_id, category_id FROM product_category WHERE product_id = ANY($1) ORDER BY product_id, main DESC, id`,
		ids, func(p *Product, id CategoryID) { p.Categories = append(p.Categories, id) })
	queueList(l, `SELECT product_id, market_id FROM product_exclusion WHERE product_id = ANY($1) ORDER BY product_id, market_id`,
		ids, func(p *Product, id market.ID) { p.ExcludedMarkets = append(p.ExcludedMarkets, id) })
}

func queueList[T any](l *loader, sql string, ids []int64, add func(p *Product, item T)) {
	l.each(sql, ids, func(row pgx.CollectableRow) error {
		var id ProductID
		var item T
		if err := row.Scan(&id, &item); err != nil {
			return err
		}
		if w := l.products[id]; w != nil {
			add(&w.Product, item)
		}
		return nil
	})
}

func (l *loader) queueVariants(ids []int64) {
	l.each(`
		SELECT id, product_id, title, position, sku, barcode, media_id, requires_shipping, taxable, tax_code, weight_grams, weight_unit,
			COALESCE(length_mm, 0), COALESCE(width_mm, 0), COALESCE(height_mm, 0), origin_country, hs_code,
			unit_quantity_milli, unit_quantity_unit, unit_reference, unit_reference_unit, min_quantity, max_quantity, quantity_step,
			tracked, inventory_tracker, backorder, backorder_limit, backorder_at, preorder, preorder_limit, preorder_at,
			fulfillment_service, unit_cost, version, created_at, updated_at
		FROM variant WHERE product_id = ANY($1) ORDER BY product_id, position, id`, ids, func(row pgx.CollectableRow) error {
		v, err := scanBulkVariant(row)
		if w := l.products[v.ProductID]; w != nil && err == nil {
			w.Variants = append(w.Variants, v)
		}
		return err
	})
	l.each(`
		SELECT o.product_id, x.variant_id, x.option_id, x.value_id, o.name, v.name
		FROM variant_option_value x JOIN product_option o ON o.id = x.option_id JOIN product_option_value v ON v.id = x.value_id
		WHERE o.product_id = ANY($1) ORDER BY o.product_id, x.variant_id, o.position, o.id`, ids, func(row pgx.CollectableRow) error {
		var product ProductID
		var id VariantID
		var s SelectedOption
		if err := row.Scan(&product, &id, &s.OptionID, &s.ValueID, &s.Name, &s.Value); err != nil {
			return err
		}
		if v := l.variant(product, id); v != nil {
			v.Options = append(v.Options, s)
		}
		return nil
	})
}

// variant finds a variant that was read before.
func (l *loader) variant(product ProductID, id VariantID) *Variant {
	w := l.products[product]
	if w == nil {
		return nil
	}
	if _, indexed := l.variants[id]; !indexed {
		for i := range w.Variants {
			l.variants[w.Variants[i].ID] = &w.Variants[i]
		}
	}
	return l.variants[id]
}

func scanBulkVariant(row pgx.CollectableRow) (Variant, error) {
	var v Variant
	var milli *int64
	var unit, referenceUnit *string
	var reference *int
	err := row.Scan(&v.ID, &v.ProductID, &v.Title, &v.Position, &v.SKU, &v.Barcode, &v.MediaID, &v.RequiresShipping, &v.Taxable, &v.TaxCode,
		&v.Weight.Grams, &v.Weight.Unit, &v.Size.Length, &v.Size.Width, &v.Size.Height, &v.OriginCountry, &v.HSCode,
		&milli, &unit, &reference, &referenceUnit, &v.Quantity.Minimum, &v.Quantity.Maximum, &v.Quantity.Step,
		&v.Tracked, &v.InventoryTracker, &v.Backorder, &v.BackorderLimit, &v.BackorderAt, &v.Preorder, &v.PreorderLimit, &v.PreorderAt,
		&v.FulfillmentService, &v.UnitCost, &v.Version, &v.CreatedAt, &v.UpdatedAt)
	if milli != nil {
		v.UnitPrice = &UnitMeasure{QuantityMilli: *milli, QuantityUnit: *unit, Reference: *reference, ReferenceUnit: *referenceUnit}
	}
	return v, err
}
