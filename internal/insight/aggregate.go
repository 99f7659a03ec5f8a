package insight

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// pace is what a process remembers from one count to the next. It may be lost:
// then a few days are counted once more.
type pace struct {
	mu     sync.Mutex
	marked bool
	// seen is how far the count before the last one looked: what was being
	// written then has been committed since.
	seen, newer mark
	due         map[time.Time]bool
	restUntil   time.Time
}

// restFor is how many times as long as it took the next count waits at least, so
// that counting never takes more than a part of the database.
const restFor = 9

// unseen is how many rows may be on their way into the database when a process
// looks for the first time.
const unseen = 10_000

// Aggregate counts anew the days that changed since it last looked, whenever
// the late events of those days happened. What it does not come to in time it
// does the next time. The same events always give the same figures, so a day
// that was half written is right after the next count.
func (s *Service) Aggregate(ctx context.Context) error {
	p := &s.pace
	if !p.mu.TryLock() {
		return nil // the last turn still runs
	}
	defer p.mu.Unlock()
	began := s.db.Clock().Now()
	if began.Before(p.restUntil) {
		return nil
	}
	defer func() {
		ended := s.db.Clock().Now()
		p.restUntil = ended.Add(restFor * ended.Sub(began))
	}()
	if err := s.findDue(ctx); err != nil {
		return err
	}
	var failed []error
	for _, day := range slices.SortedFunc(maps.Keys(p.due), time.Time.Compare) {
		if err := s.recount(ctx, day); err != nil {
			failed = append(failed, err) // it stays due; the others do not wait for it
			continue
		}
		delete(p.due, day)
	}
	return errors.Join(failed...)
}

// findDue notes the days that changed. A process that has not looked before
// begins with the day before the last one that was counted.
func (s *Service) findDue(ctx context.Context) error {
	p := &s.pace
	now, err := s.newest(ctx)
	if err != nil {
		return err
	}
	var days []time.Time
	if p.marked {
		hours, err := s.hoursSince(ctx, p.seen)
		if err != nil {
			return err
		}
		for _, h := range hours {
			days = append(days, daysOf(h, h.Add(time.Hour))...)
		}
	} else {
		p.due = map[time.Time]bool{}
		p.newer = mark{event: now.event - unseen, order: now.order - unseen}
		if days, err = s.notCounted(ctx); err != nil {
			return err
		}
	}
	for _, day := range days {
		p.due[day] = true
	}
	p.marked, p.seen, p.newer = true, p.newer, now
	return nil
}

