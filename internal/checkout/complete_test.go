package checkout_test

import (
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

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

// A hold that ended is taken anew for what costs nothing, too.
func TestComplete_nothingDueIsHeldAnew(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	no := false
	s.Sell(t, "Voucher", nil, 5, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "voucher", RequiresShipping: &no}})
	from := s.Cart(t, "US", map[string]int{"voucher": 1})
	c := must[checkout.Checkout](t)(s.Checkouts.Start(t.Context(), checkout.Start{Cart: salesfloor.RefOf(from), Email: "e@example.com", Key: "k"}))
	address := salesfloor.Address("US")
	c = must[checkout.Checkout](t)(s.Checkouts.SetBillingAddress(t.Context(), refOf(c), &address, false))
	testkit.Clock(t, s.DB).Advance(16 * time.Minute)
	must[int](t)(s.Stock.ExpireDue(t.Context(), 100))
	in := salesfloor.Submission(c, "", "k")
	in.Method = ""
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), in))
	if out.Order == nil || s.Available(t, "voucher") != 4 {
		t.Errorf("%s, %d left", out.Checkout.State, s.Available(t, "voucher"))
	}
}
