package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// StockFeed is where somebody else tells of stock.
type StockFeed struct{ ent.Schema }

// Annotations of the table.
func (StockFeed) Annotations() []schema.Annotation {
	return table("stock_feed", checks{
		"stock_feed_handle":   handlePattern,
		"stock_feed_kind":     "kind IN ('csv','webhook','pull')",
		"stock_feed_mode":     "mode IN ('levels','deltas')",
		"stock_feed_item":     "item IN ('sku','barcode')",
		"stock_feed_schedule": "(kind = 'pull') = (url <> '') AND (kind <> 'pull' OR every_minutes >= 1)",
	})
}

// Mixin of the table.
func (StockFeed) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (StockFeed) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle").Unique(),
		field.String("name").NotEmpty(),
		field.String("kind").Immutable(),
		field.String("mode").Default("levels"),
		field.String("item").Default("sku").Comment("what names a variant"),
		field.Int64("location_id"),
		field.Bytes("secret").Optional().Comment("what webhooks are signed with, sealed"),
		field.String("url").Default(""),
		field.Int("every_minutes").Default(0),
		field.Bool("active").Default(true),
		field.Int64("last_sequence").Default(0).Comment("of the feed that was taken last"),
		field.Time("last_as_of").Optional().Nillable().Comment("the instant that the feed taken last speaks of"),
		field.Time("next_pull_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (StockFeed) Edges() []ent.Edge {
	return []ent.Edge{
		refersTo("location", Location.Type, "location_id"),
	}
}

// Indexes of the table.
func (StockFeed) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("location_id"),
		index.Fields("next_pull_at").StorageKey("stock_feed_due").Annotations(entsql.IndexWhere("active AND (next_pull_at IS NOT NULL)")),
	}
}

// StockFeedRun is one delivery of a feed and what became of it.
type StockFeedRun struct{ ent.Schema }

// Annotations of the table.
func (StockFeedRun) Annotations() []schema.Annotation {
	return table("stock_feed_run", checks{
		"stock_feed_run_state":  "state IN ('applied','refused','failed')",
		"stock_feed_run_counts": "lines >= 0 AND changed >= 0 AND unchanged >= 0 AND unknown >= 0 AND refused >= 0",
	})
}

// Mixin of the table.
func (StockFeedRun) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (StockFeedRun) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("feed_id").Immutable(),
		field.String("state").Immutable(),
		field.String("message").Default("").Immutable().Comment("the sender's name of the delivery"),
		field.Int64("sequence").Default(0).Immutable(),
		field.Time("as_of").Optional().Nillable().Immutable(),
		field.Bytes("digest").Immutable().Comment("SHA-256 of what was sent"),
		field.Int("lines").Default(0).Immutable(),
		field.Int("changed").Default(0).Immutable(),
		field.Int("unchanged").Default(0).Immutable(),
		field.Int("unknown").Default(0).Immutable(),
		field.Int("refused").Default(0).Immutable(),
		field.String("reason").Default("").Immutable().Comment("why it was refused or failed"),
		field.JSON("problems", json.RawMessage{}).Optional().Immutable().Comment("the first lines that could not be taken"),
		field.Time("at").Immutable(),
	}
}

// Edges of the table.
func (StockFeedRun) Edges() []ent.Edge {
	return []ent.Edge{
		belongsToFrozen("feed", StockFeed.Type, "feed_id"),
	}
}

// Indexes of the table.
func (StockFeedRun) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("feed_id", "id"),
		index.Fields("feed_id", "message").Unique().StorageKey("stock_feed_run_once").
			Annotations(entsql.IndexWhere("((state)::text = 'applied'::text) AND ((message)::text <> ''::text)")),
		index.Fields("at"),
	}
}
