package paymenttest

import (
	"context"
	"errors"
	"sync"

	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
)

// The tokens that a Fake knows. Others are declined.
const (
	Takes      = "takes"
	Sets       = "sets" // aside: authorized, not captured
	Declines   = "declines"
	Challenges = "challenges"
	Waits      = "waits" // processing until Decide
)

// Fake is a provider in memory. What it says of a key may be set with Decide,
// and Interfere stands between what it does and what it answers.
type Fake struct {
	method payment.Method

	mu        sync.Mutex
	verdicts  map[string]payment.Verdict
	refunds   map[string]payment.Refund
	calls     map[string]int
	interfere func(ctx context.Context, call, key string) error
}

// NewFake gives a provider that has heard nothing yet.
func NewFake(m payment.Method) *Fake {
	return &Fake{method: m, verdicts: map[string]payment.Verdict{}, refunds: map[string]payment.Refund{}, calls: map[string]int{}}
}

// Interfere has f called after each deed ("authorize", "find", "cancel",
// "refund") and before its answer: an error is what the shop hears instead. It
// may wait for the context or panic.
func (f *Fake) Interfere(with func(ctx context.Context, call, key string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.interfere = with
}

// Decide sets what becomes of a key.
func (f *Fake) Decide(key string, v payment.Verdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.verdicts[key] = v
}

// Calls counts the calls of a sort.
func (f *Fake) Calls(call string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[call]
}

// Refunds lists what was given back of a payment.
func (f *Fake) Refunds(key string) []payment.Refund {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []payment.Refund
	for _, r := range f.refunds {
		if r.PaymentKey == key {
			all = append(all, r)
		}
	}
	return all
}

// Method names it.
func (f *Fake) Method() payment.Method { return f.method }

// Authorize does what the token says, once per key.
func (f *Fake) Authorize(ctx context.Context, r payment.Request) (payment.Verdict, error) {
	f.mu.Lock()
	v, heard := f.verdicts[r.Key]
	if !heard {
		v = verdictOf(r)
		f.verdicts[r.Key] = v
	}
	f.mu.Unlock()
	return v, f.called(ctx, "authorize", r.Key)
}

func verdictOf(r payment.Request) payment.Verdict {
	v := payment.Verdict{Reference: "fake-" + r.Key, Amount: r.Amount}
	switch r.Token {
	case Takes:
		v.State = lifecycle.Captured
	case Sets:
		v.State = lifecycle.Authorized
	case Challenges:
		v.State = lifecycle.RequiresAction
		v.Action = &payment.Action{Kind: payment.ActRedirect, URL: "https://provider.example/" + r.Key}
	case Waits:
		v.State = lifecycle.Processing
	default:
		v.State, v.Reason = lifecycle.Failed, "The card was declined."
	}
	return v
}

// Find tells what became of a key.
func (f *Fake) Find(ctx context.Context, key string) (payment.Verdict, bool, error) {
	f.mu.Lock()
	v, heard := f.verdicts[key]
	f.mu.Unlock()
	return v, heard, f.called(ctx, "find", key)
}

// Cancel gives up what is not decided.
func (f *Fake) Cancel(ctx context.Context, key string) (payment.Verdict, error) {
	f.mu.Lock()
	v, heard := f.verdicts[key]
	if !heard || v.State.Open() {
		v.State, v.Action = lifecycle.Cancelled, nil
	}
	if heard {
		f.verdicts[key] = v
	}
	f.mu.Unlock()
	return v, f.called(ctx, "cancel", key)
}

// Refund gives back the whole, or a part, once per key of the refund.
func (f *Fake) Refund(ctx context.Context, r payment.Refund) error {
	if err := f.refund(r); err != nil {
		return err
	}
	return f.called(ctx, "refund", r.PaymentKey)
}

func (f *Fake) refund(r payment.Refund) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, again := f.refunds[r.Key]; again {
		return nil
	}
	v := f.verdicts[r.PaymentKey]
	if r.Key == "" || !v.State.Good() || r.Amount.Currency != v.Amount.Currency || r.Amount.Minor <= 0 || r.Amount.Minor > v.Amount.Minor {
		return errors.New("there is no such money to give back")
	}
	f.refunds[r.Key] = r
	v.Amount = money.New(v.Amount.Minor-r.Amount.Minor, v.Amount.Currency)
	if v.Amount.Minor == 0 {
		v.State, v.Amount = lifecycle.Voided, r.Amount
	}
	f.verdicts[r.PaymentKey] = v
	return nil
}

func (f *Fake) called(ctx context.Context, call, key string) error {
	f.mu.Lock()
	f.calls[call]++
	with := f.interfere
	f.mu.Unlock()
	if with == nil {
		return nil
	}
	return with(ctx, call, key)
}
