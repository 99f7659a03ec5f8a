package checkout_test

import (
	"context"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
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
