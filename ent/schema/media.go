package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// MediaAsset is a picture or a video: a file of ours (storage_key) or one that
// stays where it is (origin_url).
type MediaAsset struct{ ent.Schema }

// Annotations of the table.
func (MediaAsset) Annotations() []schema.Annotation {
	return table("media_asset", checks{
		"media_asset_kind":  "kind IN ('image','video','external_video','model')",
		"media_asset_place": "(storage_key IS NULL) <> (origin_url IS NULL)",
		"media_asset_size":  "(width IS NULL OR width > 0) AND (height IS NULL OR height > 0)",
	})
}

// Mixin of the table.
func (MediaAsset) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (MediaAsset) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Default("image"),
		field.String("storage_key").Optional().Nillable(),
		field.String("origin_url").Optional().Nillable(),
		field.String("content_type").Default(""),
		field.Int("width").Optional().Nillable(),
		field.Int("height").Optional().Nillable(),
		field.String("alt").Default(""),
		field.String("thumbhash").Default(""),
		field.Int64("bytes").Default(0),
	}
}

// Indexes of the table.
func (MediaAsset) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("storage_key"),
		index.Fields("origin_url"),
	}
}
