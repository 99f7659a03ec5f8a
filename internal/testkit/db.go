// Package testkit is what tests stand on. A test that needs the database gets
// one of its own, cloned from a migrated template on a server that all test
// binaries share:
//
//   - SOUK_TEST_DATABASE_URL names a server to use (a superuser, any database);
//   - else a private server with durability off is started below the directory
//     for temporary files, by whichever test comes first. It ends 15 minutes
//     after the last test took a database, or by `go run
//     ./internal/testkit/testserver stop`.
//
// SOUK_KEEP_TEST_DB=1 keeps the databases and prints where they are.
package testkit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/postgres/migrate"
	"github.com/souk-commerce/souk/migrations"
)

type options struct {
	checks []doctor.Check
	clock  clock.Clock
	conns  int
	empty  bool
}

// Option changes what DB gives.
type Option func(*options)

// WithInvariants has the checks asked when the test ends; each exception that
// they find fails it.
func WithInvariants(checks ...doctor.Check) Option {
	return func(o *options) { o.checks = append(o.checks, checks...) }
}

// WithClock replaces the manual clock.
func WithClock(c clock.Clock) Option { return func(o *options) { o.clock = c } }

// WithMaxConns changes the size of the pool from 8; for tests of many at once.
func WithMaxConns(n int) Option { return func(o *options) { o.conns = n } }

// Empty gives a database without the schema.
func Empty() Option { return func(o *options) { o.empty = true } }

// Started is what the manual clock of a new database shows.
func Started() time.Time { return time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC) }

// DB gives the test a database of its own, with the schema and no rows. Its
// clock stands still until Clock turns it. When the test ends the invariants
// are asked and the database is dropped.
func DB(t testing.TB, opts ...Option) *postgres.DB {
	t.Helper()
	o := options{checks: doctor.Shape(), clock: clock.NewManual(Started()), conns: 8}
	for _, opt := range opts {
		opt(&o)
	}
	ctx := context.Background()
	admin := adminURL(ctx, t)
	name := clone(ctx, t, admin, o)
	db, err := postgres.Open(ctx, postgres.Config{URL: withDatabase(t, admin, name), MaxConns: o.conns, Clock: o.clock,
		AcquireTimeout: 20 * time.Second}) // on a busy machine a crowd waits for its few connections for long
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(func() {
		inspect(ctx, t, db, o.checks)
		closeDB(t, db)
		drop(ctx, t, admin, name)
	})
	return db
}

// Clock gives the manual clock of a database made by DB.
func Clock(t testing.TB, db *postgres.DB) *clock.Manual {
	t.Helper()
	c, ok := db.Clock().(*clock.Manual)
	if !ok {
		t.Fatal("this database does not go by a manual clock")
	}
	return c
}

// adminURL finds the server.
func adminURL(ctx context.Context, t testing.TB) string {
	t.Helper()
	if given := os.Getenv("SOUK_TEST_DATABASE_URL"); given != "" {
		return given
	}
	s, err := SharedServer(ctx)
	if err != nil {
		t.Fatalf("start the test database server: %v", err)
	}
	t.Cleanup(s.Release)
	return s.URL("postgres")
}

// clone copies the template.
func clone(ctx context.Context, t testing.TB, admin string, o options) string {
	t.Helper()
	c := connect(ctx, t, admin)
	defer func() { _ = c.Close(ctx) }()
	name := "souk_test_" + strings.ToLower(rand.Text()[:12])
	source := "template0"
	if !o.empty {
		source = template(ctx, t, c, admin)
	}
	// Copying files beats copying through the log for a small database.
	command(ctx, t, c, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy", name, source))
	return name
}

// template makes the migrated database that all tests are cloned from, once
// for each state of the migrations.
func template(ctx context.Context, t testing.TB, c *pgx.Conn, admin string) string {
	t.Helper()
	name := "souk_template_" + fingerprint(t)
	if exists(ctx, t, c, name) {
		return name
	}
	// Of many that come at once one does the work, the others wait here.
	if _, err := c.Exec(ctx, `SELECT pg_advisory_lock(hashtext($1))`, name); err != nil {
		t.Fatalf("lock the template: %v", err)
	}
	defer func() { _, _ = c.Exec(ctx, `SELECT pg_advisory_unlock(hashtext($1))`, name) }()
	if exists(ctx, t, c, name) {
		return name
	}
	part := name + "_part"
	command(ctx, t, c, "DROP DATABASE IF EXISTS "+part+" WITH (FORCE)")
	command(ctx, t, c, "CREATE DATABASE "+part+" TEMPLATE template0")
	if _, err := migrate.Up(ctx, migrate.Config{URL: withDatabase(t, admin, part), FS: migrations.FS}); err != nil {
		t.Fatalf("migrate the template: %v", err)
	}
	command(ctx, t, c, "ALTER DATABASE "+part+" WITH ALLOW_CONNECTIONS false")
	command(ctx, t, c, "ALTER DATABASE "+part+" RENAME TO "+name)
	return name
}

// fingerprint tells states of the migrations apart.
func fingerprint(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.FS, path)
		_, _ = fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		t.Fatalf("read migrations: %v", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func exists(ctx context.Context, t testing.TB, c *pgx.Conn, name string) bool {
	t.Helper()
	var there bool
	if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil {
		t.Fatalf("look for the template: %v", err)
	}
	return there
}

func inspect(ctx context.Context, t testing.TB, db *postgres.DB, checks []doctor.Check) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	findings, err := doctor.Run(ctx, db.Pool(), checks)
	if err != nil {
		t.Errorf("ask the invariants: %v", err)
	}
	for _, f := range findings {
		t.Errorf("an invariant does not hold after the test\n%s", f)
	}
}

// closeDB waits a little for connections in use, then calls them leaked:
// closing a pool waits for them for ever.
func closeDB(t testing.TB, db *postgres.DB) {
	t.Helper()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		db.Close()
	}()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Errorf("%d database connections were not given back (rows not closed, or a goroutine still running)", db.Pool().Stat().AcquiredConns())
	}
}

func drop(ctx context.Context, t testing.TB, admin, name string) {
	t.Helper()
	if os.Getenv("SOUK_KEEP_TEST_DB") != "" {
		t.Logf("kept %s", withDatabase(t, admin, name))
		return
	}
	c := connect(ctx, t, admin)
	defer func() { _ = c.Close(ctx) }()
	command(ctx, t, c, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

func connect(ctx context.Context, t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatalf("reach the test database server: %v", err)
	}
	return c
}

func command(ctx context.Context, t testing.TB, c *pgx.Conn, sql string) {
	t.Helper()
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func withDatabase(t testing.TB, admin, name string) string {
	t.Helper()
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal("SOUK_TEST_DATABASE_URL cannot be read: it should look like postgres://user@host:5432/postgres")
	}
	u.Path = "/" + name
	return u.String()
}
