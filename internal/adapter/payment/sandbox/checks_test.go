package sandbox_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/adapter/payment/sandbox"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

// shop is the room of payments with the sandbox.
func shop(t *testing.T, db *postgres.DB) *payment.Service {
	t.Helper()
	return payment.NewService(db, event.NewOutbox(db), open(t, db)).With(payment.Config{Timeout: 100 * time.Millisecond})
}

// pay runs one attempt as far as the provider's answer goes.
func pay(t *testing.T, db *postgres.DB, s *payment.Service, token string) payment.Payment {
	t.Helper()
	p, err := s.Open(t.Context(), payment.New{Checkout: checkout(t, db), Method: sandbox.Handle, Amount: price, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Ask(t.Context(), p.ID)
	if err != nil {
		v = payment.Verdict{State: lifecycle.Processing}
	}
	if p, err = s.Record(t.Context(), p.ID, v); err != nil {
		t.Fatal(err)
	}
	return p
}

func checkout(t *testing.T, db *postgres.DB) int64 {
	t.Helper()
	ctx := t.Context()
	var id int64
	err := db.Conn(ctx).QueryRow(ctx, `
		WITH m AS (
			INSERT INTO market (created_at, updated_at, handle, name, currency, prices_include_tax)
			SELECT $1, $1, 'm' || (random() * 1e9)::bigint, 'M', 'EUR', true RETURNING id),
		c AS (
			INSERT INTO cart (created_at, updated_at, country, language, currency, attributes, codes, preferences, metafields, choices, expires_at, market_id)
			SELECT $1, $1, 'DE', 'en', 'EUR', '[]', '[]', '{}', '[]', '{}', $1, id FROM m RETURNING id, market_id)
		INSERT INTO checkout (created_at, updated_at, cart_version, country, language, currency, attributes, codes, choices, expires_at, cart_id, market_id)
		SELECT $1, $1, 1, 'DE', 'en', 'EUR', '[]', '[]', '{}', $1, id, market_id FROM c RETURNING id`, db.Now(ctx)).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestChecks_ledgersAgreeWhateverTheTokens(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.WithInvariants(slices.Concat(payment.Checks(), sandbox.Checks())...))
	s := shop(t, db)
	for token, want := range map[string]lifecycle.State{sandbox.OK: lifecycle.Captured, sandbox.Decline: lifecycle.Failed,
		sandbox.Challenge: lifecycle.RequiresAction, sandbox.Hang: lifecycle.Processing, "nonsense": lifecycle.Failed} {
		if p := pay(t, db, s, token); p.State != want {
			t.Errorf("%s: %+v", token, p)
		}
	}
	back := pay(t, db, s, sandbox.OK)
	if err := errors.Join(s.OweRefund(t.Context(), back.ID, "why"), s.PayBack(t.Context(), back.ID)); err != nil {
		t.Fatal(err)
	}
	// Dropped before the sandbox heard of it.
	unheard, err := s.Open(t.Context(), payment.New{Checkout: checkout(t, db), Method: sandbox.Handle, Amount: price, Token: sandbox.OK})
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Drop(t.Context(), unheard.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Record(t.Context(), unheard.ID, v); err != nil {
		t.Fatal(err)
	}
}

func TestChecks_findLedgersThatDiffer(t *testing.T) {
	t.Parallel()
	const stale = `, updated_at = updated_at - interval '11 minutes'`
	for what, c := range map[string]struct {
		token, spoil string
		off          bool
	}{
		"as it should be":              {sandbox.OK, `SELECT 1`, false},
		"a charge without a payment":   {sandbox.OK, `UPDATE sandbox_charge SET key = 'other'`, true},
		"another amount":               {sandbox.OK, `UPDATE sandbox_charge SET amount = amount + 1`, true},
		"another currency":             {sandbox.OK, `UPDATE sandbox_charge SET currency = 'USD'`, true},
		"a refund nobody knows of":     {sandbox.OK, `UPDATE sandbox_charge SET refunded = 1`, true},
		"a charge never heard of":      {sandbox.Hang, `UPDATE sandbox_charge SET key = key` + stale, true},
		"a charge about to be heard":   {sandbox.Hang, `SELECT 1`, false},
		"money that was never charged": {sandbox.OK, `DELETE FROM sandbox_charge`, true},
	} {
		db := testkit.DB(t)
		pay(t, db, shop(t, db), c.token)
		if _, err := db.Conn(t.Context()).Exec(t.Context(), c.spoil); err != nil {
			t.Fatal(err)
		}
		found, err := doctor.Run(t.Context(), db.Pool(), sandbox.Checks())
		if err != nil || (len(found) > 0) != c.off {
			t.Errorf("%s: %v, %v", what, found, err)
		}
	}
}
