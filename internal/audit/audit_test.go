package audit_test

import (
	"context"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

func record(t *testing.T, db *postgres.DB, log *audit.Log, entries ...audit.Entry) {
	t.Helper()
	ctx := actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7, Name: "Ada"})
	err := db.InTx(ctx, func(ctx context.Context) error { return log.Record(ctx, entries...) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestRecord_refusedOutsideOfATransaction(t *testing.T) {
	t.Parallel()
	log := audit.New(testkit.DB(t))
	err := log.Record(context.Background(), audit.Entry{Action: "a.b", SubjectKind: "a"})
	if !fault.Is(err, "outside_transaction") {
		t.Errorf("%v", err)
	}
}

func TestRecord_goesWithItsTransaction(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	log := audit.New(db)
	_ = db.InTx(context.Background(), func(ctx context.Context) error {
		if err := log.Record(ctx, audit.Entry{Action: "a.b", SubjectKind: "a"}); err != nil {
			t.Error(err)
		}
		return context.Canceled
	})
	if n, err := log.Count(context.Background(), audit.Filter{}); err != nil || n != 0 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestRecord_cannotBeChangedAfterwards(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	record(t, db, audit.New(db), audit.Entry{Action: "a.b", SubjectKind: "a"})
	for _, sql := range []string{`UPDATE audit_entry SET action = 'c.d'`, `DELETE FROM audit_entry`, `TRUNCATE audit_entry`} {
		if _, err := db.Pool().Exec(context.Background(), sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
}

// An id beyond 32 bits keeps parameters from being taken for small numbers.
func TestList_newestFirstByWhoWhatAndWhen(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	log := audit.New(db)
	const large = 5_000_000_000
	record(t, db, log,
		audit.Entry{Action: "product.create", SubjectKind: "product", SubjectID: large, After: map[string]int{"version": 1}},
		audit.Entry{Action: "page.create", SubjectKind: "page", SubjectID: 3})
	testkit.Clock(t, db).Advance(time.Hour)
	record(t, db, log, audit.Entry{Action: "product.update", SubjectKind: "product", SubjectID: large, Reason: "typo"})
	for name, c := range map[string]struct {
		filter audit.Filter
		want   []string
	}{
		"all":     {audit.Filter{}, []string{"product.update", "page.create", "product.create"}},
		"subject": {audit.Filter{SubjectKind: "product", SubjectID: large}, []string{"product.update", "product.create"}},
		"actor":   {audit.Filter{ActorID: large}, nil},
		"action":  {audit.Filter{Action: "page.create"}, []string{"page.create"}},
		"since":   {audit.Filter{Since: testkit.Started().Add(time.Minute)}, []string{"product.update"}},
		"until":   {audit.Filter{Until: testkit.Started().Add(time.Minute)}, []string{"page.create", "product.create"}},
	} {
		s, err := log.List(context.Background(), c.filter, page.Args{})
		if err != nil || len(s.Items) != len(c.want) {
			t.Errorf("%s: %v, %v", name, s.Items, err)
			continue
		}
		for i, row := range s.Items {
			if row.Action != c.want[i] || row.ActorName != "Ada" {
				t.Errorf("%s: %+v", name, row)
			}
		}
	}
	first := 2
	s, _ := log.List(context.Background(), audit.Filter{}, page.Args{First: &first})
	next, err := log.List(context.Background(), audit.Filter{}, page.Args{First: &first, After: s.Info.EndCursor})
	if err != nil || !s.Info.HasNextPage || len(next.Items) != 1 || next.Items[0].Action != "product.create" || string(next.Items[0].After) == "" {
		t.Errorf("second page: %+v, %v", next, err)
	}
}
