package checkout_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	paying "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func refOf(c checkout.Checkout) checkout.Ref { return checkout.Ref{ID: c.ID, Token: c.Token} }

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

func TestComplete_makesOneOrderAndTakesTheStock(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	from := s.Cart(t, "US", map[string]int{"shirt-s": 2, "mug": 1})
	c := s.Ready(t, from, "US")
	if c.State != lifecycle.Ready || len(c.Problems) != 0 || c.HeldUntil == nil || *c.Next != lifecycle.Payment {
		t.Fatalf("%s, problems %v, next %v", c.State, c.Problems, c.Next)
	}
	if got := s.Available(t, "shirt-s"); got != 98 {
		t.Errorf("%d left while two are held", got)
	}
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "k")))
	o := out.Order
	if o == nil || out.Checkout.State != lifecycle.Completed || out.Checkout.Order != o.ID {
		t.Fatalf("%+v", out.Checkout)
	}
	// 2 × 25.00 + 9.99 + 5.00 delivery, 7.25 % on each: 3.63 + 0.72 + 0.36
	if o.Subtotal != 5999 || o.Delivery != 500 || o.Tax != 471 || o.Total != 6970 || o.Captured != 6970 {
		t.Errorf("%d + %d + %d = %d, captured %d", o.Subtotal, o.Delivery, o.Tax, o.Total, o.Captured)
	}
	if got := s.Available(t, "shirt-s"); got != 98 {
		t.Errorf("%d left of 100", got)
	}
	if _, err := s.Carts.ByRef(t.Context(), cart.Ref{ID: from.ID, Key: from.Key}); !fault.Is(err, "cart_not_found") {
		t.Errorf("the cart of an order: %v", err)
	}
	if n := s.Count(t, `SELECT count(*) FROM outbox WHERE topic = 'order.placed'`); n != 1 {
		t.Errorf("%d facts", n)
	}
}

func TestComplete_repeatedGivesTheSameOrder(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 1}), "US")
	first := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "a")))
	for _, key := range []string{"a", "b"} {
		again := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", key)))
		if again.Order == nil || again.Order.ID != first.Order.ID {
			t.Errorf("key %s: %+v", key, again.Order)
		}
	}
	other := salesfloor.Submission(c, "decline", "a")
	if _, err := s.Checkouts.Complete(t.Context(), other); !fault.Is(err, "idempotency_key_reused") {
		t.Errorf("another input under the same key: %v", err)
	}
	if n := s.Count(t, `SELECT count(*) FROM sandbox_charge`); n != 1 {
		t.Errorf("%d charges", n)
	}
}

func TestComplete_declinedCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 2}), "US")
	for range 2 { // the same key tells the same
		out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "decline", "a")))
		if !out.Declined || out.Why == "" || out.Order != nil || out.Checkout.State != lifecycle.Ready {
			t.Fatalf("declined %v (%s), %s", out.Declined, out.Why, out.Checkout.State)
		}
	}
	if s.Available(t, "mug") != 8 {
		t.Error("a decline gave the stock away")
	}
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "b")))
	if out.Order == nil || s.Available(t, "mug") != 8 {
		t.Errorf("%+v", out.Checkout.State)
	}
}

func TestComplete_refusesAnotherQuoteAndAnOlderVersion(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 1}), "US")
	amount := money.New(1099, "USD")
	err := s.Pricing.SetPrices(salesfloor.Context(), s.Base, []pricing.Change{{Variant: s.Variants["mug"], Amount: &amount}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "a")); !fault.Is(err, "quote_changed") {
		t.Fatalf("with an old quote: %v", err)
	}
	now := must[checkout.Checkout](t)(s.Checkouts.ByToken(t.Context(), c.Token))
	in := salesfloor.Submission(now, "ok", "a")
	old := now.Version - 1
	in.Ref.Expected = &old
	if _, err := s.Checkouts.Complete(t.Context(), in); !fault.Is(err, "stale_version") {
		t.Fatalf("with an old version: %v", err)
	}
	in.Ref.Expected = &now.Version
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), in))
	if out.Order.Subtotal != 1099 {
		t.Errorf("bought for %d", out.Order.Subtotal)
	}
}

