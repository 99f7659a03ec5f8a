package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/testkit"
)

const rounds = 200

// race runs all at once and gives what each said.
func race(all ...func() error) []error {
	out := make([]error, len(all))
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i, fn := range all {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			out[i] = fn()
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return out
}

// states gives the states of a checkout's reservations, each once.
func (s *store) states(t *testing.T, checkout inventory.CheckoutID) map[inventory.ReservationState]int {
	t.Helper()
	out := map[inventory.ReservationState]int{}
	for _, r := range must[map[inventory.CheckoutID][]inventory.Reservation](t)(s.ReservationsOf(s.ctx, []inventory.CheckoutID{checkout}))[checkout] {
		out[r.State]++
	}
	return out
}

// A hold of two lines whose time is over while it is committed is committed
// whole or expired whole.
func TestRace_expiryAgainstCommit(t *testing.T) {
	t.Parallel()
	s := open(t)
	clock := testkit.Clock(t, s.db)
	s.stock(t, s.variants[0], s.main, rounds)
	s.stock(t, s.variants[1], s.other, rounds)
	committed := 0
	for i := range inventory.CheckoutID(rounds) {
		checkout, wants := i+1, []inventory.Want{s.want(1, 0, 1), s.want(2, 1, 1)}
		s.hold(t, checkout, wants...)
		said := race(
			func() error { return s.Commit(s.ctx, checkout, wants) },
			func() error {
				clock.Advance(quarter)
				_, err := s.ExpireDue(s.ctx, 10)
				return err
			})
		if said[0] == nil {
			committed++
		} else if !fault.Is(said[0], "not_held") {
			t.Fatal(said[0])
		}
		// What a tick passes over, since it is looked at, the next one finds.
		must[int](t)(s.ExpireDue(s.ctx, 10))
		want := inventory.ExpiredHold
		if said[0] == nil {
			want = inventory.Committed
		}
		if got := s.states(t, checkout); said[1] != nil || got[want] != 2 || len(got) != 1 {
			t.Fatalf("round %d: commit said %v, expiry %v: %v", i, said[0], said[1], got)
		}
	}
	if s.taken(t, 0) != committed || s.taken(t, 1) != committed {
		t.Errorf("%d committed, %d and %d taken", committed, s.taken(t, 0), s.taken(t, 1))
	}
	s.noDeadlock(t)
}

// An order and a cancellation at once: one of them has the pieces, and the
// other is told so.
func TestRace_commitAgainstRelease(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, rounds)
	s.stock(t, s.variants[1], s.other, rounds)
	placed := 0
	for i := range inventory.CheckoutID(rounds) {
		checkout, wants := i+1, []inventory.Want{s.want(1, 0, 1), s.want(2, 1, 1)}
		s.hold(t, checkout, wants...)
		said := race(
			func() error {
				return s.inTx(func(ctx context.Context) error {
					if err := s.Commit(ctx, checkout, wants); err != nil {
						return err
					}
					return s.Consume(ctx, checkout)
				})
			},
			func() error { return s.Release(s.ctx, checkout) })
		want := inventory.ReleasedHold
		if said[0] == nil {
			want = inventory.Consumed
			placed++
		}
		got := s.states(t, checkout)
		if got[want] != 2 || len(got) != 1 || said[1] != nil || said[0] != nil && !errors.Is(said[0], inventory.ErrNotHeld) {
			t.Fatalf("round %d: order %v, cancellation %v: %v", i, said[0], said[1], got)
		}
	}
	if s.taken(t, 0) != placed || s.taken(t, 1) != placed {
		t.Errorf("%d placed, %d and %d taken", placed, s.taken(t, 0), s.taken(t, 1))
	}
	s.noDeadlock(t)
}

