package inventory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

var toCalifornia = sourcing.Destination{Country: "US", Province: "CA", PostalCode: "94105"}

// sells founds a market whose stock is chosen by a strategy.
func (s *store) sells(t *testing.T, by sourcing.Strategy) market.ID {
	t.Helper()
	markets := market.NewService(s.db, event.NewOutbox(s.db), audit.New(s.db))
	if _, err := markets.Found(s.ctx, market.Founding{Currency: "USD", Shop: market.ShopInput{Name: "Shop", Email: "shop@shop.example", Country: "US",
		Language: "en", PrimaryDomain: "https://shop.example"}}); err != nil {
		t.Fatal(err)
	}
	us := must[market.Market](t)(markets.Create(s.ctx, market.Input{Handle: "us", Name: "United States", Currency: "USD", Default: true, Active: true,
		Countries: []locale.Country{"US"}, Languages: []locale.Language{"en"}}))
	policy := inventory.DefaultPolicy(us.ID)
	policy.Strategy = by
	must[inventory.Policy](t)(s.SetPolicy(s.ctx, policy))
	return us.ID
}

// near makes a location one of California.
func (s *store) near(t *testing.T, l inventory.Location) {
	t.Helper()
	must[inventory.Location](t)(s.UpdateLocation(s.ctx, l.ID, l.Version, inventory.LocationChange{Zones: &[]sourcing.Zone{{Country: "US", Province: "CA"}}}))
}

// order commits what is wanted, places its order in a market, and tells what it
// cost after the commit.
func (s *store) order(t *testing.T, checkout inventory.CheckoutID, in market.ID, wants ...inventory.Want) []string {
	t.Helper()
	s.hold(t, checkout, wants...)
	ctx, counter := postgres.CountStatements(s.ctx)
	if err := s.place(ctx, checkout, in, wants); err != nil {
		t.Fatal(err)
	}
	return counter.SQL()[2:] // after those that commit
}

func (s *store) place(ctx context.Context, checkout inventory.CheckoutID, in market.ID, wants []inventory.Want) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.Commit(ctx, checkout, wants); err != nil {
			return err
		}
		return s.Source(ctx, inventory.Sourcing{Checkout: checkout, Market: in, To: toCalifornia})
	})
}

// sent tells "line:variant@location" → pieces of an order.
func (s *store) sent(t *testing.T, checkout inventory.CheckoutID) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	names := map[inventory.LocationID]string{s.main.ID: "main", s.other.ID: "other"}
	for _, r := range must[map[inventory.CheckoutID][]inventory.Reservation](t)(s.ReservationsOf(s.ctx, []inventory.CheckoutID{checkout}))[checkout] {
		if r.State == inventory.Consumed {
			out[fmt.Sprintf("%d:%s@%s", r.Line, map[catalog.VariantID]string{s.variants[0].ID: "S", s.variants[1].ID: "M"}[r.Variant], names[r.Location])] += r.Quantity
		}
	}
	return out
}

func TestSource_aPlanThatIsHeldTouchesNoLevel(t *testing.T) {
	t.Parallel()
	s := open(t)
	us := s.sells(t, sourcing.FewestSplits)
	s.stock(t, s.variants[0], s.main, 5)
	s.stock(t, s.variants[0], s.other, 5)
	s.hold(t, 1, s.want(1, 0, 2))
	versions := s.count(t, `SELECT sum(version) FROM stock_level`)
	ctx, counter := postgres.CountStatements(s.ctx)
	if err := s.place(ctx, 1, us, []inventory.Want{s.want(1, 0, 2)}); err != nil {
		t.Fatal(err)
	}
	if ours := counter.SQL()[2:]; len(ours) != 1 || strings.Contains(ours[0], "OF l") {
		t.Errorf("sourcing took %d statements: %v", len(ours), ours)
	}
	if s.count(t, `SELECT sum(version) FROM stock_level`) != versions {
		t.Error("a level was written")
	}
	if diff := cmp.Diff(map[string]int64{"1:S@main": 2}, s.sent(t, 1)); diff != "" {
		t.Error(diff)
	}
}

