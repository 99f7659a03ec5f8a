package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
)

// Ask asks the provider what becomes of a payment. It runs outside of
// transactions, since it waits for somebody else, and writes no state down:
// that is Record's. An error means that the outcome is not known.
func (s *Service) Ask(ctx context.Context, id ID) (Verdict, error) {
	return s.consult(ctx, id, s.inquire)
}

// AskFirst is Ask about a payment that was opened by this very caller a moment
// ago, which need not be read again.
func (s *Service) AskFirst(ctx context.Context, opened Payment, token string) (Verdict, error) {
	if err := s.db.Refuse(ctx, "asking a payment provider"); err != nil {
		return Verdict{}, err
	}
	p, ok := s.provider(opened.Method)
	if !ok {
		return Verdict{}, ErrUnknown
	}
	return s.put(ctx, attempt{Payment: opened, token: token}, p, s.inquire)
}

// Drop asks the provider to give a payment up. The verdict may be that the
// money was taken all the same. Like Ask it runs outside of transactions and
// writes no state down.
func (s *Service) Drop(ctx context.Context, id ID) (Verdict, error) {
	return s.consult(ctx, id, func(ctx context.Context, p Provider, a attempt) (Verdict, error) {
		if !a.State.Open() {
			return a.verdict(), nil
		}
		return p.Cancel(ctx, a.Key)
	})
}

// consult has a question put to the provider of a payment.
func (s *Service) consult(ctx context.Context, id ID, question func(context.Context, Provider, attempt) (Verdict, error)) (Verdict, error) {
	a, p, err := s.outside(ctx, id)
	if err != nil {
		return Verdict{}, err
	}
	return s.put(ctx, a, p, question)
}

// put puts a question to a provider, and notes that it was asked if it has no
// verdict yet.
func (s *Service) put(ctx context.Context, a attempt, p Provider, question func(context.Context, Provider, attempt) (Verdict, error)) (Verdict, error) {
	v, err := bounded(ctx, s.timeout, func(ctx context.Context) (Verdict, error) { return question(ctx, p, a) })
	if err == nil {
		err = v.validate()
	}
	if err == nil && v.State != lifecycle.Processing {
		return v, nil
	}
	// The caller's time may be up, and a failed note costs no more than being
	// asked for again too soon.
	note, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = s.touch(note, a.ID)
	if err != nil {
		return Verdict{}, fmt.Errorf("ask %s about payment %d: %w", a.Method, a.ID, ErrUnknown.Wrap(err))
	}
	return v, nil
}

// outside reads a payment and its provider, for a call that no transaction may
// wait for.
func (s *Service) outside(ctx context.Context, id ID) (attempt, Provider, error) {
	if err := s.db.Refuse(ctx, "asking a payment provider"); err != nil {
		return attempt{}, nil, err
	}
	a, err := s.attempt(ctx, id)
	if err != nil {
		return attempt{}, nil, err
	}
	p, ok := s.provider(a.Method)
	if !ok {
		return attempt{}, nil, ErrUnknown.Wrap(fmt.Errorf("payment %d: there is no provider %q", id, a.Method))
	}
	return a, p, nil
}

// keyLife is how long an attempt is asked for under its key. Providers forget
// keys after a day at the earliest, and would then take the money a second
// time; and whoever wanted to pay has left long before.
const keyLife = time.Hour

// inquire puts the question that fits the state. What the provider never heard
// of is asked for (again) only while the attempt is open and young.
func (s *Service) inquire(ctx context.Context, p Provider, a attempt) (Verdict, error) {
	old := s.db.Now(ctx).Sub(a.CreatedAt) > keyLife
	if a.State != lifecycle.Created || old {
		v, heard, err := p.Find(ctx, a.Key)
		if err != nil || heard {
			return v, err
		}
	}
	switch {
	case !a.State.Open():
		return a.verdict(), nil
	case old:
		return Verdict{State: lifecycle.Cancelled, Reason: "The payment was not made in time."}, nil
	}
	return p.Authorize(ctx, Request{Key: a.Key, Amount: a.Amount, Token: a.token, ReturnURL: a.ReturnURL})
}

// verdict is what we know already, in a provider's form.
func (a attempt) verdict() Verdict {
	state := a.State
	if state == lifecycle.PartiallyCaptured {
		state = lifecycle.Authorized // the rest is still set aside
	}
	return Verdict{State: state, Reference: a.Reference, Amount: a.Amount, Reason: a.DeclineReason}
}

// PayBack gives back what is owed. It runs outside of transactions and is safe
// to repeat: the provider gives back once per key, and the books note it once.
func (s *Service) PayBack(ctx context.Context, id ID) error {
	a, p, err := s.outside(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case a.refund == refundDone:
		return nil
	case a.refund == refundNone:
		return ErrNothingOwed
	case p.Method().PayLater && a.Captured > 0:
		return ErrByHand
	}
	_, err = bounded(ctx, s.timeout, func(ctx context.Context) (struct{}, error) { return struct{}{}, giveBack(ctx, p, a) })
	if err != nil {
		return fmt.Errorf("give back payment %d by %s: %w", id, a.Method, ErrUnknown.Wrap(err))
	}
	_, err = s.change(ctx, id, func(a attempt) (step, error) { return repaid(a), nil })
	return err
}

// giveBack has the provider return the money. How much it holds of a payment
// that never counted, only the provider knows.
func giveBack(ctx context.Context, p Provider, a attempt) error {
	amount := a.Amount
	if a.Captured > 0 {
		amount = money.New(a.Captured-a.Refunded, a.Amount.Currency)
	}
	if !a.State.Good() {
		v, heard, err := p.Find(ctx, a.Key)
		if err != nil {
			return err
		}
		if !heard || !v.State.Good() {
			return nil
		}
		amount = v.Amount
	}
	return p.Refund(ctx, Refund{Key: a.Key + "-refund", PaymentKey: a.Key, Reference: a.Reference, Amount: amount})
}

// bounded calls a provider that may hang, panic or forget its context. What it
// does after the time is up is lost; Find tells later.
func bounded[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	type answer struct {
		value T
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a.err = fmt.Errorf("the provider panicked: %v", p)
			}
			answered <- a
		}()
		a.value, a.err = call(ctx)
	}()
	select {
	case a := <-answered:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
