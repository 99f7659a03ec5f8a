package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/telemetry"
)

var errOutside = fault.New(fault.Internal, "outside_transaction", "an audit row is written in the transaction of its change")

// Record writes one row for each entry in the caller's transaction, and refuses
// to run outside of one.
func (l *Log) Record(ctx context.Context, entries ...Entry) error {
	if _, ok := l.db.Tx(ctx); !ok {
		return errOutside
	}
	who := actor.From(ctx)
	for _, e := range entries {
		before, err := encode(e.Before)
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		after, err := encode(e.After)
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		_, err = l.db.Conn(ctx).Exec(ctx, `
			INSERT INTO audit_entry (at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id,
				before, after, reason, request_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			l.db.Now(ctx), string(who.Kind), who.ID, who.Name, e.Action, e.SubjectKind, e.SubjectID,
			before, after, e.Reason, telemetry.RequestID(ctx))
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
	}
	return nil
}

func encode(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}

// ID is an entry's identity.
type ID int64

// Row is an entry as it was kept.
type Row struct {
	ID            ID
	At            time.Time
	ActorKind     string
	ActorID       int64
	ActorName     string
	Action        string
	SubjectKind   string
	SubjectID     int64
	Before, After json.RawMessage
	Reason        string
	RequestID     string
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	SubjectKind string
	SubjectID   int64
	ActorID     int64
	Action      string
	Since       time.Time // then or later
	Until       time.Time // before then
}

// query begins a list of rows.
func (f Filter) query() *keyset.Query {
	q := keyset.From("audit_entry a")
	if f.SubjectKind != "" {
		q.Where("a.subject_kind = ?", f.SubjectKind)
	}
	if f.SubjectID != 0 {
		q.Where("a.subject_id = ?", f.SubjectID)
	}
	if f.ActorID != 0 {
		q.Where("a.actor_id = ?", f.ActorID)
	}
	if f.Action != "" {
		q.Where("a.action = ?", f.Action)
	}
	if !f.Since.IsZero() {
		q.Where("a.at >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		q.Where("a.at < ?", f.Until)
	}
	return q
}

// List gives the rows, newest first.
func (l *Log) List(ctx context.Context, f Filter, args page.Args) (page.Slice[Row], error) {
	args.Reverse = !args.Reverse // of two rows the newer has the greater id
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Row]{}, err
	}
	ids, err := f.query().Page(ctx, l.db.Conn(ctx), w, keyset.Order{Expr: "a.id", Type: "bigint", ID: "a.id"})
	if err != nil {
		return page.Slice[Row]{}, err
	}
	rows, err := l.byIDs(ctx, keyset.IDs[ID](ids))
	if err != nil {
		return page.Slice[Row]{}, err
	}
	return keyset.Fill(ids, rows), nil
}

// Count tells how many rows there are.
func (l *Log) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, l.db.Conn(ctx))
}

func (l *Log) byIDs(ctx context.Context, ids []ID) (map[ID]Row, error) {
	rows, err := l.db.Conn(ctx).Query(ctx, `
		SELECT id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, before, after, reason, request_id
		FROM audit_entry WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, fmt.Errorf("read audit rows: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := make(map[ID]Row, len(ids))
	for rows.Next() {
		var r Row
		if err := rows.Scan(&r.ID, &r.At, &r.ActorKind, &r.ActorID, &r.ActorName, &r.Action, &r.SubjectKind,
			&r.SubjectID, &r.Before, &r.After, &r.Reason, &r.RequestID); err != nil {
			return nil, fmt.Errorf("read audit row: %w", err)
		}
		r.At = r.At.UTC()
		out[r.ID] = r
	}
	return out, postgres.Fault(rows.Err())
}
