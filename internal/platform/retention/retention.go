// Package retention is the one place that says how long each log is kept and
// deletes what is older: outbox, idempotency keys, finished jobs, audit rows,
// tracked events, import runs. Each log brings a rule with a default, which the
// first sweep writes into the table retention; from then on the table rules.
package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// batch is how many rows one statement deletes, so that none holds locks for
// long.
const batch = 5_000

// Rule is one log.
type Rule struct {
	What  string // its name in the table: "audit"
	Days  int    // how long it is kept if the shop does not say
	Least int    // the shop may not say less; 0 means one day
	Doc   string // what is lost when it is deleted
	// Sweep deletes at most limit rows from before the given time and says how
	// many.
	Sweep func(ctx context.Context, before time.Time, limit int) (int64, error)
}

// Setting is how long a log is kept, and what the last sweep did.
type Setting struct {
	What    string
	Days    int
	Default int
	Doc     string
	SweptAt *time.Time
	Swept   int64 // rows deleted since the shop began
}

// Sweeper applies the rules.
type Sweeper struct {
	db    *postgres.DB
	log   *slog.Logger
	rules []Rule
}

// New gives a sweeper. A nil logger is silent.
func New(db *postgres.DB, log *slog.Logger, rules ...Rule) *Sweeper {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Sweeper{db: db, log: log, rules: rules}
}

// Sweep applies every rule. One that fails does not keep the others from
// running; the errors come together.
func (s *Sweeper) Sweep(ctx context.Context) error {
	settings, err := s.List(ctx)
	if err != nil {
		return err
	}
	var all []error
	for i, rule := range s.rules {
		n, err := s.sweep(ctx, rule, settings[i].Days)
		if err != nil {
			all = append(all, fmt.Errorf("sweep %s: %w", rule.What, err))
		}
		if n > 0 {
			s.log.InfoContext(ctx, "swept", "what", rule.What, "rows", n)
		}
	}
	return errors.Join(all...)
}

func (s *Sweeper) sweep(ctx context.Context, rule Rule, days int) (int64, error) {
	before := s.db.Now(ctx).AddDate(0, 0, -days)
	total := int64(0)
	for {
		n, err := rule.Sweep(ctx, before, batch)
		total += n
		if err != nil || n < batch {
			return total, errors.Join(err, s.note(ctx, rule, days, total))
		}
	}
}

func (s *Sweeper) note(ctx context.Context, rule Rule, days int, n int64) error {
	now := s.db.Now(ctx)
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO retention AS r (what, days, updated_at, swept_at, swept_rows) VALUES ($1, $2, $3, $3, $4)
		ON CONFLICT (what) DO UPDATE SET swept_at = excluded.swept_at, swept_rows = r.swept_rows + excluded.swept_rows`,
		rule.What, days, now, n)
	return err
}

// List gives the settings in the order of the rules.
func (s *Sweeper) List(ctx context.Context) ([]Setting, error) {
	found, err := s.db.Conn(ctx).Query(ctx, `SELECT what, days, swept_at, swept_rows FROM retention`)
	if err != nil {
		return nil, fmt.Errorf("list retention: %w", err)
	}
	rows, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (Setting, error) {
		var r Setting
		return r, row.Scan(&r.What, &r.Days, &r.SweptAt, &r.Swept)
	})
	if err != nil {
		return nil, fmt.Errorf("list retention: %w", err)
	}
	all := make([]Setting, len(s.rules))
	for i, rule := range s.rules {
		all[i] = Setting{What: rule.What, Days: rule.Days}
		if at := slices.IndexFunc(rows, func(r Setting) bool { return r.What == rule.What }); at >= 0 {
			all[i] = rows[at]
		}
		all[i].Default, all[i].Doc = rule.Days, rule.Doc
	}
	return all, nil
}

// Keep sets for how many days a log is kept.
func (s *Sweeper) Keep(ctx context.Context, what string, days int) error {
	at := slices.IndexFunc(s.rules, func(r Rule) bool { return r.What == what })
	if at < 0 {
		return fault.Newf(fault.NotFound, "retention_unknown", "nothing called %q is kept", what)
	}
	if least := max(1, s.rules[at].Least); days < least {
		return fault.Newf(fault.Invalid, "retention_short", "%s is kept for at least %d days", what, least).At("days")
	}
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO retention (what, days, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (what) DO UPDATE SET days = excluded.days, updated_at = excluded.updated_at`, what, days, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("set retention: %w", err)
	}
	return nil
}

// Rows is the sweep of a table with an id and a time: rows whose time is before
// go, those without one stay. It also passes the guard of append-only tables.
func Rows(db *postgres.DB, table, column string) func(ctx context.Context, before time.Time, limit int) (int64, error) {
	name, at := pgx.Identifier{table}.Sanitize(), pgx.Identifier{column}.Sanitize()
	query := fmt.Sprintf(`DELETE FROM %[1]s WHERE id IN (SELECT id FROM %[1]s WHERE %[2]s < $1 ORDER BY %[2]s LIMIT $2)`, name, at)
	return func(ctx context.Context, before time.Time, limit int) (n int64, err error) {
		err = db.InTx(ctx, func(ctx context.Context) error {
			if _, err := db.Conn(ctx).Exec(ctx, `SELECT set_config('souk.sweep', 'on', true)`); err != nil {
				return err
			}
			tag, err := db.Conn(ctx).Exec(ctx, query, before, limit)
			n = tag.RowsAffected()
			return err
		})
		return n, err
	}
}
