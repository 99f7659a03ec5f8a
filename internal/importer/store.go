package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
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

// Filter narrows a list; zero fields do not.
type Filter struct {
	State string
	Text  string    // part of the file's name, whatever the case
	Since time.Time // begun then or later
	Until time.Time // begun before then
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("import_run i")
	if f.State != "" {
		q.Where("i.state = ?", f.State)
	}
	if f.Text != "" {
		q.Where("strpos(lower(i.file_name), ?) > 0", strings.ToLower(f.Text))
	}
	if !f.Since.IsZero() {
		q.Where("i.started_at >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		q.Where("i.started_at < ?", f.Until)
	}
	return q
}

// Sort is the order of a list; ties go by id.
type Sort string

// The orders. The zero value is by start.
const (
	ByStart    Sort = "started_at" // the newest first
	ByFileName Sort = "file_name"
)

func (by Sort) order() keyset.Order {
	if by == ByFileName {
		return keyset.Order{Expr: "i.file_name", Type: "text", ID: "i.id"}
	}
	return keyset.Order{Expr: "i.started_at", Type: "timestamptz", ID: "i.id"}
}

// List gives one page of the runs.
func (s *Service) List(ctx context.Context, f Filter, by Sort, args page.Args) (page.Slice[Run], error) {
	if by != ByFileName {
		args.Reverse = !args.Reverse
	}
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Run]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Run]{}, err
	}
	runs, err := s.byIDs(ctx, keyset.IDs[int64](ids))
	return keyset.Fill(ids, runs), err
}

// Count tells how many runs there are.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

// ByID gives a run.
func (s *Service) ByID(ctx context.Context, id int64) (Run, error) {
	runs, err := s.byIDs(ctx, []int64{id})
	if err != nil {
		return Run{}, err
	}
	if r, ok := runs[id]; ok {
		return r, nil
	}
	return Run{}, ErrRunNotFound
}

func (s *Service) byIDs(ctx context.Context, ids []int64) (map[int64]Run, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT id, file_name, state, actor, records, products, created, updated, unchanged, rejected, failure, started_at, finished_at
		FROM import_run WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Run])
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", postgres.Fault(err))
	}
	runs := make(map[int64]Run, len(list))
	for _, r := range list {
		runs[r.ID] = r
	}
	return runs, nil
}
