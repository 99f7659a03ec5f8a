package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Run is one file that was, or is being, taken in.
type Run struct {
	ID         int64
	FileName   string
	State      string // running, completed, failed
	Actor      string
	Records    int64
	Products   int64
	Created    int64
	Updated    int64
	Unchanged  int64
	Rejected   int64
	Failure    string // why it failed
	StartedAt  time.Time
	FinishedAt *time.Time
}

// The states of a run.
const (
	RunRunning   = "running"
	RunCompleted = "completed"
	RunFailed    = "failed"
)

// ErrRunNotFound refuses an id that names no run.
var ErrRunNotFound = fault.New(fault.NotFound, "import_not_found", "There is no such import.")

// begin makes the run's row.
func (r *run) begin(ctx context.Context) error {
	db := r.service.db
	r.record = Run{FileName: r.input.Name, State: RunRunning, Actor: actorName(ctx), StartedAt: db.Now(ctx)}
	err := db.Conn(ctx).QueryRow(ctx, `
		INSERT INTO import_run (kind, file_name, state, actor, started_at) VALUES ('products', $1, $2, $3, $4) RETURNING id`,
		r.record.FileName, r.record.State, r.record.Actor, r.record.StartedAt).Scan(&r.record.ID)
	if err != nil {
		return fmt.Errorf("begin import: %w", postgres.Fault(err))
	}
	if r.input.Started != nil {
		r.input.Started(r.record.ID)
	}
	return nil
}

// tally takes the counts so far over from the report.
func (r *run) tally() {
	c := r.report.Products
	r.record.Records, r.record.Products, r.record.Rejected = int64(r.report.Records), int64(c.Total), int64(c.Rejected)
	r.record.Created, r.record.Updated, r.record.Unchanged = int64(c.Created), int64(c.Updated), int64(c.Unchanged)
}

// checkpoint writes down how far the run has come, for whoever looks at it from
// elsewhere.
func (r *run) checkpoint(ctx context.Context) error {
	r.tally()
	_, err := r.service.db.Conn(ctx).Exec(ctx, `
		UPDATE import_run SET records = $2, products = $3, created = $4, updated = $5, unchanged = $6, rejected = $7 WHERE id = $1`,
		r.record.ID, r.record.Records, r.record.Products, r.record.Created, r.record.Updated, r.record.Unchanged, r.record.Rejected)
	if err != nil {
		return fmt.Errorf("note progress: %w", postgres.Fault(err))
	}
	return nil
}

// end writes down what became of the run.
func (r *run) end(ctx context.Context, cause error) error {
	now := r.service.db.Now(ctx)
	r.record.State, r.record.FinishedAt = RunCompleted, &now
	if cause != nil {
		r.record.State, r.record.Failure = RunFailed, failure(cause)
	}
	r.tally()
	report, err := json.Marshal(r.report)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	_, err = r.service.db.Conn(ctx).Exec(ctx, `
		UPDATE import_run SET state = $2, records = $3, products = $4, created = $5, updated = $6, unchanged = $7, rejected = $8,
			failure = $9, report = $10, finished_at = $11 WHERE id = $1`,
		r.record.ID, r.record.State, r.record.Records, r.record.Products, r.record.Created, r.record.Updated, r.record.Unchanged,
		r.record.Rejected, r.record.Failure, report, now)
	if err != nil {
		return fmt.Errorf("end import: %w", postgres.Fault(err))
	}
	return nil
}

const runColumns = `id, file_name, state, actor, records, products, created, updated, unchanged, rejected, failure, started_at, finished_at`

// ByID gives a run.
func (s *Service) ByID(ctx context.Context, id int64) (Run, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+runColumns+` FROM import_run WHERE id = $1`, id)
	if err != nil {
		return Run{}, fmt.Errorf("read import: %w", postgres.Fault(err))
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Run])
	if errors.Is(err, pgx.ErrNoRows) {
		return Run{}, ErrRunNotFound
	}
	return r, postgres.Fault(err)
}

// Report gives the report of a finished run, nil while it runs.
func (s *Service) Report(ctx context.Context, id int64) (*Report, error) {
	var text []byte
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT report FROM import_run WHERE id = $1`, id).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrRunNotFound
	}
	if err != nil || text == nil {
		return nil, postgres.Fault(err)
	}
	r := &Report{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return r, nil
}

// List gives the runs, newest first.
func (s *Service) List(ctx context.Context, args page.Args) (page.Slice[Run], error) {
	w, err := args.Window(20, 100)
	if err != nil {
		return page.Slice[Run]{}, err
	}
	var from int64
	if w.Cursor != "" {
		if err := page.Decode(w.Cursor, &from); err != nil {
			return page.Slice[Run]{}, err
		}
	}
	order, compare := "DESC", "<"
	if w.Descending() {
		order, compare = "ASC", ">"
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT `+runColumns+` FROM import_run WHERE ($1 = 0 OR id `+compare+` $1) ORDER BY id `+order+` LIMIT $2`, from, w.Limit+1)
	if err != nil {
		return page.Slice[Run]{}, fmt.Errorf("list imports: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Run])
	if err != nil {
		return page.Slice[Run]{}, fmt.Errorf("list imports: %w", postgres.Fault(err))
	}
	return page.Cut(list, w, func(r Run) string { return page.Encode(r.ID) }), nil
}
