package insight

import (
	"context"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// leisure is how long a statement of a job may take; those of requests have less.
const leisure = "25s"

// atLeisure runs fn over the database as it is now, with time for statements
// that read much. It holds up nobody: it writes nothing.
func atLeisure(ctx context.Context, db *postgres.DB, fn func(ctx context.Context) error) error {
	return db.Snapshot(ctx, func(ctx context.Context) error {
		if _, err := db.Conn(ctx).Exec(ctx, `SELECT set_config('statement_timeout', $1, true)`, leisure); err != nil {
			return err
		}
		return fn(ctx)
	})
}

// list writes columns with a prefix: "t.a, t.b".
func list(prefix string, columns []string) string {
	return prefix + strings.Join(columns, ", "+prefix)
}

// places writes parameters: "$1, $2".
func places(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(all, ", ")
}
