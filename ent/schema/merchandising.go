package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// MerchandisingItem is one thing that merchandisers say about search: a rule, a
// synonym, a redirect. Its contents are versions; one of them may be live.
type MerchandisingItem struct{ ent.Schema }

// Annotations of the table.
func (MerchandisingItem) Annotations() []schema.Annotation {
	return table("merchandising_item", checks{
		"merchandising_item_kind":     "kind IN ('rule','synonym','stop_words','redirect','banner','profile','facet','experiment','suggestion')",
		"merchandising_item_name":     "name <> ''",
		"merchandising_item_versions": "latest_version >= 1 AND (live_version IS NULL OR live_version BETWEEN 1 AND latest_version)",
		"merchandising_item_archived": "archived_at IS NULL OR live_version IS NULL",
	})
}

// Mixin of the table.
func (MerchandisingItem) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{}, timestamps{}, versioned{}}
}

// Fields of the table.
func (MerchandisingItem) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Immutable(),
		field.String("name"),
		field.Int("latest_version").Default(1),
		field.Int("live_version").Optional().Nillable(),
		field.Time("archived_at").Optional().Nillable(),
	}
}

// Indexes of the table.
func (MerchandisingItem) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("kind", "id"),
		index.Fields("kind").StorageKey("merchandising_item_live").Annotations(entsql.IndexWhere("(live_version IS NOT NULL)")),
	}
}

// MerchandisingVersion is one content of an item, never changed.
type MerchandisingVersion struct{ ent.Schema }

// Annotations of the table.
func (MerchandisingVersion) Annotations() []schema.Annotation {
	return table("merchandising_version", checks{"merchandising_version_number": "number >= 1"})
}

// Mixin of the table.
func (MerchandisingVersion) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (MerchandisingVersion) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("item_id").Immutable(),
		field.Int("number").Immutable(),
		field.JSON("content", json.RawMessage{}).Immutable(),
		field.String("note").Default("").Immutable(),
		field.String("author").Default("").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Edges of the table.
func (MerchandisingVersion) Edges() []ent.Edge {
	return []ent.Edge{belongsToFrozen("item", MerchandisingItem.Type, "item_id")}
}

// Indexes of the table.
func (MerchandisingVersion) Indexes() []ent.Index {
	return []ent.Index{index.Fields("item_id", "number").Unique()}
}

// MerchandisingRelease is a moment at which what is live changed. Its id is the
// version of all rules together.
type MerchandisingRelease struct{ ent.Schema }

// Annotations of the table.
func (MerchandisingRelease) Annotations() []schema.Annotation {
	return table("merchandising_release", checks{
		"merchandising_release_action": "action IN ('publish','unpublish','rollback','archive')",
	})
}

// Mixin of the table.
func (MerchandisingRelease) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (MerchandisingRelease) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("item_id").Immutable(),
		field.String("action").Immutable(),
		field.Int("from_version").Optional().Nillable().Immutable(),
		field.Int("to_version").Optional().Nillable().Immutable(),
		field.String("author").Default("").Immutable(),
		field.Time("at").Immutable(),
	}
}

// Edges of the table.
func (MerchandisingRelease) Edges() []ent.Edge {
	return []ent.Edge{belongsToFrozen("item", MerchandisingItem.Type, "item_id")}
}

// Indexes of the table.
func (MerchandisingRelease) Indexes() []ent.Index {
	return []ent.Index{index.Fields("item_id", "id")}
}
