// Package paymenttest holds the promises of payment.Provider as tests, which
// every adapter passes, and a provider in memory for the tests of rooms.
package paymenttest

import (
	"context"
	"net/url"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

// Subject is a provider and what it makes of tokens.
type Subject struct {
	Provider   payment.Provider
	Takes      string // a token that pays at once
	Declines   string // one that is refused; "": there is none
	Challenges string // one that asks the buyer to act; "": there is none
}

// Conform checks a provider that open makes. One whose money comes beside the
// shop (PayLater) need not remember anything.
func Conform(t *testing.T, open func(t *testing.T) Subject) {
	t.Helper()
	for name, promise := range map[string]func(*testing.T, Subject){
		"names its method":                   namesItself,
		"has not heard of an unknown key":    knowsNothingUnheard,
		"takes once per key":                 takesOnce,
		"takes once of many at a time":       takesOnceOfMany,
		"keeps to the first amount of a key": keepsFirstAmount,
		"declines with a reason":             declines,
		"asks the buyer to act":              challenges,
		"cannot cancel what was taken":       keepsTaken,
		"gives back once per key":            refundsOnce,
		"gives back no more than was taken":  refusesWrongRefunds,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			promise(t, open(t))
		})
	}
}

var price = money.New(1250, "EUR")

func request(token string) payment.Request {
	return payment.Request{Key: secret.Token(), Amount: price, Token: token, ReturnURL: "https://shop.example/back"}
}

func (s Subject) remembers() bool { return !s.Provider.Method().PayLater }

// authorize asks and wants a verdict in one of the states.
func (s Subject) authorize(t *testing.T, r payment.Request, want ...lifecycle.State) payment.Verdict {
	t.Helper()
	v, err := s.Provider.Authorize(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range want {
		if v.State == state {
			return v
		}
	}
	t.Fatalf("token %q: %+v, want one of %v", r.Token, v, want)
	return v
}

// finds wants the provider to know the key in a state.
func (s Subject) finds(t *testing.T, key string, want lifecycle.State) payment.Verdict {
	t.Helper()
	v, heard, err := s.Provider.Find(t.Context(), key)
	if err != nil || !heard || v.State != want {
		t.Fatalf("find: %+v, heard %v, %v, want %s", v, heard, err, want)
	}
	return v
}

func namesItself(t *testing.T, s Subject) {
	a, b := s.Provider.Method(), s.Provider.Method()
	if a.Handle == "" || a.Title == "" || a.Kind == "" || a.Handle != b.Handle {
		t.Errorf("%+v, then %+v", a, b)
	}
}

func knowsNothingUnheard(t *testing.T, s Subject) {
	key := secret.Token()
	if v, heard, err := s.Provider.Find(t.Context(), key); err != nil || heard {
		t.Errorf("find: %+v, heard %v, %v", v, heard, err)
	}
	if v, err := s.Provider.Cancel(t.Context(), key); err != nil || v.State != lifecycle.Cancelled {
		t.Errorf("cancel: %+v, %v", v, err)
	}
}

func takesOnce(t *testing.T, s Subject) {
	r := request(s.Takes)
	first := s.authorize(t, r, lifecycle.Authorized, lifecycle.Captured)
	if first.Amount != price {
		t.Fatalf("took %v of %v", first.Amount, price)
	}
	again := s.authorize(t, r, first.State)
	if again.Reference != first.Reference || again.Amount != first.Amount {
		t.Errorf("asked again: %+v, first %+v", again, first)
	}
	if !s.remembers() {
		return
	}
	if found := s.finds(t, r.Key, first.State); found.Reference != first.Reference || found.Amount != first.Amount {
		t.Errorf("found %+v, took %+v", found, first)
	}
	if other := s.authorize(t, request(s.Takes), first.State); other.Reference == first.Reference {
		t.Errorf("two keys have one reference %q", other.Reference)
	}
}

func takesOnceOfMany(t *testing.T, s Subject) {
	r := request(s.Takes)
	references := make([]string, 8)
	var wg sync.WaitGroup
	for i := range references {
		wg.Go(func() {
			v, err := s.Provider.Authorize(context.WithoutCancel(t.Context()), r)
			if err != nil || !v.State.Good() {
				t.Errorf("%+v, %v", v, err)
			}
			references[i] = v.Reference
		})
	}
	wg.Wait()
	for _, ref := range references {
		if ref != references[0] {
			t.Fatalf("one key became two payments: %q", references)
		}
	}
}

func keepsFirstAmount(t *testing.T, s Subject) {
	if !s.remembers() {
		t.Skip("its money comes beside the shop")
	}
	r := request(s.Takes)
	first := s.authorize(t, r, lifecycle.Authorized, lifecycle.Captured)
	r.Amount = money.New(price.Minor+1, price.Currency)
	if v, err := s.Provider.Authorize(t.Context(), r); err == nil && v.Amount != price {
		t.Errorf("the key was asked for another amount: %+v", v)
	}
	if v := s.finds(t, r.Key, first.State); v.Amount != price {
		t.Errorf("it holds %v now", v.Amount)
	}
}

func declines(t *testing.T, s Subject) {
	if s.Declines == "" {
		t.Skip("it declines nothing")
	}
	r := request(s.Declines)
	for range 2 {
		if v := s.authorize(t, r, lifecycle.Failed); v.Reason == "" {
			t.Error("the buyer is not told why")
		}
	}
	s.finds(t, r.Key, lifecycle.Failed)
}

func challenges(t *testing.T, s Subject) {
	if s.Challenges == "" {
		t.Skip("it asks for no action")
	}
	r := request(s.Challenges)
	v := s.authorize(t, r, lifecycle.RequiresAction)
	if v.Action == nil {
		t.Fatal("there is nothing to do")
	}
	if v.Action.Kind != payment.ActDisplay {
		u, err := url.Parse(v.Action.URL)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			t.Errorf("the buyer is sent to %q", v.Action.URL)
		}
	}
	if found := s.finds(t, r.Key, lifecycle.RequiresAction); found.Action == nil || found.Action.URL != v.Action.URL {
		t.Errorf("found %+v, asked for %+v", found.Action, v.Action)
	}
	if v, err := s.Provider.Cancel(t.Context(), r.Key); err != nil || v.State != lifecycle.Cancelled {
		t.Fatalf("cancel: %+v, %v", v, err)
	}
	s.finds(t, r.Key, lifecycle.Cancelled)
	s.authorize(t, r, lifecycle.Cancelled)
}

