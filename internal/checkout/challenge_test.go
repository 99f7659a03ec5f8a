package checkout_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/payment"
	paying "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// approve presses a button of the sandbox's challenge page.
func approve(t *testing.T, s *salesfloor.Shop, key, verdict string) {
	t.Helper()
	page := s.Sandbox.Handler(s.Payments.Heard)
	r := httptest.NewRequest(http.MethodPost, "/sandbox/challenge/"+key, strings.NewReader(url.Values{"verdict": {verdict}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	if w.Code >= 400 {
		t.Fatalf("the challenge page answers %d: %s", w.Code, w.Body)
	}
}

// challenged is a checkout whose payment waits for the buyer.
func challenged(t *testing.T, s *salesfloor.Shop, from cart.Cart) checkout.Checkout {
	t.Helper()
	c := s.Ready(t, from, "US")
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "challenge", "k")))
	if out.Checkout.State != lifecycle.AwaitingAction || out.Order != nil {
		t.Fatalf("a challenge leaves the checkout %s", out.Checkout.State)
	}
	return out.Checkout
}

func TestChallenge_theOrderIsMadeWithoutTheBuyer(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	c := challenged(t, s, s.Cart(t, "US", map[string]int{"mug": 1}))
	p := c.Payments[0]
	if p.State != paying.RequiresAction || p.Action == nil || p.Action.URL == "" {
		t.Fatalf("%+v", p)
	}
	if _, err := s.Checkouts.SetContact(t.Context(), refOf(c), checkout.Contact{Email: "eve@example.com"}); !fault.Is(err, "in_progress") {
		t.Errorf("a change while the payment is open: %v", err)
	}
	approve(t, s, p.Key, "approve")
	if n := s.Count(t, `SELECT count(*) FROM outbox WHERE topic = 'payment.heard'`); n != 1 {
		t.Fatalf("%d notices", n)
	}
	if err := s.Checkouts.Settle(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	out := must[checkout.Outcome](t)(s.Checkouts.Confirm(t.Context(), refOf(c), p.ID))
	if out.Order == nil || out.Order.Captured != out.Order.Total {
		t.Errorf("%+v", out.Checkout.State)
	}
}

func TestChallenge_refusedGivesTheCheckoutBack(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	c := challenged(t, s, s.Cart(t, "US", map[string]int{"mug": 1}))
	approve(t, s, c.Payments[0].Key, "decline")
	out := must[checkout.Outcome](t)(s.Checkouts.Confirm(t.Context(), refOf(c), c.Payments[0].ID))
	if !out.Declined || out.Checkout.State != lifecycle.Ready {
		t.Errorf("declined %v, %s", out.Declined, out.Checkout.State)
	}
}

func TestChallenge_anotherWayToPayGivesTheFirstUp(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	c := challenged(t, s, s.Cart(t, "US", map[string]int{"mug": 1}))
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "second")))
	if out.Order == nil {
		t.Fatalf("%s", out.Checkout.State)
	}
	if n := s.Count(t, `SELECT count(*) FROM sandbox_charge WHERE state = 'charged'`); n != 1 {
		t.Errorf("%d charges", n)
	}
}

func TestConfirm_onlyTheOwnPayment(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	mine := challenged(t, s, s.Cart(t, "US", map[string]int{"mug": 1}))
	theirs := challenged(t, s, s.Cart(t, "US", map[string]int{"mug": 1}))
	approve(t, s, theirs.Payments[0].Key, "approve")
	if _, err := s.Checkouts.Confirm(t.Context(), refOf(mine), theirs.Payments[0].ID); !fault.Is(err, "payment_not_found") {
		t.Errorf("another's payment: %v", err)
	}
	if n := s.Count(t, `SELECT count(*) FROM sales_order`); n != 0 {
		t.Error("it was asked for all the same")
	}
	for _, ref := range []checkout.Ref{{ID: theirs.ID, Token: mine.Token}, {ID: mine.ID}, {Token: mine.Token + "x"}, {Token: "1-"}, {Token: "-1-x"}} {
		if _, err := s.Checkouts.ByRef(t.Context(), ref); !fault.Is(err, "checkout_not_found") {
			t.Errorf("%+v: %v", ref, err)
		}
	}
}

