package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/testkit"
)

// Three-line carts over a thousand articles, half of them over twelve that many
// want, with their lines in every order: each has all or nothing, nobody is told
// that there is less than there is, and nobody waits in a circle.
func TestStorm_threeLineCartsInOppositeOrders(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		articles := s.shelf(t, 1_000, 20)
		carts := make([]*cart, often(600, 6_000))
		for i := range carts {
			from := articles
			if i%2 == 0 {
				from = articles[:12]
			}
			places := rand.Perm(len(from))[:3]
			slices.Sort(places)
			if i%4 >= 2 {
				slices.Reverse(places)
			}
			c := &cart{checkout: inventory.CheckoutID(i + 1)}
			for n, at := range places {
				c.wants = append(c.wants, inventory.Want{Line: int64(n + 1), Variant: from[at].ID, Quantity: 1 + rand.Int64N(2)})
			}
			carts[i] = c
		}
		rush(s, carts, func(c *cart) { c.ask(s) })
		refused := 0
		for _, c := range carts {
			if c.err != nil {
				t.Errorf("checkout %d: %v", c.checkout, c.err)
			}
			for _, short := range c.short {
				refused++ // nothing came back, so there is no more now than there was then
				if left := s.free(t, short.Variant); short.Available >= short.Wanted || left > short.Available {
					t.Errorf("checkout %d was told %+v, and %d are left", c.checkout, short, left)
				}
			}
		}
		if refused == 0 {
			t.Error("nobody was refused: this shows nothing")
		}
		s.exact(t, carts)
		s.quiet(t)
	}, testkit.WithMaxConns(16))
}

// Two hundred corrections by one piece while buyers come and go: no correction
// is lost, and none is taken for another.
func TestStorm_correctionsAmongBuyers(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 40)
		s.stock(t, s.variants[0], s.other, 10)
		var sum atomic.Int64
		acts := make([]func() error, 0, 600)
		for i := range 200 {
			delta := []int64{1, -1}[i%2]
			acts = append(acts, func() error {
				_, err := s.adjust(fmt.Sprint("storm-", i), s.variants[0], s.main, delta)
				if err == nil {
					sum.Add(delta)
				}
				return err
			})
		}
		for i := range inventory.CheckoutID(200) {
			acts = append(acts,
				func() error { _, err := s.reserve(i%70+1, s.want(1, 0, 1+int64(i%3))); return err },
				func() error { return s.Release(s.ctx, (i*7)%70+1) })
		}
		rand.Shuffle(len(acts), func(i, j int) { acts[i], acts[j] = acts[j], acts[i] })
		var refused atomic.Int64
		rush(s, acts, func(do func() error) {
			err := do()
			if fault.Is(err, "insufficient_stock") {
				refused.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
		if got := s.onHand(t, s.variants[0], s.main); got != 40+sum.Load() {
			t.Errorf("%d on hand, want %d", got, 40+sum.Load())
		}
		if n := s.count(t, `SELECT count(*) FROM stock_movement WHERE kind = 'adjust' AND reason = 'test' AND abs(on_hand_delta) = 1`); int64(n)+refused.Load() != 200 {
			t.Errorf("%d movements and %d refusals of 200 corrections", n, refused.Load())
		}
		if held := s.count(t, `SELECT COALESCE(sum(quantity), 0) FROM reservation WHERE state = 'held'`); s.taken(t, 0) != held {
			t.Errorf("%d held, %d taken", held, s.taken(t, 0))
		}
		s.quiet(t)
	}, testkit.WithMaxConns(16))
}

