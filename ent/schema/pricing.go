package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PriceList holds the prices of a market in one currency. The base list, in
// the shop's currency, belongs to no market and serves those without their own.
// A derived list follows the base list by a factor and a rounding rule.
type PriceList struct{ ent.Schema }

// Annotations of the table.
func (PriceList) Annotations() []schema.Annotation {
	return table("price_list", checks{
		"price_list_currency": "currency ~ '^[A-Z]{3}$'",
		"price_list_base":     "NOT base OR (market_id IS NULL AND factor_ppm IS NULL)",
		"price_list_factor":   "factor_ppm IS NULL OR factor_ppm > 0",
		"price_list_rounding": "round_to >= 1 AND round_ending >= 0 AND round_ending < round_to",
	})
}

// Mixin of the table.
func (PriceList) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (PriceList) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty(),
		field.String("currency"),
		field.Bool("base").Default(false),
		field.Int64("market_id").Optional().Nillable(),
		field.Int64("factor_ppm").Optional().Nillable().
			Comment("price in this list's minor units per million minor units of the base price; none: fixed prices only"),
		field.Int("round_to").Default(1).Comment("derived prices step by this many minor units"),
		field.Int("round_ending").Default(0).Comment("and end like this within a step: 100 and 95 make x.95"),
	}
}

// Edges of the table.
func (PriceList) Edges() []ent.Edge {
	return []ent.Edge{mayBelongTo("market", Market.Type, "market_id")}
}

// Indexes of the table.
func (PriceList) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("base").Unique().StorageKey("price_list_one_base").Annotations(entsql.IndexWhere("base")),
		index.Fields("market_id").Unique().StorageKey("price_list_one_a_market").
			Annotations(entsql.IndexWhere("market_id IS NOT NULL")),
		index.Fields("name").Unique(),
	}
}

// Price is what one piece of a variant costs in a list, from a quantity on.
type Price struct{ ent.Schema }

// Annotations of the table.
func (Price) Annotations() []schema.Annotation {
	return table("price", checks{
		"price_amount":     "amount >= 0",
		"price_compare_at": "compare_at IS NULL OR compare_at >= 0",
		"price_quantity":   "min_quantity >= 1",
	})
}

// Mixin of the table.
func (Price) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (Price) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("price_list_id"),
		field.Int64("variant_id"),
		field.Int("min_quantity").Default(1),
		field.Int64("amount").Comment("minor units of the list's currency"),
		field.Int64("compare_at").Optional().Nillable(),
		field.Bool("derived").Default(false).Comment("computed from the base list; a fixed price replaces it"),
		field.Time("updated_at"),
	}
}

// Edges of the table.
func (Price) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("price_list", PriceList.Type, "price_list_id"),
		belongsTo("variant", Variant.Type, "variant_id"),
	}
}

// Indexes of the table.
func (Price) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("variant_id", "price_list_id", "min_quantity").Unique(),
		index.Fields("price_list_id"),
	}
}

// PriceRange is the span of a product's prices in a list, kept in the
// transaction that changes a price, so that listings sort and filter by it.
type PriceRange struct{ ent.Schema }

// Annotations of the table.
func (PriceRange) Annotations() []schema.Annotation {
	return table("price_range", checks{
		"price_range_order": "min_amount <= max_amount",
	})
}

// Mixin of the table.
func (PriceRange) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (PriceRange) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("price_list_id"),
		field.Int64("product_id"),
		field.Int64("min_amount"),
		field.Int64("max_amount"),
		field.Int64("min_compare_at").Optional().Nillable(),
		field.Int64("max_compare_at").Optional().Nillable(),
		field.Bool("on_sale").Default(false).Comment("some variant costs less than its compare-at price"),
	}
}

// Edges of the table.
func (PriceRange) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("price_list", PriceList.Type, "price_list_id"),
		belongsTo("product", Product.Type, "product_id"),
	}
}

// Indexes of the table.
func (PriceRange) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "price_list_id").Unique(),
		index.Fields("price_list_id", "min_amount", "product_id"),
	}
}
