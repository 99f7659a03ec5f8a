// Package migrate brings a database to the schema that this binary knows. It
// runs versioned SQL files under an advisory lock, so that any number of
// processes may try at once, and only ever forward.
package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// DefaultLockTimeout is how long a migration waits for a table in use.
const DefaultLockTimeout = 3 * time.Second

// waiting for another migrator: once a second, five minutes
const (
	queuePeriod = 1
	queueTries  = 300
)

// ReasonNewer is the reason of the fault that refuses a database whose schema is
// newer than the binary.
const ReasonNewer = "database_newer"

// Config says what to run where.
type Config struct {
	URL         string        // straight to the server, not to a pooler
	FS          fs.FS         // *.sql in goose's format, at the root
	LockTimeout time.Duration // a migration gives up after it rather than blocking the shop
}

// Migration is one file and whether it has run.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero while pending
	SQL       string    // in Plan only
}

// Up applies what is pending and lists it.
func Up(ctx context.Context, cfg Config) ([]Migration, error) {
	cfg = cfg.withDefaults()
	var applied []Migration
	err := with(ctx, cfg, func(p *goose.Provider, db *sql.DB) error {
		if err := refuseNewer(ctx, p, db); err != nil {
			return err
		}
		results, err := p.Up(ctx)
		for _, r := range results {
			applied = append(applied, Migration{Version: r.Source.Version, Name: path.Base(r.Source.Path)})
		}
		return explain(err, cfg)
	})
	return applied, err
}

// Status lists every migration that this binary knows, oldest first.
func Status(ctx context.Context, cfg Config) ([]Migration, error) {
	cfg = cfg.withDefaults()
	var list []Migration
	err := with(ctx, cfg, func(p *goose.Provider, _ *sql.DB) error {
		all, err := p.Status(ctx)
		for _, s := range all {
			list = append(list, Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path), AppliedAt: s.AppliedAt.UTC()})
		}
		return explain(err, cfg)
	})
	return list, err
}

// Plan lists what Up would run, with its SQL.
func Plan(ctx context.Context, cfg Config) ([]Migration, error) {
	all, err := Status(ctx, cfg)
	if err != nil {
		return nil, err
	}
	var pending []Migration
	for _, m := range all {
		if !m.AppliedAt.IsZero() {
			continue
		}
		text, err := fs.ReadFile(cfg.FS, m.Name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		m.SQL = string(text)
		pending = append(pending, m)
	}
	return pending, nil
}

func (c Config) withDefaults() Config {
	if c.LockTimeout <= 0 {
		c.LockTimeout = DefaultLockTimeout
	}
	return c
}

func with(ctx context.Context, cfg Config, fn func(*goose.Provider, *sql.DB) error) error {
	db, err := open(cfg)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := db.PingContext(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", postgres.Fault(err))
	}
	p, err := provider(cfg, db)
	if err != nil {
		return err
	}
	return fn(p, db)
}

func open(cfg Config) (*sql.DB, error) {
	cc, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, errors.New("the database URL for migrations cannot be read: it should look like postgres://user:password@host:5432/name")
	}
	cc.RuntimeParams["application_name"] = "souk migrate"
	cc.RuntimeParams["lock_timeout"] = fmt.Sprint(cfg.LockTimeout.Milliseconds())
	cc.RuntimeParams["statement_timeout"] = "0"
	return stdlib.OpenDB(*cc), nil
}

func provider(cfg Config, db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(queuePeriod, queueTries))
	if err != nil {
		return nil, fmt.Errorf("prepare migration lock: %w", err)
	}
	opts := []goose.ProviderOption{goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true)}
	p, err := goose.NewProvider(goose.DialectPostgres, db, cfg.FS, opts...)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

// refuseNewer stops an old binary from touching a newer schema: it would find
// nothing to do and say that all is well.
func refuseNewer(ctx context.Context, p *goose.Provider, db *sql.DB) error {
	var there bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there); err != nil || !there {
		return postgres.Fault(err)
	}
	var current int64
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`).Scan(&current); err != nil {
		return fmt.Errorf("read schema version: %w", postgres.Fault(err))
	}
	sources := p.ListSources()
	known := sources[len(sources)-1].Version
	if current <= known {
		return nil
	}
	return fault.Newf(fault.Conflict, ReasonNewer,
		"the database is at migration %d but this souk knows only up to %d: run the newer souk", current, known)
}

// explain makes one sentence of what stopped a migration.
func explain(err error, cfg Config) error {
	var pg *pgconn.PgError
	if err == nil || !errors.As(err, &pg) {
		return postgres.Fault(err)
	}
	name := "a migration"
	if partial := (*goose.PartialError)(nil); errors.As(err, &partial) && partial.Failed != nil {
		name = "migration " + path.Base(partial.Failed.Source.Path)
	}
	if pg.Code == "55P03" {
		return fault.Newf(fault.Unavailable, "lock_timeout",
			"%s gave up after %s, since a running query holds a table it needs; run it again when that query is done", name, cfg.LockTimeout).Wrap(err)
	}
	return fmt.Errorf("%s stopped: %s (%s): %w", name, pg.Message, pg.Code, err)
}
