package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SearchGeneration is one build of the search index. Of the generations of one
// instance one is live; the one before is kept for a while to go back to.
type SearchGeneration struct{ ent.Schema }

// Annotations of the table.
func (SearchGeneration) Annotations() []schema.Annotation {
	return table("search_generation", checks{
		"search_generation_state":  "state IN ('requested','building','live','previous','dropped','failed')",
		"search_generation_counts": "documents >= 0 AND done >= 0 AND dead >= 0",
		"search_generation_live":   "(state = 'live') <= (live_at IS NOT NULL)",
	})
}

// Mixin of the table.
func (SearchGeneration) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (SearchGeneration) Fields() []ent.Field {
	return []ent.Field{
		field.String("instance").Default("").Immutable().Comment("whose index it is; empty where all processes share one"),
		field.String("engine").Immutable(),
		field.String("state").Default("requested"),
		field.String("mapping").Default("").Comment("of the fields and their settings it was made with"),
		field.Int64("documents").Default(0).Comment("how many there are to write"),
		field.Int64("done").Default(0).Comment("how many were written"),
		field.Int64("dead").Default(0).Comment("how many could not be"),
		field.String("error").Default(""),
		field.String("requested_by").Default(""),
		field.Time("started_at").Optional().Nillable(),
		field.Time("built_at").Optional().Nillable(),
		field.Time("live_at").Optional().Nillable(),
		field.Time("retired_at").Optional().Nillable(),
	}
}

// Indexes of the table.
func (SearchGeneration) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("instance", "engine").Unique().StorageKey("search_generation_one_live").
			Annotations(entsql.IndexWhere("((state)::text = 'live'::text)")),
		index.Fields("instance", "engine", "id"),
	}
}

// SearchDeadLetter is a document that the search engine would not take.
type SearchDeadLetter struct{ ent.Schema }

// Annotations of the table.
func (SearchDeadLetter) Annotations() []schema.Annotation {
	return table("search_dead_letter", checks{"search_dead_letter_attempts": "attempts >= 1"})
}

// Mixin of the table.
func (SearchDeadLetter) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (SearchDeadLetter) Fields() []ent.Field {
	return []ent.Field{
		field.String("instance").Default("").Immutable(),
		field.String("engine").Immutable(),
		field.String("language").Immutable(),
		field.Int64("product_id").Immutable(),
		field.String("error"),
		field.Bytes("payload_hash").Comment("SHA-256 of the document that was refused"),
		field.Int("attempts").Default(1),
		field.Time("first_at").Immutable(),
		field.Time("last_at"),
	}
}

// Indexes of the table.
func (SearchDeadLetter) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("instance", "engine", "language", "product_id").Unique(),
		index.Fields("product_id"),
	}
}