// Everything is held at main, which is asked first, as far as it reaches.
func TestSource_movesPiecesToWhereTheStrategyWantsThem(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		strategy sourcing.Strategy
		stock    [4]int64 // S and M at main, S and M at other
		wants    [][2]int64
		want     map[string]int64
	}{
		"nearest": {sourcing.Nearest, [4]int64{5, 5, 5, 0}, [][2]int64{{0, 2}, {1, 1}}, map[string]int64{"1:S@other": 2, "2:M@main": 1}},
		"nearest, as far as it reaches": {sourcing.Nearest, [4]int64{3, 0, 4, 0}, [][2]int64{{0, 2}, {0, 3}},
			map[string]int64{"1:S@other": 2, "2:S@main": 3}}, // line 2 is whole at main
		"fewest splits":                  {sourcing.FewestSplits, [4]int64{5, 0, 5, 5}, [][2]int64{{0, 2}, {1, 1}}, map[string]int64{"1:S@other": 2, "2:M@other": 1}},
		"fewest splits saves no parcel":  {sourcing.FewestSplits, [4]int64{5, 0, 0, 5}, [][2]int64{{0, 2}, {1, 1}}, map[string]int64{"1:S@main": 2, "2:M@other": 1}},
		"priority":                       {sourcing.Priority, [4]int64{5, 0, 5, 5}, [][2]int64{{0, 2}, {1, 1}}, map[string]int64{"1:S@main": 2, "2:M@other": 1}},
		"a line on both stays one place": {sourcing.Nearest, [4]int64{1, 0, 9, 0}, [][2]int64{{0, 2}}, map[string]int64{"1:S@other": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			us := s.sells(t, test.strategy)
			s.near(t, s.other)
			for i, n := range test.stock {
				if n > 0 {
					s.stock(t, s.variants[i%2], []inventory.Location{s.main, s.other}[i/2], n)
				}
			}
			before := s.taken(t, 0) + s.taken(t, 1)
			var wants []inventory.Want
			var pieces int
			for i, w := range test.wants {
				wants = append(wants, s.want(int64(i+1), int(w[0]), w[1]))
				pieces += int(w[1])
			}
			s.order(t, 1, us, wants...)
			if diff := cmp.Diff(test.want, s.sent(t, 1)); diff != "" {
				t.Error(diff)
			}
			if got := s.taken(t, 0) + s.taken(t, 1); got != before+pieces {
				t.Errorf("%d taken of %d", got, pieces)
			}
			if err := s.inTx(func(ctx context.Context) error { return s.Deallocate(ctx, 1) }); err != nil || s.taken(t, 0)+s.taken(t, 1) != before {
				t.Errorf("%v, %d stay taken", err, s.taken(t, 0)+s.taken(t, 1))
			}
		})
	}
}

// What was ordered ahead waits where it was promised; the rest moves.
func TestSource_piecesOrderedAheadStay(t *testing.T) {
	t.Parallel()
	s := open(t)
	us := s.sells(t, sourcing.Nearest)
	s.near(t, s.other)
	backorder := true
	s.change(t, 0, catalog.VariantChange{Backorder: &backorder})
	s.stock(t, s.variants[0], s.main, 2)
	s.hold(t, 1, s.want(1, 0, 5)) // two there, three ahead
	s.stock(t, s.variants[0], s.other, 9)
	if err := s.place(s.ctx, 1, us, []inventory.Want{s.want(1, 0, 5)}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int64{"1:S@main": 3, "1:S@other": 2}, s.sent(t, 1)); diff != "" {
		t.Error(diff)
	}
}

