package payment_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/payment/paymenttest"
)

func TestPayBack_givesBackOnceWhateverBreaks(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.settle(t, s.attempt(t, "card", paymenttest.Takes).ID)
	if err := s.PayBack(t.Context(), p.ID); !errors.Is(err, payment.ErrNothingOwed) {
		t.Fatalf("err = %v", err)
	}
	for range 2 {
		if err := s.OweRefund(t.Context(), p.ID, "out_of_stock"); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.facts(t, p.ID, payment.TopicRefundOwed); n != 1 {
		t.Errorf("%d facts of a refund owed", n)
	}
	if owed, err := s.Owed(t.Context(), 9); err != nil || !slices.Equal(owed, []payment.ID{p.ID}) {
		t.Errorf("owed %v, %v", owed, err)
	}
	s.card.Interfere(func(context.Context, string, string) error { return errors.New("the answer was lost") })
	if err := s.PayBack(t.Context(), p.ID); !errors.Is(err, payment.ErrUnknown) {
		t.Errorf("err = %v", err)
	}
	s.card.Interfere(nil)
	errs := make(chan error)
	for range 5 {
		go func() { errs <- s.PayBack(context.WithoutCancel(t.Context()), p.ID) }()
	}
	for range 5 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	back, err := s.ByID(t.Context(), p.ID)
	if err != nil || back.State != lifecycle.Voided || back.Refunded != price.Minor || back.RefundOwed {
		t.Errorf("%+v, %v", back, err)
	}
	if refunds, facts := s.card.Refunds(p.Key), s.facts(t, p.ID, payment.TopicRefunded); len(refunds) != 1 || facts != 1 {
		t.Errorf("%d refunds, %d facts", len(refunds), facts)
	}
	// An old genuine notice, replayed.
	if replayed := s.record(t, p.ID, verdict(lifecycle.Captured)); replayed.Version != back.Version {
		t.Errorf("a replay changed it: %+v", replayed)
	}
}

func TestPayBack_givesBackWhatTheProviderReallyTook(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", "")
	s.card.Decide(p.Key, payment.Verdict{State: lifecycle.Captured, Amount: money.New(99900, "JPY")})
	s.settle(t, p.ID)
	if err := s.PayBack(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if back := s.card.Refunds(p.Key); len(back) != 1 || back[0].Amount != money.New(99900, "JPY") {
		t.Errorf("gave back %v", back)
	}
	if p, err := s.ByID(t.Context(), p.ID); err != nil || p.RefundOwed || p.State != lifecycle.Failed {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestPayBack_letsGoWhatWasOnlySetAside(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.settle(t, s.attempt(t, "card", paymenttest.Sets).ID)
	if err := errors.Join(s.OweRefund(t.Context(), p.ID, "cancelled"), s.PayBack(t.Context(), p.ID)); err != nil {
		t.Fatal(err)
	}
	if p, err := s.ByID(t.Context(), p.ID); err != nil || p.State != lifecycle.Voided || p.Captured != 0 || p.Refunded != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestRecord_providersOwnRefundSettlesWhatIsOwed(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.settle(t, s.attempt(t, "card", paymenttest.Takes).ID)
	if err := s.OweRefund(t.Context(), p.ID, "cancelled"); err != nil {
		t.Fatal(err)
	}
	p = s.record(t, p.ID, verdict(lifecycle.Voided))
	if p.State != lifecycle.Voided || p.Refunded != price.Minor || p.RefundOwed || s.facts(t, p.ID, payment.TopicRefunded) != 1 {
		t.Errorf("%+v", p)
	}
}

func TestOweRefund_onlyOfMoneyThatIsThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", "")
	if err := s.OweRefund(t.Context(), p.ID, "why"); !errors.Is(err, payment.ErrNothingToOwe) {
		t.Errorf("open: %v", err)
	}
	s.record(t, p.ID, verdict(lifecycle.Failed))
	if err := s.OweRefund(t.Context(), p.ID, "why"); !errors.Is(err, payment.ErrNothingToOwe) {
		t.Errorf("failed: %v", err)
	}
}

func TestMarkPaid_isForMoneyThatComesLater(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.settle(t, s.attempt(t, "later", paymenttest.Sets).ID)
	for range 2 {
		paid, err := s.MarkPaid(t.Context(), p.ID)
		if err != nil || paid.State != lifecycle.Captured || paid.Captured != price.Minor || paid.Version != p.Version+1 {
			t.Fatalf("%+v, %v", paid, err)
		}
	}
	card := s.settle(t, s.attempt(t, "card", paymenttest.Sets).ID)
	if _, err := s.MarkPaid(t.Context(), card.ID); !errors.Is(err, payment.ErrNotByHand) {
		t.Errorf("card money: %v", err)
	}
	if err := s.OweRefund(t.Context(), p.ID, "cancelled"); err != nil {
		t.Fatal(err)
	}
	if owed, err := s.Owed(t.Context(), 9); err != nil || len(owed) != 0 || !errors.Is(s.PayBack(t.Context(), p.ID), payment.ErrByHand) {
		t.Errorf("given back by a program: %v, %v", owed, err)
	}
	for range 2 {
		back, err := s.MarkRefunded(t.Context(), p.ID)
		if err != nil || back.State != lifecycle.Voided || back.Refunded != price.Minor || back.RefundOwed {
			t.Fatalf("%+v, %v", back, err)
		}
	}
}

func TestMarkPaid_refusedBeforeTheProviderAgreed(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.settle(t, s.attempt(t, "later", paymenttest.Declines).ID)
	if _, err := s.MarkPaid(t.Context(), p.ID); !fault.Is(err, "invalid_transition") {
		t.Errorf("err = %v", err)
	}
}
