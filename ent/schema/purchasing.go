package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// StockThreshold says below which count a level is low, and when to order more of it.
type StockThreshold struct{ ent.Schema }

// Annotations of the table.
func (StockThreshold) Annotations() []schema.Annotation {
	return table("stock_threshold", checks{
		"stock_threshold_counts": "(low_at IS NULL OR low_at >= 0) AND (reorder_at IS NULL OR reorder_at >= 0) " +
			"AND (reorder_quantity IS NULL OR reorder_quantity > 0) AND margin >= 0",
	})
}

// Mixin of the table.
func (StockThreshold) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (StockThreshold) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("variant_id"),
		field.Int64("location_id"),
		field.Int64("low_at").Optional().Nillable().Comment("low when no more than this is available"),
		field.Int64("reorder_at").Optional().Nillable().Comment("to be ordered when no more than this is available or on its way"),
		field.Int64("reorder_quantity").Optional().Nillable(),
		field.Int64("margin").Default(0).Comment("by how much stock must rise above a threshold before falling below it is news again"),
		field.Time("low_since").Optional().Nillable(),
		field.Time("reorder_since").Optional().Nillable(),
	}
}

// Edges of the table.
func (StockThreshold) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("variant", Variant.Type, "variant_id"),
		refersTo("location", Location.Type, "location_id"),
	}
}

// Indexes of the table.
func (StockThreshold) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("variant_id", "location_id").Unique(),
		index.Fields("location_id"),
		index.Fields("low_since").StorageKey("stock_threshold_low").Annotations(entsql.IndexWhere("low_since IS NOT NULL")),
		index.Fields("reorder_since").StorageKey("stock_threshold_reorder").Annotations(entsql.IndexWhere("reorder_since IS NOT NULL")),
	}
}

// PurchaseOrder is what the shop orders from a supplier.
type PurchaseOrder struct{ ent.Schema }

// Annotations of the table.
func (PurchaseOrder) Annotations() []schema.Annotation {
	return table("purchase_order", checks{
		"purchase_order_state":    "state IN ('draft','ordered','received','cancelled')",
		"purchase_order_currency": "currency ~ '^[A-Z]{3}$'",
	})
}

// Mixin of the table.
func (PurchaseOrder) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (PurchaseOrder) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("supplier_id").Immutable().Comment("a location of the kind supplier"),
		field.Int64("location_id").Immutable().Comment("where the goods go"),
		field.String("state").Default("draft"),
		field.String("reference").Default("").Comment("the supplier's own number"),
		field.Text("note").Default(""),
		field.String("currency"),
		field.Time("expected_at").Optional().Nillable(),
		field.Time("ordered_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (PurchaseOrder) Edges() []ent.Edge {
	return []ent.Edge{
		refersToFrozen("supplier", Location.Type, "supplier_id"),
		refersToFrozen("location", Location.Type, "location_id"),
	}
}

// Indexes of the table.
func (PurchaseOrder) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("state", "id"),
		index.Fields("supplier_id"),
		index.Fields("location_id"),
	}
}

// PurchaseOrderLine is how many pieces of a variant are ordered. It outlives the variant.
type PurchaseOrderLine struct{ ent.Schema }

// Annotations of the table.
func (PurchaseOrderLine) Annotations() []schema.Annotation {
	return table("purchase_order_line", checks{
		"purchase_order_line_counts": "quantity > 0 AND received >= 0 AND cancelled >= 0 AND received + cancelled <= quantity " +
			"AND (unit_cost IS NULL OR unit_cost >= 0)",
	})
}

// Mixin of the table.
func (PurchaseOrderLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (PurchaseOrderLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("purchase_order_id"),
		field.Int64("variant_id"),
		field.Int64("quantity"),
		field.Int64("received").Default(0),
		field.Int64("cancelled").Default(0),
		field.Int64("unit_cost").Optional().Nillable().Comment("minor units of the order's currency"),
	}
}

// Edges of the table.
func (PurchaseOrderLine) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("purchase_order", PurchaseOrder.Type, "purchase_order_id"),
	}
}

// Indexes of the table.
func (PurchaseOrderLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("purchase_order_id", "variant_id").Unique(),
		index.Fields("variant_id"),
	}
}
