package migrate_test

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres/migrate"
	"github.com/souk-commerce/souk/internal/testkit"
)

func files(texts ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i, text := range texts {
		fsys["0000"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text + "\n")}
	}
	return fsys
}

func TestUp_fiveAtOnceApplyEachFileOnce(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	cfg := migrate.Config{URL: db.DirectURL(), FS: files(`CREATE TABLE a (id int);`, `INSERT INTO a VALUES (1);`)}
	var all sync.WaitGroup
	var applied [5]int
	for i := range applied {
		all.Go(func() {
			list, err := migrate.Up(t.Context(), cfg)
			if err != nil {
				t.Error(err)
			}
			applied[i] = len(list)
		})
	}
	all.Wait()
	var rows, sum int
	if err := db.Conn(t.Context()).QueryRow(t.Context(), `SELECT count(*) FROM a`).Scan(&rows); err != nil || rows != 1 {
		t.Fatalf("%d rows, %v", rows, err)
	}
	for _, n := range applied {
		sum += n
	}
	if sum != 2 {
		t.Fatalf("applied %v, want two in all", applied)
	}
}

func TestPlan_listsThePendingWithTheirSQL(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	one, two := `CREATE TABLE a (id int);`, `CREATE TABLE b (id int);`
	if _, err := migrate.Up(t.Context(), migrate.Config{URL: db.DirectURL(), FS: files(one)}); err != nil {
		t.Fatal(err)
	}
	cfg := migrate.Config{URL: db.DirectURL(), FS: files(one, two)}
	status, err := migrate.Status(t.Context(), cfg)
	if err != nil || len(status) != 2 || status[0].AppliedAt.IsZero() || !status[1].AppliedAt.IsZero() {
		t.Fatalf("status %+v, %v", status, err)
	}
	plan, err := migrate.Plan(t.Context(), cfg)
	if err != nil || len(plan) != 1 || plan[0].Version != 2 || !strings.Contains(plan[0].SQL, two) {
		t.Fatalf("plan %+v, %v", plan, err)
	}
}

func TestUp_refusesADatabaseNewerThanItself(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	if _, err := migrate.Up(t.Context(), migrate.Config{URL: db.DirectURL(), FS: files(`SELECT 1;`, `SELECT 2;`)}); err != nil {
		t.Fatal(err)
	}
	_, err := migrate.Up(t.Context(), migrate.Config{URL: db.DirectURL(), FS: files(`SELECT 1;`)})
	if !fault.Is(err, "database_newer") {
		t.Fatalf("got %v", err)
	}
}

func TestUp_givesUpRatherThanBlockTheShop(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	cfg := migrate.Config{URL: db.DirectURL(), FS: files(`CREATE TABLE a (id int);`), LockTimeout: 100 * time.Millisecond}
	if _, err := migrate.Up(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	tx, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(t.Context()) }()
	if _, err := tx.Exec(t.Context(), `SELECT * FROM a`); err != nil {
		t.Fatal(err)
	}
	cfg.FS = files(`CREATE TABLE a (id int);`, `ALTER TABLE a ADD COLUMN b int;`)
	if _, err = migrate.Up(t.Context(), cfg); !fault.Is(err, "lock_timeout") || !strings.Contains(err.Error(), "00002_step.sql") {
		t.Fatalf("got %v", err)
	}
}
