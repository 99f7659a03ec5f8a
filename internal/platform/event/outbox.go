package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

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

// Record has facts written with the caller's transaction, in the order in which
// they are recorded and all of them in one statement at its end. It refuses to
// run outside of one.
func (o *Outbox) Record(ctx context.Context, facts ...Fact) error {
	p, ok := o.db.Pending(ctx, o, func() postgres.Pending { return &rows{outbox: o} })
	if !ok {
		return errOutside
	}
	who := actor.From(ctx)
	for _, f := range facts {
		if err := p.(*rows).add(f, who); err != nil {
			return err
		}
	}
	return nil
}

// Flush writes the facts of one transaction.
func (r *rows) Flush(ctx context.Context) error {
	if len(r.topics) == 0 {
		return nil
	}
	db := r.outbox.db
	_, err := db.Conn(ctx).Exec(ctx, `
		INSERT INTO outbox (topic, aggregate_kind, aggregate_id, version, payload, actor_kind, actor_id, recorded_at)
		SELECT f.topic, f.kind, f.id, f.version, f.payload::jsonb, f.actor_kind, f.actor_id, $8
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[])
			WITH ORDINALITY AS f(topic, kind, id, version, payload, actor_kind, actor_id, place)
		ORDER BY f.place`,
		r.topics, r.kinds, r.ids, r.versions, r.payloads, r.actorKinds, r.actorIDs, db.Now(ctx))
	if err != nil {
		return fmt.Errorf("record facts: %w", err)
	}
	db.AfterCommit(ctx, r.outbox.rung.ring)
	return nil
}

// rows are facts by column.
type rows struct {
	outbox                              *Outbox
	topics, kinds, payloads, actorKinds []string
	ids, versions, actorIDs             []int64
}

func (r *rows) add(f Fact, who actor.Actor) error {
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
	r.actorKinds = append(r.actorKinds, string(who.Kind))
	r.actorIDs = append(r.actorIDs, who.ID)
	return nil
}

// Last gives the position of the newest fact that is committed, the zero one if
// there is none.
func (o *Outbox) Last(ctx context.Context) (Position, error) {
	var p Position
	err := o.db.Conn(ctx).QueryRow(ctx, `SELECT xid::text::bigint, id FROM outbox ORDER BY xid DESC, id DESC LIMIT 1`).Scan(&p.XID, &p.ID)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Position{}, fmt.Errorf("read the newest fact: %w", err)
	}
	return p, nil
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