// daysOf gives the days in whose figures something between two moments has a say.
func daysOf(from, to time.Time) []time.Time {
	var days []time.Time
	for d := dayOf(from.Add(-tail)); d.Before(to.Add(lead)); d = d.AddDate(0, 0, 1) {
		days = append(days, d)
	}
	return days
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// notCounted gives the days from the one before the last that was counted, or
// from the first event, until today.
func (s *Service) notCounted(ctx context.Context) ([]time.Time, error) {
	var last *time.Time
	if err := s.db.Conn(ctx).QueryRow(ctx, `SELECT max(day) FROM query_day`).Scan(&last); err != nil {
		return nil, fmt.Errorf("look for the last day counted: %w", postgres.Fault(err))
	}
	first, err := s.firstEvent(ctx)
	if err != nil || first.IsZero() {
		return nil, err
	}
	if last != nil {
		first = last.AddDate(0, 0, -1)
	}
	var days []time.Time
	for d := dayOf(first); !d.After(s.db.Now(ctx)); d = d.AddDate(0, 0, 1) {
		days = append(days, d)
	}
	return days, nil
}

// recount counts one day and writes what is different.
func (s *Service) recount(ctx context.Context, day time.Time) error {
	t, err := s.count(ctx, day)
	if err == nil {
		for _, sh := range t.sheets() {
			err = errors.Join(err, s.write(ctx, day, sh))
		}
	}
	if err != nil {
		return fmt.Errorf("count the searches of %s: %w", day.Format(time.DateOnly), err)
	}
	return nil
}

func (s *Service) count(ctx context.Context, day time.Time) (*tally, error) {
	from, to := day.Add(-lead), day.AddDate(0, 0, 1).Add(tail)
	t := newTally(day)
	err := atLeisure(ctx, s.db, func(ctx context.Context) error {
		placed, err := s.orders(ctx, from, to)
		if err != nil {
			return err
		}
		return s.eachVisit(ctx, from, to, func(session string, steps []step) {
			t.add(fold(steps, placed), session != "")
		})
	})
	return t, err
}

// sheet is the rows of a day for one table. The day is the first column of the
// key.
type sheet struct {
	table   string
	key     []string
	columns []string // behind the key
	rows    [][]any
}

// sheets gives what was counted as rows.
func (t *tally) sheets() []sheet {
	queries := sheet{table: "query_day", key: []string{"day", "market", "language", "query"},
		columns: []string{"searches", "tracked", "sessions", "zero", "rescued", "refined", "clicked", "clicks", "positions", "carts", "orders",
			"hits", "used_query", "stage"}}
	for k, d := range t.queries {
		queries.rows = append(queries.rows, []any{t.day, k.market, string(k.language), k.query, d.searches, d.tracked, d.visits, d.zero, d.rescued,
			d.refined, d.clicked, d.clicks, d.positions, d.carts, d.orders, d.hits, d.used, d.stage})
	}
	products := sheet{table: "query_product", key: []string{"day", "language", "query", "product_id"},
		columns: []string{"impressions", "clicks", "carts", "orders"}}
	for k, p := range t.products {
		if p.worthKeeping() {
			products.rows = append(products.rows, []any{t.day, string(k.language), k.query, k.product, p.impressions, p.clicks, p.carts, p.orders})
		}
	}
	follows := sheet{table: "query_follow", key: []string{"day", "language", "query", "next"}, columns: []string{"sessions", "clicked"}}
	for k, f := range t.follows {
		follows.rows = append(follows.rows, []any{t.day, string(k.language), k.query, k.next, f.sessions, f.clicked})
	}
	arms := sheet{table: "experiment_day", key: []string{"day", "experiment", "version", "arm"}, columns: []string{"visits", "clicked", "carts", "orders"}}
	for k, a := range t.arms {
		arms.rows = append(arms.rows, []any{t.day, k.experiment, k.version, k.arm, a.visits, a.clicked, a.carts, a.orders})
	}
	return []sheet{queries, products, follows, arms}
}

// writeAtOnce is how many rows commit together: readers of the outbox wait for
// whoever is writing.
const writeAtOnce = 1_000

// write makes the table's rows of the day what the sheet says. Rows that are
// right already are not touched: this runs every minute.
func (s *Service) write(ctx context.Context, day time.Time, sh sheet) error {
	known, err := s.known(ctx, day, sh)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for _, row := range sh.rows {
		key, value := text(row[1:len(sh.key)]), text(row[len(sh.key):])
		if was, there := known[key]; !there || was != value {
			batch.Queue(sh.upsert(), row...)
		}
		delete(known, key)
	}
	if len(known) > 0 {
		batch.Queue(`DELETE FROM `+sh.table+` WHERE day = $1 AND `+sh.name()+` = ANY($2)`, day, slices.Collect(maps.Keys(known)))
	}
	for some := range slices.Chunk(batch.QueuedQueries, writeAtOnce) {
		err := s.db.InTx(ctx, func(ctx context.Context) error {
			return s.db.Conn(ctx).SendBatch(ctx, &pgx.Batch{QueuedQueries: some}).Close()
		})
		if err != nil {
			return fmt.Errorf("write %s: %w", sh.table, err)
		}
	}
	return nil
}

// known reads the rows of the day by their keys.
func (s *Service) known(ctx context.Context, day time.Time, sh sheet) (map[string]string, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+sh.name()+`, concat_ws(chr(1), `+list("", sh.columns)+`) FROM `+sh.table+` WHERE day = $1`, day)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", sh.table, postgres.Fault(err))
	}
	all := map[string]string{}
	var key, value string
	_, err = pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		all[key] = value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", sh.table, postgres.Fault(err))
	}
	return all, nil
}

// name writes the key of a row of a day as [text] does.
func (sh sheet) name() string { return `concat_ws(chr(1), ` + list("", sh.key[1:]) + `)` }

func (sh sheet) upsert() string {
	all := slices.Concat(sh.key, sh.columns)
	return `INSERT INTO ` + sh.table + ` (` + list("", all) + `) VALUES (` + places(len(all)) + `)
		ON CONFLICT (` + list("", sh.key) + `) DO UPDATE SET (` + list("", sh.columns) + `) = ROW(` + list("excluded.", sh.columns) + `)`
}

// text writes values as the database does.
func text(values []any) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprint(v)
	}
	return strings.Join(parts, "\x01")
}
