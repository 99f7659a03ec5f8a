package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
)

// CheckHeld tells whether exactly what is wanted is held or committed, and
// until when. The time is zero when no hold of it ends by itself: it is
// committed, or its stock is not counted.
func (s *Service) CheckHeld(ctx context.Context, checkout CheckoutID, wants []Want) (until time.Time, all bool, err error) {
	own, err := s.reservations(ctx, `WHERE r.checkout_id = $1 AND r.ended_at IS NULL ORDER BY r.id`, int64(checkout))
	if err != nil {
		return time.Time{}, false, err
	}
	if all, err = s.covered(ctx, own, wants); err != nil || !all {
		return time.Time{}, false, err
	}
	for _, r := range own {
		if r.State == Held && (until.IsZero() || r.ExpiresAt.Before(until)) {
			until = r.ExpiresAt
		}
	}
	return until, true, nil
}

// covered reports whether reservations that have not expired are exactly what
// is wanted; only what is not counted may go without.
func (s *Service) covered(ctx context.Context, own []Reservation, wants []Want) (bool, error) {
	if slices.ContainsFunc(own, func(r Reservation) bool { return r.expired(s.db.Now(ctx)) }) {
		return false, nil
	}
	bare, exact := missing(own, wants)
	if !exact || len(bare) == 0 {
		return exact, nil
	}
	supplies, err := s.supplies(ctx, bare)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(bare, func(v catalog.VariantID) bool {
		supply, known := supplies[v]
		return !known || supply.tracked
	}), nil
}

func (r Reservation) expired(now time.Time) bool { return r.State == Held && !r.ExpiresAt.After(now) }

// Commit makes what is wanted, which the checkout holds, last as long as its
// payment takes; ErrNotHeld unless exactly that is held. It joins the caller's
// transaction, which a refusal undoes.
func (s *Service) Commit(ctx context.Context, checkout CheckoutID, wants []Want) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		own, err := s.commit(ctx, checkout)
		if err != nil {
			return err
		}
		all, err := s.covered(ctx, own, wants)
		if err != nil {
			return err
		}
		if !all {
			return ErrNotHeld
		}
		return nil
	})
}

// Uncommit turns what is committed back into holds until a time: the payment
// failed, and the buyer may try another.
func (s *Service) Uncommit(ctx context.Context, checkout CheckoutID, until time.Time) error {
	return s.uncommit(ctx, checkout, until)
}

// Consume gives what is committed to the order of the checkout, in the
// transaction that places it. No level is touched.
func (s *Service) Consume(ctx context.Context, checkout CheckoutID) error {
	return s.consume(ctx, checkout)
}

// Extend prolongs the holds of a checkout that have not expired; it never
// shortens them.
func (s *Service) Extend(ctx context.Context, checkout CheckoutID, until time.Time) error {
	return s.extend(ctx, checkout, until)
}

// Release gives back what the checkout holds or has committed.
func (s *Service) Release(ctx context.Context, checkout CheckoutID) error {
	return s.giveBack(ctx, checkout, Released, Held, Committed)
}

// Deallocate gives back what the order of the checkout had and has not sent.
func (s *Service) Deallocate(ctx context.Context, checkout CheckoutID) error {
	return s.giveBack(ctx, checkout, Deallocated, Consumed)
}

// giveBack ends the reservations of a checkout that are in one of the states.
func (s *Service) giveBack(ctx context.Context, checkout CheckoutID, kind Kind, states ...ReservationState) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		own, err := s.enter(ctx, checkout, states...)
		if err != nil || len(own) == 0 {
			return err
		}
		variants := make([]catalog.VariantID, len(own))
		for i, r := range own {
			variants[i] = r.Variant
		}
		book, err := s.lockBook(ctx, variants, nil, []CheckoutID{checkout})
		if err != nil {
			return err
		}
		for _, r := range own {
			book.giveBack(r, kind, ReleasedHold)
		}
		return s.save(ctx, book)
	})
}

// chunk is how many holds ExpireDue looks for at once: few enough that nobody
// waits long for the levels.
const chunk = 100

// ExpireDue gives back holds whose time has come, about as many as the limit,
// and says how many. Each part of the work is a transaction of its own.
func (s *Service) ExpireDue(ctx context.Context, limit int) (int, error) {
	if err := s.db.Refuse(ctx, "giving back expired holds"); err != nil {
		return 0, err
	}
	total := 0
	for total < limit {
		variants, err := s.dueVariants(ctx, min(chunk, limit-total))
		if err != nil || len(variants) == 0 {
			return total, err
		}
		n, err := s.expire(ctx, variants)
		total += n
		if err != nil || n == 0 { // others are at them
			return total, err
		}
	}
	return total, nil
}

// expire gives back the expired holds of variants.
func (s *Service) expire(ctx context.Context, variants []catalog.VariantID) (n int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		book, err := s.lockBook(ctx, variants, nil, nil)
		if err != nil {
			return err
		}
		n = len(book.ended)
		return s.save(ctx, book)
	})
	return n, err
}
