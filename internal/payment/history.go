package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Happened is a step that a payment took.
type Happened struct {
	Payment       ID
	Method        string
	Event         lifecycle.Event
	Before, After lifecycle.State
	Reason        string
	Actor         actor.Kind
	ActorID       int64
	At            time.Time
}

// HistoryOfOrders gives the steps of the payments of orders, the oldest first.
func (s *Service) HistoryOfOrders(ctx context.Context, ids []int64) (map[int64][]Happened, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT p.order_id, p.id, p.method, t.event, t.before, t.after, t.reason, t.actor_kind, t.actor_id, t.at
		FROM payment p JOIN payment_transition t ON t.payment_id = p.id
		WHERE p.order_id = ANY($1) ORDER BY p.order_id, t.at, t.id`, ids)
	if err != nil {
		return nil, fmt.Errorf("read histories of payments: %w", postgres.Fault(err))
	}
	out := make(map[int64][]Happened, len(ids))
	var order int64
	var h Happened
	_, err = pgx.ForEachRow(rows, []any{&order, &h.Payment, &h.Method, &h.Event, &h.Before, &h.After, &h.Reason, &h.Actor, &h.ActorID, &h.At}, func() error {
		out[order] = append(out[order], h)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read histories of payments: %w", postgres.Fault(err))
	}
	return out, nil
}
