package event_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

type changed struct {
	Product int64 `json:"product"`
	Version int64 `json:"version"`
}

func (changed) Topic() string                { return "product.updated" }
func (c changed) Aggregate() (string, int64) { return "product", c.Product }

// seen collects what a handler was given, and closes full at so many.
type seen struct {
	mu   sync.Mutex
	all  []int64
	many int
	full chan struct{}
}

func (s *seen) handle(_ context.Context, batch []event.Envelope) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range batch {
		s.all = append(s.all, e.AggregateID)
		if s.full != nil && len(s.all) == s.many {
			close(s.full)
		}
	}
	return nil
}

func (s *seen) products() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

func record(t *testing.T, db *postgres.DB, o *event.Outbox, products ...int64) {
	t.Helper()
	facts := make([]event.Fact, len(products))
	for i, p := range products {
		facts[i] = changed{Product: p, Version: 1}
	}
	err := db.InTx(t.Context(), func(ctx context.Context) error { return o.Record(ctx, facts...) })
	if err != nil {
		t.Fatal(err)
	}
}

func dispatcher(t *testing.T, db *postgres.DB, o *event.Outbox, consumers ...event.Consumer) *event.Dispatcher {
	t.Helper()
	d := event.NewDispatcher(db, o, event.Config{Poll: 10 * time.Millisecond})
	if err := d.Add(t.Context(), consumers...); err != nil {
		t.Fatal(err)
	}
	return d
}

func catchUp(t *testing.T, d *event.Dispatcher) {
	t.Helper()
	if err := d.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, s *seen, products ...int64) {
	t.Helper()
	if got := s.products(); !slices.Equal(got, products) {
		t.Errorf("handled %v, want %v", got, products)
	}
}

func TestRecord_refusesOutsideATransaction(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	if err := event.NewOutbox(db).Record(t.Context(), changed{Product: 1}); !fault.Is(err, "outside_transaction") {
		t.Errorf("err = %v", err)
	}
}

func TestRecord_keepsOrderVersionAndActor(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	o := event.NewOutbox(db)
	var got []event.Envelope
	d := dispatcher(t, db, o, event.Consumer{Name: "copy", Handle: func(_ context.Context, batch []event.Envelope) error {
		got = append(got, batch...)
		return nil
	}})
	ctx, counter := postgres.CountStatements(actor.With(t.Context(), actor.Actor{Kind: actor.Staff, ID: 7}))
	err := db.InTx(ctx, func(ctx context.Context) error {
		return o.Record(ctx, changed{3, 5}, changed{1, 6}, changed{2, 7})
	})
	if err != nil {
		t.Fatal(err)
	}
	if counter.Statements() != 1 {
		t.Errorf("three facts took %d statements", counter.Statements())
	}
	catchUp(t, d)
	if len(got) != 3 {
		t.Fatalf("got %d events", len(got))
	}
	for i, want := range []changed{{3, 5}, {1, 6}, {2, 7}} {
		var fact changed
		if err := got[i].Decode(&fact); err != nil || fact != want || got[i].Version != want.Version {
			t.Errorf("event %d = %+v (%v), want %+v", i, got[i], err, want)
		}
		if got[i].ActorKind != actor.Staff || got[i].ActorID != 7 || !got[i].RecordedAt.Equal(testkit.Started()) {
			t.Errorf("event %d by %s %d at %s", i, got[i].ActorKind, got[i].ActorID, got[i].RecordedAt)
		}
	}
}

func TestConsumer_lateCommitIsNotSkipped(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	o := event.NewOutbox(db)
	var s seen
	d := dispatcher(t, db, o, event.Consumer{Name: "search", Handle: s.handle})

	record(t, db, o, 0) // something that may be read, so that the consumer does look
	early, commit, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- db.InTx(t.Context(), func(ctx context.Context) error {
			// as one that has written something: it has its place in the order
			_, err := db.Conn(ctx).Exec(ctx, `SELECT pg_current_xact_id()`)
			err = errors.Join(err, o.Record(ctx, changed{Product: 1}))
			close(early)
			<-commit
			return err
		})
	}()
	<-early
	record(t, db, o, 2) // begun later, committed first

	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := d.CatchUp(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("caught up past a running transaction: %v", err)
	}
	if slices.Contains(s.products(), 2) {
		t.Error("the later transaction was handled while the earlier one still ran")
	}
	close(commit)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	catchUp(t, d)
	wants(t, &s, 0, 1, 2)
}

