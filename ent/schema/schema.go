// Package schema declares the business tables: columns, foreign keys, unique
// indexes and checks. Each table states its own truth, so that no road to the
// database can break it. There are no hooks and no policies here; rules live in
// the rooms. Append-only logs (outbox, ledger, events, audit) are plain SQL in
// migrations/ and not declared here.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
)

// checks maps a check's name to its expression. A changed expression needs a
// new name (…_v2), since a diff compares names.
type checks map[string]string

// table names the table and its checks.
func table(name string, c checks) []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: name, Checks: c}}
}

// identity gives a table its int64 id.
type identity struct{ mixin.Schema }

// Fields of the mixin.
func (identity) Fields() []ent.Field {
	return []ent.Field{field.Int64("id").Immutable()}
}

// timestamps are set by the rooms from the injected clock, never by default.
type timestamps struct{ mixin.Schema }

// Fields of the mixin.
func (timestamps) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Immutable(),
		field.Time("updated_at"),
	}
}

// versioned rows carry a counter that grows by one with each accepted change; a
// writer who names an older one is refused.
type versioned struct{ mixin.Schema }

// Fields of the mixin.
func (versioned) Fields() []ent.Field {
	return []ent.Field{field.Int64("version").Default(1)}
}

// belongsTo makes a required foreign key that goes with its parent.
func belongsTo(name string, parent any, column string) ent.Edge {
	return edge.To(name, parent).Field(column).Unique().Required().
		Annotations(entsql.OnDelete(entsql.Cascade))
}

// refersTo makes a required foreign key that protects what it points at.
func refersTo(name string, target any, column string) ent.Edge {
	return edge.To(name, target).Field(column).Unique().Required().
		Annotations(entsql.OnDelete(entsql.Restrict))
}

// mayReferTo makes an optional foreign key that is emptied with its target.
func mayReferTo(name string, target any, column string) ent.Edge {
	return edge.To(name, target).Field(column).Unique().
		Annotations(entsql.OnDelete(entsql.SetNull))
}

// childOf makes an optional foreign key to a parent of the same table; children
// go with their parent.
func childOf(name string, same any, column string) ent.Edge {
	return edge.To("children", same).Annotations(entsql.OnDelete(entsql.Cascade)).
		From(name).Field(column).Unique()
}

// guardedChildOf is childOf, but a parent with children cannot be deleted.
func guardedChildOf(name string, same any, column string) ent.Edge {
	return edge.To("children", same).Annotations(entsql.OnDelete(entsql.Restrict)).
		From(name).Field(column).Unique()
}

// mayBelongTo makes an optional foreign key that goes with its parent.
func mayBelongTo(name string, parent any, column string) ent.Edge {
	return edge.To(name, parent).Field(column).Unique().
		Annotations(entsql.OnDelete(entsql.Cascade))
}

// belongsToFrozen is belongsTo over a column that never changes.
func belongsToFrozen(name string, parent any, column string) ent.Edge {
	return edge.To(name, parent).Field(column).Unique().Required().Immutable().
		Annotations(entsql.OnDelete(entsql.Cascade))
}

// refersToFrozen is refersTo over a column that never changes.
func refersToFrozen(name string, target any, column string) ent.Edge {
	return edge.To(name, target).Field(column).Unique().Required().Immutable().
		Annotations(entsql.OnDelete(entsql.Restrict))
}
