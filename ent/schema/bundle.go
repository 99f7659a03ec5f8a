package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Bundle is a variant that is sold as several others together.
type Bundle struct{ ent.Schema }

// Annotations of the table.
func (Bundle) Annotations() []schema.Annotation {
	return table("bundle", checks{
		"bundle_kind":     "kind IN ('fixed','pick')",
		"bundle_pricing":  "pricing IN ('own','sum')",
		"bundle_discount": "discount_ppm >= 0 AND discount_ppm <= 1000000",
	})
}

// Mixin of the table.
func (Bundle) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Bundle) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("variant_id"),
		field.String("kind").Default("fixed"),
		field.String("pricing").Default("own").Comment("own: the variant's price; sum: the sum of the parts less a discount"),
		field.Int64("discount_ppm").Default(0).Comment("of the sum, in millionths"),
	}
}

// Edges of the table.
func (Bundle) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("variant", Variant.Type, "variant_id"),
	}
}

// Indexes of the table.
func (Bundle) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("variant_id").Unique(),
	}
}

// BundleSlot is a place in a bundle that is filled with one of several choices.
type BundleSlot struct{ ent.Schema }

// Annotations of the table.
func (BundleSlot) Annotations() []schema.Annotation {
	return table("bundle_slot", checks{"bundle_slot_pieces": "least_pieces >= 0 AND most_pieces >= 1 AND least_pieces <= most_pieces"})
}

// Mixin of the table.
func (BundleSlot) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (BundleSlot) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("bundle_id"),
		field.Int("position"),
		field.Text("title").Default(""),
		field.Int("least_pieces").Default(1).Comment("how many choices the buyer makes, at least"),
		field.Int("most_pieces").Default(1),
	}
}

// Edges of the table.
func (BundleSlot) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("bundle", Bundle.Type, "bundle_id"),
	}
}

// Indexes of the table.
func (BundleSlot) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("bundle_id", "position").Unique(),
	}
}

// BundleChoice is a variant that can fill a slot.
type BundleChoice struct{ ent.Schema }

// Annotations of the table.
func (BundleChoice) Annotations() []schema.Annotation {
	return table("bundle_choice", checks{"bundle_choice_quantity": "quantity > 0"})
}

// Mixin of the table.
func (BundleChoice) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (BundleChoice) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("slot_id"),
		field.Int("position"),
		field.Int64("variant_id"),
		field.Int("quantity").Default(1).Comment("pieces of the variant for one choice of it"),
	}
}

// Edges of the table.
func (BundleChoice) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("slot", BundleSlot.Type, "slot_id"),
		refersTo("variant", Variant.Type, "variant_id"),
	}
}

// Indexes of the table.
func (BundleChoice) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slot_id", "variant_id").Unique(),
		index.Fields("variant_id"),
	}
}
