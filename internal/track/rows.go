package track

import (
	"encoding/json"
	"time"
)

// row is an event as it is stored.
type row struct {
	kind       Kind
	occurredAt time.Time
	receivedAt time.Time
	visitor    Visitor
	hash       []byte // of the visitor's id
	payload    json.RawMessage
}

var empty = json.RawMessage(`{}`)

// row makes an event ready to store. Without consent to analytics there is left
// only that such a thing happened, in which market, in which hour, and of a
// search its words and whether they found something.
func (r *Recorder) row(v Visitor, e Event, now time.Time) row {
	at := clamp(e.OccurredAt, now)
	if !v.Consent.Analytics {
		return row{kind: e.Kind, occurredAt: at.Truncate(time.Hour), receivedAt: now.Truncate(time.Hour),
			visitor: v.anonymous(), payload: bare(e)}
	}
	out := row{kind: e.Kind, occurredAt: at, receivedAt: now, visitor: v, payload: discreet(e.Payload)}
	if v.VisitorID != "" {
		out.hash = r.hash(v.VisitorID)
	}
	return out
}

// clamp brings a browser's idea of the time into the last 24 hours.
func clamp(at, now time.Time) time.Time {
	switch {
	case at.IsZero() || at.After(now):
		return now
	case at.Before(now.Add(-oldest)):
		return now.Add(-oldest)
	}
	return at
}

var columns = []string{"kind", "occurred_at", "received_at", "session_id", "visitor_hash", "customer_id",
	"market", "analytics", "marketing", "payload"}

func (r row) values() []any {
	var customer *int64
	if r.visitor.CustomerID != 0 {
		customer = &r.visitor.CustomerID
	}
	return []any{string(r.kind), r.occurredAt, r.receivedAt, r.visitor.SessionID, r.hash, customer,
		r.visitor.Market, r.visitor.Consent.Analytics, r.visitor.Consent.Marketing, []byte(r.payload)}
}
