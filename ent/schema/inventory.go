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

// Reservation is a number of pieces of one level that are promised to one line
// of a checkout: held for a while, committed while its payment is made, and
// consumed by its order; or given back.
type Reservation struct{ ent.Schema }

// Annotations of the table.
func (Reservation) Annotations() []schema.Annotation {
	return table("reservation", checks{
		"reservation_state":    "state IN ('held','committed','consumed','released','expired')",
		"reservation_quantity": "quantity > 0",
		"reservation_ends":     "(state IN ('held','committed')) = (ended_at IS NULL)",
	})
}

// Mixin of the table.
func (Reservation) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (Reservation) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("checkout_id").Immutable().Comment("whose pieces they are; no foreign key, since the room of checkouts comes later"),
		field.Int64("line_id").Immutable().Comment("the line of the checkout"),
		field.Int64("variant_id").Immutable(),
		field.Int64("location_id").Immutable(),
		field.Int64("quantity").Immutable(),
		field.String("state").Default("held"),
		field.String("client").Default("").Immutable().Comment("a hash of who asked, for the cap on what one client may hold"),
		field.Time("expires_at").Comment("of a held one; a committed one lives as long as its payment"),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Indexes of the table.
func (Reservation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("checkout_id", "line_id", "variant_id", "location_id").Unique().StorageKey("reservation_one_active").
			Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("expires_at").StorageKey("reservation_due").
			Annotations(entsql.IndexWhere("(state)::text = 'held'::text")),
		index.Fields("variant_id", "location_id").StorageKey("reservation_level").
			Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("client").StorageKey("reservation_client").
			Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("checkout_id"),
	}
}
