package retention_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/retention"
	"github.com/souk-commerce/souk/internal/testkit"
)

// audited writes n audit rows of that day.
func audited(t *testing.T, db *postgres.DB, n int) {
	t.Helper()
	_, err := db.Pool().Exec(t.Context(), `
		INSERT INTO audit_entry (at, actor_kind, action, subject_kind, subject_id)
		SELECT $1, 'system', 'product.update', 'product', g FROM generate_series(1, $2::int) g`, db.Now(t.Context()), n)
	if err != nil {
		t.Fatal(err)
	}
}

func left(t *testing.T, db *postgres.DB) (n int) {
	t.Helper()
	if err := db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM audit_entry`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSweep_deletesWhatIsOlderThanTheShopSays(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	s := retention.New(db, nil, retention.Rule{What: "audit", Days: 30, Sweep: retention.Rows(db, "audit_entry", "at")})
	audited(t, db, 6_000) // more than one batch
	testkit.Clock(t, db).Advance(10 * 24 * time.Hour)
	audited(t, db, 3)

	sweep := func() {
		t.Helper()
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if sweep(); left(t, db) != 6_003 {
		t.Errorf("%d left before their time", left(t, db))
	}
	if err := s.Keep(t.Context(), "audit", 9); err != nil {
		t.Fatal(err)
	}
	if sweep(); left(t, db) != 3 {
		t.Errorf("%d left, want those of today", left(t, db))
	}
	got, err := s.List(t.Context())
	if err != nil || got[0].Days != 9 || got[0].Default != 30 || got[0].Swept != 6_000 || got[0].SweptAt == nil {
		t.Errorf("setting %+v (%v)", got, err)
	}
}

func TestSweep_oneFailureLeavesTheOthersRunning(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	broken := errors.New("broken")
	audited(t, db, 1)
	testkit.Clock(t, db).Advance(48 * time.Hour)
	s := retention.New(db, nil,
		retention.Rule{What: "first", Days: 1, Sweep: func(context.Context, time.Time, int) (int64, error) { return 0, broken }},
		retention.Rule{What: "audit", Days: 1, Sweep: retention.Rows(db, "audit_entry", "at")})
	if err := s.Sweep(t.Context()); !errors.Is(err, broken) || left(t, db) != 0 {
		t.Errorf("%d left (%v)", left(t, db), err)
	}
}

func TestKeep_refusesTooShortAndUnknown(t *testing.T) {
	t.Parallel()
	s := retention.New(testkit.DB(t), nil, retention.Rule{What: "audit", Days: 730, Least: 365})
	if err := s.Keep(t.Context(), "audit", 364); !fault.Is(err, "retention_short") {
		t.Errorf("err = %v", err)
	}
	if err := s.Keep(t.Context(), "gossip", 1); !fault.Is(err, "retention_unknown") {
		t.Errorf("err = %v", err)
	}
}

func TestAppendOnly_nobodyElseDeletesOrChanges(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	audited(t, db, 1)
	for _, statement := range []string{
		`DELETE FROM audit_entry`, `UPDATE audit_entry SET reason = 'x'`, `TRUNCATE audit_entry`,
		`DO $$ BEGIN PERFORM set_config('souk.sweep', 'on', true); UPDATE audit_entry SET reason = 'x'; END $$`,
	} {
		if _, err := db.Pool().Exec(t.Context(), statement); err == nil {
			t.Errorf("%s went through", statement)
		}
	}
}
