// Package migrations holds the versioned SQL of the database, in goose's
// format. Files are append-only: what has landed is never edited.
package migrations

import "embed"

// FS holds the files.
//
//go:embed *.sql
var FS embed.FS