// The last piece, and two to twenty buyers at once: one has it, and the others
// are told that there is none. It goes back in turn by each of the ways.
func TestStorm_lastPiece(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 1)
		for round := range often(40, 500) {
			carts := make([]*cart, 2+round%19)
			for i := range carts {
				carts[i] = &cart{checkout: inventory.CheckoutID(round*100 + i + 1), wants: []inventory.Want{s.want(1, 0, 1)}}
			}
			rush(s, carts, func(c *cart) { c.ask(s) })
			var owner *cart
			for _, c := range carts {
				switch {
				case c.held() && owner == nil:
					owner = c
				case c.err != nil || len(c.short) != 1 || c.short[0].Available != 0:
					t.Fatalf("round %d: checkout %d was told %v, %v", round, c.checkout, c.short, c.err)
				}
			}
			if owner == nil {
				t.Fatalf("round %d: nobody has the last piece", round)
			}
			s.exact(t, carts)
			s.goBack(t, round, owner)
		}
	}, testkit.WithMaxConns(16))
}

// goBack returns what a buyer has: given up, run out, or ordered and cancelled.
func (s *store) goBack(t *testing.T, round int, c *cart) {
	t.Helper()
	var err error
	switch round % 3 {
	case 0:
		err = s.Release(s.ctx, c.checkout)
	case 1:
		testkit.Clock(t, s.db).Advance(quarter)
	case 2:
		err = errors.Join(s.pay(c.checkout, c.wants...), s.Deallocate(s.ctx, c.checkout))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Buyers who are answered can rely on it at once: what they were told to hold is
// there for everybody to see, and can be paid for. Commits are made slow, so that
// an answer before its commit is noticed.
func TestStorm_answersAreDurable(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 1_000)
		s.slow(t)
		carts := make([]*cart, often(60, 600))
		for i := range carts {
			carts[i] = &cart{checkout: inventory.CheckoutID(i + 1), wants: []inventory.Want{s.want(1, 0, 1)}}
		}
		rush(s, carts, func(c *cart) {
			if c.ask(s); !c.held() {
				t.Errorf("checkout %d: %v, %v", c.checkout, c.short, c.err)
			} else if err := s.pay(c.checkout, c.wants...); err != nil {
				t.Errorf("checkout %d holds and cannot order: %v", c.checkout, err)
			}
		})
		if s.taken(t, 0) != len(carts) {
			t.Errorf("%d taken by %d orders", s.taken(t, 0), len(carts))
		}
	}, testkit.WithMaxConns(16))
}

// slow lets each commit that made a reservation take its time.
func (s *store) slow(t *testing.T) {
	t.Helper()
	s.exec(t, `CREATE FUNCTION tarry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN NULL; END $$`,
		`CREATE CONSTRAINT TRIGGER tarry AFTER INSERT ON reservation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tarry()`)
}

// exec changes the database of this test.
func (s *store) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		if _, err := s.db.Pool().Exec(s.ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
}

// A commit that fails is an error for whoever it was made for, who then holds
// nothing; everybody else has what he was told.
func TestStorm_failedCommits(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 1_000)
		s.exec(t, `CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				IF NEW.checkout_id % 16 = 0 THEN RAISE EXCEPTION 'stumbled'; END IF; RETURN NULL; END $$`,
			`CREATE CONSTRAINT TRIGGER stumble AFTER INSERT ON reservation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stumble()`)
		carts := make([]*cart, 48)
		for i := range carts {
			carts[i] = &cart{checkout: inventory.CheckoutID(i + 1), wants: []inventory.Want{s.want(1, 0, 1)}}
		}
		rush(s, carts, func(c *cart) { c.ask(s) })
		for _, c := range carts {
			if guilty := c.checkout%16 == 0; guilty != (c.err != nil) || !guilty && !c.held() {
				t.Errorf("checkout %d was told %v, %v", c.checkout, c.short, c.err)
			}
		}
		s.exact(t, carts)
		s.exec(t, `DROP TRIGGER stumble ON reservation`, `DROP FUNCTION stumble`)
		rush(s, carts, func(c *cart) { c.ask(s) })
		for _, c := range carts {
			if !c.held() {
				t.Errorf("checkout %d asks again and is told %v, %v", c.checkout, c.short, c.err)
			}
		}
		s.exact(t, carts)
		if s.taken(t, 0) != len(carts) {
			t.Errorf("%d taken", s.taken(t, 0))
		}
	}, testkit.WithMaxConns(16))
}