func TestComplete_aSilentProviderIsAskedAgain(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Timeout: 100 * time.Millisecond})
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 1}), "US")
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "hang", "a")))
	if out.Order != nil || out.Declined || out.Checkout.State != lifecycle.Submitting {
		t.Fatalf("%s, declined %v", out.Checkout.State, out.Declined)
	}
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "b")); !fault.Is(err, "in_progress") {
		t.Errorf("a second submission: %v", err)
	}
	if _, err := s.Checkouts.Cancel(t.Context(), refOf(c)); !fault.Is(err, "in_progress") {
		t.Errorf("a cancellation: %v", err)
	}
	testkit.Clock(t, s.DB).Advance(time.Minute)
	open := must[[]payment.Payment](t)(s.Payments.Unsettled(t.Context(), s.DB.Clock().Now().Add(-10*time.Second), 10))
	if len(open) != 1 {
		t.Fatalf("%d payments to ask for", len(open))
	}
	if err := s.Checkouts.Settle(t.Context(), open[0].ID); err != nil {
		t.Fatal(err)
	}
	again := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "hang", "a")))
	if again.Order == nil {
		t.Fatalf("the retry finds %s", again.Checkout.State)
	}
	if n := s.Count(t, `SELECT count(*) FROM sandbox_charge WHERE state = 'charged'`); n != 1 {
		t.Errorf("%d charges", n)
	}
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

func TestStart_theLastPieceIsHeldByOne(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	first, second := s.Cart(t, "US", map[string]int{"mug": 10}), s.Cart(t, "US", map[string]int{"mug": 1})
	one := s.Ready(t, first, "US")
	two := s.Ready(t, second, "US")
	if two.State != lifecycle.Open && len(two.Problems) == 0 || two.HeldUntil != nil {
		t.Fatalf("%s, %v", two.State, two.Problems)
	}
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(two, "ok", "k")); !fault.Is(err, "out_of_stock") {
		t.Fatalf("%v", err)
	}
	testkit.Clock(t, s.DB).Advance(16 * time.Minute)
	must[int](t)(s.Stock.ExpireDue(t.Context(), 100))
	two = must[checkout.Checkout](t)(s.Checkouts.SetContact(t.Context(), refOf(two), checkout.Contact{Email: "b@example.com"}))
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(two, "ok", "k2")))
	if out.Order == nil {
		t.Fatal("the stock of an idle checkout was not given to another")
	}
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(one, "ok", "k")); !fault.Is(err, "out_of_stock") {
		t.Errorf("ten of the nine that are left: %v", err)
	}
}

func TestStart_aChangedCartIsTakenOverAgain(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	from := s.Cart(t, "US", map[string]int{"mug": 1})
	ref := cart.Ref{ID: from.ID, Key: from.Key}
	c := s.Ready(t, from, "US")
	must[cart.Change](t)(s.Carts.AddLines(t.Context(), ref, []cart.NewLine{{Variant: s.Variants["mug"], Quantity: 2}}))
	again := must[checkout.Checkout](t)(s.Checkouts.Start(t.Context(), checkout.Start{Cart: ref, Key: "second"}))
	if again.ID != c.ID || again.Lines[0].Quantity != 3 || again.Version <= c.Version || again.Email == "" {
		t.Errorf("checkout %d with %d pieces, version %d", again.ID, again.Lines[0].Quantity, again.Version)
	}
	if s.Available(t, "mug") != 7 {
		t.Errorf("%d left", s.Available(t, "mug"))
	}
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "k")); !fault.Is(err, "quote_changed") {
		t.Errorf("the quote of one piece: %v", err)
	}
}

// A line that was added after the checkout began is not lost: the buyer is asked
// again, with it.
func TestComplete_takesOverACartThatChangedBefore(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	from := s.Cart(t, "US", map[string]int{"mug": 1})
	c := s.Ready(t, from, "US")
	must[cart.Change](t)(s.Carts.AddLines(t.Context(), salesfloor.RefOf(from), []cart.NewLine{{Variant: s.Variants["shirt-s"], Quantity: 2}}))
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "k")); !fault.Is(err, "quote_changed") {
		t.Fatalf("bought without what was added: %v", err)
	}
	now := must[checkout.Checkout](t)(s.Checkouts.ByToken(t.Context(), c.Token))
	if len(now.Lines) != 2 || now.HeldUntil == nil || s.Available(t, "shirt-s") != 98 {
		t.Fatalf("%d lines, held until %v", len(now.Lines), now.HeldUntil)
	}
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(now, "ok", "k2")))
	if len(out.Order.Lines) != 2 {
		t.Errorf("%d lines", len(out.Order.Lines))
	}
}

