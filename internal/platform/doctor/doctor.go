// Package doctor asks the database whether its books are right. A check is a
// query that must return no row; each room declares its own, and the same ones
// run in `souk doctor` and at the end of every test with a database.
package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Check is one invariant.
type Check struct {
	ID   string // stable, such as "inventory.level_is_fold_of_ledger"
	Says string // the sentence that must hold
	SQL  string // its exceptions; no parameters
}

// Finding is a check that found exceptions.
type Finding struct {
	Check Check
	Rows  []string // the first few, for people
	More  bool     // there are others
}

// String tells what is off.
func (f Finding) String() string {
	more := ""
	if f.More {
		more = "\n  …"
	}
	return fmt.Sprintf("%s: %s\n  %s%s", f.Check.ID, f.Check.Says, strings.Join(f.Rows, "\n  "), more)
}

// shown is how many exceptions a finding lists.
const shown = 10

// Run asks every check and lists those that found something. An error means
// that a check could not be asked, not that it failed.
func Run(ctx context.Context, conn postgres.Conn, checks []Check) ([]Finding, error) {
	var findings []Finding
	for _, c := range checks {
		f, err := ask(ctx, conn, c)
		if err != nil {
			return findings, fmt.Errorf("check %s: %w", c.ID, postgres.Fault(err))
		}
		if len(f.Rows) > 0 {
			findings = append(findings, f)
		}
	}
	return findings, nil
}

func ask(ctx context.Context, conn postgres.Conn, c Check) (Finding, error) {
	f := Finding{Check: c}
	rows, err := conn.Query(ctx, c.SQL)
	if err != nil {
		return f, err
	}
	defer rows.Close()
	for rows.Next() {
		if len(f.Rows) == shown {
			f.More = true
			break
		}
		row, err := describe(rows)
		if err != nil {
			return f, err
		}
		f.Rows = append(f.Rows, row)
	}
	rows.Close()
	return f, rows.Err()
}

// describe writes a row as "name=value name=value".
func describe(rows pgx.Rows) (string, error) {
	values, err := rows.Values()
	if err != nil {
		return "", err
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprintf("%s=%v", rows.FieldDescriptions()[i].Name, v)
	}
	return strings.Join(parts, " "), nil
}

// Shape is what must hold of any database of ours, whatever is in it.
func Shape() []Check {
	return []Check{
		{
			ID:   "shape.constraints_validated",
			Says: "every constraint holds for every row",
			SQL:  `SELECT conrelid::regclass::text AS "table", conname FROM pg_constraint WHERE NOT convalidated`,
		},
		{
			ID:   "shape.indexes_valid",
			Says: "no index was left half built",
			SQL:  `SELECT indrelid::regclass::text AS "table", indexrelid::regclass::text AS "index" FROM pg_index WHERE NOT indisvalid`,
		},
	}
}
