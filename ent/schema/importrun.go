package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ImportRun is one file that was, or is being, taken in, with its report.
type ImportRun struct{ ent.Schema }

// Annotations of the table.
func (ImportRun) Annotations() []schema.Annotation {
	return table("import_run", checks{
		"import_run_state": "state IN ('running','completed','failed')",
		"import_run_end":   "(state = 'running') = (finished_at IS NULL)",
	})
}

// Mixin of the table.
func (ImportRun) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (ImportRun) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Default("products"),
		field.String("file_name"),
		field.String("state").Default("running"),
		field.String("actor").Default(""),
		field.Int64("records").Default(0),
		field.Int64("products").Default(0),
		field.Int64("created").Default(0),
		field.Int64("updated").Default(0),
		field.Int64("unchanged").Default(0),
		field.Int64("rejected").Default(0),
		field.String("failure").Default(""),
		field.JSON("report", json.RawMessage{}).Optional(),
		field.Time("started_at").Immutable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Indexes of the table.
func (ImportRun) Indexes() []ent.Index { return []ent.Index{index.Fields("started_at")} }
