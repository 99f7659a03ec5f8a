package importer

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// A run holds a lock of its own for as long as it works, on a connection of its
// own. So whoever can take the lock of a run knows that nobody works on it.

// interrupted is what is said of a run that nobody works on.
const interrupted = "The import was interrupted. Start it again."

// begin settles what others left behind and makes the run's row. done is called
// when the run is over.
func (r *run) begin(ctx context.Context) (done func(), err error) {
	db := r.service.db
	r.record = Run{FileName: r.input.Name, State: RunRunning, Actor: actorName(ctx), StartedAt: db.Now(ctx)}
	conn, err := db.Direct(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin import: %w", err)
	}
	done = func() { _ = conn.Close(context.WithoutCancel(ctx)) }
	if err = r.service.settle(ctx, conn); err == nil {
		err = r.enter(ctx, conn)
	}
	if err != nil {
		done()
		return nil, fmt.Errorf("begin import: %w", err)
	}
	if r.input.Started != nil {
		r.input.Started(r.record.ID)
	}
	return done, nil
}

// enter makes the row and takes its lock in one statement: whoever sees the row
// finds it locked. The lock ends with the connection.
func (r *run) enter(ctx context.Context, conn *pgx.Conn) error {
	var locked bool
	err := conn.QueryRow(ctx, `
		INSERT INTO import_run (kind, file_name, state, actor, started_at) VALUES ('products', $1, $2, $3, $4)
		RETURNING id, pg_try_advisory_lock($5, id::int)`,
		r.record.FileName, r.record.State, r.record.Actor, r.record.StartedAt, importLock).Scan(&r.record.ID, &locked)
	return postgres.Fault(err)
}

// Settle marks as failed the runs whose process is gone. Every import begins
// with it; a process may do it at its start, too.
func (s *Service) Settle(ctx context.Context) error {
	conn, err := s.db.Direct(ctx)
	if err != nil {
		return fmt.Errorf("settle imports: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return s.settle(ctx, conn)
}

func (s *Service) settle(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT id FROM import_run WHERE state = $1`, RunRunning)
	if err != nil {
		return fmt.Errorf("look for interrupted imports: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("look for interrupted imports: %w", postgres.Fault(err))
	}
	for _, id := range ids {
		if err := s.fail(ctx, conn, id); err != nil {
			return err
		}
	}
	return nil
}

// fail ends a run unless somebody works on it. The lock goes with the
// transaction.
func (s *Service) fail(ctx context.Context, conn *pgx.Conn, id int64) error {
	_, err := conn.Exec(ctx, `
		WITH free AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($1, $2::int) AS it)
		UPDATE import_run SET state = $3, failure = $4, finished_at = $5
		FROM free WHERE free.it AND id = $2 AND state = $6`,
		importLock, id, RunFailed, interrupted, s.db.Now(ctx), RunRunning)
	if err != nil {
		return fmt.Errorf("end an interrupted import: %w", postgres.Fault(err))
	}
	return nil
}
