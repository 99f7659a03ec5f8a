package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ownerKinds are the things that carry translations and metafields.
const ownerKinds = "'product','product_option','product_option_value','variant','category','collection'," +
	"'menu_item','page','blog','article','policy','shop','market','attribute_definition','metafield'"

// Translation is one customer-facing text in one language other than the
// shop's own.
type Translation struct{ ent.Schema }

// Annotations of the table.
func (Translation) Annotations() []schema.Annotation {
	return table("translation", checks{
		"translation_owner":    "owner_kind IN (" + ownerKinds + ")",
		"translation_language": "language ~ '^[a-z]{2,3}(-[a-z]{2})?$'",
	})
}

// Mixin of the table.
func (Translation) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (Translation) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner_kind"),
		field.Int64("owner_id"),
		field.String("language"),
		field.String("field").Comment("the name of the translated column"),
		field.Text("value"),
		field.Time("updated_at"),
	}
}

// Indexes of the table.
func (Translation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("owner_kind", "owner_id", "language", "field").Unique()}
}

// Metafield is a typed value that a merchant hangs on something.
type Metafield struct{ ent.Schema }

// Annotations of the table.
func (Metafield) Annotations() []schema.Annotation {
	return table("metafield", checks{
		"metafield_owner":      "owner_kind IN (" + ownerKinds + ")",
		"metafield_names":      "namespace <> '' AND key <> ''",
		"metafield_visibility": "visibility IN ('public','staff')",
	})
}

// Mixin of the table.
func (Metafield) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (Metafield) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner_kind"),
		field.Int64("owner_id"),
		field.String("namespace"),
		field.String("key"),
		field.String("type"),
		field.Text("value"),
		field.String("description").Default(""),
		field.String("visibility").Default("public"),
	}
}

// Indexes of the table.
func (Metafield) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("owner_kind", "owner_id", "namespace", "key").Unique(),
		// a storefront filters by one metafield's value
		index.Fields("namespace", "key", "owner_kind"),
	}
}
