package payment_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/payment/paymenttest"
	"github.com/souk-commerce/souk/internal/testkit"
)

// TestAsk_afterACrash stops at each point between writing down, asking and
// recording, and goes on as a new process would.
func TestAsk_afterACrash(t *testing.T) {
	t.Parallel()
	for _, stop := range []string{"opened", "asked", "processing recorded", "provider died after the deed"} {
		s := open(t)
		p := s.attempt(t, "card", paymenttest.Takes)
		switch stop {
		case "asked":
			s.ask(t, p.ID)
		case "processing recorded":
			s.ask(t, p.ID)
			s.record(t, p.ID, payment.Verdict{State: lifecycle.Processing})
		case "provider died after the deed":
			s.card.Interfere(func(context.Context, string, string) error { return errors.New("connection reset") })
			if v, err := s.Ask(t.Context(), p.ID); !errors.Is(err, payment.ErrUnknown) || v.State != "" {
				t.Errorf("%+v, %v", v, err)
			}
			s.record(t, p.ID, payment.Verdict{State: lifecycle.Processing})
			s.card.Interfere(nil)
		}
		if paid := s.settle(t, p.ID); paid.State != lifecycle.Captured || paid.Reference != "fake-"+p.Key {
			t.Errorf("%s: %+v", stop, paid)
		}
	}
}

func TestAsk_asksAgainForWhatWasNeverHeardWhileItIsOpen(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", paymenttest.Takes)
	s.record(t, p.ID, payment.Verdict{State: lifecycle.Processing}) // and the request was lost on its way
	if v := s.ask(t, p.ID); v.State != lifecycle.Captured {
		t.Errorf("%+v", v)
	}
	given := s.attempt(t, "card", paymenttest.Takes)
	s.record(t, given.ID, verdict(lifecycle.Cancelled))
	if v := s.ask(t, given.ID); v.State != lifecycle.Cancelled || s.card.Calls("authorize") != 1 {
		t.Errorf("%+v after %d requests", v, s.card.Calls("authorize"))
	}
}

func TestAsk_takesNoMoneyUnderAKeyThatMayBeForgotten(t *testing.T) {
	t.Parallel()
	s := open(t)
	unheard, heard := s.attempt(t, "card", paymenttest.Takes), s.attempt(t, "card", paymenttest.Takes)
	s.ask(t, heard.ID) // and then the server died
	testkit.Clock(t, s.db).Advance(2 * time.Hour)
	if p := s.settle(t, unheard.ID); p.State != lifecycle.Cancelled {
		t.Errorf("never heard: %+v", p)
	}
	if p := s.settle(t, heard.ID); p.State != lifecycle.Captured || s.card.Calls("authorize") != 1 {
		t.Errorf("taken, after %d requests: %+v", s.card.Calls("authorize"), p)
	}
}

func TestAsk_boundsProvidersThatHangPanicOrLie(t *testing.T) {
	t.Parallel()
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	for what, how := range map[string]func(context.Context, string, string) error{
		"waits for the context": func(ctx context.Context, _, _ string) error { <-ctx.Done(); return ctx.Err() },
		"forgets the context":   func(context.Context, string, string) error { <-forever; return nil },
		"panics":                func(context.Context, string, string) error { panic("oh") },
		"gives up early":        func(context.Context, string, string) error { return errors.New("bad gateway") },
	} {
		s := open(t)
		s.card.Interfere(how)
		p := s.attempt(t, "card", paymenttest.Takes)
		began := time.Now()
		_, err := s.Ask(t.Context(), p.ID)
		if !errors.Is(err, payment.ErrUnknown) || time.Since(began) > 5*time.Second {
			t.Errorf("%s: %v", what, err)
		}
		if read, _ := s.ByID(t.Context(), p.ID); read.State != lifecycle.Created || read.Version != p.Version {
			t.Errorf("%s: the state moved: %+v", what, read)
		}
	}
	s := open(t)
	p := s.attempt(t, "card", "")
	s.card.Decide(p.Key, payment.Verdict{State: "paid"})
	if _, err := s.Ask(t.Context(), p.ID); !errors.Is(err, payment.ErrUnknown) {
		t.Errorf("a verdict that is none: %v", err)
	}
}

func TestAsk_refusesToWaitInsideATransaction(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", paymenttest.Takes)
	_ = s.db.InTx(t.Context(), func(ctx context.Context) error {
		_, asked := s.Ask(ctx, p.ID)
		_, dropped := s.Drop(ctx, p.ID)
		for _, err := range []error{asked, dropped, s.PayBack(ctx, p.ID)} {
			if !fault.Is(err, "inside_transaction") {
				t.Errorf("err = %v", err)
			}
		}
		return nil
	})
	if n := s.card.Calls("authorize"); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
}

func TestUnsettled_comesToTheOthersWhileAProviderIsDown(t *testing.T) {
	t.Parallel()
	s := open(t)
	down, other := s.attempt(t, "card", paymenttest.Takes), s.attempt(t, "later", paymenttest.Sets)
	done := s.record(t, s.attempt(t, "card", "").ID, verdict(lifecycle.Failed))
	s.card.Interfere(func(context.Context, string, string) error { return errors.New("down") })
	for _, want := range []payment.ID{down.ID, other.ID} {
		testkit.Clock(t, s.db).Advance(time.Minute)
		due, err := s.Unsettled(t.Context(), s.db.Now(t.Context()), 1)
		if err != nil || len(due) != 1 || due[0].ID != want || want == done.ID {
			t.Fatalf("%+v, %v, want %d", due, err, want)
		}
		_, _ = s.Ask(t.Context(), want)
	}
}

func TestDrop_isAnsweredByTheProvider(t *testing.T) {
	t.Parallel()
	s := open(t)
	waiting := s.attempt(t, "card", paymenttest.Challenges)
	s.settle(t, waiting.ID)
	if v, err := s.Drop(t.Context(), waiting.ID); err != nil || v.State != lifecycle.Cancelled {
		t.Errorf("%+v, %v", v, err)
	}
	faster := s.attempt(t, "card", paymenttest.Challenges)
	s.settle(t, faster.ID)
	s.card.Decide(faster.Key, verdict(lifecycle.Captured)) // the buyer, at this moment
	v, err := s.Drop(t.Context(), faster.ID)
	if err != nil || v.State != lifecycle.Captured {
		t.Errorf("%+v, %v", v, err)
	}
	paid := s.record(t, faster.ID, v)
	if v, err := s.Drop(t.Context(), faster.ID); err != nil || v.State != lifecycle.Captured || s.card.Calls("cancel") != 2 {
		t.Errorf("what is decided was dropped: %+v, %v (%+v)", v, err, paid)
	}
}
