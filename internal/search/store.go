package search

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// lockClass sets this room's advisory locks apart from others.
const lockClass = 20_541

// store is the SQL of generations and dead letters, those of one engine.
type store struct {
	db     *postgres.DB
	engine string
}

const generationColumns = `id, instance, engine, state, mapping, documents, done, dead, error, requested_by,
	created_at, updated_at, started_at, built_at, live_at, retired_at`

func (s store) generations(ctx context.Context, where string, args ...any) ([]Generation, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+generationColumns+` FROM search_generation WHERE engine = $1 `+where, append([]any{s.engine}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list search generations: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanGeneration)
	if err != nil {
		return nil, fmt.Errorf("list search generations: %w", postgres.Fault(err))
	}
	return found, nil
}

func scanGeneration(row pgx.CollectableRow) (Generation, error) {
	var g Generation
	err := row.Scan(&g.ID, &g.Instance, &g.Engine, &g.State, &g.Mapping, &g.Documents, &g.Done, &g.Dead, &g.Error, &g.RequestedBy,
		&g.CreatedAt, &g.UpdatedAt, &g.StartedAt, &g.BuiltAt, &g.LiveAt, &g.RetiredAt)
	return g, err
}

// one gives the newest generation that fits, and whether there is one.
func (s store) one(ctx context.Context, where string, args ...any) (Generation, bool, error) {
	found, err := s.generations(ctx, where+` ORDER BY id DESC LIMIT 1`, args...)
	if err != nil || len(found) == 0 {
		return Generation{}, false, err
	}
	return found[0], true, nil
}

// alone has one process at a time look at an instance's generations, until the
// end of the transaction.
func (s store) alone(ctx context.Context, instance string) error {
	return s.lock(ctx, "generations "+s.engine+" "+instance)
}

func (s store) lock(ctx context.Context, name string) error {
	if _, err := s.db.Conn(ctx).Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext($2))`, lockClass, name); err != nil {
		return fmt.Errorf("lock %s: %w", name, postgres.Fault(err))
	}
	return nil
}

// request makes a row that waits, or gives the one that is on its way already.
func (s store) request(ctx context.Context, instance, by string) (g Generation, fresh bool, err error) {
	if err := s.alone(ctx, instance); err != nil {
		return g, false, err
	}
	g, ok, err := s.one(ctx, `AND instance = $2 AND state IN ('requested', 'building')`, instance)
	if err != nil || ok {
		return g, false, err
	}
	now := s.db.Now(ctx)
	var id int64
	err = s.db.Conn(ctx).QueryRow(ctx, `
		INSERT INTO search_generation (instance, engine, requested_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) RETURNING id`,
		instance, s.engine, by, now).Scan(&id)
	if err != nil {
		return g, false, fmt.Errorf("request search generation: %w", postgres.Fault(err))
	}
	g, _, err = s.one(ctx, `AND id = $2`, id)
	return g, true, err
}

// claim takes over a generation that waits, or that its builder has been silent
// about since the time given.
func (s store) claim(ctx context.Context, instance, mapping string, silent time.Time) (g Generation, ok bool, err error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		UPDATE search_generation SET state = 'building', mapping = $3, documents = 0, done = 0, dead = 0, error = '',
			started_at = GREATEST($4, started_at + interval '1 microsecond'), updated_at = $4
		WHERE id = (
			SELECT id FROM search_generation
			WHERE instance = $1 AND engine = $2 AND (state = 'requested' OR state = 'building' AND updated_at <= $5)
			ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING `+generationColumns, instance, s.engine, mapping, s.db.Now(ctx), silent)
	if err != nil {
		return g, false, fmt.Errorf("claim search generation: %w", postgres.Fault(err))
	}
	g, err = pgx.CollectExactlyOneRow(rows, scanGeneration)
	if errors.Is(err, pgx.ErrNoRows) {
		return g, false, nil
	}
	if err != nil {
		return g, false, fmt.Errorf("claim search generation: %w", postgres.Fault(err))
	}
	return g, true, nil
}

