package postgres

import "entgo.io/ent/dialect/sql"

// Any is an ent predicate: the column is one of the values. They travel as one
// array parameter, so that every length is the same prepared statement (ent's
// own …In makes one per length).
func Any[T any](column string, values []T) func(*sql.Selector) {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(column)).WriteString(" = ANY(").Arg(values).WriteString(")")
		}))
	}
}