// One checkout asks many times at once for different things, among other
// buyers: in the end it holds one of them whole.
func TestStorm_oneCheckoutManyTimes(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 500)
		s.stock(t, s.variants[1], s.main, 500)
		for round := range often(15, 200) {
			mine := inventory.CheckoutID(round*100 + 1)
			carts := make([]*cart, 24)
			for i := range carts {
				checkout := mine
				if i%3 == 0 {
					checkout += inventory.CheckoutID(i + 1)
				}
				carts[i] = &cart{checkout: checkout, wants: []inventory.Want{s.want(1, i%2, int64(1+i%4)), s.want(2, 1-i%2, 1)}}
			}
			rush(s, carts, func(c *cart) { c.ask(s) })
			var others []*cart
			asked := map[string]bool{}
			for _, c := range carts {
				if !c.held() {
					t.Fatalf("checkout %d: %v, %v", c.checkout, c.short, c.err)
				}
				if c.checkout == mine {
					asked[fmt.Sprint(c.wants)] = true
				} else {
					others = append(others, c)
				}
			}
			s.exact(t, others)
			got := s.wants(s.ctx, mine)
			slices.SortFunc(got, func(a, b inventory.Want) int { return int(a.Line - b.Line) })
			if !asked[fmt.Sprint(got)] {
				t.Fatalf("round %d: it holds %v, which it never asked for", round, got)
			}
			for _, c := range append(others, carts[1]) {
				if err := s.Release(s.ctx, c.checkout); err != nil {
					t.Fatal(err)
				}
			}
		}
	}, testkit.WithMaxConns(16))
}

// Two tabs of one checkout ask at once for different things, and other buyers
// see to it that both wait for the same decision: one of the two is held.
func TestStorm_oneCheckoutTwiceInABatch(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 500)
		s.stock(t, s.variants[1], s.main, 500)
		s.slow(t)
		for round := range often(12, 100) {
			first := inventory.CheckoutID(round*20 + 1)
			var carts []*cart
			for i := range inventory.CheckoutID(8) { // the process of the first one decides on others meanwhile
				carts = append(carts, &cart{checkout: first + 2 + 2*i, wants: []inventory.Want{s.want(1, int(i)%2, 1)}})
			}
			carts = append(carts, &cart{checkout: first, wants: []inventory.Want{s.want(1, 0, 1)}}, &cart{checkout: first, wants: []inventory.Want{s.want(1, 1, 1)}})
			rush(s, carts, func(c *cart) { c.ask(s) })
			for _, c := range carts {
				if !c.held() {
					t.Fatalf("checkout %d: %v, %v", c.checkout, c.short, c.err)
				}
			}
			s.exact(t, carts[:8])
			if got := s.active(t, first); len(got) != 1 || got[0].Quantity != 1 {
				t.Fatalf("round %d: it holds %+v", round, got)
			}
		}
	}, testkit.WithMaxConns(16))
}