// progress says how far a claimed generation has come and that its builder
// lives; errLost once somebody else has claimed it.
func (s store) progress(ctx context.Context, g Generation) error {
	tag, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE search_generation SET documents = $3, done = $4, dead = $5, error = $6, updated_at = $7
		WHERE id = $1 AND state = 'building' AND started_at = $2`,
		g.ID, g.StartedAt, g.Documents, g.Done, g.Dead, g.Error, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("note progress of search generation: %w", postgres.Fault(err))
	}
	if tag.RowsAffected() == 0 {
		return errLost
	}
	return nil
}

// fail ends a claimed generation.
func (s store) fail(ctx context.Context, g Generation, cause error) error {
	now := s.db.Now(ctx)
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE search_generation SET state = 'failed', error = left($3, 500), retired_at = $4, updated_at = $4
		WHERE id = $1 AND state = 'building' AND started_at = $2`, g.ID, g.StartedAt, cause.Error(), now)
	if err != nil {
		return fmt.Errorf("fail search generation: %w", postgres.Fault(err))
	}
	return nil
}

// abandon ends a generation that nobody has claimed.
func (s store) abandon(ctx context.Context, g Generation, cause error) error {
	now := s.db.Now(ctx)
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE search_generation SET state = 'failed', error = $2, retired_at = $3, updated_at = $3 WHERE id = $1 AND state = 'requested'`,
		g.ID, cause.Error(), now)
	if err != nil {
		return fmt.Errorf("abandon search generation: %w", postgres.Fault(err))
	}
	return nil
}

// flip makes a generation live in place of the one that is; that one can be
// gone back to, the one before it no longer.
func (s store) flip(ctx context.Context, g Generation) error {
	now := s.db.Now(ctx)
	for _, step := range []string{
		`UPDATE search_generation SET state = 'dropped', updated_at = $4 WHERE instance = $1 AND engine = $2 AND state = 'previous' AND id <> $3`,
		`UPDATE search_generation SET state = 'previous', retired_at = $4, updated_at = $4 WHERE instance = $1 AND engine = $2 AND state = 'live' AND id <> $3`,
		`UPDATE search_generation SET state = 'live', live_at = $4, retired_at = NULL, error = '', built_at = COALESCE(built_at, $4), updated_at = $4
			WHERE instance = $1 AND engine = $2 AND id = $3`,
	} {
		if _, err := s.db.Conn(ctx).Exec(ctx, step, g.Instance, s.engine, g.ID, now); err != nil {
			return fmt.Errorf("flip search generation: %w", postgres.Fault(err))
		}
	}
	return nil
}

// beat says that the process of an instance lives.
func (s store) beat(ctx context.Context, instance string) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `UPDATE search_generation SET updated_at = $3 WHERE instance = $1 AND engine = $2 AND state = 'live'`,
		instance, s.engine, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("note that search lives: %w", postgres.Fault(err))
	}
	return nil
}

// alive lists the instances with a live generation whose process showed itself
// since then.
func (s store) alive(ctx context.Context, since time.Time) ([]string, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT instance FROM search_generation WHERE engine = $1 AND state = 'live' AND updated_at > $2 ORDER BY instance`, s.engine, since)
	if err != nil {
		return nil, fmt.Errorf("list search instances: %w", postgres.Fault(err))
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list search instances: %w", postgres.Fault(err))
	}
	return names, nil
}

// retire ends what can no longer be gone back to, and forgets the rows of what
// ended long ago and of instances that no longer are.
func (s store) retire(ctx context.Context, instance string, before, forget time.Time) error {
	var b pgx.Batch
	b.Queue(`UPDATE search_generation SET state = 'dropped', updated_at = $4 WHERE instance = $1 AND engine = $2 AND state = 'previous' AND retired_at < $3`,
		instance, s.engine, before, s.db.Now(ctx))
	b.Queue(`DELETE FROM search_generation WHERE engine = $1 AND state IN ('dropped', 'failed') AND updated_at < $2`, s.engine, forget)
	b.Queue(`
		WITH gone AS (
			SELECT instance FROM search_generation WHERE engine = $1 AND instance <> '' GROUP BY instance HAVING max(updated_at) < $2
		), letters AS (
			DELETE FROM search_dead_letter WHERE engine = $1 AND instance IN (SELECT instance FROM gone)
		)
		DELETE FROM search_generation WHERE engine = $1 AND instance IN (SELECT instance FROM gone)`, s.engine, forget)
	if err := s.db.Conn(ctx).SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("retire search generations: %w", postgres.Fault(err))
	}
	return nil
}
