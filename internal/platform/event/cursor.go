package event

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// sweptMark is the row of event_cursor that says up to where the outbox was
// swept. It is no consumer's.
const sweptMark = "(swept)"

// lockClass sets the consumers' advisory locks apart from others.
const lockClass = 20_531

const columns = `id, xid, topic, aggregate_kind, aggregate_id, version, payload, actor_kind, actor_id, recorded_at`

// cursors is the SQL of positions.
type cursors struct{ db *postgres.DB }

// cursor is how far a consumer has come.
type cursor struct {
	at        Position
	swept     Position
	failures  int
	retryAt   *time.Time
	touchedAt time.Time
	since     *time.Time // when the next event was recorded, nil when there is none
}

// ensure makes the cursor's row, at the start of history.
func (s cursors) ensure(ctx context.Context, name string) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO event_cursor (consumer, updated_at) VALUES ($1, $2) ON CONFLICT (consumer) DO NOTHING`,
		name, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("make cursor: %w", err)
	}
	return nil
}

// load reads a cursor. It is all that an idle consumer costs.
func (s cursors) load(ctx context.Context, name string) (cursor, error) {
	var c cursor
	err := s.db.Conn(ctx).QueryRow(ctx, `
		SELECT c.xid, c.id, c.failures, c.retry_at, c.updated_at, COALESCE(w.xid, '0'), COALESCE(w.id, 0), o.recorded_at
		FROM event_cursor c
		LEFT JOIN event_cursor w ON w.consumer = $2
		LEFT JOIN LATERAL (
			SELECT e.recorded_at FROM outbox e
			WHERE (e.xid, e.id) > (c.xid, c.id) AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
			ORDER BY e.xid, e.id LIMIT 1) o ON true
		WHERE c.consumer = $1`, name, sweptMark).
		Scan(&c.at.XID, &c.at.ID, &c.failures, &c.retryAt, &c.touchedAt, &c.swept.XID, &c.swept.ID, &c.since)
	if err != nil {
		return cursor{}, fmt.Errorf("read cursor: %w", err)
	}
	return c, nil
}

// move sets a cursor.
func (s cursors) move(ctx context.Context, name string, to Position) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE event_cursor SET xid = $2, id = $3, failures = 0, last_error = '', retry_at = NULL, updated_at = $4
		WHERE consumer = $1`, name, to.XID, to.ID, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("move cursor: %w", err)
	}
	return nil
}

// touch says that the consumer lives though nothing happens.
func (s cursors) touch(ctx context.Context, name string) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `UPDATE event_cursor SET updated_at = $2 WHERE consumer = $1`, name, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("touch cursor: %w", err)
	}
	return nil
}

// fail notes that a batch was not handled and when to try again.
func (s cursors) fail(ctx context.Context, name string, cause error, retryAt time.Time) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE event_cursor SET failures = failures + 1, last_error = left($2, 300), retry_at = $3, updated_at = $4
		WHERE consumer = $1`, name, cause.Error(), retryAt, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("note failure: %w", err)
	}
	return nil
}

// lease takes the consumer's lock until the end of the transaction, or says
// that somebody else has it.
func (s cursors) lease(ctx context.Context, name string) (bool, error) {
	var ok bool
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1, hashtext($2))`, lockClass, name).Scan(&ok)
	if err != nil {
		return false, fmt.Errorf("lease consumer: %w", err)
	}
	return ok, nil
}

// after reads the next events that nothing can come before any more.
func (s cursors) after(ctx context.Context, at Position, limit int) ([]Envelope, error) {
	found, err := s.db.Conn(ctx).Query(ctx, `
		SELECT `+columns+` FROM outbox
		WHERE (xid, id) > ($1, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
		ORDER BY xid, id LIMIT $3`, at.XID, at.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	batch, err := pgx.CollectRows(found, scanEnvelope)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return batch, nil
}

func scanEnvelope(row pgx.CollectableRow) (Envelope, error) {
	var e Envelope
	err := row.Scan(&e.ID, &e.XID, &e.Topic, &e.AggregateKind, &e.AggregateID, &e.Version,
		&e.Payload, &e.ActorKind, &e.ActorID, &e.RecordedAt)
	return e, err
}

// horizon is the place below which nothing can appear any more.
func (s cursors) horizon(ctx context.Context) (Position, error) {
	var xmin uint64
	if err := s.db.Conn(ctx).QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())`).Scan(&xmin); err != nil {
		return Position{}, fmt.Errorf("read horizon: %w", err)
	}
	return Position{XID: xmin - 1, ID: math.MaxInt64}, nil
}

// last is the place of the last event that can be seen, be it safe to read or
// not.
func (s cursors) last(ctx context.Context) (Position, error) {
	var p Position
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT xid, id FROM outbox ORDER BY xid DESC, id DESC LIMIT 1`).Scan(&p.XID, &p.ID)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Position{}, fmt.Errorf("read last event: %w", err)
	}
	return p, nil
}
