package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Product is something the shop sells, in one or more variants.
type Product struct{ ent.Schema }

// Annotations of the table.
func (Product) Annotations() []schema.Annotation {
	return table("product", checks{
		"product_handle":      handlePattern + " AND length(handle) <= 255",
		"product_title":       "btrim(title) <> ''",
		"product_status":      "status IN ('draft','active','archived')",
		"product_archived":    "(status = 'archived') = (archived_at IS NOT NULL)",
		"product_fulfillment": "fulfillment IN ('warehoused','dropshipped','digital','gift_card')",
		"product_restock":     "restock IN ('restock','never','inspect')",
	})
}

// Mixin of the table.
func (Product) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle").Comment("the current one; slug keeps the former ones"),
		field.Text("title"),
		field.Text("description_html").Default(""),
		field.String("vendor").Default(""),
		field.String("product_type").Default(""),
		field.String("status").Default("draft"),
		field.Time("published_at").Optional().Nillable().Comment("visible from then on, if active"),
		field.Time("archived_at").Optional().Nillable(),
		field.String("tax_class").Default("standard"),
		field.String("fulfillment").Default("warehoused"),
		field.String("restock").Default("restock"),
		field.String("seo_title").Default(""),
		field.Text("seo_description").Default(""),
	}
}

// Indexes of the table.
func (Product) Indexes() []ent.Index {
	visible := entsql.IndexWhere("(status)::text = 'active'::text") // as the server prints it, or a diff sees a change
	return []ent.Index{
		index.Fields("handle").Unique(),
		// listings sorted by newest, title, vendor, type, change
		index.Fields("published_at", "id").Annotations(visible),
		index.Fields("created_at", "id").Annotations(visible),
		index.Fields("title", "id").Annotations(visible),
		index.Fields("vendor", "id").Annotations(visible),
		index.Fields("product_type", "id").Annotations(visible),
		index.Fields("updated_at", "id"),
	}
}

// ProductOption is an axis on which a product's variants differ.
type ProductOption struct{ ent.Schema }

// Annotations of the table.
func (ProductOption) Annotations() []schema.Annotation {
	return table("product_option", checks{
		"product_option_name":     "btrim(name) <> ''",
		"product_option_position": "position BETWEEN 1 AND 6",
	})
}

// Mixin of the table.
func (ProductOption) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (ProductOption) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("product_id"),
		field.String("name"),
		field.Int("position"),
		field.String("linked_to").Default("").Comment("a metafield that the values stand for, as files carry it"),
	}
}

// Edges of the table.
func (ProductOption) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("product", Product.Type, "product_id")}
}

// Indexes of the table.
func (ProductOption) Indexes() []ent.Index {
	return []ent.Index{index.Fields("product_id", "name").Unique()}
}

// ProductOptionValue is one choice on an axis.
type ProductOptionValue struct{ ent.Schema }

// Annotations of the table.
func (ProductOptionValue) Annotations() []schema.Annotation {
	return table("product_option_value", checks{
		"product_option_value_name":   "btrim(name) <> ''",
		"product_option_value_swatch": "swatch_color IS NULL OR swatch_color ~ '^#[0-9a-f]{6}$'",
	})
}

// Mixin of the table.
func (ProductOptionValue) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (ProductOptionValue) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("option_id"),
		field.String("name"),
		field.Int("position"),
		field.String("swatch_color").Optional().Nillable(),
		field.Int64("swatch_media_id").Optional().Nillable(),
	}
}

// Edges of the table.
func (ProductOptionValue) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("option", ProductOption.Type, "option_id"),
		mayReferTo("swatch_media", MediaAsset.Type, "swatch_media_id"),
	}
}

// Indexes of the table.
func (ProductOptionValue) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("option_id", "name").Unique(),
		index.Fields("swatch_media_id"),
	}
}

// Variant is one buyable combination of option values.
type Variant struct{ ent.Schema }

// Annotations of the table.
func (Variant) Annotations() []schema.Annotation {
	return table("variant", checks{
		"variant_quantity_rule": "min_quantity >= 1 AND quantity_step >= 1 AND min_quantity % quantity_step = 0 " +
			"AND (max_quantity IS NULL OR max_quantity >= min_quantity)",
		"variant_measures": "weight_grams >= 0 AND (length_mm IS NULL OR length_mm > 0) " +
			"AND (width_mm IS NULL OR width_mm > 0) AND (height_mm IS NULL OR height_mm > 0)",
		"variant_weight_unit": "weight_unit IN ('g','kg','oz','lb')",
		"variant_origin":      "origin_country IS NULL OR origin_country ~ '^[A-Z]{2}$'",
		"variant_backorder":   "backorder_limit IS NULL OR backorder_limit >= 0",
		"variant_preorder":    "preorder_limit IS NULL OR preorder_limit >= 0",
		"variant_cost":        "unit_cost IS NULL OR unit_cost >= 0",
		"variant_unit_price": "(unit_quantity_milli IS NULL) = (unit_quantity_unit IS NULL) AND " +
			"(unit_quantity_milli IS NULL) = (unit_reference IS NULL) AND " +
			"(unit_quantity_milli IS NULL) = (unit_reference_unit IS NULL) AND " +
			"(unit_quantity_milli IS NULL OR (unit_quantity_milli > 0 AND unit_reference > 0))",
	})
}