func keepsTaken(t *testing.T, s Subject) {
	if !s.remembers() {
		t.Skip("its money comes beside the shop")
	}
	r := request(s.Takes)
	v := s.authorize(t, r, lifecycle.Authorized, lifecycle.Captured)
	if v.State == lifecycle.Authorized {
		t.Skip("it only sets aside, which may be let go")
	}
	if v, err := s.Provider.Cancel(t.Context(), r.Key); err != nil || v.State != lifecycle.Captured || v.Amount != price {
		t.Errorf("cancel: %+v, %v", v, err)
	}
}

func refundsOnce(t *testing.T, s Subject) {
	r := request(s.Takes)
	v := s.authorize(t, r, lifecycle.Authorized, lifecycle.Captured)
	back := payment.Refund{Key: r.Key + "-refund", PaymentKey: r.Key, Reference: v.Reference, Amount: price}
	for range 2 {
		if err := s.Provider.Refund(t.Context(), back); err != nil {
			t.Fatal(err)
		}
	}
	if s.remembers() {
		s.finds(t, r.Key, lifecycle.Voided)
	}
}

func refusesWrongRefunds(t *testing.T, s Subject) {
	if !s.remembers() {
		t.Skip("its money comes beside the shop")
	}
	r := request(s.Takes)
	v := s.authorize(t, r, lifecycle.Authorized, lifecycle.Captured)
	for what, back := range map[string]payment.Refund{
		"more than all":     {Key: secret.Token(), PaymentKey: r.Key, Reference: v.Reference, Amount: money.New(price.Minor+1, price.Currency)},
		"nothing":           {Key: secret.Token(), PaymentKey: r.Key, Reference: v.Reference, Amount: money.New(0, price.Currency)},
		"less than nothing": {Key: secret.Token(), PaymentKey: r.Key, Reference: v.Reference, Amount: money.New(-1, price.Currency)},
		"another currency":  {Key: secret.Token(), PaymentKey: r.Key, Reference: v.Reference, Amount: money.New(price.Minor, "JPY")},
		"of an unknown key": {Key: secret.Token(), PaymentKey: secret.Token(), Amount: price},
		"without a key":     {PaymentKey: r.Key, Reference: v.Reference, Amount: price},
	} {
		if err := s.Provider.Refund(t.Context(), back); err == nil {
			t.Errorf("gave back %s", what)
		}
	}
	if found := s.finds(t, r.Key, v.State); found.Amount != price {
		t.Errorf("it holds %v now", found.Amount)
	}
}
