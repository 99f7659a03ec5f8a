package postgres

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Counter tells what a request cost the database.
type Counter struct {
	mu         sync.Mutex
	roundTrips int
	statements []string
}

// RoundTrips is how often the database was asked. A batch or a COPY is one;
// begin and commit are one each. Preparing a statement for the first time is
// not counted, so that the figure does not depend on who came before.
func (c *Counter) RoundTrips() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.roundTrips
}

// Statements is how many statements were sent, those of a batch one by one,
// begin, commit and rollback left out.
func (c *Counter) Statements() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.statements)
}

// SQL lists the statements in their order, to see which one broke a budget.
func (c *Counter) SQL() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.statements)
}

func (c *Counter) add(sql ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.roundTrips++
	for _, s := range sql {
		if s != "begin" && s != "commit" && s != "rollback" {
			c.statements = append(c.statements, s)
		}
	}
}

type counterKey struct{}

// CountStatements gives a context whose statements, of any DB, are counted.
func CountStatements(ctx context.Context) (context.Context, *Counter) {
	c := new(Counter)
	return context.WithValue(ctx, counterKey{}, c), c
}

// countingTracer adds to the counter of the context, if there is one.
type countingTracer struct{}

func count(ctx context.Context, sql ...string) {
	if c, ok := ctx.Value(counterKey{}).(*Counter); ok {
		c.add(sql...)
	}
}

func (countingTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	count(ctx, d.SQL)
	return ctx
}

func (countingTracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (countingTracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	if c, ok := ctx.Value(counterKey{}).(*Counter); ok {
		sql := make([]string, 0, d.Batch.Len())
		for _, q := range d.Batch.QueuedQueries {
			sql = append(sql, q.SQL)
		}
		c.add(sql...)
	}
	return ctx
}

func (countingTracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (countingTracer) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (countingTracer) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceCopyFromStartData) context.Context {
	count(ctx, "copy "+d.TableName.Sanitize())
	return ctx
}

func (countingTracer) TraceCopyFromEnd(context.Context, *pgx.Conn, pgx.TraceCopyFromEndData) {}

// acquireTracer bounds the wait for a connection for everybody who draws on the
// pool: the pool goes by the context that the tracer hands back.
type acquireTracer struct{ limit time.Duration }

type acquireKey struct{}

func (a acquireTracer) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	ctx, cancel := context.WithTimeout(ctx, a.limit)
	return context.WithValue(ctx, acquireKey{}, cancel)
}

func (a acquireTracer) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	if cancel, ok := ctx.Value(acquireKey{}).(context.CancelFunc); ok {
		cancel()
	}
}

func (acquireTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

func (acquireTracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
