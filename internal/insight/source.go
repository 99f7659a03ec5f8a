package insight

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/track"
)

// The SQL of this file reads what other rooms wrote down; it writes nothing.

// counted are the kinds of events that figures are made of.
var counted = []track.Kind{track.Search, track.Impression, track.Click, track.AddToCart}

// events reads events by visit and time. A cart's event names a variant; its
// product is added.
const events = `
	SELECT e.session_id, e.kind, e.occurred_at, e.market, e.payload, COALESCE(v.product_id, 0)
	FROM track_event e
	LEFT JOIN variant v ON e.kind = 'add_to_cart' AND v.id = CASE
		WHEN COALESCE(e.payload ->> 'variantId', e.payload ->> 'variant') ~ '^[0-9]{1,18}$'
		THEN COALESCE(e.payload ->> 'variantId', e.payload ->> 'variant')::bigint END`

// mostSteps is how much of a visit is looked at: nobody does so much.
const mostSteps = 5_000

// eachVisit hands over the visits of a span, one after the other. Searches that
// belong to no visit come one by one, with an empty session.
func (s *Service) eachVisit(ctx context.Context, from, to time.Time, fn func(session string, steps []step)) error {
	return s.visits(ctx, events+`
		WHERE e.occurred_at >= $1 AND e.occurred_at < $2 AND e.kind = ANY($3)
		ORDER BY e.session_id, e.occurred_at, e.id`, fn, from, to, counted)
}

// visitsOf hands over visits by their sessions.
func (s *Service) visitsOf(ctx context.Context, since time.Time, sessions []string, fn func(session string, steps []step)) error {
	return s.visits(ctx, events+`
		WHERE e.session_id = ANY($1) AND e.session_id <> '' AND e.occurred_at >= $2
		ORDER BY e.session_id, e.occurred_at, e.id`, fn, sessions, since)
}

func (s *Service) visits(ctx context.Context, sql string, fn func(session string, steps []step), args ...any) error {
	rows, err := s.db.Conn(ctx).Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read storefront events: %w", postgres.Fault(err))
	}
	defer rows.Close()
	var of string
	var steps []step
	tell := func() {
		if len(steps) > 0 {
			fn(of, steps)
		}
		steps = steps[:0]
	}
	for rows.Next() {
		session, next, err := scanStep(rows)
		if err != nil {
			return fmt.Errorf("read storefront events: %w", err)
		}
		if session != of || session == "" {
			tell()
			of = session
		}
		if len(steps) < mostSteps {
			steps = append(steps, next)
		}
	}
	tell()
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read storefront events: %w", postgres.Fault(err))
	}
	return nil
}

// scanStep reads an event. Of a payload that is not ours what can be read counts.
func scanStep(rows pgx.Rows) (session string, s step, err error) {
	var raw json.RawMessage
	var product int64
	if err := rows.Scan(&session, &s.kind, &s.at, &s.market, &raw, &product); err != nil {
		return "", step{}, err
	}
	_ = json.Unmarshal(raw, &s.what)
	if product != 0 {
		s.what.Product = product
	}
	return session, s, nil
}

// orders reads what was ordered in a span, by the cart that it was in.
func (s *Service) orders(ctx context.Context, from, to time.Time) (map[int64][]order, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT c.cart_id, o.placed_at, array_agg(DISTINCT l.product_id)
		FROM sales_order o
		JOIN checkout c ON c.id = o.checkout_id
		JOIN order_line l ON l.order_id = o.id
		WHERE o.placed_at >= $1 AND o.placed_at < $2 AND o.state NOT IN ('draft', 'expired')
		GROUP BY o.id, c.cart_id, o.placed_at ORDER BY o.id`, from, to)
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", postgres.Fault(err))
	}
	defer rows.Close()
	placed := map[int64][]order{}
	for rows.Next() {
		var cart int64
		var o order
		if err := rows.Scan(&cart, &o.placedAt, &o.products); err != nil {
			return nil, fmt.Errorf("read orders: %w", err)
		}
		placed[cart] = append(placed[cart], o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read orders: %w", postgres.Fault(err))
	}
	return placed, nil
}

// mark is how far events and orders were looked at.
type mark struct{ event, order int64 }

// newest is the mark behind everything that there is.
func (s *Service) newest(ctx context.Context) (m mark, err error) {
	err = s.db.Conn(ctx).QueryRow(ctx, `
		SELECT (SELECT COALESCE(max(id), 0) FROM track_event), (SELECT COALESCE(max(id), 0) FROM sales_order)`).Scan(&m.event, &m.order)
	if err != nil {
		return m, fmt.Errorf("look for news: %w", postgres.Fault(err))
	}
	return m, nil
}

// hoursSince gives the hours in which what came after a mark happened.
func (s *Service) hoursSince(ctx context.Context, m mark) ([]time.Time, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT date_trunc('hour', occurred_at) FROM track_event WHERE id > $1 AND kind = ANY($2)
		UNION SELECT date_trunc('hour', placed_at) FROM sales_order WHERE id > $3`, m.event, counted, m.order)
	if err != nil {
		return nil, fmt.Errorf("look for news: %w", postgres.Fault(err))
	}
	hours, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, fmt.Errorf("look for news: %w", postgres.Fault(err))
	}
	return hours, nil
}

// firstEvent is when the oldest event happened that is kept; zero without one.
func (s *Service) firstEvent(ctx context.Context) (time.Time, error) {
	var first *time.Time
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT min(occurred_at) FROM track_event WHERE kind = 'search'`).Scan(&first)
	if err != nil || first == nil {
		return time.Time{}, postgres.Fault(err)
	}
	return *first, nil
}

// sessionsAsking gives the visits that searched for one of the queries, the
// latest first.
func (s *Service) sessionsAsking(ctx context.Context, since time.Time, about map[subject]bool) ([]string, error) {
	if len(about) == 0 {
		return nil, nil
	}
	queries := make([]string, 0, len(about))
	for a := range about {
		queries = append(queries, a.query)
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT session_id FROM track_event
		WHERE kind = 'search' AND occurred_at >= $1 AND session_id <> '' AND payload ->> 'query' = ANY($2)
		GROUP BY session_id ORDER BY max(occurred_at) DESC, session_id LIMIT $3`, since, queries, visitsMost)
	if err != nil {
		return nil, fmt.Errorf("look for visits: %w", postgres.Fault(err))
	}
	sessions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("look for visits: %w", postgres.Fault(err))
	}
	return sessions, nil
}
