package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// StockTransfer moves stock from one location to another.
type StockTransfer struct{ ent.Schema }

// Annotations of the table.
func (StockTransfer) Annotations() []schema.Annotation {
	return table("stock_transfer", checks{
		"stock_transfer_state":  "state IN ('draft','reserved','in_transit','received','cancelled')",
		"stock_transfer_places": "from_location_id <> to_location_id",
	})
}

// Mixin of the table.
func (StockTransfer) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (StockTransfer) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("from_location_id").Immutable(),
		field.Int64("to_location_id").Immutable(),
		field.String("state").Default("draft"),
		field.Text("note").Default(""),
		field.Time("expected_at").Optional().Nillable(),
		field.Time("shipped_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (StockTransfer) Edges() []ent.Edge {
	return []ent.Edge{
		refersToFrozen("from_location", Location.Type, "from_location_id"),
		refersToFrozen("to_location", Location.Type, "to_location_id"),
	}
}

// Indexes of the table.
func (StockTransfer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("state", "id"),
		index.Fields("from_location_id"),
		index.Fields("to_location_id"),
	}
}

// StockTransferLine is how many pieces of a variant a transfer moves. It outlives the variant.
type StockTransferLine struct{ ent.Schema }

// Annotations of the table.
func (StockTransferLine) Annotations() []schema.Annotation {
	return table("stock_transfer_line", checks{
		"stock_transfer_line_counts": "quantity > 0 AND shipped >= 0 AND received >= 0 AND lost >= 0 " +
			"AND shipped <= quantity AND received + lost <= shipped",
	})
}

// Mixin of the table.
func (StockTransferLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (StockTransferLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("transfer_id"),
		field.Int64("variant_id"),
		field.Int64("quantity"),
		field.Int64("shipped").Default(0),
		field.Int64("received").Default(0),
		field.Int64("lost").Default(0).Comment("sent, and written off on the way"),
	}
}

// Edges of the table.
func (StockTransferLine) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("transfer", StockTransfer.Type, "transfer_id"),
	}
}

// Indexes of the table.
func (StockTransferLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("transfer_id", "variant_id").Unique(),
		index.Fields("variant_id"),
	}
}

// StockCount is a count of what lies at a location.
type StockCount struct{ ent.Schema }

// Annotations of the table.
func (StockCount) Annotations() []schema.Annotation {
	return table("stock_count", checks{
		"stock_count_state": "state IN ('open','applied','cancelled')",
		"stock_count_ended": "(state = 'open') = (ended_at IS NULL)",
	})
}

// Mixin of the table.
func (StockCount) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (StockCount) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("location_id").Immutable(),
		field.String("state").Default("open"),
		field.Text("note").Default(""),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (StockCount) Edges() []ent.Edge {
	return []ent.Edge{
		refersToFrozen("location", Location.Type, "location_id"),
	}
}

// Indexes of the table.
func (StockCount) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("state", "id"),
		index.Fields("location_id"),
	}
}

// StockCountLine is what was counted of a variant. It outlives the variant.
type StockCountLine struct{ ent.Schema }

// Annotations of the table.
func (StockCountLine) Annotations() []schema.Annotation {
	return table("stock_count_line", checks{"stock_count_line_counts": "expected >= 0 AND (counted IS NULL OR counted >= 0) AND (counted IS NULL) = (counted_at IS NULL)"})
}

// Mixin of the table.
func (StockCountLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (StockCountLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("count_id"),
		field.Int64("variant_id"),
		field.Int64("expected").Comment("on hand by the books when it was counted, and until then when the count began"),
		field.Int64("counted").Optional().Nillable(),
		field.Time("counted_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (StockCountLine) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("count", StockCount.Type, "count_id"),
	}
}

// Indexes of the table.
func (StockCountLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("count_id", "variant_id").Unique(),
	}
}