// Mixin of the table.
func (Variant) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Variant) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("product_id"),
		field.Text("title").Comment("the option values, joined by ' / '"),
		field.Int("position"),
		field.Text("option_key").Comment("the value ids in option order, joined by '-'"),
		field.String("sku").Optional().Nillable(),
		field.String("barcode").Optional().Nillable(),
		field.Int64("media_id").Optional().Nillable(),
		field.Bool("requires_shipping").Default(true),
		field.Bool("taxable").Default(true),
		field.String("tax_code").Default(""),
		field.Int64("weight_grams").Default(0),
		field.String("weight_unit").Default("g").Comment("the unit to show the weight in"),
		field.Int("length_mm").Optional().Nillable(),
		field.Int("width_mm").Optional().Nillable(),
		field.Int("height_mm").Optional().Nillable(),
		field.String("origin_country").Optional().Nillable(),
		field.String("hs_code").Default(""),
		field.Int64("unit_quantity_milli").Optional().Nillable().Comment("content of one piece, in thousandths of its unit"),
		field.String("unit_quantity_unit").Optional().Nillable(),
		field.Int("unit_reference").Optional().Nillable().Comment("unit price is shown per this many reference units"),
		field.String("unit_reference_unit").Optional().Nillable(),
		field.Int("min_quantity").Default(1),
		field.Int("max_quantity").Optional().Nillable(),
		field.Int("quantity_step").Default(1),
		field.Bool("tracked").Default(true).Comment("whether stock is counted"),
		field.String("inventory_tracker").Default("").Comment("who counts it, as files carry it"),
		field.Bool("backorder").Default(false).Comment("sells on when stock is used up"),
		field.Int64("backorder_limit").Optional().Nillable(),
		field.Time("backorder_at").Optional().Nillable().Comment("when what is ordered ahead is expected"),
		field.Bool("preorder").Default(false).Comment("sells before its release, until preorder_at"),
		field.Int64("preorder_limit").Optional().Nillable(),
		field.Time("preorder_at").Optional().Nillable().Comment("the release; without it it is not known yet"),
		field.String("fulfillment_service").Default("manual"),
		field.Int64("unit_cost").Optional().Nillable().Comment("minor units of the shop's currency; staff only"),
	}
}

// Edges of the table.
func (Variant) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("product", Product.Type, "product_id"),
		mayReferTo("media", MediaAsset.Type, "media_id"),
	}
}

// Indexes of the table.
func (Variant) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "option_key").Unique(),
		index.Fields("product_id", "position"),
		index.Fields("sku").Unique().StorageKey("variant_sku").Annotations(entsql.IndexWhere("sku IS NOT NULL")),
		index.Fields("barcode").Annotations(entsql.IndexWhere("barcode IS NOT NULL")),
		index.Fields("media_id"),
	}
}

// VariantOptionValue says which value a variant has on an axis.
type VariantOptionValue struct{ ent.Schema }

// Annotations of the table.
func (VariantOptionValue) Annotations() []schema.Annotation {
	return table("variant_option_value", nil)
}

// Mixin of the table.
func (VariantOptionValue) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (VariantOptionValue) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("variant_id"),
		field.Int64("option_id"),
		field.Int64("value_id"),
	}
}

// Edges of the table.
func (VariantOptionValue) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("variant", Variant.Type, "variant_id"),
		belongsTo("option", ProductOption.Type, "option_id"),
		belongsTo("value", ProductOptionValue.Type, "value_id"),
	}
}

// Indexes of the table.
func (VariantOptionValue) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("variant_id", "option_id").Unique(),
		index.Fields("value_id"),
		index.Fields("option_id"),
	}
}

// ProductTag is a word on a product.
type ProductTag struct{ ent.Schema }

// Annotations of the table.
func (ProductTag) Annotations() []schema.Annotation {
	return table("product_tag", checks{"product_tag_text": "btrim(tag) = tag AND tag <> ''"})
}

// Mixin of the table.
func (ProductTag) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (ProductTag) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("product_id"),
		field.String("tag"),
		field.Int("position").Default(0),
	}
}

// Edges of the table.
func (ProductTag) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("product", Product.Type, "product_id")}
}

// Indexes of the table.
func (ProductTag) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "tag").Unique(),
		index.Fields("tag"),
	}
}

// ProductMedia places a picture in a product's gallery.
type ProductMedia struct{ ent.Schema }

// Annotations of the table.
func (ProductMedia) Annotations() []schema.Annotation {
	return table("product_media", nil)
}

// Mixin of the table.
func (ProductMedia) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (ProductMedia) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("product_id"),
		field.Int64("media_id"),
		field.Int("position"),
	}
}

// Edges of the table.
func (ProductMedia) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("product", Product.Type, "product_id"),
		belongsTo("media", MediaAsset.Type, "media_id"),
	}
}

// Indexes of the table.
func (ProductMedia) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "media_id").Unique(),
		index.Fields("product_id", "position"),
		index.Fields("media_id"),
	}
}

// ProductExclusion keeps a product out of a market.
type ProductExclusion struct{ ent.Schema }

// Annotations of the table.
func (ProductExclusion) Annotations() []schema.Annotation {
	return table("product_exclusion", nil)
}

// Mixin of the table.
func (ProductExclusion) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (ProductExclusion) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("product_id"),
		field.Int64("market_id"),
	}
}

// Edges of the table.
func (ProductExclusion) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("product", Product.Type, "product_id"),
		belongsTo("market", Market.Type, "market_id"),
	}
}

// Indexes of the table.
func (ProductExclusion) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "market_id").Unique(),
		index.Fields("market_id"),
	}
}
