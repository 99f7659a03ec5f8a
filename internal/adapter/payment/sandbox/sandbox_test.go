package sandbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/adapter/payment/sandbox"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/payment/paymenttest"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/testkit"
)

var price = money.New(1999, "EUR")

func open(t *testing.T, db *postgres.DB) *sandbox.Provider {
	t.Helper()
	p, err := sandbox.New(db, sandbox.Config{PublicURL: "https://shop.example/"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func request(token, back string) payment.Request {
	return payment.Request{Key: secret.Token(), Amount: price, Token: token, ReturnURL: back}
}

func TestProvider_conforms(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	paymenttest.Conform(t, func(t *testing.T) paymenttest.Subject {
		return paymenttest.Subject{Provider: open(t, db), Takes: sandbox.OK, Declines: sandbox.Decline, Challenges: sandbox.Challenge}
	})
}

func TestNew_refusesProductionUnlessAllowed(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	cfg := sandbox.Config{PublicURL: "https://shop.example", Production: true}
	if _, err := sandbox.New(db, cfg); !fault.Is(err, "sandbox_in_production") {
		t.Errorf("err = %v", err)
	}
	cfg.AllowInProduction = true
	if _, err := sandbox.New(db, cfg); err != nil {
		t.Error(err)
	}
	if _, err := sandbox.New(db, sandbox.Config{PublicURL: "/shop"}); !fault.Is(err, "invalid_public_url") {
		t.Errorf("err = %v", err)
	}
}

func TestAuthorize_refusesUnknownTokens(t *testing.T) {
	t.Parallel()
	p := open(t, testkit.DB(t))
	for _, token := range []string{"", "OK", "tok_visa", "'; --"} {
		v, err := p.Authorize(t.Context(), request(token, ""))
		if err != nil || v.State != lifecycle.Failed || v.Reason != "unknown token" {
			t.Errorf("%q: %+v, %v", token, v, err)
		}
	}
}

func TestAuthorize_hangChargesOnceAndTellsLater(t *testing.T) {
	t.Parallel()
	p := open(t, testkit.DB(t))
	r := request(sandbox.Hang, "")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if v, err := p.Authorize(ctx, r); !errors.Is(err, context.DeadlineExceeded) || v.State != "" {
		t.Fatalf("%+v, %v", v, err)
	}
	found, heard, err := p.Find(t.Context(), r.Key)
	if err != nil || !heard || found.State != lifecycle.Captured || found.Amount != price {
		t.Fatalf("%+v, %v, %v", found, heard, err)
	}
	if again, err := p.Authorize(t.Context(), r); err != nil || again.Reference != found.Reference {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestAuthorize_outlivesTheShopsTransaction(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	p, r := open(t, db), request(sandbox.OK, "")
	_ = db.InTx(t.Context(), func(ctx context.Context) error {
		if _, err := p.Authorize(ctx, r); err != nil {
			t.Error(err)
		}
		return errors.New("the shop rolls back")
	})
	if v, heard, err := p.Find(t.Context(), r.Key); err != nil || !heard || v.State != lifecycle.Captured {
		t.Errorf("%+v, %v, %v", v, heard, err)
	}
}

func TestCancel_aKeyThatWasGivenUpIsNeverCharged(t *testing.T) {
	t.Parallel()
	p := open(t, testkit.DB(t))
	r := request(sandbox.OK, "")
	if v, err := p.Cancel(t.Context(), r.Key); err != nil || v.State != lifecycle.Cancelled {
		t.Fatalf("%+v, %v", v, err)
	}
	if v, err := p.Authorize(t.Context(), r); err != nil || v.State != lifecycle.Cancelled {
		t.Errorf("charged after all: %+v, %v", v, err)
	}
}
