package schema

import (
	"encoding/json"

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
		"location_point": "(latitude IS NULL) = (longitude IS NULL) AND " +
			"(latitude IS NULL OR (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180))",
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
		field.JSON("address", json.RawMessage{}).Optional(),
		field.Float("latitude").Optional().Nillable().Comment("degrees north, WGS 84"),
		field.Float("longitude").Optional().Nillable().Comment("degrees east, WGS 84"),
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

// LocationMarket lets a location serve a market. One without any serves them all.
type LocationMarket struct{ ent.Schema }

// Annotations of the table.
func (LocationMarket) Annotations() []schema.Annotation { return table("location_market", nil) }

// Mixin of the table.
func (LocationMarket) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (LocationMarket) Fields() []ent.Field {
	return []ent.Field{field.Int64("location_id"), field.Int64("market_id")}
}

// Edges of the table.
func (LocationMarket) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("location", Location.Type, "location_id"),
		belongsTo("market", Market.Type, "market_id"),
	}
}

// Indexes of the table.
func (LocationMarket) Indexes() []ent.Index {
	return []ent.Index{index.Fields("location_id", "market_id").Unique(), index.Fields("market_id")}
}

// LocationZone is an area that a location is near to. The earlier of a
// location's zones are the nearer ones.
type LocationZone struct{ ent.Schema }

// Annotations of the table.
func (LocationZone) Annotations() []schema.Annotation {
	return table("location_zone", checks{"location_zone_country": "country ~ '^[A-Z]{2}$'"})
}

// Mixin of the table.
func (LocationZone) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (LocationZone) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("location_id"),
		field.Int("position"),
		field.String("country"),
		field.String("province").Default("").Comment("empty: the whole country"),
		field.String("postal_prefix").Default("").Comment("empty: every postal code"),
	}
}

// Edges of the table.
func (LocationZone) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("location", Location.Type, "location_id")}
}

// Indexes of the table.
func (LocationZone) Indexes() []ent.Index {
	return []ent.Index{index.Fields("location_id", "position").Unique()}
}

// StockPolicy says how a market's stock is promised and where it is taken from.
type StockPolicy struct{ ent.Schema }

// Annotations of the table.
func (StockPolicy) Annotations() []schema.Annotation {
	return table("stock_policy", checks{
		"stock_policy_reserve_at": "reserve_at IN ('checkout','cart')",
		"stock_policy_strategy":   "strategy IN ('priority','nearest','fewest_splits')",
		"stock_policy_caps": "(max_line IS NULL OR max_line > 0) AND (max_checkout IS NULL OR max_checkout > 0) " +
			"AND (max_customer IS NULL OR max_customer > 0)",
	})
}

// Mixin of the table.
func (StockPolicy) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (StockPolicy) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("market_id"),
		field.String("reserve_at").Default("checkout").Comment("when stock is held"),
		field.String("strategy").Default("priority").Comment("how locations are chosen for an order"),
		field.Int64("max_line").Optional().Nillable().Comment("pieces; empty: what the whole shop allows"),
		field.Int64("max_checkout").Optional().Nillable(),
		field.Int64("max_customer").Optional().Nillable(),
	}
}

// Edges of the table.
func (StockPolicy) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("market", Market.Type, "market_id")}
}

// Indexes of the table.
func (StockPolicy) Indexes() []ent.Index { return []ent.Index{index.Fields("market_id").Unique()} }

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
		field.String("customer").Default("").Comment("a hash of the buyer's normalized e-mail, for the cap on what one customer may hold"),
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
		index.Fields("variant_id", "location_id", "ended_at").StorageKey("reservation_allocated").
			Annotations(entsql.IndexWhere("(state)::text = 'consumed'::text")),
		index.Fields("client").StorageKey("reservation_client").
			Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("customer").StorageKey("reservation_customer").
			Annotations(entsql.IndexWhere("(ended_at IS NULL) AND ((customer)::text <> ''::text)")),
		index.Fields("checkout_id"),
	}
}
