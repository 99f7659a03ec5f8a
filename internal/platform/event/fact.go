package event

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/platform/actor"
)

// Fact is something that became true. It is marshalled to a JSON object of ids
// and versions; a field "version" is the aggregate's version after the change.
type Fact interface {
	// Topic names the sort of fact: "product.updated".
	Topic() string
	// Aggregate is what it happened to.
	Aggregate() (kind string, id int64)
}

// Envelope is a fact as it is delivered.
type Envelope struct {
	ID            int64           `json:"id"`
	XID           uint64          `json:"xid"`
	Topic         string          `json:"topic"`
	AggregateKind string          `json:"aggregate_kind"`
	AggregateID   int64           `json:"aggregate_id"`
	Version       int64           `json:"version"`
	Payload       json.RawMessage `json:"payload"`
	ActorKind     actor.Kind      `json:"actor_kind"`
	ActorID       int64           `json:"actor_id,omitempty"`
	RecordedAt    time.Time       `json:"recorded_at"`
}

// Position is where the event stands in the order.
func (e Envelope) Position() Position { return Position{XID: e.XID, ID: e.ID} }

// Decode reads the payload into a fact.
func (e Envelope) Decode(fact any) error {
	if err := json.Unmarshal(e.Payload, fact); err != nil {
		return fmt.Errorf("decode event %d (%s): %w", e.ID, e.Topic, err)
	}
	return nil
}

// Position is a place in the order of events; the zero one is before all.
type Position struct {
	XID uint64
	ID  int64
}

// Before reports whether p comes earlier than q.
func (p Position) Before(q Position) bool {
	return p.XID < q.XID || p.XID == q.XID && p.ID < q.ID
}
