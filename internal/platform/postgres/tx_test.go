package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

var errRefused = errors.New("refused")

func redirect(ctx context.Context, db *postgres.DB, path string) *ent.UrlRedirectCreate {
	now := db.Now(ctx)
	return db.Ent(ctx).UrlRedirect.Create().SetPath(path).SetTarget("/").SetCreatedAt(now).SetUpdatedAt(now)
}

func redirects(t *testing.T, db *postgres.DB) int {
	t.Helper()
	n, err := db.Ent(t.Context()).UrlRedirect.Query().Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func raise(ctx context.Context, db *postgres.DB, code string) error {
	_, err := db.Conn(ctx).Exec(ctx, `DO $$ BEGIN RAISE EXCEPTION 'raised' USING ERRCODE = '`+code+`'; END $$`)
	return err
}

func TestInTx_entAndSQLShareOneTransaction(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	write := func(end error) error {
		return db.InTx(t.Context(), func(ctx context.Context) error {
			if err := redirect(ctx, db, "/a").Exec(ctx); err != nil {
				return err
			}
			tag, err := db.Conn(ctx).Exec(ctx, `UPDATE url_redirect SET target = '/b' WHERE path = '/a'`)
			if err != nil || tag.RowsAffected() != 1 {
				t.Errorf("SQL does not see what ent wrote: %v %v", tag, err)
			}
			r, err := db.Ent(ctx).UrlRedirect.Query().Only(ctx)
			if err != nil || r.Target != "/b" {
				t.Errorf("ent does not see what SQL wrote: %v %v", r, err)
			}
			return end
		})
	}
	if err := write(errRefused); !errors.Is(err, errRefused) || redirects(t, db) != 0 {
		t.Fatalf("after an error: %v, %d rows", err, redirects(t, db))
	}
	if err := write(nil); err != nil || redirects(t, db) != 1 {
		t.Fatalf("after success: %v, %d rows", err, redirects(t, db))
	}
}

func TestInTx_entsOwnTransactionsJoin(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		tx, err := db.Ent(ctx).Tx(ctx)
		if err != nil {
			return err
		}
		if err := tx.UrlRedirect.Create().SetPath("/x").SetTarget("/").SetCreatedAt(db.Now(ctx)).SetUpdatedAt(db.Now(ctx)).Exec(ctx); err != nil {
			return err
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		return errRefused
	})
	if !errors.Is(err, errRefused) || redirects(t, db) != 0 {
		t.Fatalf("ent committed past us: %v, %d rows", err, redirects(t, db))
	}
	err = db.InTx(t.Context(), func(ctx context.Context) error {
		tx, err := db.Ent(ctx).Tx(ctx)
		if err != nil {
			return err
		}
		return tx.Rollback()
	})
	if err == nil {
		t.Fatal("committed although a part was rolled back")
	}
}

func TestInTx_anErrorInAJoinedPartDoomsTheWhole(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		if err := redirect(ctx, db, "/outer").Exec(ctx); err != nil {
			return err
		}
		_ = db.InTx(ctx, func(context.Context) error { return errRefused })
		return nil
	})
	if !errors.Is(err, errRefused) || redirects(t, db) != 0 {
		t.Fatalf("a swallowed error committed: %v, %d rows", err, redirects(t, db))
	}
}

func TestInTx_runsAgainAfterASerializationFailure(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	runs, hooks := 0, 0
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		runs++
		db.AfterCommit(ctx, func() { hooks++ })
		if err := redirect(ctx, db, "/once").Exec(ctx); err != nil {
			return err
		}
		if runs < 3 {
			return raise(ctx, db, "40001")
		}
		return nil
	})
	if err != nil || runs != 3 || hooks != 1 || redirects(t, db) != 1 {
		t.Fatalf("%v: %d runs, %d hooks, %d rows", err, runs, hooks, redirects(t, db))
	}
}

func TestInTx_givesUpRetryingInTheEnd(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	runs := 0
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		runs++
		return raise(ctx, db, "40P01")
	})
	if !fault.Is(err, "contended") || runs != 5 {
		t.Fatalf("%d runs, %v", runs, err)
	}
}

