package event

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

var errOutside = fault.New(fault.Internal, "outside_transaction", "a fact is recorded in the transaction that makes it true")

// Outbox takes facts in.
type Outbox struct {
	db *postgres.DB
	// rung wakes the dispatcher of this process after a commit.
	rung bell
}

// NewOutbox gives the outbox of a database. A process has one.
func NewOutbox(db *postgres.DB) *Outbox { return &Outbox{db: db} }

// Record writes facts in the caller's transaction, any number in one round
// trip, and refuses to run outside of one.
func (o *Outbox) Record(ctx context.Context, facts ...Fact) error {
	if _, ok := o.db.Tx(ctx); !ok {
		return errOutside
	}
	if len(facts) == 0 {
		return nil
	}
	var r rows
	for _, f := range facts {
		if err := r.add(f); err != nil {
			return err
		}
	}
	who := actor.From(ctx)
	_, err := o.db.Conn(ctx).Exec(ctx, `
		INSERT INTO outbox (topic, aggregate_kind, aggregate_id, version, payload, actor_kind, actor_id, recorded_at)
		SELECT f.topic, f.kind, f.id, f.version, f.payload::jsonb, $6, $7, $8
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])
			WITH ORDINALITY AS f(topic, kind, id, version, payload, place)
		ORDER BY f.place`,
		r.topics, r.kinds, r.ids, r.versions, r.payloads, string(who.Kind), who.ID, o.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("record facts: %w", err)
	}
	o.db.AfterCommit(ctx, o.rung.ring)
	return nil
}

// rows are facts by column.
type rows struct {
	topics, kinds, payloads []string
	ids, versions           []int64
}

func (r *rows) add(f Fact) error {
	payload, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("record %s: %w", f.Topic(), err)
	}
	var v struct {
		Version int64 `json:"version"`
	}
	if err := json.Unmarshal(payload, &v); err != nil {
		return fmt.Errorf("record %s: a fact is a JSON object: %w", f.Topic(), err)
	}
	kind, id := f.Aggregate()
	r.topics = append(r.topics, f.Topic())
	r.kinds = append(r.kinds, kind)
	r.ids = append(r.ids, id)
	r.versions = append(r.versions, v.Version)
	r.payloads = append(r.payloads, string(payload))
	return nil
}

// Sweep deletes at most limit rows recorded before the given time that every
// living consumer has passed, and says how many. A cursor that nothing has
// touched since then is a dead consumer's and holds nothing back; should it
// come to life, it rebuilds.
func (o *Outbox) Sweep(ctx context.Context, before time.Time, limit int) (int64, error) {
	var n int64
	err := o.db.InTx(ctx, func(ctx context.Context) error {
		return o.db.Conn(ctx).QueryRow(ctx, `
			WITH slowest AS (
				SELECT xid, id FROM event_cursor WHERE consumer <> $1 AND updated_at >= $2
				ORDER BY xid, id LIMIT 1
			), gone AS (
				DELETE FROM outbox o WHERE o.id IN (
					SELECT e.id FROM outbox e
					WHERE e.recorded_at < $2 AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
						AND NOT EXISTS (SELECT 1 FROM slowest s WHERE (e.xid, e.id) > (s.xid, s.id))
					ORDER BY e.recorded_at, e.id LIMIT $3)
				RETURNING o.xid, o.id
			), mark AS (
				INSERT INTO event_cursor AS c (consumer, xid, id, updated_at)
				SELECT $1, g.xid, g.id, $4 FROM gone g ORDER BY g.xid DESC, g.id DESC LIMIT 1
				ON CONFLICT (consumer) DO UPDATE SET xid = excluded.xid, id = excluded.id, updated_at = excluded.updated_at
				WHERE (c.xid, c.id) < (excluded.xid, excluded.id)
			)
			SELECT count(*) FROM gone`, sweptMark, before, limit, o.db.Now(ctx)).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("sweep outbox: %w", err)
	}
	return n, nil
}

// bell wakes everybody who waits. Its zero value works.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait gives a channel that closes when the bell rings next.
func (b *bell) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
