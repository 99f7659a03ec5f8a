package payment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

func (s *Service) insert(ctx context.Context, n New, key string) (Payment, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		INSERT INTO payment (created_at, updated_at, checkout_id, provider, method, amount, currency, provider_key, token, return_url)
		VALUES ($1, $1, $2, $3, $3, $4, $5, $6, $7, $8) RETURNING `+columns,
		s.db.Now(ctx), n.Checkout, n.Method, n.Amount.Minor, string(n.Amount.Currency), key, n.Token, n.ReturnURL)
	a, err := one(rows, err)
	if err != nil {
		return Payment{}, fmt.Errorf("open payment: %w", postgres.Conflict(err, byConstraint))
	}
	return a.Payment, nil
}

func (s *Service) lock(ctx context.Context, id ID) (attempt, error) {
	return s.read(ctx, `WHERE id = $1 FOR UPDATE`, int64(id))
}

func (s *Service) attempt(ctx context.Context, id ID) (attempt, error) {
	return s.read(ctx, `WHERE id = $1`, int64(id))
}

func (s *Service) read(ctx context.Context, which string, args ...any) (attempt, error) {
	a, err := one(s.db.Conn(ctx).Query(ctx, `SELECT `+columns+` FROM payment `+which, args...))
	if errors.Is(err, pgx.ErrNoRows) {
		return attempt{}, ErrNotFound
	}
	if err != nil {
		return attempt{}, fmt.Errorf("read payment: %w", postgres.Fault(err))
	}
	return a, nil
}

func one(rows pgx.Rows, err error) (attempt, error) {
	if err != nil {
		return attempt{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scan)
}

// save writes a step, its history and its facts. The row is locked.
func (s *Service) save(ctx context.Context, before attempt, st step) (Payment, error) {
	now, who := s.db.Now(ctx), actor.From(ctx)
	p := st.after.Payment
	p.Version, p.UpdatedAt, p.RefundOwed = before.Version+1, now, st.after.refund == refundOwed
	token := st.after.token
	if !p.State.Open() {
		token = "" // it has done its work
	}
	action, err := actionColumn(p.Action)
	if err != nil {
		return Payment{}, fmt.Errorf("write payment: %w", err)
	}
	_, err = s.db.Conn(ctx).Exec(ctx, `
		WITH stepped AS (
			UPDATE payment SET state = $2::text, captured = $3, refunded = $4, refund_state = $5, reference = NULLIF($6, ''),
				token = $7, next_action = $8, decline_reason = $9, version = $10, updated_at = $11,
				settled_at = CASE WHEN $12 THEN NULL ELSE COALESCE(settled_at, $11) END
			WHERE id = $1 RETURNING id)
		INSERT INTO payment_transition (payment_id, event, before, after, actor_kind, actor_id, reason, at)
		SELECT id, $13::text, $14, $2::text, $15, $16, $17, $11 FROM stepped WHERE $13::text <> ''`,
		int64(p.ID), string(p.State), p.Captured, p.Refunded, string(st.after.refund), p.Reference,
		token, action, p.DeclineReason, p.Version, now, p.State.Open(),
		string(st.event), string(before.State), string(who.Kind), who.ID, st.reason)
	if err != nil {
		return Payment{}, fmt.Errorf("write payment: %w", postgres.Conflict(err, byConstraint))
	}
	return p, s.events.Record(ctx, facts(p, st)...)
}

func facts(p Payment, st step) []event.Fact {
	var all []event.Fact
	if st.event != "" {
		all = append(all, Changed{Payment: p.ID, Checkout: p.Checkout, Order: p.Order, Version: p.Version, State: p.State})
	}
	if st.owes != "" {
		all = append(all, RefundOwed{Payment: p.ID, Checkout: p.Checkout, Order: p.Order, Version: p.Version, Reason: st.owes})
	}
	if st.repaid {
		all = append(all, Refunded{Payment: p.ID, Checkout: p.Checkout, Order: p.Order, Version: p.Version})
	}
	return all
}

func (s *Service) attach(ctx context.Context, id ID, order int64) error {
	tag, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE payment SET order_id = $2, updated_at = $3, version = version + CASE WHEN order_id IS NULL THEN 1 ELSE 0 END
		WHERE id = $1 AND COALESCE(order_id, $2) = $2`, int64(id), order, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("attach payment: %w", postgres.Fault(err))
	}
	if tag.RowsAffected() > 0 {
		return nil
	}
	if _, err := s.ByID(ctx, id); err != nil {
		return err
	}
	return ErrAttached
}

