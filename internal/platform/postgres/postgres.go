// Package postgres is the road to the database. It opens one pool, runs
// transactions that ent, plain SQL and the job queue share, counts the
// statements of a request, and says in faults what the server says in codes.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/kernel/clock"
)

// The figures a Config of zeros stands for.
const (
	DefaultMaxConns         = 20
	DefaultStatementTimeout = 5 * time.Second
	DefaultLockTimeout      = 3 * time.Second
	DefaultAcquireTimeout   = 2 * time.Second
)

// Config says which database and how to behave towards it.
type Config struct {
	// URL is where requests go; it may lead to a pooler.
	URL string
	// DirectURL leads to the server itself, for migrations and LISTEN, which a
	// pooler cannot carry. Empty means URL.
	DirectURL string
	// Pooler says that URL leads to a pooler in transaction mode: no named
	// prepared statements, no start-up parameters. Timeouts then hold inside
	// transactions only; give the role its own for the rest.
	Pooler bool
	// MaxConns bounds the pool.
	MaxConns int
	// StatementTimeout ends a statement on the server.
	StatementTimeout time.Duration
	// LockTimeout ends the wait for a lock, so that an operator's forgotten
	// LOCK TABLE becomes a clear refusal.
	LockTimeout time.Duration
	// AcquireTimeout bounds the wait for a free connection of the pool.
	AcquireTimeout time.Duration
	// Trace sends a span for each statement to the global OpenTelemetry provider.
	Trace bool
	// Clock gives each transaction its one now. Nil means the system's.
	Clock clock.Clock
}

func (c Config) withDefaults() Config {
	if c.DirectURL == "" {
		c.DirectURL = c.URL
	}
	if c.MaxConns <= 0 {
		c.MaxConns = DefaultMaxConns
	}
	if c.StatementTimeout <= 0 {
		c.StatementTimeout = DefaultStatementTimeout
	}
	if c.LockTimeout <= 0 {
		c.LockTimeout = DefaultLockTimeout
	}
	if c.AcquireTimeout <= 0 {
		c.AcquireTimeout = DefaultAcquireTimeout
	}
	if c.Clock == nil {
		c.Clock = clock.System()
	}
	return c
}

// Conn is what a room's SQL needs of a connection: a pool and a transaction
// both have it.
type Conn interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error)
}

// DB is one database.
type DB struct {
	cfg   Config
	pool  *pgxpool.Pool
	sql   *sql.DB // draws on pool; the road of ent
	ent   *ent.Client
	begin pgx.TxOptions
}

// Open connects and makes sure that the database answers.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	cfg = cfg.withDefaults()
	pc, err := poolConfig(cfg)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open database pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database: %w", Fault(err))
	}
	return newDB(cfg, pool), nil
}

func newDB(cfg Config, pool *pgxpool.Pool) *DB {
	db := &DB{cfg: cfg, pool: pool}
	// It keeps no idle connection: one kept would be taken from the pool.
	db.sql = stdlib.OpenDBFromPool(pool)
	db.ent = ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db.sql)))
	if cfg.Pooler {
		db.begin.BeginQuery = fmt.Sprintf("begin; set local statement_timeout = %d; set local lock_timeout = %d",
			cfg.StatementTimeout.Milliseconds(), cfg.LockTimeout.Milliseconds())
	}
	return db
}

func poolConfig(cfg Config) (*pgxpool.Config, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, errors.New("the database URL cannot be read: it should look like postgres://user:password@host:5432/name")
	}
	pc.MaxConns = int32(min(cfg.MaxConns, 10_000))
	pc.ConnConfig.ConnectTimeout = cfg.AcquireTimeout
	pc.ConnConfig.DialFunc = dial
	pc.ConnConfig.Tracer = tracer(cfg)
	if cfg.Pooler {
		pc.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
		return pc, nil
	}
	setDefault(pc.ConnConfig.RuntimeParams, map[string]string{
		"application_name":                    "souk",
		"timezone":                            "UTC",
		"statement_timeout":                   millis(cfg.StatementTimeout),
		"lock_timeout":                        millis(cfg.LockTimeout),
		"idle_in_transaction_session_timeout": millis(time.Minute),
		// Our statements are short: compiling one costs more than running it.
		"jit": "off",
		// Statements are written so that one plan serves all their parameters;
		// planning anew each time would cost hot reads more than running.
		"plan_cache_mode": "force_generic_plan",
	})
	return pc, nil
}

// dial has the kernel notice within seconds that the other side is gone.
func dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}}
	return d.DialContext(ctx, network, addr)
}

func setDefault(params, defaults map[string]string) {
	for k, v := range defaults {
		if _, given := params[k]; !given {
			params[k] = v
		}
	}
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func tracer(cfg Config) pgx.QueryTracer {
	tracers := []pgx.QueryTracer{countingTracer{}, acquireTracer{limit: cfg.AcquireTimeout}}
	if cfg.Trace {
		tracers = append(tracers, otelpgx.NewTracer(otelpgx.WithDisableAcquireTracer()))
	}
	return multitracer.New(tracers...)
}

// Close ends all connections; it waits for those in use.
func (db *DB) Close() {
	_ = db.sql.Close()
	db.pool.Close()
}

// Pool gives the pool, for those that bring their own transactions (the job
// queue). Rooms use Conn.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Ping asks the server for a sign of life.
func (db *DB) Ping(ctx context.Context) error { return Fault(db.pool.Ping(ctx)) }

// Direct opens a connection of its own past any pooler, for LISTEN. The caller
// closes it.
func (db *DB) Direct(ctx context.Context) (*pgx.Conn, error) {
	c, err := pgx.Connect(ctx, db.cfg.DirectURL)
	if err != nil {
		return nil, fmt.Errorf("open direct connection: %w", Fault(err))
	}
	return c, nil
}

// Clock is the one that Now goes by.
func (db *DB) Clock() clock.Clock { return db.cfg.Clock }

// DirectURL is where migrations and LISTEN go.
func (db *DB) DirectURL() string { return db.cfg.DirectURL }

// Analyze has the server look at what is in the tables, so that it plans for
// what is there now. It is for the end of bulk work; the server's own look
// comes a minute later, and until then a table that was empty is taken for one
// that still is.
func (db *DB) Analyze(ctx context.Context) error {
	if err := db.Refuse(ctx, "analyzing the tables"); err != nil {
		return err
	}
	conn, err := db.Direct(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "SET statement_timeout = 0; ANALYZE"); err != nil {
		return fmt.Errorf("analyze tables: %w", Fault(err))
	}
	return nil
}