// Money that comes for an expired checkout is taken if the goods are still
// there, and sent back if they are not or the cart was bought meanwhile.
func TestLateMoney(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(*testing.T, *salesfloor.Shop, cart.Cart)
		orders    int64
		refunded  bool
	}{
		"accepted": {meanwhile: func(*testing.T, *salesfloor.Shop, cart.Cart) {}, orders: 1},
		"the goods are gone": {orders: 1, refunded: true, meanwhile: func(t *testing.T, s *salesfloor.Shop, _ cart.Cart) {
			c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 10}), "US")
			must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "k")))
		}},
		"the cart was bought": {orders: 1, refunded: true, meanwhile: func(t *testing.T, s *salesfloor.Shop, from cart.Cart) {
			must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(s.Ready(t, from, "US"), "ok", "k")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := salesfloor.Open(t, salesfloor.Options{})
			from := s.Cart(t, "US", map[string]int{"mug": 1})
			c := challenged(t, s, from)
			p := c.Payments[0]
			testkit.Clock(t, s.DB).Advance(31 * time.Minute)
			if n := must[int](t)(s.Checkouts.ExpireDue(t.Context(), 10)); n != 1 {
				t.Fatalf("%d ended", n)
			}
			if s.Available(t, "mug") != 10 {
				t.Fatal("the stock was not given back")
			}
			test.meanwhile(t, s, from)
			approve(t, s, p.Key, "approve")
			for range 2 {
				if err := s.Checkouts.Settle(t.Context(), p.ID); err != nil {
					t.Fatal(err)
				}
			}
			for _, id := range must[[]payment.ID](t)(s.Payments.Owed(t.Context(), 10)) {
				if err := s.Payments.PayBack(t.Context(), id); err != nil {
					t.Fatal(err)
				}
			}
			if n := s.Count(t, `SELECT count(*) FROM sales_order`); n != test.orders {
				t.Errorf("%d orders", n)
			}
			if n := s.Count(t, `SELECT count(*) FROM sandbox_charge WHERE key = $1 AND refunded = amount`, p.Key); (n == 1) != test.refunded {
				t.Errorf("refunded: %v", n == 1)
			}
			if n := s.Count(t, `SELECT count(*) FROM outbox WHERE topic = 'checkout.late_payment'`); n != 1 {
				t.Errorf("%d facts", n)
			}
		})
	}
}

// superseded is a checkout of which one attempt was given up for another, on
// which the provider has not spoken yet.
func superseded(t *testing.T, s *salesfloor.Shop) (given, current payment.Payment) {
	t.Helper()
	c := challenged(t, s, s.Cart(t, "US", map[string]int{"mug": 1}))
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "hang", "second")))
	if out.Checkout.State != lifecycle.Submitting || len(out.Checkout.Payments) != 2 {
		t.Fatalf("%s with %d payments", out.Checkout.State, len(out.Checkout.Payments))
	}
	return out.Checkout.Payments[0], out.Checkout.Payments[1]
}

// News of an attempt that was given up says nothing of the one that is under way.
func TestSettle_aGivenUpAttemptDoesNotDeclineTheNextOne(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Timeout: 100 * time.Millisecond})
	given, current := superseded(t, s)
	for _, id := range []payment.ID{given.ID, current.ID} {
		if err := s.Checkouts.Settle(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	c := must[checkout.Checkout](t)(s.Checkouts.ByID(t.Context(), checkout.ID(current.Checkout)))
	if c.State != lifecycle.Completed {
		t.Errorf("the checkout is %s", c.State)
	}
}

// Late money of an attempt that was given up never pays for what was submitted
// after it: it was asked for another quote. It goes back.
func TestSettle_lateMoneyOfAGivenUpAttemptGoesBack(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Timeout: 100 * time.Millisecond})
	given, current := superseded(t, s)
	// the buyer was faster than the cancellation, and the provider took the money
	if _, err := s.DB.Conn(t.Context()).Exec(t.Context(), `UPDATE sandbox_charge SET state = 'charged' WHERE key = $1`, given.Key); err != nil {
		t.Fatal(err)
	}
	for _, id := range []payment.ID{given.ID, current.ID} {
		if err := s.Checkouts.Settle(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range must[[]payment.ID](t)(s.Payments.Owed(t.Context(), 10)) {
		if err := s.Payments.PayBack(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	first, second := must[payment.Payment](t)(s.Payments.ByID(t.Context(), given.ID)), must[payment.Payment](t)(s.Payments.ByID(t.Context(), current.ID))
	if first.Order != 0 || first.Refunded != first.Amount.Minor || second.Order == 0 || second.Refunded != 0 {
		t.Errorf("given up: order %d, refunded %d; current: order %d, refunded %d", first.Order, first.Refunded, second.Order, second.Refunded)
	}
}
