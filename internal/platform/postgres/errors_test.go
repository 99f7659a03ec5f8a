package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

func open(t *testing.T, cfg postgres.Config) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func TestConflict_namesTheRoomsFaultByConstraint(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	ctx := t.Context()
	handle := fault.New(fault.Invalid, "handle_malformed", "a handle has small letters, digits and dashes")
	table := map[string]*fault.Error{"page_handle": handle}
	_, err := db.Conn(ctx).Exec(ctx, `INSERT INTO page (created_at, updated_at, handle, title) VALUES ($1, $1, 'No Good', 't')`, db.Now(ctx))
	if got := postgres.Conflict(err, table); !errors.Is(got, handle) || !errors.Is(got, err) {
		t.Fatalf("got %v", got)
	}
	for i, want := range []string{"", "already_exists"} {
		err := redirect(ctx, db, "/same").Exec(ctx)
		if got := postgres.Conflict(err, table); want != "" && !fault.Is(got, want) || want == "" && got != nil {
			t.Fatalf("insert %d: %v", i, got)
		}
	}
	_, err = db.Conn(ctx).Exec(ctx, `INSERT INTO product_tag (tag, product_id) VALUES ('t', 404)`)
	if got := postgres.Fault(err); !fault.Is(got, "reference_broken") {
		t.Fatalf("got %v", got)
	}
}

func TestFault_refusesTextThatCannotBeKept(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	_, err := db.Conn(t.Context()).Exec(t.Context(), `SELECT $1::text`, "a\x00b")
	if got := postgres.Fault(err); fault.KindOf(got) != fault.Invalid {
		t.Errorf("got %v", got)
	}
}

func TestFault_leavesFaultsAndCancellationAlone(t *testing.T) {
	t.Parallel()
	own := fault.New(fault.NotFound, "no_page", "there is no such page")
	for _, err := range []error{nil, own, context.Canceled, errRefused} {
		if got := postgres.Fault(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

func TestOpen_saysThatTheDatabaseIsDown(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), postgres.Config{URL: "postgres://souk@127.0.0.1:1/souk?sslmode=disable"})
	if !fault.Is(err, "database_down") {
		t.Fatalf("got %v", err)
	}
}

func TestFault_slowStatementsAndLocksAreUnavailable(t *testing.T) {
	t.Parallel()
	base := testkit.DB(t)
	for _, pooler := range []bool{false, true} {
		db := open(t, postgres.Config{
			URL: base.DirectURL(), Pooler: pooler,
			StatementTimeout: 400 * time.Millisecond, LockTimeout: 50 * time.Millisecond,
		})
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			_, err := db.Conn(ctx).Exec(ctx, `SELECT pg_sleep(10)`)
			return err
		})
		if !fault.Is(err, "statement_timeout") {
			t.Errorf("pooler %v: a slow statement: %v", pooler, err)
		}
		err = base.InTx(t.Context(), func(held context.Context) error {
			if _, err := base.Conn(held).Exec(held, `LOCK TABLE page`); err != nil {
				return err
			}
			return db.InTx(t.Context(), func(ctx context.Context) error {
				_, err := db.Conn(ctx).Exec(ctx, `UPDATE page SET title = title`)
				return err
			})
		})
		if !fault.Is(err, "lock_timeout") {
			t.Errorf("pooler %v: a held lock: %v", pooler, err)
		}
	}
}

func TestOpen_poolerLeavesNoPreparedStatementBehind(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: testkit.DB(t).DirectURL(), Pooler: true, MaxConns: 1})
	ctx := t.Context()
	if err := redirect(ctx, db, "/p").Exec(ctx); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.Conn(ctx).QueryRow(ctx, `SELECT count(*) FROM pg_prepared_statements WHERE name <> $1`, "").Scan(&n); err != nil || n != 0 {
		t.Fatalf("%d prepared statements, %v", n, err)
	}
}

func TestInTx_refusesQuicklyWhereThePoolIsUsedUp(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{URL: testkit.DB(t).DirectURL(), MaxConns: 1, AcquireTimeout: 50 * time.Millisecond})
	err := db.InTx(t.Context(), func(context.Context) error {
		outside := t.Context() // a second connection, which there is not
		if err := db.InTx(outside, func(context.Context) error { return nil }); !fault.Is(err, "overloaded") {
			t.Errorf("a transaction got %v", err)
		}
		if _, err := db.Conn(outside).Exec(outside, `SELECT 1`); !fault.Is(postgres.Fault(err), "overloaded") {
			t.Errorf("a statement got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
