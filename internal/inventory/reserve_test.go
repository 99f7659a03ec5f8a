package inventory_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

const quarter = 15 * time.Minute

func (s *store) want(line int64, variant int, quantity int64) inventory.Want {
	return inventory.Want{Line: line, Variant: s.variants[variant].ID, Quantity: quantity}
}

// reserve holds for a quarter of an hour.
func (s *store) reserve(checkout inventory.CheckoutID, wants ...inventory.Want) ([]inventory.Shortage, error) {
	return s.Reserve(s.ctx, inventory.Hold{Checkout: checkout, Wants: wants, Until: s.db.Now(s.ctx).Add(quarter)})
}

func (s *store) hold(t *testing.T, checkout inventory.CheckoutID, wants ...inventory.Want) {
	t.Helper()
	if short, err := s.reserve(checkout, wants...); err != nil || len(short) > 0 {
		t.Fatalf("checkout %d: short %v, %v", checkout, short, err)
	}
}

func (s *store) inTx(fn func(ctx context.Context) error) error { return s.db.InTx(s.ctx, fn) }

func (s *store) stock(t *testing.T, v catalog.Variant, l inventory.Location, onHand int64) {
	t.Helper()
	must[[]inventory.Level](t)(s.adjust(fmt.Sprint("in-", v.ID, "-", l.ID), v, l, onHand))
}

func (s *store) taken(t *testing.T, variant int) int {
	t.Helper()
	return s.count(t, `SELECT COALESCE(sum(taken), 0) FROM stock_level WHERE variant_id = $1`, int64(s.variants[variant].ID))
}

func (s *store) active(t *testing.T, checkout inventory.CheckoutID) (out []inventory.Reservation) {
	t.Helper()
	for _, r := range must[map[inventory.CheckoutID][]inventory.Reservation](t)(s.ReservationsOf(s.ctx, []inventory.CheckoutID{checkout}))[checkout] {
		if r.State == inventory.Held || r.State == inventory.Committed {
			out = append(out, r)
		}
	}
	return out
}

func (s *store) noDeadlock(t *testing.T) {
	t.Helper()
	if n := s.count(t, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}

func TestReserve_hundredPiecesGoToHundredOfThreeHundredBuyers(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 60)
	s.stock(t, s.variants[0], s.other, 40)
	var held, refused atomic.Int64
	atOnce(300, func(i int) {
		short, err := s.reserve(inventory.CheckoutID(i+1), s.want(1, 0, 1))
		switch {
		case err != nil:
			t.Error(err)
		case len(short) == 0:
			held.Add(1)
		case short[0].Available == 0 && short[0].Wanted == 1:
			refused.Add(1)
		}
	})
	if held.Load() != 100 || refused.Load() != 200 || s.taken(t, 0) != 100 {
		t.Errorf("%d hold, %d were refused, %d are taken", held.Load(), refused.Load(), s.taken(t, 0))
	}
	// One of all these changes made the last piece go.
	if n := s.count(t, `SELECT count(*) FROM outbox WHERE topic = 'stock.changed' AND payload->>'was_available' = 'true' AND payload->>'now_available' = 'false'`); n != 1 {
		t.Errorf("the last piece went %d times", n)
	}
}

func TestReserve_oppositeOrdersDoNotDeadlock(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, v := range s.variants {
		s.stock(t, v, s.main, 120)
		s.stock(t, v, s.other, 80)
	}
	atOnce(200, func(i int) {
		a, b := i%2, 1-i%2
		if short, err := s.reserve(inventory.CheckoutID(i+1), s.want(1, a, 1), s.want(2, b, 1)); err != nil || len(short) > 0 {
			t.Error(short, err)
		}
		if i%3 == 0 {
			if err := s.Release(s.ctx, inventory.CheckoutID(i+1)); err != nil {
				t.Error(err)
			}
		}
	})
	if s.taken(t, 0) != 133 || s.taken(t, 1) != 133 {
		t.Errorf("%d and %d taken", s.taken(t, 0), s.taken(t, 1))
	}
	s.noDeadlock(t)
}

// Two lines that each fit alone and not together are refused together.
func TestReserve_countsEqualItemsTogether(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 3)
	short, err := s.reserve(1, s.want(11, 0, 2), s.want(12, 0, 2), s.want(13, 1, 1))
	if err != nil || len(short) != 2 {
		t.Fatal(short, err)
	}
	want := []inventory.Shortage{{Line: 12, Variant: s.variants[0].ID, Wanted: 2, Available: 1}, {Line: 13, Variant: s.variants[1].ID, Wanted: 1}}
	if short[0] != want[0] || short[1] != want[1] {
		t.Errorf("%+v, want %+v", short, want)
	}
	if s.taken(t, 0) != 0 || len(s.active(t, 1)) != 0 {
		t.Error("a part of it is held")
	}
	s.hold(t, 1, s.want(11, 0, 2), s.want(12, 0, 1))
}