// One line more, and the commit of the cart as it was: what is committed is
// what was asked for, and the hold is never torn.
func TestRace_reserveAgainstCommit(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 2*rounds)
	for i := range inventory.CheckoutID(rounds) {
		checkout := i + 1
		s.hold(t, checkout, s.want(1, 0, 1))
		said := race(
			func() error { return s.Commit(s.ctx, checkout, []inventory.Want{s.want(1, 0, 1)}) },
			func() error { _, err := s.reserve(checkout, s.want(1, 0, 2)); return err })
		committed, reserved := said[0] == nil && fault.Is(said[1], "hold_committed"), said[1] == nil && fault.Is(said[0], "not_held")
		held := s.active(t, checkout)
		if committed == reserved || len(held) != 1 || committed && held[0].Quantity != 1 || reserved && held[0].Quantity != 2 {
			t.Fatalf("round %d: %v: %+v", i, said, held)
		}
		if err := s.Release(s.ctx, checkout); err != nil {
			t.Fatal(err)
		}
	}
}

// One buyer's expired hold and the next buyers who want the pieces.
func TestRace_expiredPieceGoesToOneBuyer(t *testing.T) {
	t.Parallel()
	s := open(t)
	clock := testkit.Clock(t, s.db)
	s.stock(t, s.variants[0], s.main, 1)
	for i := range inventory.CheckoutID(rounds / 2) {
		owner := 10 * (i + 1)
		s.hold(t, owner, s.want(1, 0, 1))
		clock.Advance(quarter)
		won := make([]bool, 3)
		buy := func(n int) func() error {
			return func() error {
				short, err := s.reserve(owner+inventory.CheckoutID(n+1), s.want(1, 0, 1))
				won[n] = len(short) == 0 && err == nil
				return err
			}
		}
		said := race(buy(0), buy(1), buy(2), func() error { _, err := s.ExpireDue(s.ctx, 10); return err },
			func() error { return s.Release(s.ctx, owner) })
		winners := 0
		for n := range won {
			if won[n] {
				winners++
				if err := s.Release(s.ctx, owner+inventory.CheckoutID(n+1)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := errors.Join(said...); err != nil || winners > 1 || s.taken(t, 0) != 0 {
			t.Fatalf("round %d: %d winners, %d taken, %v", i, winners, s.taken(t, 0), err)
		}
	}
}

// Everything at once on few checkouts and little stock; the invariants are
// asked when the test ends.
func TestRace_everything(t *testing.T) {
	t.Parallel()
	s := open(t)
	clock := testkit.Clock(t, s.db)
	for _, v := range s.variants {
		s.stock(t, v, s.main, 6)
		s.stock(t, v, s.other, 4)
	}
	expected := func(err error) bool {
		return err == nil || fault.Is(err, "not_held") || fault.Is(err, "hold_committed") || fault.Is(err, "insufficient_stock")
	}
	atOnce(1200, func(i int) {
		checkout := inventory.CheckoutID(1 + rand.IntN(6))
		wants := []inventory.Want{s.want(1, rand.IntN(2), 1+rand.Int64N(4)), s.want(2, rand.IntN(2), 1+rand.Int64N(3))}[:1+rand.IntN(2)]
		var err error
		switch rand.IntN(10) {
		case 0, 1, 2:
			_, err = s.reserve(checkout, wants...)
		case 3:
			err = s.inTx(func(ctx context.Context) error { return s.Commit(ctx, checkout, s.wants(ctx, checkout)) })
		case 4:
			err = s.Consume(s.ctx, checkout)
		case 5:
			err = s.Release(s.ctx, checkout)
		case 6:
			err = s.Deallocate(s.ctx, checkout)
		case 7:
			clock.Advance(time.Minute)
			_, err = s.ExpireDue(s.ctx, 5)
		case 8:
			err = s.Uncommit(s.ctx, checkout, s.db.Now(s.ctx).Add(quarter))
		case 9:
			_, err = s.adjust(fmt.Sprint("storm-", i), s.variants[i%2], s.main, []int64{-1, 1}[rand.IntN(2)])
		}
		if !expected(err) {
			t.Error(err)
		}
	})
	s.noDeadlock(t)
}

// wants are what a checkout holds at the moment.
func (s *store) wants(ctx context.Context, checkout inventory.CheckoutID) (out []inventory.Want) {
	all, _ := s.ReservationsOf(ctx, []inventory.CheckoutID{checkout})
	for _, r := range all[checkout] {
		if r.State == inventory.Held {
			out = append(out, inventory.Want{Line: r.Line, Variant: r.Variant, Quantity: r.Quantity})
		}
	}
	return out
}
