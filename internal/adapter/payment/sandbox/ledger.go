package sandbox

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

type state string

const (
	challenged state = "challenged"
	charged    state = "charged"
	declined   state = "declined"
	cancelled  state = "cancelled"
)

// charge is a row of the ledger.
type charge struct {
	id        int64
	key       string
	token     string
	amount    money.Money
	state     state
	refunded  int64
	returnURL string
}

// ledger goes to the pool and never into a transaction of the shop: another
// company's books do not roll back with ours. Every statement is whole in
// itself.
type ledger struct{ db *postgres.DB }

const columns = `id, key, token, amount, currency, state, refunded, return_url`

func (l ledger) one(ctx context.Context, sql string, args ...any) (charge, error) {
	var c charge
	err := l.db.Pool().QueryRow(ctx, sql, args...).
		Scan(&c.id, &c.key, &c.token, &c.amount.Minor, &c.amount.Currency, &c.state, &c.refunded, &c.returnURL)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("sandbox ledger: %w", postgres.Fault(err))
	}
	return c, err
}

func (l ledger) find(ctx context.Context, key string) (charge, bool, error) {
	c, err := l.one(ctx, `SELECT `+columns+` FROM sandbox_charge WHERE key = $1`, key)
	if errors.Is(err, pgx.ErrNoRows) {
		return charge{}, false, nil
	}
	return c, err == nil, err
}

// charge writes a new key down; fresh is false where it was heard before, in
// whatever state it is now.
func (l ledger) charge(ctx context.Context, r payment.Request, first state) (c charge, fresh bool, err error) {
	c, err = l.one(ctx, `
		INSERT INTO sandbox_charge (key, token, amount, currency, state, return_url, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (key) DO NOTHING RETURNING `+columns,
		r.Key, r.Token, r.Amount.Minor, string(r.Amount.Currency), string(first), r.ReturnURL, l.db.Clock().Now())
	if errors.Is(err, pgx.ErrNoRows) {
		c, err = l.known(ctx, r.Key)
		return c, false, err
	}
	return c, err == nil, err
}

// known reads a key that is there: nothing ever leaves the ledger.
func (l ledger) known(ctx context.Context, key string) (charge, error) {
	c, found, err := l.find(ctx, key)
	if err == nil && !found {
		err = fmt.Errorf("sandbox ledger: no charge has this key")
	}
	return c, err
}

// cancel gives a key up unless it is decided, and gives what it is now.
func (l ledger) cancel(ctx context.Context, key string) (charge, error) {
	c, err := l.one(ctx, `
		INSERT INTO sandbox_charge AS c (key, token, amount, currency, state, created_at, updated_at)
		VALUES ($1, '', 0, 'XXX', 'cancelled', $2, $2)
		ON CONFLICT (key) DO UPDATE SET state = 'cancelled', updated_at = excluded.updated_at WHERE c.state = 'challenged'
		RETURNING `+columns, key, l.db.Clock().Now())
	if errors.Is(err, pgx.ErrNoRows) {
		return l.known(ctx, key)
	}
	return c, err
}

// decide ends a challenge, the first time it is called for a key.
func (l ledger) decide(ctx context.Context, key string, to state) error {
	_, err := l.db.Pool().Exec(ctx, `UPDATE sandbox_charge SET state = $2, updated_at = $3 WHERE key = $1 AND state = 'challenged'`,
		key, string(to), l.db.Clock().Now())
	return postgres.Fault(err)
}

// refund gives back up to the amount, once. A charge keeps one refund.
func (l ledger) refund(ctx context.Context, r payment.Refund) error {
	if r.Key == "" || r.Amount.Minor <= 0 {
		return errors.New("a refund has a key and a positive amount")
	}
	var done bool
	err := l.db.Pool().QueryRow(ctx, `
		WITH made AS (
			UPDATE sandbox_charge SET refunded = $3, refund_key = $2, updated_at = $5
			WHERE key = $1 AND state = 'charged' AND refund_key = '' AND currency = $4 AND amount >= $3 RETURNING id)
		SELECT EXISTS (SELECT FROM made)`,
		r.PaymentKey, r.Key, r.Amount.Minor, string(r.Amount.Currency), l.db.Clock().Now()).Scan(&done)
	if err != nil || done {
		return postgres.Fault(err)
	}
	err = l.db.Pool().QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM sandbox_charge WHERE key = $1 AND refund_key = $2 AND refunded = $3 AND currency = $4)`,
		r.PaymentKey, r.Key, r.Amount.Minor, string(r.Amount.Currency)).Scan(&done)
	if err == nil && !done {
		err = errors.New("there is no such money to give back")
	}
	return postgres.Fault(err)
}