func TestReserve_replacesWhatIsHeldOrLeavesIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 3)
	s.stock(t, s.variants[1], s.main, 3)
	s.hold(t, 1, s.want(1, 0, 2))
	if short, err := s.reserve(1, s.want(1, 0, 4)); err != nil || len(short) != 1 || short[0].Available != 3 {
		t.Errorf("its own pieces count for it: %v, %v", short, err)
	}
	if s.taken(t, 0) != 2 || len(s.active(t, 1)) != 1 {
		t.Error("a refusal changed what was held")
	}
	s.hold(t, 1, s.want(1, 0, 3))
	s.hold(t, 1, s.want(2, 1, 1))
	if s.taken(t, 0) != 0 || s.taken(t, 1) != 1 {
		t.Errorf("%d and %d taken", s.taken(t, 0), s.taken(t, 1))
	}
	s.hold(t, 1)
	if s.taken(t, 1) != 0 {
		t.Error("to want nothing is to hold nothing")
	}
}

func TestReserve_againOnlyProlongs(t *testing.T) {
	t.Parallel()
	s := open(t)
	clock := testkit.Clock(t, s.db)
	s.stock(t, s.variants[0], s.main, 3)
	s.hold(t, 1, s.want(1, 0, 2))
	before, level, moves, facts := s.active(t, 1), s.level(t), s.count(t, `SELECT count(*) FROM stock_movement`), s.count(t, `SELECT count(*) FROM outbox`)
	clock.Advance(time.Minute)
	s.hold(t, 1, s.want(1, 0, 2))
	after := s.active(t, 1)
	if len(after) != 1 || after[0].ID != before[0].ID || !after[0].ExpiresAt.Equal(before[0].ExpiresAt.Add(time.Minute)) {
		t.Errorf("%+v, then %+v", before, after)
	}
	if s.level(t) != level || s.count(t, `SELECT count(*) FROM stock_movement`) != moves || s.count(t, `SELECT count(*) FROM outbox`) != facts {
		t.Error("more than the time was written")
	}
}