func TestConsumer_failedHandlerIsRetriedAndItsWritesUndone(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	o := event.NewOutbox(db)
	var s seen
	broken := true
	d := dispatcher(t, db, o, event.Consumer{Name: "notes", Transactional: true,
		Handle: func(ctx context.Context, batch []event.Envelope) error {
			for _, e := range batch {
				if _, err := db.Conn(ctx).Exec(ctx, `INSERT INTO retention (what, days, updated_at) VALUES ($1, 1, $2)`,
					e.Topic+string(rune('a'+e.AggregateID)), db.Now(ctx)); err != nil {
					return err
				}
				if broken && e.AggregateID == 2 {
					panic("killed")
				}
			}
			return s.handle(ctx, batch)
		}})
	record(t, db, o, 1, 2, 3)

	for range 2 { // the whole batch, then one by one up to the bad one
		if err := d.CatchUp(t.Context()); err == nil {
			t.Error("a panic went unnoticed")
		}
	}
	wants(t, &s, 1)
	var kept int
	if err := db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM retention`).Scan(&kept); err != nil || kept != 1 {
		t.Errorf("%d writes kept (%v), want that of event 1", kept, err)
	}
	broken = false
	catchUp(t, d)
	wants(t, &s, 1, 2, 3)
}

func TestConsumer_runsOnceUnderTwoDispatchers(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	o := event.NewOutbox(db)
	s, local := seen{many: 40, full: make(chan struct{})}, seen{many: 80, full: make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 2 {
		d := dispatcher(t, db, o,
			event.Consumer{Name: "search", Batch: 3, Handle: s.handle},
			event.Consumer{Name: "cache", Broadcast: true, Handle: local.handle})
		wg.Go(func() { _ = d.Run(ctx) })
	}
	var want []int64
	for i := range int64(40) {
		record(t, db, o, i)
		want = append(want, i)
	}
	<-s.full
	<-local.full
	stop()
	wg.Wait()
	wants(t, &s, want...)
	if n := len(local.products()); n != 80 {
		t.Errorf("the broadcast consumers handled %d events, want 40 each", n)
	}
}

func TestConsumer_takesOnlyItsTopics(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	o := event.NewOutbox(db)
	var s seen
	d := dispatcher(t, db, o, event.Consumer{Name: "orders", Topics: []string{"order.placed"}, Handle: s.handle})
	record(t, db, o, 1)
	catchUp(t, d)
	wants(t, &s)
}

func TestReplay_givesHistoryAgain(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	o := event.NewOutbox(db)
	var s seen
	d := dispatcher(t, db, o, event.Consumer{Name: "search", Handle: s.handle})
	record(t, db, o, 1)
	catchUp(t, d)
	if err := d.Replay(t.Context(), "search", event.Position{}); err != nil {
		t.Fatal(err)
	}
	catchUp(t, d)
	wants(t, &s, 1, 1)
}

func TestSweep_waitsForLivingConsumersAndSendsDeadOnesToRebuild(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	o := event.NewOutbox(db)
	var s seen
	rebuilt, down := 0, errors.New("the engine is down")
	d := dispatcher(t, db, o, event.Consumer{Name: "search",
		Handle: func(ctx context.Context, batch []event.Envelope) error {
			return errors.Join(down, s.handle(ctx, batch))
		},
		Rebuild: func(context.Context) error { rebuilt++; return nil }})
	record(t, db, o, 1, 2)
	testkit.Clock(t, db).Advance(time.Hour)
	if err := d.CatchUp(t.Context()); !errors.Is(err, down) {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rule   string
		before time.Duration
		want   int64
	}{
		{"rows that are not old stay", 0, 0},
		{"rows that a living consumer needs stay", time.Minute, 0},
		{"a consumer unseen since then holds nothing", 2 * time.Hour, 2},
	} {
		if n, err := o.Sweep(t.Context(), testkit.Started().Add(c.before), 100); err != nil || n != c.want {
			t.Errorf("%s: swept %d (%v), want %d", c.rule, n, err, c.want)
		}
	}
	down, s.all = nil, nil
	record(t, db, o, 3)
	catchUp(t, d)
	if rebuilt != 1 {
		t.Errorf("rebuilt %d times, want once", rebuilt)
	}
	record(t, db, o, 4)
	catchUp(t, d)
	// 3 was there when the rebuild began, and may come all the same
	if got := s.products(); len(got) == 0 || got[len(got)-1] != 4 || slices.Contains(got, 2) {
		t.Errorf("handled %v, want no more than 3 and 4", got)
	}
}

func TestAdd_dumpRestoredIntoAnotherServerGoesOnWhereItStood(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	o := event.NewOutbox(db)
	var s, late seen
	consumers := []event.Consumer{{Name: "search", Handle: s.handle}}
	record(t, db, o, 1, 2)
	catchUp(t, dispatcher(t, db, o, consumers...))
	record(t, db, o, 3, 4)
	// the other server had given so many more numbers
	for _, table := range []string{"outbox", "event_cursor"} {
		_, err := db.Pool().Exec(t.Context(), `UPDATE `+table+` SET xid = (xid::text::bigint + 1000000000)::text::xid8`)
		if err != nil {
			t.Fatal(err)
		}
	}
	d := dispatcher(t, db, o, append(consumers, event.Consumer{Name: "new", Handle: late.handle})...)
	record(t, db, o, 5)
	catchUp(t, d)
	wants(t, &s, 1, 2, 3, 4, 5)
	wants(t, &late, 1, 2, 3, 4, 5)
}