func TestComplete_aCartThatChangesMeanwhileChangesNothing(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	from := s.Cart(t, "US", map[string]int{"mug": 1})
	c := challenged(t, s, from)
	must[cart.Change](t)(s.Carts.AddLines(t.Context(), cart.Ref{ID: from.ID, Key: from.Key}, []cart.NewLine{{Variant: s.Variants["shirt-s"], Quantity: 5}}))
	approve(t, s, c.Payments[0].Key, "approve")
	out := must[checkout.Outcome](t)(s.Checkouts.Confirm(t.Context(), refOf(c), c.Payments[0].ID))
	if len(out.Order.Lines) != 1 || out.Order.Total != c.Payments[0].Amount.Minor {
		t.Errorf("%d lines for %d, paid %d", len(out.Order.Lines), out.Order.Total, c.Payments[0].Amount.Minor)
	}
}

func TestExpireDue_givesTheStockBack(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 4}), "US")
	testkit.Clock(t, s.DB).Advance(25 * time.Hour)
	if n := must[int](t)(s.Checkouts.ExpireDue(t.Context(), 10)); n != 1 {
		t.Fatalf("%d ended", n)
	}
	if s.Available(t, "mug") != 10 {
		t.Error("an expired checkout keeps stock")
	}
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "k")); !fault.Is(err, "checkout_expired") {
		t.Error(err)
	}
}

func TestCancel_givesTheStockBack(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	from := s.Cart(t, "US", map[string]int{"mug": 4})
	c := challenged(t, s, from)
	ended := must[checkout.Checkout](t)(s.Checkouts.Cancel(t.Context(), refOf(c)))
	if ended.State != lifecycle.Cancelled || s.Available(t, "mug") != 10 {
		t.Errorf("%s, %d left", ended.State, s.Available(t, "mug"))
	}
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(s.Ready(t, from, "US"), "ok", "k")))
	if out.Order == nil {
		t.Error("the cart of a cancelled checkout cannot be bought any more")
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

func TestSteps_sayWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	from := s.Cart(t, "US", map[string]int{"shirt-m": 1})
	ctx := t.Context()
	c := must[checkout.Checkout](t)(s.Checkouts.Start(ctx, checkout.Start{Cart: cart.Ref{ID: from.ID, Key: from.Key}, Key: "k"}))
	next := func(want lifecycle.Step) {
		t.Helper()
		if c.Next == nil || *c.Next != want {
			t.Errorf("next is %v, want %s (%v)", c.Next, want, c.Problems)
		}
	}
	next(lifecycle.Contact)
	for _, bad := range []string{"", "ada", "ada@example", "a@b.c\r\nBcc: x@y.z", "Ada <ada@example.com>"} {
		if _, err := s.Checkouts.SetContact(ctx, refOf(c), checkout.Contact{Email: bad}); !fault.Is(err, "email_invalid") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	c = must[checkout.Checkout](t)(s.Checkouts.SetContact(ctx, refOf(c), checkout.Contact{Email: "ada@example.com"}))
	next(lifecycle.ShippingAddress)
	wrong := salesfloor.Address("US")
	wrong.Zip, wrong.City = "999", ""
	_, err := s.Checkouts.SetShippingAddress(ctx, refOf(c), wrong)
	if len(fault.All(err)) != 2 {
		t.Errorf("%v", err)
	}
	c = must[checkout.Checkout](t)(s.Checkouts.SetShippingAddress(ctx, refOf(c), salesfloor.Address("US")))
	next(lifecycle.Delivery)
	if _, err := s.Checkouts.SelectDelivery(ctx, refOf(c), map[string]string{"shipping": "teleport"}); !fault.Is(err, "delivery_method_unknown") {
		t.Error(err)
	}
	c = must[checkout.Checkout](t)(s.Checkouts.SelectDelivery(ctx, refOf(c), map[string]string{"shipping": "express"}))
	next(lifecycle.Payment)
	// California takes its tax on goods and on delivery: 25.00 and 19.00 at 7.25 %
	if c.Priced.Quote.Tax != 181+138 {
		t.Errorf("tax %d", c.Priced.Quote.Tax)
	}
}

func TestDigitalGoods_needABillingAddressAndNoDelivery(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	from := s.Cart(t, "DE", map[string]int{"ebook": 2})
	ctx := t.Context()
	c := must[checkout.Checkout](t)(s.Checkouts.Start(ctx, checkout.Start{Cart: cart.Ref{ID: from.ID, Key: from.Key}, Email: "e@example.com", Key: "k"}))
	if c.Next == nil || *c.Next != lifecycle.BillingAddress {
		t.Fatalf("next %v, %v", c.Next, c.Problems)
	}
	address := salesfloor.Address("DE")
	c = must[checkout.Checkout](t)(s.Checkouts.SetBillingAddress(ctx, refOf(c), &address, false))
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(ctx, salesfloor.Submission(c, "ok", "k")))
	// 2 × 5.00 with 19 % in it
	if o := out.Order; o == nil || o.Total != 1000 || o.Tax != 160 || !o.TaxIncluded || o.ShippingAddress != nil || o.Currency != "EUR" {
		t.Errorf("%+v", o)
	}
}

