// Package audit keeps the append-only record of what staff did: who, what,
// when, to what, with the values before and after. The row is written in the
// transaction of the change, so that there is no change without its row.
package audit

import "github.com/souk-commerce/souk/internal/platform/postgres"

// Entry is one change. Before and After are marshaled to JSON; either may be
// nil. They never hold a password, a token or another secret.
type Entry struct {
	Action        string // "product.update"
	SubjectKind   string // "product"
	SubjectID     int64
	Before, After any
	Reason        string
}

// Log writes entries.
type Log struct {
	db *postgres.DB
}

// New gives the log of a database.
func New(db *postgres.DB) *Log { return &Log{db: db} }
