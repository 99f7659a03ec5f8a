package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/job"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

type greet struct {
	Customer int64 `json:"customer"`
}

func (greet) Kind() string { return "greet" }

func jobs(t *testing.T, db *postgres.DB) *job.Jobs {
	t.Helper()
	j, err := job.New(db, job.Config{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func start(t *testing.T, j *job.Jobs) {
	t.Helper()
	if err := j.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := j.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

func count(t *testing.T, db *postgres.DB) int {
	t.Helper()
	var n int
	if err := db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInsert_livesAndDiesWithTheTransaction(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.WithMaxConns(16))
	j := jobs(t, db)
	greeted := make(chan int64, 8)
	job.Handle(j, 0, func(_ context.Context, g greet) error {
		greeted <- g.Customer
		return nil
	})
	refused := errors.New("refused")
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		return errors.Join(j.Insert(ctx, greet{1}, job.Options{}), refused)
	})
	if !errors.Is(err, refused) || count(t, db) != 0 {
		t.Fatalf("err = %v, %d jobs of a transaction that failed", err, count(t, db))
	}
	err = db.InTx(t.Context(), func(ctx context.Context) error { return j.Insert(ctx, greet{2}, job.Options{Queue: job.Critical}) })
	if err != nil {
		t.Fatal(err)
	}
	start(t, j)
	if got := <-greeted; got != 2 {
		t.Errorf("greeted %d", got)
	}
}

func TestInsert_uniqueJobIsEnqueuedOnce(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	j := jobs(t, db)
	for range 2 {
		if err := j.Insert(t.Context(), greet{1}, job.Options{Unique: true}); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

func TestEvery_ticks(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.WithMaxConns(16))
	j := jobs(t, db)
	ticked := make(chan struct{}, 8)
	j.Every("heartbeat", time.Second, func(context.Context) error {
		ticked <- struct{}{}
		return nil
	})
	start(t, j)
	<-ticked
	<-ticked
}

type placed struct {
	Order   int64 `json:"order"`
	Version int64 `json:"version"`
}

func (placed) Topic() string                { return "order.placed" }
func (p placed) Aggregate() (string, int64) { return "order", p.Order }

func TestEffects_oneJobForEachEventAndSubscriber(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.WithMaxConns(16))
	j := jobs(t, db)
	mailed := make(chan int64, 8)
	outbox := event.NewOutbox(db)
	d := event.NewDispatcher(db, outbox, event.Config{})
	err := d.Add(t.Context(), j.Effects(
		job.Subscriber{Name: "confirmation", Topics: []string{"order.placed"},
			Handle: func(_ context.Context, e event.Envelope) error { mailed <- e.AggregateID; return nil }},
		job.Subscriber{Name: "farewell", Topics: []string{"customer.left"},
			Handle: func(context.Context, event.Envelope) error { t.Error("nobody left"); return nil }},
	))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.InTx(t.Context(), func(ctx context.Context) error { return outbox.Record(ctx, placed{Order: 7}) }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d jobs", n)
	}
	start(t, j)
	if got := <-mailed; got != 7 {
		t.Errorf("mailed about %d", got)
	}
}

func TestSweep_deletesOnlyWhatEnded(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	j := jobs(t, db)
	for i := range int64(3) {
		if err := j.Insert(t.Context(), greet{i}, job.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := db.Pool().Exec(t.Context(), `UPDATE river_job SET state = 'completed', finalized_at = $1 WHERE (args->>'customer') IN ('0', '1')`,
		testkit.Started())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := j.Sweep(t.Context(), testkit.Started().Add(time.Second), 1); err != nil || n != 1 {
		t.Errorf("swept %d (%v), want the limit", n, err)
	}
	if n, err := j.Sweep(t.Context(), testkit.Started().Add(time.Second), 10); err != nil || n != 1 || count(t, db) != 1 {
		t.Errorf("swept %d (%v), %d left", n, err, count(t, db))
	}
}