func TestInTx_survivesARealDeadlock(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	if _, err := db.Conn(t.Context()).Exec(t.Context(), `CREATE TABLE n (id int PRIMARY KEY, v int); INSERT INTO n VALUES (1, 0), (2, 0)`); err != nil {
		t.Fatal(err)
	}
	both := make(chan struct{})
	var held, done sync.WaitGroup
	held.Add(2)
	go func() { held.Wait(); close(both) }()
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		done.Go(func() {
			var once sync.Once
			if err := db.InTx(t.Context(), func(ctx context.Context) error {
				if _, err := db.Conn(ctx).Exec(ctx, `UPDATE n SET v = v + 1 WHERE id = $1`, order[0]); err != nil {
					return err
				}
				once.Do(held.Done)
				<-both
				_, err := db.Conn(ctx).Exec(ctx, `UPDATE n SET v = v + 1 WHERE id = $1`, order[1])
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	var sum int
	if err := db.Conn(t.Context()).QueryRow(t.Context(), `SELECT sum(v) FROM n`).Scan(&sum); err != nil || sum != 4 {
		t.Fatalf("%d updates arrived, want 4 (%v)", sum, err)
	}
}

func TestInTx_panicRollsBackAndGivesTheConnectionBack(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	func() {
		defer func() { _ = recover() }()
		_ = db.InTx(t.Context(), func(ctx context.Context) error {
			if err := redirect(ctx, db, "/p").Exec(ctx); err != nil {
				t.Error(err)
			}
			panic("bug")
		})
	}()
	if n := redirects(t, db); n != 0 || db.Pool().Stat().AcquiredConns() != 0 {
		t.Fatalf("%d rows, %d connections in use", n, db.Pool().Stat().AcquiredConns())
	}
}

func TestInTx_anEndedRequestNeverCommits(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(ctx, func(ctx context.Context) error {
			if err := redirect(ctx, db, "/late").Exec(ctx); err != nil {
				return err
			}
			cancel()
			_, _ = db.Ent(ctx).UrlRedirect.Query().All(ctx) // its error is swallowed on purpose
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	}
	if n := redirects(t, db); n != 0 {
		t.Fatalf("%d rows committed", n)
	}
}

func TestInTx_aLostConnectionIsUnavailableAndHeals(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		var pid int
		if err := db.Conn(ctx).QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
			return err
		}
		if _, err := db.Pool().Exec(t.Context(), `SELECT pg_terminate_backend($1, 5000)`, pid); err != nil {
			return err
		}
		return redirect(ctx, db, "/cut").Exec(ctx)
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("got %v", err)
	}
	if err := db.InTx(t.Context(), func(ctx context.Context) error { return redirect(ctx, db, "/next").Exec(ctx) }); err != nil {
		t.Fatalf("does not heal: %v", err)
	}
}

func TestAfterCommit_runsOnlyAfterACommit(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	var seen []int
	look := func() { seen = append(seen, redirects(t, db)) }
	_ = db.InTx(t.Context(), func(ctx context.Context) error {
		db.AfterCommit(ctx, look)
		return errRefused
	})
	if len(seen) != 0 {
		t.Fatal("ran after a rollback")
	}
	_ = db.InTx(t.Context(), func(ctx context.Context) error {
		db.AfterCommit(ctx, func() {
			if _, in := db.Tx(ctx); in {
				t.Error("the context still leads into the ended transaction")
			}
			look()
		})
		return redirect(ctx, db, "/a").Exec(ctx)
	})
	if len(seen) != 1 || seen[0] != 1 {
		t.Fatalf("the hook saw %v", seen)
	}
	if db.AfterCommit(t.Context(), look); len(seen) != 2 {
		t.Fatal("did not run at once outside of a transaction")
	}
}

func TestNow_standsStillWithinATransaction(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	clk := testkit.Clock(t, db)
	_ = db.InTx(t.Context(), func(ctx context.Context) error {
		before := db.Now(ctx)
		clk.Advance(time.Hour)
		if !db.Now(ctx).Equal(before) {
			t.Error("time went on inside the transaction")
		}
		return nil
	})
	if !db.Now(t.Context()).Equal(testkit.Started().Add(time.Hour)) {
		t.Error("time stands still outside")
	}
}

func TestRefuse_knowsWhetherATransactionRuns(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if err := db.Refuse(t.Context(), "reserve"); err != nil {
		t.Fatal(err)
	}
	_ = db.InTx(t.Context(), func(ctx context.Context) error {
		if err := db.Refuse(ctx, "reserve"); !fault.Is(err, "inside_transaction") {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestCountStatements_tellsRoundTripsFromStatements(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	ctx, n := postgres.CountStatements(t.Context())
	batch := &pgx.Batch{}
	for range 3 {
		batch.Queue(`SELECT 1`)
	}
	if err := db.Conn(ctx).SendBatch(ctx, batch).Close(); err != nil {
		t.Fatal(err)
	}
	if n.RoundTrips() != 1 || n.Statements() != 3 {
		t.Fatalf("a batch of three: %d round trips, %v", n.RoundTrips(), n.SQL())
	}
	if err := db.InTx(ctx, func(ctx context.Context) error { return redirect(ctx, db, "/a").Exec(ctx) }); err != nil {
		t.Fatal(err)
	}
	if n.RoundTrips() != 4 || n.Statements() != 4 {
		t.Fatalf("and a transaction of one insert: %d round trips, %v", n.RoundTrips(), n.SQL())
	}
}