// A buyer whose time runs out pays at the moment at which another wants the
// piece: one of them has it, or nobody, never both.
func TestStorm_expiryAgainstCommitAndNextBuyer(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		clock := testkit.Clock(t, s.db)
		s.stock(t, s.variants[0], s.main, 1)
		for round := range often(60, 500) {
			owner := &cart{checkout: inventory.CheckoutID(round*10 + 1), wants: []inventory.Want{s.want(1, 0, 1)}}
			next := &cart{checkout: owner.checkout + 1, wants: owner.wants}
			if owner.ask(s); !owner.held() {
				t.Fatal(owner.short, owner.err)
			}
			said := race(
				func() error { return s.pay(owner.checkout, owner.wants...) },
				func() error { clock.Advance(quarter); next.ask(s); return next.err },
				func() error { _, err := s.ExpireDue(s.ctx, 10); return err })
			ordered := said[0] == nil
			if said[0] != nil && !fault.Is(said[0], "not_held") || said[1] != nil || said[2] != nil {
				t.Fatal(said)
			}
			if ordered == next.held() && ordered || s.taken(t, 0) > 1 {
				t.Fatalf("round %d: ordered %v, held by the next one %v, %d taken", round, ordered, next.held(), s.taken(t, 0))
			}
			must[int](t)(s.ExpireDue(s.ctx, 10))
			if err := errors.Join(s.Deallocate(s.ctx, owner.checkout), s.Release(s.ctx, next.checkout)); err != nil || s.taken(t, 0) != 0 {
				t.Fatal(err, s.taken(t, 0))
			}
		}
		s.quiet(t)
	})
}

// The parts of a bundle and a line of one of them count together, whoever asks
// at the same time.
func TestBundle_partsAndLinesShareWhatThereIs(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 1)
		s.stock(t, s.variants[1], s.main, 9)
		// Line 1 is a bundle of both, line 2 one of its parts alone.
		wants := []inventory.Want{s.want(1, 0, 1), s.want(1, 1, 2), s.want(2, 0, 1)}
		short, err := s.reserve(1, wants...)
		if want := (inventory.Shortage{Line: 2, Variant: s.variants[0].ID, Wanted: 1}); err != nil || len(short) != 1 || short[0] != want {
			t.Fatalf("%+v, %v", short, err)
		}
		if s.taken(t, 0)+s.taken(t, 1) != 0 {
			t.Fatal("a part of it is held")
		}
		s.stock(t, s.variants[0], s.other, 4) // for two such carts, and one piece more
		carts := make([]*cart, 8)
		for i := range carts {
			carts[i] = &cart{checkout: inventory.CheckoutID(i + 1), wants: wants}
		}
		rush(s, carts, func(c *cart) { c.ask(s) })
		s.exact(t, carts)
		held := slices.DeleteFunc(carts, func(c *cart) bool { return !c.held() })
		if len(held) != 2 || s.taken(t, 0) != 4 || s.taken(t, 1) != 4 {
			t.Fatalf("%d have it, %d and %d are taken", len(held), s.taken(t, 0), s.taken(t, 1))
		}
		if err := s.pay(held[0].checkout, wants...); err != nil {
			t.Error(err)
		}
		if err := s.Commit(s.ctx, held[1].checkout, []inventory.Want{s.want(1, 0, 2), s.want(1, 1, 2)}); !fault.Is(err, "not_held") {
			t.Error("its lines are not told apart:", err)
		}
		if _, err := s.reserve(99, s.want(1, 0, 1), s.want(1, 0, 1)); fault.KindOf(err) != fault.Invalid {
			t.Error("the same part of a line twice:", err)
		}
	})
}

