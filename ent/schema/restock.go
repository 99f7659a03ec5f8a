package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// RestockRequest is the wish of a buyer to hear when a variant is in stock again.
type RestockRequest struct{ ent.Schema }

// Annotations of the table.
func (RestockRequest) Annotations() []schema.Annotation {
	return table("restock_request", checks{
		"restock_request_state": "state IN ('waiting','notified','cancelled')",
		"restock_request_ended": "(state = 'waiting') = (ended_at IS NULL)",
	})
}

// Mixin of the table.
func (RestockRequest) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (RestockRequest) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("variant_id").Immutable(),
		field.Int64("market_id").Immutable(),
		field.String("email").Comment("as it was typed"),
		field.String("email_key").Comment("normalized, to find the same person again"),
		field.String("country").Immutable(),
		field.String("language").Immutable(),
		field.String("state").Default("waiting"),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (RestockRequest) Edges() []ent.Edge {
	return []ent.Edge{
		belongsToFrozen("variant", Variant.Type, "variant_id"),
		belongsToFrozen("market", Market.Type, "market_id"),
	}
}

// Indexes of the table.
func (RestockRequest) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("variant_id", "email_key").Unique().StorageKey("restock_request_one_waiting").
			Annotations(entsql.IndexWhere("(state)::text = 'waiting'::text")),
		index.Fields("email_key"),
		index.Fields("market_id"),
		index.Fields("ended_at"),
	}
}
