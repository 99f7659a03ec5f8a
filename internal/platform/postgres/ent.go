package postgres

import (
	"context"
	"database/sql"
	"errors"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/souk-commerce/souk/ent"
)

// Ent gives a client on the transaction of ctx, else on the pool.
func (db *DB) Ent(ctx context.Context) *ent.Client {
	t := db.current(ctx)
	if t == nil {
		return db.ent
	}
	if t.ent == nil {
		driver := entsql.NewDriver(dialect.Postgres, entsql.Conn{ExecQuerier: guarded{t.conn}})
		t.ent = ent.NewClient(ent.Driver(joined{driver, t}))
	}
	return t.ent
}

// joined is ent's driver inside our transaction: what ent believes to be a
// transaction of its own (it opens one around writes of several statements) is
// a part of ours, and its rollback dooms ours.
type joined struct {
	*entsql.Driver
	t *transaction
}

// Tx joins.
func (j joined) Tx(context.Context) (dialect.Tx, error) { return joinedTx{j}, nil }

// BeginTx joins.
func (j joined) BeginTx(context.Context, *entsql.TxOptions) (dialect.Tx, error) {
	return joinedTx{j}, nil
}

// Close leaves the connection to InTx.
func (joined) Close() error { return nil }

type joinedTx struct{ joined }

func (joinedTx) Commit() error { return nil }

func (x joinedTx) Rollback() error {
	x.t.condemn(errors.New("a write of several statements was rolled back"))
	return nil
}

// guarded keeps a request that has ended from reaching the driver, which would
// then give its connection back in the middle of the transaction.
type guarded struct{ *sql.Conn }

func (g guarded) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return g.Conn.ExecContext(ctx, query, args...)
}

func (g guarded) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return g.Conn.QueryContext(ctx, query, args...)
}
