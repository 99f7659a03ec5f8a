package catalog

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// bulkWriter gathers the rows of many products, table by table.
type bulkWriter struct {
	now    time.Time
	first  pgx.Batch // before new rows
	then   pgx.Batch // after them
	tables map[string]*bulkTable
	order  []string
}

type bulkTable struct {
	name    string
	columns []string
	rows    [][]any
}

// add gathers a row. Tables are written in the order of their first row, so
// what is referred to is added first.
func (w *bulkWriter) add(table string, columns []string, row ...any) {
	t := w.tables[table]
	if t == nil {
		t = &bulkTable{name: table, columns: columns}
		w.tables[table] = t
		w.order = append(w.order, table)
	}
	t.rows = append(t.rows, row)
}

var (
	productColumns = []string{"id", "handle", "title", "description_html", "vendor", "product_type", "status", "published_at", "archived_at",
		"tax_class", "fulfillment", "restock", "seo_title", "seo_description", "created_at", "updated_at"}
	slugColumns    = []string{"kind", "handle", "target_id", "current", "created_at"}
	optionColumns  = []string{"id", "product_id", "name", "position", "linked_to"}
	valueColumns   = []string{"id", "option_id", "name", "position"}
	choiceColumns  = []string{"variant_id", "option_id", "value_id"}
	variantColumns = []string{"id", "product_id", "title", "position", "option_key", "sku", "barcode", "media_id", "requires_shipping", "taxable",
		"tax_code", "weight_grams", "weight_unit", "unit_quantity_milli", "unit_quantity_unit", "unit_reference", "unit_reference_unit",
		"min_quantity", "max_quantity", "quantity_step", "tracked", "inventory_tracker", "backorder", "backorder_limit", "backorder_at",
		"preorder", "preorder_limit", "preorder_at", "fulfillment_service", "unit_cost", "created_at", "updated_at"}
	tagColumns       = []string{"product_id", "tag", "position"}
	mediaColumns     = []string{"product_id", "media_id", "position"}
	membershipRow    = []string{"product_id", "category_id", "main"}
	exclusionColumns = []string{"product_id", "market_id"}
)

func (w *bulkWriter) product(c *BulkChange) {
	p := &c.After.Product
	if c.New() {
		w.add("product", productColumns, int64(p.ID), p.Handle, p.Title, p.DescriptionHTML, p.Vendor, p.Type, string(p.Status), p.PublishedAt, p.ArchivedAt,
			p.TaxClass, string(p.Fulfillment), string(p.Restock), p.SEO.Title, p.SEO.Description, w.now, w.now)
		w.add("slug", slugColumns, string(productSlug), p.Handle, int64(p.ID), true, w.now)
		c.Aspects = allAspects()
		return
	}
	before := c.Before.Product
	content := differ(content(&before), content(p))
	status := before.Status != p.Status || differ(before.PublishedAt, p.PublishedAt)
	if content {
		c.Touch(AspectContent)
	}
	if status {
		c.Touch(AspectStatus)
	}
	if content || status {
		w.then.Queue(`
			UPDATE product SET title = $2, description_html = $3, vendor = $4, product_type = $5, status = $6, published_at = $7, archived_at = $8,
				fulfillment = $9, restock = $10, seo_title = $11, seo_description = $12 WHERE id = $1`,
			int64(p.ID), p.Title, p.DescriptionHTML, p.Vendor, p.Type, string(p.Status), p.PublishedAt, p.ArchivedAt,
			string(p.Fulfillment), string(p.Restock), p.SEO.Title, p.SEO.Description)
	}
}

// content is what AspectContent covers.
func content(p *Product) [8]string {
	return [8]string{p.Title, p.DescriptionHTML, p.Vendor, p.Type, p.SEO.Title, p.SEO.Description, string(p.Fulfillment), string(p.Restock)}
}

func (w *bulkWriter) options(c *BulkChange) {
	old := map[OptionID]Option{}
	known := map[OptionValueID]bool{}
	if !c.New() {
		for _, o := range c.Before.Product.Options {
			old[o.ID] = o
			for _, v := range o.Values {
				known[v.ID] = true
			}
		}
	}
	for _, o := range c.After.Product.Options {
		before, exists := old[o.ID]
		if !exists {
			w.add("product_option", optionColumns, int64(o.ID), int64(c.After.Product.ID), o.Name, o.Position, o.LinkedTo)
		} else if before.LinkedTo != o.LinkedTo {
			c.Touch(AspectOptions)
			w.then.Queue(`UPDATE product_option SET linked_to = $2 WHERE id = $1`, int64(o.ID), o.LinkedTo)
		}
		for _, v := range o.Values {
			if !known[v.ID] {
				c.Touch(AspectOptions)
				w.add("product_option_value", valueColumns, int64(v.ID), int64(o.ID), v.Name, v.Position)
			}
		}
	}
}

func (w *bulkWriter) variants(c *BulkChange) {
	old := map[VariantID]*Variant{}
	if !c.New() {
		for i := range c.Before.Variants {
			old[c.Before.Variants[i].ID] = &c.Before.Variants[i]
		}
	}
	for i := range c.After.Variants {
		v := &c.After.Variants[i]
		before := old[v.ID]
		switch {
		case before == nil:
			c.Touch(AspectVariants)
			w.newVariant(v)
		case differ(before, v):
			c.Touch(AspectVariants)
			w.changeVariant(before, v)
		}
	}
}