// level tells version and content of all levels.
func (s *store) level(t *testing.T) string {
	t.Helper()
	var text string
	if err := s.db.Conn(s.ctx).QueryRow(s.ctx, `SELECT string_agg(l::text, ' ' ORDER BY id) FROM stock_level l`).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReserve_sameCheckoutTwiceAtOnceHoldsOneOfBoth(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 9)
	s.stock(t, s.variants[1], s.main, 9)
	for checkout := inventory.CheckoutID(1); checkout <= 40; checkout++ {
		atOnce(2, func(i int) {
			if _, err := s.reserve(checkout, s.want(1, i, 1)); err != nil {
				t.Error(err)
			}
		})
		if held := s.active(t, checkout); len(held) != 1 {
			t.Fatalf("%+v", held)
		}
		if err := s.Release(s.ctx, checkout); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReserve_backorderUpToItsLimit(t *testing.T) {
	t.Parallel()
	s := open(t)
	yes, limit := true, int64(2)
	s.change(t, 0, catalog.VariantChange{Backorder: &yes, BackorderLimit: &limit})
	s.stock(t, s.variants[0], s.main, 1)
	if short, err := s.reserve(1, s.want(1, 0, 4)); err != nil || len(short) != 1 || short[0].Available != 3 {
		t.Fatal(short, err)
	}
	s.hold(t, 1, s.want(1, 0, 3))
	if short, err := s.reserve(2, s.want(1, 0, 1)); err != nil || len(short) != 1 || short[0].Available != 0 {
		t.Error(short, err)
	}
	if n := s.count(t, `SELECT sum(taken_delta) FROM stock_movement WHERE reason = 'backorder'`); n != 2 {
		t.Errorf("%d ordered ahead", n)
	}
	// A variant that never had stock can be ordered ahead too.
	s.change(t, 1, catalog.VariantChange{Backorder: &yes})
	s.hold(t, 3, s.want(1, 1, 1000))
}

func (s *store) change(t *testing.T, variant int, c catalog.VariantChange) {
	t.Helper()
	must[catalog.Variant](t)(s.catalog.UpdateVariant(s.ctx, s.variants[variant].ID, 1, c))
}

func TestReserve_countsOnlyWhatIsCounted(t *testing.T) {
	t.Parallel()
	s := open(t)
	no := false
	s.change(t, 0, catalog.VariantChange{Tracked: &no})
	gone := inventory.Want{Line: 2, Variant: 999, Quantity: 1}
	if short, err := s.reserve(1, s.want(1, 0, 5), gone); err != nil || len(short) != 1 || short[0].Line != 2 || short[0].Available != 0 {
		t.Errorf("a variant that is gone is short: %v, %v", short, err)
	}
	s.hold(t, 1, s.want(1, 0, 5))
	until, all, err := s.CheckHeld(s.ctx, 1, []inventory.Want{s.want(1, 0, 5)})
	if len(s.active(t, 1)) != 0 || !all || !until.IsZero() || err != nil {
		t.Errorf("%v, %v, %v", until, all, err)
	}
	if err := s.Commit(s.ctx, 1, []inventory.Want{s.want(1, 0, 5)}); err != nil {
		t.Error(err)
	}
	if err := s.Commit(s.ctx, 1, []inventory.Want{gone}); !fault.Is(err, "not_held") {
		t.Error(err)
	}
}

func TestReserve_refuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 9)
	for name, h := range map[string]inventory.Hold{
		"no checkout": {Wants: []inventory.Want{s.want(1, 0, 1)}},
		"no pieces":   {Checkout: 1, Wants: []inventory.Want{s.want(1, 0, 0)}},
		"negative":    {Checkout: 1, Wants: []inventory.Want{s.want(1, 0, -1)}},
		"too many":    {Checkout: 1, Wants: []inventory.Want{s.want(1, 0, 9_000_000_000_000_000)}},
		"line twice":  {Checkout: 1, Wants: []inventory.Want{s.want(1, 0, 1), s.want(1, 0, 1)}},
		"in the past": {Checkout: 1, Wants: []inventory.Want{s.want(1, 0, 1)}, Until: s.db.Now(s.ctx).Add(-time.Hour)},
	} {
		if name != "in the past" {
			h.Until = s.db.Now(s.ctx).Add(quarter)
		}
		if _, err := s.Reserve(s.ctx, h); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := s.inTx(func(ctx context.Context) error {
		_, err := s.Reserve(ctx, inventory.Hold{Checkout: 1, Until: s.db.Now(ctx).Add(quarter)})
		return err
	})
	if !fault.Is(err, "inside_transaction") {
		t.Error(err)
	}
	s.hold(t, 1, s.want(1, 0, 1))
	if err := s.Commit(s.ctx, 1, []inventory.Want{s.want(1, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.reserve(1, s.want(1, 0, 2)); !fault.Is(err, "hold_committed") {
		t.Error(err)
	}
}

func TestReserve_capsWhatIsHeldUnpaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 10_000)
	s.stock(t, s.variants[1], s.main, 10_000)
	s.LimitHolds(inventory.HoldCaps{Line: 10, Checkout: 15, Client: 40})
	ask := func(checkout inventory.CheckoutID, wants ...inventory.Want) error {
		_, err := s.Reserve(s.ctx, inventory.Hold{Checkout: checkout, Client: "me", Wants: wants, Until: s.db.Now(s.ctx).Add(quarter)})
		return err
	}
	refused := func(err error, line string) {
		t.Helper()
		f, _ := fault.As(err)
		if f == nil || f.Kind != fault.Exhausted || f.Reason != "hold_limit" || f.Path[1] != line {
			t.Errorf("line %s: %v", line, err)
		}
	}
	refused(ask(1, s.want(1, 0, 1), s.want(2, 1, 11)), "1")
	refused(ask(1, s.want(1, 0, 8), s.want(2, 1, 8)), "1")
	// At once they hold no more than one after the other.
	atOnce(20, func(i int) { _ = ask(inventory.CheckoutID(i+1), s.want(1, 0, 9)) })
	if s.taken(t, 0) != 36 {
		t.Errorf("one client holds %d", s.taken(t, 0))
	}
	refused(ask(99, s.want(1, 1, 5)), "0")
	testkit.Clock(t, s.db).Advance(quarter)
	if err := ask(99, s.want(1, 1, 5)); err != nil {
		t.Error("expired holds still count:", err)
	}
}

// A hold whose time has come does not stand in the way, even if no tick came.
func TestReserve_givesBackExpiredHoldsFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 2)
	s.hold(t, 1, s.want(1, 0, 2))
	testkit.Clock(t, s.db).Advance(quarter)
	s.hold(t, 2, s.want(1, 0, 2))
	if err := s.Commit(s.ctx, 1, []inventory.Want{s.want(1, 0, 2)}); !fault.Is(err, "not_held") {
		t.Error(err)
	}
	got := must[map[inventory.CheckoutID][]inventory.Reservation](t)(s.ReservationsOf(s.ctx, []inventory.CheckoutID{1}))[1]
	if len(got) != 1 || got[0].State != inventory.ExpiredHold {
		t.Errorf("%+v", got)
	}
}

func TestReserve_statements(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 5)
	ctx, counter := postgres.CountStatements(s.ctx)
	ask := inventory.Hold{Checkout: 1, Wants: []inventory.Want{s.want(1, 0, 1)}, Until: s.db.Now(ctx).Add(quarter)}
	for i, want := range []struct{ statements, trips int }{{9, 8}, {5, 6}} {
		before, trips := counter.Statements(), counter.RoundTrips()
		must[[]inventory.Shortage](t)(s.Reserve(ctx, ask))
		if n, m := counter.Statements()-before, counter.RoundTrips()-trips; n > want.statements || m > want.trips {
			t.Errorf("hold %d: %d statements in %d trips:\n%v", i, n, m, counter.SQL())
		}
	}
}
