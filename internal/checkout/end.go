package checkout

import (
	"context"
	"errors"
	"fmt"

	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/payment"
	paying "github.com/souk-commerce/souk/internal/payment/lifecycle"
)

// Cancel gives a checkout up and its stock back. A payment that waits for the
// buyer is given up with the provider first; if the buyer paid meanwhile there
// is an order, and nothing is cancelled.
func (s *Service) Cancel(ctx context.Context, ref Ref) (Checkout, error) {
	id, err := s.allowed(ref)
	if err != nil {
		return Checkout{}, err
	}
	r, err := s.read(ctx, id)
	if err != nil {
		return Checkout{}, err
	}
	if r.state == lifecycle.AwaitingAction {
		if err := s.giveUp(ctx, id); err != nil {
			return Checkout{}, err
		}
		ref.Expected = nil // it is we who changed it
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.lock(ctx, id)
		if err != nil {
			return err
		}
		if r.state == lifecycle.Cancelled {
			return nil
		}
		if err := r.editable(ref.Expected, s.db.Now(ctx)); err != nil {
			return err
		}
		if err := s.apply(ctx, r, lifecycle.Cancel, lifecycle.Facts{}, ""); err != nil {
			return err
		}
		return s.rooms.Stock.Release(ctx, inventory.CheckoutID(id))
	})
	if err != nil {
		return Checkout{}, err
	}
	return s.ByRef(ctx, Ref{Token: ref.Token})
}

// giveUp asks the provider to drop the attempt that waits for the buyer, and
// draws the conclusion of its answer.
func (s *Service) giveUp(ctx context.Context, id ID) error {
	attempts, err := s.rooms.Payments.OfCheckouts(ctx, []int64{int64(id)})
	if err != nil {
		return err
	}
	for _, p := range attempts[int64(id)] {
		if !p.State.Open() {
			continue
		}
		verdict, err := s.rooms.Payments.Drop(ctx, p.ID)
		if err != nil {
			return ErrInProgress.Wrap(err)
		}
		if _, err := s.conclude(ctx, p, 0, verdict); err != nil {
			return err
		}
	}
	return nil
}

// ExpireDue ends checkouts whose time is up, at most limit of them, and gives
// how many it ended. One that cannot be ended does not keep the others.
func (s *Service) ExpireDue(ctx context.Context, limit int) (int, error) {
	ids, err := s.due(ctx, limit)
	if err != nil {
		return 0, err
	}
	ended := 0
	var errs []error
	for _, id := range ids {
		done, err := s.endDue(ctx, id)
		if done {
			ended++
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("end checkout %d: %w", id, err))
		}
	}
	return ended, errors.Join(errs...)
}

// endDue ends a checkout if its time is still up once everybody was asked.
func (s *Service) endDue(ctx context.Context, id ID) (done bool, err error) {
	if err := s.askBeforeEnd(ctx, id); err != nil {
		return false, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		done = false
		r, err := s.lock(ctx, id)
		if err != nil {
			return err
		}
		if r.state.Ended() || r.state == lifecycle.Submitting || r.expiresAt.After(s.db.Now(ctx)) {
			return nil
		}
		done = true
		return s.expire(ctx, r)
	})
	return done && err == nil, err
}

// askBeforeEnd gives a payment that waits for the buyer the chance to be heard
// of before its checkout ends: a notice of the provider may have been lost.
func (s *Service) askBeforeEnd(ctx context.Context, id ID) error {
	attempts, err := s.rooms.Payments.OfCheckouts(ctx, []int64{int64(id)})
	if err != nil {
		return err
	}
	for _, p := range attempts[int64(id)] {
		if p.State.Open() {
			if err := s.Settle(ctx, p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// expire ends a locked checkout, gives its stock back and its attempts up. The
// provider is not told: the buyer may be about to pay, and late money is either
// accepted or sent back.
func (s *Service) expire(ctx context.Context, r *row) error {
	attempts, err := s.rooms.Payments.OfCheckouts(ctx, []int64{int64(r.id)})
	if err != nil {
		return err
	}
	for _, p := range attempts[int64(r.id)] {
		if p.State.Open() {
			if _, err := s.rooms.Payments.Record(ctx, p.ID, payment.Verdict{State: paying.Expired}); err != nil {
				return err
			}
		}
	}
	if err := s.apply(ctx, r, lifecycle.Expire, lifecycle.Facts{}, ""); err != nil {
		return err
	}
	return s.rooms.Stock.Release(ctx, inventory.CheckoutID(r.id))
}