func (w *bulkWriter) newVariant(v *Variant) {
	milli, unit, reference, referenceUnit := v.UnitPrice.columns()
	w.add("variant", variantColumns, int64(v.ID), int64(v.ProductID), v.Title, v.Position, v.optionKey(), v.SKU, v.Barcode, pointer(v.MediaID),
		v.RequiresShipping, v.Taxable, v.TaxCode, v.Weight.Grams, string(v.Weight.Unit), milli, unit, reference, referenceUnit,
		v.Quantity.Minimum, v.Quantity.Maximum, v.Quantity.Step, v.Tracked, v.InventoryTracker, v.Backorder, v.BackorderLimit,
		v.BackorderAt, v.Preorder, v.PreorderLimit, v.PreorderAt, v.FulfillmentService, v.UnitCost, w.now, w.now)
	for _, s := range v.Options {
		w.add("variant_option_value", choiceColumns, int64(v.ID), int64(s.OptionID), int64(s.ValueID))
	}
}

// changeVariant first takes away what is unique and changes hands, so that two
// variants may swap it.
func (w *bulkWriter) changeVariant(before, v *Variant) {
	if differ(before.SKU, v.SKU) && before.SKU != nil {
		w.first.Queue(`UPDATE variant SET sku = NULL WHERE id = $1`, int64(v.ID))
	}
	if before.optionKey() != v.optionKey() {
		w.first.Queue(`UPDATE variant SET option_key = 'moving ' || id WHERE id = $1`, int64(v.ID))
		for _, s := range v.Options {
			w.then.Queue(`UPDATE variant_option_value SET value_id = $3 WHERE variant_id = $1 AND option_id = $2`,
				int64(v.ID), int64(s.OptionID), int64(s.ValueID))
		}
	}
	milli, unit, reference, referenceUnit := v.UnitPrice.columns()
	w.then.Queue(`
		UPDATE variant SET title = $2, option_key = $3, sku = $4, barcode = $5, media_id = $6, requires_shipping = $7, taxable = $8,
			tax_code = $9, weight_grams = $10, weight_unit = $11, unit_quantity_milli = $12, unit_quantity_unit = $13, unit_reference = $14,
			unit_reference_unit = $15, tracked = $16, inventory_tracker = $17, backorder = $18, fulfillment_service = $19, unit_cost = $20,
			version = version + 1, updated_at = $21 WHERE id = $1`,
		int64(v.ID), v.Title, v.optionKey(), v.SKU, v.Barcode, pointer(v.MediaID), v.RequiresShipping, v.Taxable, v.TaxCode, v.Weight.Grams,
		string(v.Weight.Unit), milli, unit, reference, referenceUnit, v.Tracked, v.InventoryTracker, v.Backorder, v.FulfillmentService, v.UnitCost, w.now)
}

// columns gives the four columns of a measure, all of them NULL without one.
func (u *UnitMeasure) columns() (milli *int64, unit *string, reference *int, referenceUnit *string) {
	if u == nil {
		return nil, nil, nil, nil
	}
	return &u.QuantityMilli, &u.QuantityUnit, &u.Reference, &u.ReferenceUnit
}

// lists replaces the lists of a product that differ.
func (w *bulkWriter) lists(c *BulkChange) {
	before, p := Product{}, &c.After.Product
	if !c.New() {
		before = c.Before.Product
	}
	if w.replaces(c, AspectTags, "DELETE FROM product_tag WHERE product_id = $1", slices.Equal(before.Tags, p.Tags)) {
		for i, tag := range p.Tags {
			w.add("product_tag", tagColumns, int64(p.ID), tag, i+1)
		}
	}
	if w.replaces(c, AspectMedia, "DELETE FROM product_media WHERE product_id = $1", slices.Equal(before.Media, p.Media)) {
		for i, id := range p.Media {
			w.add("product_media", mediaColumns, int64(p.ID), int64(id), i+1)
		}
	}
	if w.replaces(c, AspectCategory, "DELETE FROM product_category WHERE product_id = $1", slices.Equal(before.Categories, p.Categories)) {
		for i, id := range p.Categories {
			w.add("product_category", membershipRow, int64(p.ID), int64(id), i == 0)
		}
	}
	if w.replaces(c, AspectMarkets, "DELETE FROM product_exclusion WHERE product_id = $1", slices.Equal(before.ExcludedMarkets, p.ExcludedMarkets)) {
		for _, id := range p.ExcludedMarkets {
			w.add("product_exclusion", exclusionColumns, int64(p.ID), int64(id))
		}
	}
}

// replaces clears a list that differs, and says so.
func (w *bulkWriter) replaces(c *BulkChange, aspect Aspect, clear string, same bool) bool {
	if same {
		return false
	}
	if !c.New() {
		c.Touch(aspect)
		w.first.Queue(clear, int64(c.After.Product.ID))
	}
	return true
}