// Numbers that no honest buyer sends are refused by a code and change nothing.
func TestHostileQuantities(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 3)
		s.hold(t, 1, s.want(1, 0, 2))
		before, moves := s.level(t), s.count(t, `SELECT count(*) FROM stock_movement`)
		for _, n := range []int64{-1, 0, math.MinInt64, inventory.MaxQuantity + 1, 1 << 31, 9_000_000_000_000_000, math.MaxInt64} {
			for name, wants := range map[string][]inventory.Want{"alone": {s.want(1, 0, n)}, "beside another": {s.want(1, 0, 2), s.want(2, 0, n)}} {
				if _, err := s.reserve(1, wants...); fault.KindOf(err) != fault.Invalid {
					t.Errorf("%d %s: %v", n, name, err)
				}
			}
			if _, err := s.Receive(s.ctx, because(fmt.Sprint("in", n)), []inventory.Receipt{{Variant: s.variants[0].ID, Location: s.main.ID, Quantity: n}}); fault.KindOf(err) != fault.Invalid {
				t.Errorf("received %d: %v", n, err)
			}
		}
		for _, n := range []int64{0, math.MinInt64, math.MaxInt64, -inventory.MaxQuantity - 1} {
			if _, err := s.adjust(fmt.Sprint("by", n), s.variants[0], s.main, n); fault.KindOf(err) != fault.Invalid {
				t.Errorf("adjusted by %d: %v", n, err)
			}
		}
		short, err := s.reserve(2, s.want(1, 0, inventory.MaxQuantity), s.want(2, 0, inventory.MaxQuantity), s.want(3, 0, inventory.MaxQuantity))
		if err != nil || len(short) != 3 || short[0].Available != 1 {
			t.Error(short, err)
		}
		if s.level(t) != before || s.count(t, `SELECT count(*) FROM stock_movement`) != moves {
			t.Error("something changed")
		}
	})
}

// One buyer under many names, from many addresses, who never pays: he is held to
// his cap, and all of it comes back.
func TestDenialOfStock(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 10_000)
		s.LimitHolds(inventory.HoldCaps{Line: 10, Checkout: 15, Customer: 60})
		names := []string{"mallory@example.com", "Mallory+a@Example.COM", "ｍallory@example.com", "mallory+b@example.com"}
		asks := make([]int, 120)
		for i := range asks {
			asks[i] = i
		}
		rush(s, asks, func(i int) {
			_, err := s.Reserve(s.ctx, inventory.Hold{Checkout: inventory.CheckoutID(i + 1), Client: fmt.Sprint("address-", i),
				Customer: inventory.CustomerKey(names[i%len(names)]), Wants: []inventory.Want{s.want(1, 0, 7)}, Until: s.db.Now(s.ctx).Add(quarter)})
			if err != nil && !fault.Is(err, "hold_limit") {
				t.Error(err)
			}
		})
		if s.taken(t, 0) != 56 {
			t.Errorf("he holds %d of 60", s.taken(t, 0))
		}
		testkit.Clock(t, s.db).Advance(quarter)
		for range 3 {
			must[int](t)(s.ExpireDue(s.ctx, 100))
		}
		if s.taken(t, 0) != 0 || s.free(t, s.variants[0].ID) != 10_000 {
			t.Errorf("%d are still taken", s.taken(t, 0))
		}
	}, testkit.WithMaxConns(16))
}

// Who goes away while he waits is not waited for, and leaves whole holds or none.
func TestStorm_buyersWhoGoAway(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		s.stock(t, s.variants[0], s.main, 1_000)
		s.stock(t, s.variants[1], s.main, 1_000)
		s.slow(t)
		carts := make([]*cart, 120)
		for i := range carts {
			carts[i] = &cart{checkout: inventory.CheckoutID(i + 1), wants: []inventory.Want{s.want(1, 0, 1), s.want(2, 1, 1)}}
		}
		rush(s, carts, func(c *cart) {
			if c.checkout%3 != 0 {
				c.ask(s)
				return
			}
			ctx, cancel := context.WithTimeout(s.ctx, time.Duration(c.checkout)*time.Millisecond/4)
			defer cancel()
			gone := *s.door(c.checkout)
			gone.ctx = ctx
			c.ask(&shop{store: &gone})
		})
		var stayed []*cart
		for _, c := range carts {
			if c.checkout%3 != 0 {
				if stayed = append(stayed, c); !c.held() {
					t.Errorf("checkout %d: %v, %v", c.checkout, c.short, c.err)
				}
			} else if n := len(s.active(t, c.checkout)); n != 0 && n != 2 || c.held() && n != 2 {
				t.Errorf("checkout %d went away with %d of 2 lines: %v", c.checkout, n, c.err)
			}
		}
		s.exact(t, stayed)
	}, testkit.WithMaxConns(16))
}
