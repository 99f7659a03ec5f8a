package testkit_test

import (
	"context"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/testkit"
)

func TestDB_isTheTestsOwn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	a, b := testkit.DB(t), testkit.DB(t)
	if _, err := a.Conn(ctx).Exec(ctx, `CREATE TABLE mine (id int)`); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := b.Conn(ctx).QueryRow(ctx, `SELECT to_regclass('mine') IS NOT NULL`).Scan(&there); err != nil || there {
		t.Fatalf("a table of one test is seen by another: %v %v", there, err)
	}
	if err := a.Conn(ctx).QueryRow(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there); err != nil || !there {
		t.Fatalf("the database was not migrated: %v %v", there, err)
	}
}

func TestClock_turnsTheDatabasesNow(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.Empty())
	testkit.Clock(t, db).Advance(time.Hour)
	if got, want := db.Now(t.Context()), testkit.Started().Add(time.Hour); !got.Equal(want) {
		t.Fatalf("now is %s, want %s", got, want)
	}
}

// spy records failures instead of failing, and runs its cleanups when told.
type spy struct {
	testing.TB
	failed   bool
	cleanups []func()
}

func (s *spy) Errorf(string, ...any) { s.failed = true }
func (s *spy) Cleanup(fn func())     { s.cleanups = append(s.cleanups, fn) }
func (s *spy) end() {
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
}

func TestDB_failsATestThatBreaksAnInvariant(t *testing.T) {
	t.Parallel()
	check := doctor.Check{ID: "test.positive", Says: "numbers are positive", SQL: `SELECT n FROM number WHERE n <= 0`}
	for n, want := range map[int]bool{1: false, -1: true} {
		s := &spy{TB: t}
		db := testkit.DB(s, testkit.Empty(), testkit.WithInvariants(check))
		if _, err := db.Conn(t.Context()).Exec(context.Background(), `CREATE TABLE number AS SELECT $1::int AS n`, n); err != nil {
			t.Fatal(err)
		}
		if s.end(); s.failed != want {
			t.Errorf("after writing %d the test failed: %v, want %v", n, s.failed, want)
		}
	}
}

func TestDB_failsATestThatKeepsAConnection(t *testing.T) {
	t.Parallel()
	s := &spy{TB: t}
	db := testkit.DB(s, testkit.Empty())
	c, err := db.Pool().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Release()
	if s.end(); !s.failed {
		t.Error("a leaked connection went unnoticed")
	}
}

func BenchmarkDB(b *testing.B) {
	testkit.DB(b) // the template
	for b.Loop() {
		testkit.DB(b)
	}
}