func TestSource_onlyLocationsThatServeTheMarket(t *testing.T) {
	t.Parallel()
	s := open(t)
	us := s.sells(t, sourcing.Nearest)
	s.near(t, s.other)
	elsewhere := must[market.Market](t)(market.NewService(s.db, event.NewOutbox(s.db), audit.New(s.db)).Create(s.ctx, market.Input{Handle: "ca", Name: "Canada",
		Currency: "USD", Active: true, Position: 1, Countries: []locale.Country{"CA"}, Languages: []locale.Language{"en"}}))
	other := must[inventory.Location](t)(s.LocationByID(s.ctx, s.other.ID))
	must[inventory.Location](t)(s.UpdateLocation(s.ctx, other.ID, other.Version, inventory.LocationChange{Markets: &[]market.ID{elsewhere.ID}}))
	s.stock(t, s.variants[0], s.main, 5)
	s.stock(t, s.variants[0], s.other, 5)
	s.order(t, 1, us, s.want(1, 0, 2))
	s.order(t, 2, elsewhere.ID, s.want(1, 0, 2))
	if diff := cmp.Diff(map[string]int64{"1:S@main": 2}, s.sent(t, 1)); diff != "" {
		t.Error(diff)
	}
}

// Orders move pieces to where others take theirs, expire and are counted, all at
// once: nothing is lost, promised twice, or waited for in a circle.
func TestSource_whileOthersReserveAndExpire(t *testing.T) {
	t.Parallel()
	s := open(t, testkit.WithMaxConns(12))
	us := s.sells(t, sourcing.Nearest)
	s.near(t, s.other)
	for _, v := range s.variants {
		s.stock(t, v, s.main, 200)
		s.stock(t, v, s.other, 40)
	}
	atOnce(120, func(i int) {
		checkout := inventory.CheckoutID(i + 1)
		wants := []inventory.Want{s.want(1, i%2, 2), s.want(2, 1-i%2, 1)}
		if short, err := s.reserve(checkout, wants...); err != nil || len(short) > 0 {
			t.Error(short, err)
			return
		}
		if i%3 == 0 {
			if err := s.Release(s.ctx, checkout); err != nil {
				t.Error(err)
			}
			return
		}
		if err := s.place(s.ctx, checkout, us, wants); err != nil {
			t.Error(err)
		}
		if i%4 == 0 {
			if err := s.Deallocate(s.ctx, checkout); err != nil {
				t.Error(err)
			}
		}
	})
	s.noDeadlock(t)
	if n := s.count(t, `SELECT count(*) FROM stock_level WHERE taken > on_hand`); n != 0 {
		t.Errorf("%d levels promise more than they have", n)
	}
	if n := s.count(t, `SELECT COALESCE(sum(quantity), 0) FROM reservation WHERE state = 'consumed' AND location_id = $1`, int64(s.other.ID)); n == 0 {
		t.Error("nothing moved")
	}
}

func TestReallocate(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 9)
	s.stock(t, s.variants[0], s.other, 3)
	s.order(t, 1, 0, s.want(1, 0, 5))
	move := func(from, to inventory.Location, n int64) error {
		return s.Reallocate(s.ctx, inventory.Reallocation{Checkout: 1, Line: 1, Variant: s.variants[0].ID, From: from.ID, To: to.ID, Quantity: n, Reason: "closer"})
	}
	for reason, err := range map[string]error{
		"not_allocated":      move(s.main, s.other, 6),
		"insufficient_stock": move(s.main, s.other, 4),
		"same_location":      move(s.main, s.main, 1),
		"invalid_quantity":   move(s.main, s.other, 0),
	} {
		if !fault.Is(err, reason) {
			t.Errorf("%s: %v", reason, err)
		}
	}
	if err := move(s.main, s.other, 2); err != nil {
		t.Fatal(err)
	}
	if err := move(s.main, s.other, 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int64{"1:S@main": 2, "1:S@other": 3}, s.sent(t, 1)); diff != "" {
		t.Error(diff)
	}
	if n := s.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'stock.reallocate' AND actor_id = 7`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	s.hold(t, 2, s.want(1, 0, 1))
	if err := s.Reallocate(s.ctx, inventory.Reallocation{Checkout: 2, Line: 1, Variant: s.variants[0].ID, From: s.main.ID, To: s.other.ID, Quantity: 1}); !fault.Is(err, "not_allocated") {
		t.Errorf("a hold is not the staff's to move: %v", err)
	}
}
