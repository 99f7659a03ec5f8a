package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// StaffMember is somebody who works in the back office.
type StaffMember struct{ ent.Schema }

// Annotations of the table.
func (StaffMember) Annotations() []schema.Annotation {
	return table("staff_member", checks{
		"staff_member_email": "email = lower(btrim(email)) AND email LIKE '%@%'",
		"staff_member_role":  "role IN ('owner','admin','editor','viewer')",
	})
}

// Mixin of the table.
func (StaffMember) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (StaffMember) Fields() []ent.Field {
	return []ent.Field{
		field.String("email"),
		field.String("name"),
		field.String("password_hash").Sensitive().Comment("argon2id, PHC string"),
		field.String("role"),
		field.Time("disabled_at").Optional().Nillable(),
		field.Time("last_login_at").Optional().Nillable(),
	}
}

// Indexes of the table.
func (StaffMember) Indexes() []ent.Index {
	return []ent.Index{index.Fields("email").Unique()}
}

// StaffSession is one refresh token of a family. A family has at most one that
// is neither used nor revoked; the use of a used one revokes the whole family.
type StaffSession struct{ ent.Schema }

// Annotations of the table.
func (StaffSession) Annotations() []schema.Annotation {
	return table("staff_session", nil)
}

// Mixin of the table.
func (StaffSession) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (StaffSession) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("staff_member_id"),
		field.String("family"),
		field.Bytes("token_hash").Sensitive(),
		field.Time("created_at").Immutable(),
		field.Time("expires_at"),
		field.Time("used_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (StaffSession) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("staff_member", StaffMember.Type, "staff_member_id")}
}

// Indexes of the table.
func (StaffSession) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("token_hash").Unique(),
		index.Fields("family").Unique().StorageKey("staff_session_one_live").
			Annotations(liveSession),
		index.Fields("staff_member_id"),
	}
}

var liveSession = entsql.IndexWhere("(used_at IS NULL) AND (revoked_at IS NULL)")
