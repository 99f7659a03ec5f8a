package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Location is a place that holds stock.
type Location struct{ ent.Schema }

// Annotations of the table.
func (Location) Annotations() []schema.Annotation {
	return table("location", checks{
		"location_handle":  handlePattern,
		"location_kind":    "kind IN ('warehouse','store','supplier')",
		"location_country": "country IS NULL OR country ~ '^[A-Z]{2}$'",
	})
}

// Mixin of the table.
func (Location) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Location) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("name").NotEmpty(),
		field.String("kind").Default("warehouse"),
		field.String("country").Optional().Nillable(),
		field.Int("priority").Default(0).Comment("the lowest is asked first"),
		field.Bool("is_default").Default(false).Comment("where imports put stock that names no place"),
		field.Bool("active").Default(true),
	}
}

// Indexes of the table.
func (Location) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("handle").Unique(),
		index.Fields("is_default").Unique().StorageKey("location_one_default").
			Annotations(entsql.IndexWhere("is_default")),
	}
}

// StockLevel is the fold of the ledger for one variant at one location. Only a
// movement changes it.
type StockLevel struct{ ent.Schema }

// Annotations of the table.
func (StockLevel) Annotations() []schema.Annotation {
	return table("stock_level", checks{
		"stock_level_counts": "taken >= 0 AND incoming >= 0 AND safety >= 0 AND on_hand >= 0",
	})
}

// Mixin of the table.
func (StockLevel) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, versioned{}} }

// Fields of the table.
func (StockLevel) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("variant_id"),
		field.Int64("location_id"),
		field.Int64("on_hand").Default(0),
		field.Int64("taken").Default(0),
		field.Int64("incoming").Default(0),
		field.Int64("safety").Default(0),
		field.Time("updated_at"),
	}
}

// Edges of the table.
func (StockLevel) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("variant", Variant.Type, "variant_id"),
		refersTo("location", Location.Type, "location_id"),
	}
}

// Indexes of the table.
func (StockLevel) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("variant_id", "location_id").Unique(),
		index.Fields("location_id"),
	}
}
