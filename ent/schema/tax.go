package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// TaxRate is one tax of one place on one sort of goods.
type TaxRate struct{ ent.Schema }

// Annotations of the table.
func (TaxRate) Annotations() []schema.Annotation {
	return table("tax_rate", checks{
		"tax_rate_country": "country ~ '^[A-Z]{2}$'",
		"tax_rate_rate":    "rate_ppm >= 0 AND rate_ppm <= 1000000",
		"tax_rate_name":    "btrim(name) <> ''",
	})
}

// Mixin of the table.
func (TaxRate) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (TaxRate) Fields() []ent.Field {
	return []ent.Field{
		field.String("country"),
		field.String("zone").Default("").Comment("code of the subdivision; empty is the whole country"),
		field.String("tax_code").Default("").Comment("sort of goods; empty is whatever no other rate of the place names"),
		field.String("name"),
		field.Int64("rate_ppm").Comment("parts per million: 19% is 190000"),
		field.Bool("delivery").Default(true).Comment("whether it is taken on delivery, too; only of a rate for no certain sort of goods"),
		field.Bool("active").Default(true),
	}
}

// Indexes of the table.
func (TaxRate) Indexes() []ent.Index {
	return []ent.Index{index.Fields("country", "zone", "tax_code", "name").Unique()}
}

// DeliveryZone is a group of places that the same methods serve.
type DeliveryZone struct{ ent.Schema }

// Annotations of the table.
func (DeliveryZone) Annotations() []schema.Annotation {
	return table("delivery_zone", checks{"delivery_zone_name": "btrim(name) <> ''"})
}

// Mixin of the table.
func (DeliveryZone) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (DeliveryZone) Fields() []ent.Field {
	return []ent.Field{field.String("name").Unique()}
}

// DeliveryArea gives a country, or one of its subdivisions, to the one zone
// that serves it.
type DeliveryArea struct{ ent.Schema }

// Annotations of the table.
func (DeliveryArea) Annotations() []schema.Annotation {
	return table("delivery_area", checks{"delivery_area_country": "country ~ '^([A-Z]{2}|\\*)$'"})
}

// Mixin of the table.
func (DeliveryArea) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (DeliveryArea) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("zone_id"),
		field.String("country").Comment("* is every country that no other zone names"),
		field.String("subdivision").Default("").Comment("empty is the whole country"),
	}
}

// Edges of the table.
func (DeliveryArea) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("zone", DeliveryZone.Type, "zone_id")}
}

// Indexes of the table.
func (DeliveryArea) Indexes() []ent.Index {
	return []ent.Index{index.Fields("country", "subdivision").Unique(), index.Fields("zone_id")}
}

// DeliveryMethod is one way of bringing goods to a zone.
type DeliveryMethod struct{ ent.Schema }

// Annotations of the table.
func (DeliveryMethod) Annotations() []schema.Annotation {
	return table("delivery_method", checks{
		"delivery_method_handle": handlePattern,
		"delivery_method_title":  "btrim(title) <> ''",
		"delivery_method_days":   "min_days IS NULL OR (min_days >= 0 AND max_days IS NOT NULL AND max_days >= min_days)",
	})
}

// Mixin of the table.
func (DeliveryMethod) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (DeliveryMethod) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("zone_id"),
		field.String("handle"),
		field.String("title"),
		field.Text("description").Default(""),
		field.Int("min_days").Optional().Nillable(),
		field.Int("max_days").Optional().Nillable(),
		field.Int("position").Default(0),
		field.Bool("active").Default(true),
	}
}

// Edges of the table.
func (DeliveryMethod) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("zone", DeliveryZone.Type, "zone_id")}
}

// Indexes of the table.
func (DeliveryMethod) Indexes() []ent.Index {
	return []ent.Index{index.Fields("zone_id", "handle").Unique()}
}

// DeliveryRate is what a method costs from a weight on, in one currency. A flat
// rate is one row from weight zero without an upper end.
type DeliveryRate struct{ ent.Schema }

// Annotations of the table.
func (DeliveryRate) Annotations() []schema.Annotation {
	return table("delivery_rate", checks{
		"delivery_rate_currency": "currency ~ '^[A-Z]{3}$'",
		"delivery_rate_weight":   "from_grams >= 0 AND (below_grams IS NULL OR below_grams > from_grams)",
		"delivery_rate_amount":   "amount >= 0 AND (free_from IS NULL OR free_from > 0)",
	})
}

// Mixin of the table.
func (DeliveryRate) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (DeliveryRate) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("method_id"),
		field.String("currency"),
		field.Int64("from_grams").Default(0),
		field.Int64("below_grams").Optional().Nillable(),
		field.Int64("amount").Comment("minor units"),
		field.Int64("free_from").Optional().Nillable().Comment("value of goods from which it costs nothing, minor units"),
	}
}

// Edges of the table.
func (DeliveryRate) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("method", DeliveryMethod.Type, "method_id")}
}

// Indexes of the table.
func (DeliveryRate) Indexes() []ent.Index {
	return []ent.Index{index.Fields("method_id", "currency", "from_grams").Unique()}
}
