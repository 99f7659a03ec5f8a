package checkout_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// rounds is how often a race is run: in full only by `make prove`.
func rounds() int {
	if os.Getenv("SOUK_PROVE") != "" {
		return 200
	}
	return 25
}

// mayLose are the refusals that the loser of a race may be given.
func mayLose(err error) bool {
	for _, reason := range []string{"in_progress", "invalid_transition", "checkout_expired", "stale_version", "out_of_stock", "quote_changed"} {
		if fault.Is(err, reason) {
			return true
		}
	}
	return false
}

// Two tabs submit, one of them twice, while a third cancels and time runs out:
// at most one order, one charge for each order or its money back, and stock down
// by exactly what was ordered. The invariants of all rooms are asked at the end.
func TestRace_completionDoubleSubmitCancelExpiry(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Conns: 16})
	policy(t, s, func(p *inventory.Policy) { p.Strategy = sourcing.Nearest })
	west(t, s, map[string]int64{"shirt-s": 50}) // orders take their pieces from there as long as there are any
	for round := range rounds() {
		before := s.Available(t, "shirt-s")
		c := s.Ready(t, s.Cart(t, "US", map[string]int{"shirt-s": 1}), "US")
		token := []string{"ok", "ok", "decline"}[round%3]
		var wg sync.WaitGroup
		start := make(chan struct{})
		race := func(do func() error) {
			wg.Go(func() {
				<-start
				if err := do(); err != nil && !mayLose(err) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		for _, key := range []string{"a", "a", "b"} {
			race(func() error {
				_, err := s.Checkouts.Complete(context.Background(), salesfloor.Submission(c, token, key))
				return err
			})
		}
		race(func() error { _, err := s.Checkouts.Cancel(context.Background(), refOf(c)); return err })
		race(func() error {
			testkit.Clock(t, s.DB).Advance(25 * time.Hour)
			_, err := s.Checkouts.ExpireDue(context.Background(), 10)
			return err
		})
		race(func() error { _, err := s.Stock.ExpireDue(context.Background(), 10); return err })
		close(start)
		wg.Wait()
		settleAll(t, s)
		if _, err := s.Checkouts.Cancel(context.Background(), refOf(c)); err != nil && !mayLose(err) { // a declined one still holds its stock
			t.Fatal(err)
		}
		orders := s.Count(t, `SELECT count(*) FROM sales_order WHERE checkout_id = $1`, int64(c.ID))
		charged := s.Count(t, `SELECT count(*) FROM sandbox_charge b JOIN payment p ON p.provider_key = b.key
			WHERE p.checkout_id = $1 AND b.state = 'charged' AND b.refunded < b.amount`, int64(c.ID))
		if orders > 1 || charged != orders {
			t.Fatalf("round %d: %d orders, %d charges", round, orders, charged)
		}
		if got := s.Available(t, "shirt-s"); got != before-orders {
			t.Fatalf("round %d: %d left, %d before, %d ordered", round, got, before, orders)
		}
		if before-orders == 0 {
			s.Restock(t, "shirt-s", 100)
		}
	}
}

// The buyer approves, comes back, retries and gives up, all at once, while the
// provider's notice arrives thrice: one order and its money, or neither.
func TestRace_noticeReturnRetryAndCancel(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Conns: 16})
	for round := range rounds() {
		c := challenged(t, s, s.Cart(t, "US", map[string]int{"shirt-m": 1}))
		p := c.Payments[0]
		var wg sync.WaitGroup
		start := make(chan struct{})
		race := func(do func() error) {
			wg.Go(func() {
				<-start
				if err := do(); err != nil && !mayLose(err) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		race(func() error { approve(t, s, p.Key, "approve"); return nil })
		for range 3 {
			race(func() error { return s.Checkouts.Settle(context.Background(), p.ID) })
		}
		race(func() error { _, err := s.Checkouts.Confirm(context.Background(), refOf(c), p.ID); return err })
		race(func() error {
			_, err := s.Checkouts.Complete(context.Background(), salesfloor.Submission(c, "challenge", "k"))
			return err
		})
		race(func() error { _, err := s.Checkouts.Cancel(context.Background(), refOf(c)); return err })
		close(start)
		wg.Wait()
		settleAll(t, s)
		orders := s.Count(t, `SELECT count(*) FROM sales_order WHERE checkout_id = $1`, int64(c.ID))
		kept := s.Count(t, `SELECT count(*) FROM sandbox_charge WHERE key = $1 AND state = 'charged' AND refunded < amount`, p.Key)
		if orders > 1 || kept != orders {
			t.Fatalf("round %d: %d orders, %d charges kept", round, orders, kept)
		}
		if s.Available(t, "shirt-m") == 0 {
			s.Restock(t, "shirt-m", 100)
		}
	}
}

// One cart, started many times at once, is one checkout and one hold.
func TestRace_startsOfOneCart(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Conns: 16})
	from := s.Cart(t, "US", map[string]int{"mug": 2})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_, err := s.Checkouts.Start(context.Background(), checkout.Start{Cart: salesfloor.RefOf(from), Key: fmt.Sprint(i % 5)})
			if err != nil && !fault.Is(err, "in_progress") {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.Count(t, `SELECT count(*) FROM checkout`); n != 1 || s.Available(t, "mug") != 8 {
		t.Errorf("%d checkouts, %d left", n, s.Available(t, "mug"))
	}
}

// settleAll is what the periodic jobs do, until nothing is open.
func settleAll(t *testing.T, s *salesfloor.Shop) {
	t.Helper()
	ctx := t.Context()
	testkit.Clock(t, s.DB).Advance(time.Minute)
	open := must[[]payment.Payment](t)(s.Payments.Unsettled(ctx, s.DB.Clock().Now().Add(-10*time.Second), 100))
	late := must[[]payment.Payment](t)(s.Payments.Expired(ctx, s.DB.Clock().Now().Add(-48*time.Hour), 100))
	for _, p := range append(open, late...) {
		if err := s.Checkouts.Settle(ctx, p.ID); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range must[[]payment.ID](t)(s.Payments.Owed(ctx, 100)) {
		if err := s.Payments.PayBack(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	must[int](t)(s.Stock.ExpireDue(ctx, 100))
	must[int](t)(s.Checkouts.ExpireDue(ctx, 100))
}