// Texas takes no tax in the test shop, and nothing is delivered of an e-book.
func TestComplete_withoutTaxes(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	texas := salesfloor.Address("US")
	texas.City, texas.ZoneCode, texas.Zip = "Austin", "TX", "78701"
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 1}), "US")
	c = must[checkout.Checkout](t)(s.Checkouts.SetShippingAddress(t.Context(), refOf(c), texas))
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "k")))
	if o := out.Order; o == nil || o.Tax != 0 || o.Total != 999+500 {
		t.Errorf("%+v", o)
	}
}

// What a shop without any payment due sells is ordered without a provider.
func TestComplete_nothingDueNeedsNoPayment(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	no := false
	s.Sell(t, "Leaflet", nil, 0, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "leaflet", RequiresShipping: &no, Tracked: &no}})
	from := s.Cart(t, "US", map[string]int{"leaflet": 1})
	c := must[checkout.Checkout](t)(s.Checkouts.Start(t.Context(), checkout.Start{Cart: salesfloor.RefOf(from), Email: "e@example.com", Key: "k"}))
	address := salesfloor.Address("US")
	c = must[checkout.Checkout](t)(s.Checkouts.SetBillingAddress(t.Context(), refOf(c), &address, false))
	in := salesfloor.Submission(c, "", "k")
	in.Method = ""
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), in))
	if o := out.Order; o == nil || o.Total != 0 || len(out.Checkout.Payments) != 0 {
		t.Errorf("%+v", out.Checkout)
	}
}

// One client cannot hold everything without paying, and what he held comes back.
func TestHolds_areCappedAndEnd(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Caps: inventory.HoldCaps{Line: 50, Checkout: 60, Client: 70}})
	started := 0
	for i := range 4 {
		from := s.Cart(t, "US", map[string]int{"shirt-s": 30})
		c := must[checkout.Checkout](t)(s.Checkouts.Start(t.Context(), checkout.Start{Cart: cart.Ref{ID: from.ID, Key: from.Key}, Key: "k", Client: "somebody"}))
		if c.HeldUntil != nil {
			started++
		} else if len(c.Problems) == 0 {
			t.Errorf("checkout %d holds nothing and says nothing of it", i)
		}
	}
	if started != 2 || s.Available(t, "shirt-s") != 40 {
		t.Errorf("%d checkouts of one client hold stock, %d left", started, s.Available(t, "shirt-s"))
	}
	testkit.Clock(t, s.DB).Advance(16 * time.Minute)
	must[int](t)(s.Stock.ExpireDue(context.Background(), 100))
	if s.Available(t, "shirt-s") != 100 {
		t.Error("what was held did not come back")
	}
}
