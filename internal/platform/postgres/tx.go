package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

const (
	attempts    = 5                     // of one transaction
	firstPause  = 10 * time.Millisecond // doubled at each attempt, then spread by chance
	finishLimit = 5 * time.Second       // for commit and rollback, which outlive the request
)

// transaction is the state that everybody inside one InTx shares.
type transaction struct {
	conn  *sql.Conn // ent's road to the connection that tx runs on
	tx    pgx.Tx
	now   time.Time
	hooks []func()
	doom  error       // the first error inside a joined part
	over  atomic.Bool // committed or rolled back: contexts kept longer fall back to the pool
	ent   *ent.Client // made when first asked for

	pending map[any]Pending
	order   []Pending // as they were first asked for
}

// Pending is what a transaction gathers, to write it in one go at its end.
type Pending interface {
	Flush(ctx context.Context) error
}

// txKey is per database, so that a test may hold two.
type txKey struct{ db *DB }

func (db *DB) current(ctx context.Context) *transaction {
	t, _ := ctx.Value(txKey{db}).(*transaction)
	if t == nil || t.over.Load() {
		return nil
	}
	return t
}

// InTx runs fn in one transaction: all of it or nothing.
//
// Inside another InTx it joins: there are no savepoints, and an error in a
// joined part dooms the whole, even if the caller swallows it. A serialization
// failure or a deadlock runs fn again, so fn only assigns to variables and
// touches nothing but the database. Everything in fn stays on one goroutine.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if t := db.current(ctx); t != nil {
		return t.join(ctx, fn)
	}
	for attempt := 1; ; attempt++ {
		hooks, err := db.attempt(ctx, fn)
		if err == nil {
			run(hooks)
			return nil
		}
		if attempt == attempts || !retryable(err) || pause(ctx, attempt) != nil {
			return Fault(err)
		}
	}
}

// Snapshot runs fn over the database as it is now: whatever commits meanwhile, fn
// does not see it. It is for reading much in many statements, writes nothing,
// and is not run again.
func (db *DB) Snapshot(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := db.Refuse(ctx, "reading a snapshot"); err != nil {
		return err
	}
	_, err := db.attempt(ctx, func(ctx context.Context) error {
		if _, err := db.Conn(ctx).Exec(ctx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"); err != nil {
			return Fault(err)
		}
		return fn(ctx)
	})
	return err
}

func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error {
	if t.doom != nil {
		return t.doomed()
	}
	err := fn(ctx)
	if err != nil {
		t.condemn(err)
	}
	return err
}

func (t *transaction) condemn(err error) {
	if t.doom == nil {
		t.doom = err
	}
}

func (t *transaction) doomed() error {
	return fmt.Errorf("transaction cannot commit, a part of it failed: %w", t.doom)
}

func (db *DB) attempt(ctx context.Context, fn func(ctx context.Context) error) ([]func(), error) {
	t, err := db.start(ctx)
	if err != nil {
		return nil, err
	}
	defer t.finish(ctx) // also on panic; harmless after the commit
	inside := context.WithValue(ctx, txKey{db}, t)
	if err := fn(inside); err != nil {
		return nil, err
	}
	if t.doom != nil {
		return nil, t.doomed()
	}
	for _, p := range t.order {
		if err := p.Flush(inside); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	if err := t.commit(ctx); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return t.hooks, nil
}

func (db *DB) start(ctx context.Context) (*transaction, error) {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("take connection: %w", err)
	}
	t := &transaction{conn: conn, now: db.cfg.Clock.Now().UTC().Truncate(time.Microsecond)}
	err = conn.Raw(func(raw any) error {
		t.tx, err = raw.(*stdlib.Conn).Conn().BeginTx(ctx, db.begin)
		return err
	})
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("begin: %w", err)
	}
	return t, nil
}

// commit goes through Raw, which answers sql.ErrConnDone where database/sql has
// already given the connection up: the pool may be closing it at this moment.
// Once begun it is not cut short by the request's end, which would leave the
// outcome unknown.
func (t *transaction) commit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishLimit)
	defer cancel()
	return t.conn.Raw(func(any) error { return t.tx.Commit(ctx) })
}

func (t *transaction) finish(ctx context.Context) {
	t.over.Store(true)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishLimit)
	defer cancel()
	// Nothing can be done about an error: the pool destroys a connection that
	// comes back inside a transaction, and the server then rolls back.
	_ = t.conn.Raw(func(any) error { return t.tx.Rollback(ctx) })
	_ = t.conn.Close()
}

func run(hooks []func()) {
	for _, hook := range hooks {
		hook()
	}
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

func pause(ctx context.Context, attempt int) error {
	most := firstPause << (attempt - 1)
	timer := time.NewTimer(most/2 + rand.N(most))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Now gives the transaction's one moment, else the clock's.
func (db *DB) Now(ctx context.Context) time.Time {
	if t := db.current(ctx); t != nil {
		return t.now
	}
	return db.cfg.Clock.Now().UTC().Truncate(time.Microsecond)
}

// AfterCommit runs fn when the transaction of ctx has committed, never if it
// has not; outside of a transaction at once. It is for caches and
// subscriptions: what must not be lost belongs into the transaction.
func (db *DB) AfterCommit(ctx context.Context, fn func()) {
	t := db.current(ctx)
	if t == nil {
		fn()
		return
	}
	t.hooks = append(t.hooks, fn)
}

// Pending gives what the transaction of ctx gathers under a key, made when first
// asked for and flushed before the commit; false outside of a transaction.
func (db *DB) Pending(ctx context.Context, key any, make func() Pending) (Pending, bool) {
	t := db.current(ctx)
	if t == nil {
		return nil, false
	}
	p, known := t.pending[key]
	if !known {
		p = make()
		if t.pending == nil {
			t.pending = map[any]Pending{}
		}
		t.pending[key] = p
		t.order = append(t.order, p)
	}
	return p, true
}

// Conn gives the transaction of ctx, else the pool.
func (db *DB) Conn(ctx context.Context) Conn {
	if t := db.current(ctx); t != nil {
		return t.tx
	}
	return db.pool
}

// Tx gives the transaction of ctx to those who enqueue in it (InsertTx of the
// job queue). Only InTx ends it.
func (db *DB) Tx(ctx context.Context) (pgx.Tx, bool) {
	t := db.current(ctx)
	if t == nil {
		return nil, false
	}
	return t.tx, true
}

// Refuse is for work that must own its transaction, or must not run inside one
// (network calls): it gives a fault when ctx is in a transaction.
func (db *DB) Refuse(ctx context.Context, what string) error {
	if db.current(ctx) == nil {
		return nil
	}
	return fault.Newf(fault.Internal, "inside_transaction", "%s must not run inside a transaction", what)
}