// touch notes that an open payment was asked for just now, so that Unsettled
// comes to the others first.
func (s *Service) touch(ctx context.Context, id ID) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `UPDATE payment SET updated_at = $2 WHERE id = $1 AND settled_at IS NULL`, int64(id), s.db.Now(ctx))
	return postgres.Fault(err)
}

// ByID gives a payment.
func (s *Service) ByID(ctx context.Context, id ID) (Payment, error) {
	a, err := s.attempt(ctx, id)
	return a.Payment, err
}

// ByKey gives the payment that a provider knows by a key.
func (s *Service) ByKey(ctx context.Context, key string) (Payment, error) {
	a, err := s.read(ctx, `WHERE provider_key = $1`, key)
	return a.Payment, err
}

// OfCheckouts gives the payments of checkouts, each list in the order of the
// attempts.
func (s *Service) OfCheckouts(ctx context.Context, ids []int64) (map[int64][]Payment, error) {
	return s.grouped(ctx, func(p Payment) int64 { return p.Checkout }, `WHERE checkout_id = ANY($1) ORDER BY checkout_id, id`, ids)
}

// OfOrders gives the payments of orders, each list in the order of the attempts.
func (s *Service) OfOrders(ctx context.Context, ids []int64) (map[int64][]Payment, error) {
	return s.grouped(ctx, func(p Payment) int64 { return p.Order }, `WHERE order_id = ANY($1) ORDER BY order_id, id`, ids)
}

func (s *Service) grouped(ctx context.Context, by func(Payment) int64, which string, ids []int64) (map[int64][]Payment, error) {
	all, err := s.list(ctx, which, ids)
	out := make(map[int64][]Payment, len(ids))
	for _, p := range all {
		out[by(p)] = append(out[by(p)], p)
	}
	return out, err
}

// Unsettled lists open payments that were neither changed nor asked for since
// before, those that wait longest first.
func (s *Service) Unsettled(ctx context.Context, before time.Time, limit int) ([]Payment, error) {
	return s.list(ctx, `WHERE settled_at IS NULL AND updated_at < $1 ORDER BY updated_at, id LIMIT $2`, before, limit)
}

// Expired lists attempts that the shop gave up since a time, the newest first:
// their money may still come.
func (s *Service) Expired(ctx context.Context, since time.Time, limit int) ([]Payment, error) {
	return s.list(ctx, `WHERE state IN ('expired', 'cancelled') AND refund_state = '' AND updated_at >= $1 ORDER BY id DESC LIMIT $2`, since, limit)
}

func (s *Service) list(ctx context.Context, which string, args ...any) ([]Payment, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+columns+` FROM payment `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("list payments: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("list payments: %w", postgres.Fault(err))
	}
	all := make([]Payment, len(found))
	for i, a := range found {
		all[i] = a.Payment
	}
	return all, nil
}

// Owed lists payments that PayBack can give back, those that wait longest
// first.
func (s *Service) Owed(ctx context.Context, limit int) ([]ID, error) {
	byHand := []string{}
	for _, m := range s.Methods() {
		if m.PayLater {
			byHand = append(byHand, m.Handle)
		}
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT id FROM payment WHERE refund_state = 'owed' AND NOT (method = ANY($1) AND captured > 0)
		ORDER BY updated_at, id LIMIT $2`, byHand, limit)
	if err != nil {
		return nil, fmt.Errorf("list refunds owed: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return nil, fmt.Errorf("list refunds owed: %w", postgres.Fault(err))
	}
	return ids, nil
}
