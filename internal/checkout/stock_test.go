package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// policy changes how the American market promises its stock.
func policy(t *testing.T, s *salesfloor.Shop, change func(*inventory.Policy)) {
	t.Helper()
	us := slices.IndexFunc(s.Markets.Active(), func(m market.Market) bool { return m.Handle == "us" })
	p := inventory.DefaultPolicy(s.Markets.Active()[us].ID)
	change(&p)
	must[inventory.Policy](t)(s.Stock.SetPolicy(salesfloor.Context(), p))
}

// west is a location of California with pieces of some variants.
func west(t *testing.T, s *salesfloor.Shop, pieces map[string]int64) inventory.LocationID {
	t.Helper()
	at := must[inventory.Location](t)(s.Stock.CreateLocation(salesfloor.Context(), inventory.NewLocation{Handle: "west", Name: "West", Priority: 5,
		Zones: []sourcing.Zone{{Country: "US", Province: "CA"}}})).ID
	for sku, n := range pieces {
		must[[]inventory.Level](t)(s.Stock.Receive(salesfloor.Context(), inventory.Cause{Key: secret.Token(), Reason: "test"},
			[]inventory.Receipt{{Variant: s.Variants[sku], Location: at, Quantity: n}}))
	}
	return at
}

func buy(t *testing.T, s *salesfloor.Shop, c checkout.Checkout) order.Order {
	t.Helper()
	out := must[checkout.Outcome](t)(s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", secret.Token())))
	if out.Order == nil {
		t.Fatalf("%s", out.Checkout.State)
	}
	return *out.Order
}

func TestComplete_sendsFromWhereTheMarketsStrategySays(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	policy(t, s, func(p *inventory.Policy) { p.Strategy = sourcing.Nearest })
	near := west(t, s, map[string]int64{"shirt-s": 5})
	ready := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 1, "shirt-s": 2}), "US")
	o := buy(t, s, ready)
	got := map[string]int64{}
	for _, a := range must[map[order.ID][]order.Allocation](t)(s.Orders.Allocations(t.Context(), []order.ID{o.ID}))[o.ID] {
		got[fmt.Sprint(a.Variant, "@", a.Location)] += a.Quantity
	}
	want := map[string]int64{fmt.Sprint(s.Variants["mug"], "@", s.Location): 1, fmt.Sprint(s.Variants["shirt-s"], "@", near): 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// what is cancelled goes back to where it came from
	must[order.Order](t)(s.Orders.Cancel(salesfloor.Context(), o.ID, o.Version, "staff", ""))
	if s.Available(t, "shirt-s") != 105 || s.Available(t, "mug") != 10 {
		t.Errorf("%d shirts, %d mugs", s.Available(t, "shirt-s"), s.Available(t, "mug"))
	}
}

// What is held already where it belongs costs one statement more than in a shop
// of one location, and only where nearness counts; no level is locked for it.
func TestStatements_ofSourcing(t *testing.T) {
	t.Parallel()
	for strategy, most := range map[sourcing.Strategy]int{sourcing.Priority: 25, sourcing.FewestSplits: 25, sourcing.Nearest: 26} {
		t.Run(string(strategy), func(t *testing.T) {
			t.Parallel()
			s := salesfloor.Open(t, salesfloor.Options{})
			policy(t, s, func(p *inventory.Policy) { p.Strategy = strategy })
			if err := s.Stock.RefreshPolicies(t.Context()); err != nil {
				t.Fatal(err)
			}
			west(t, s, map[string]int64{"crate": 5})
			must[inventory.Location](t)(s.Stock.UpdateLocation(salesfloor.Context(), s.Location, 1, inventory.LocationChange{
				Zones: &[]sourcing.Zone{{Country: "US", Province: "CA"}}}))
			c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 1, "crate": 4}), "US")
			ctx, counter := postgres.CountStatements(context.Background())
			must[checkout.Outcome](t)(s.Checkouts.Complete(ctx, salesfloor.Submission(c, "ok", "k")))
			ours := slices.DeleteFunc(counter.SQL(), func(sql string) bool { return strings.Contains(sql, "sandbox_charge") })
			if len(ours) > most || slices.ContainsFunc(ours, func(sql string) bool { return strings.Contains(sql, "FOR UPDATE OF l") }) {
				t.Errorf("%d statements, %d allowed:\n%s", len(ours), most, strings.Join(ours, "\n"))
			}
		})
	}
}

// Whoever has held what one customer may elsewhere gets no more by another
// checkout, however he spells his address and whenever he gives it.
func TestCap_ofACustomerCountsAsSoonAsHeIsKnown(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	policy(t, s, func(p *inventory.Policy) { p.MaxCustomer = new(int64); *p.MaxCustomer = 5 })
	ctx := t.Context()
	start := func(pieces int, email string) checkout.Checkout {
		from := s.Cart(t, "US", map[string]int{"shirt-s": pieces})
		return must[checkout.Checkout](t)(s.Checkouts.Start(ctx, checkout.Start{Cart: salesfloor.RefOf(from), Email: email, Key: "k"}))
	}
	first := start(3, "ada@example.com")
	if first.HeldUntil == nil {
		t.Fatal("three of five are not held")
	}
	if late := start(3, "Ada+shirts@Example.com"); late.HeldUntil != nil || len(late.Problems) == 0 {
		t.Errorf("six of five are held: %v", late.Problems)
	}
	unknown := start(3, "")
	if unknown.HeldUntil == nil {
		t.Fatal("nobody knows who it is")
	}
	_, err := s.Checkouts.SetContact(ctx, refOf(unknown), checkout.Contact{Email: "ADA@example.com"})
	if f, ok := fault.As(err); !ok || f.Reason != "hold_limit" || !slices.Equal(f.Path, []string{"email"}) {
		t.Fatalf("%v", err)
	}
	other := must[checkout.Checkout](t)(s.Checkouts.SetContact(ctx, refOf(unknown), checkout.Contact{Email: "eve@example.com"}))
	if other.Email != "eve@example.com" || other.HeldUntil == nil {
		t.Errorf("%s, held until %v", other.Email, other.HeldUntil)
	}
	if n := s.Count(t, `SELECT sum(quantity) FROM reservation WHERE state = 'held' AND customer = $1`, inventory.CustomerKey("ada@example.com")); n != 3 {
		t.Errorf("the customer holds %d", n)
	}
	// a checkout that is taken up again in another name lets go of what that one may not hold
	must[checkout.Checkout](t)(s.Checkouts.Start(ctx, checkout.Start{Cart: cart.Ref{ID: other.Cart, Key: keyOf(t, s, other.Cart)}, Email: "ada@example.com", Key: "again"}))
	if n := s.Count(t, `SELECT COALESCE(sum(quantity), 0) FROM reservation WHERE state = 'held' AND checkout_id = $1`, int64(other.ID)); n != 0 {
		t.Errorf("%d are held all the same", n)
	}
}

func keyOf(t *testing.T, s *salesfloor.Shop, id cart.ID) string {
	t.Helper()
	return must[cart.Cart](t)(s.Carts.ByID(t.Context(), id)).Key
}

func TestActivity_prolongsTheHoldUpToACap(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	clock := testkit.Clock(t, s.DB)
	began := clock.Now()
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"mug": 10}), "US")
	act := func() checkout.Checkout {
		t.Helper()
		return must[checkout.Checkout](t)(s.Checkouts.SelectDelivery(t.Context(), refOf(c), map[string]string{"shipping": "standard"}))
	}
	for _, want := range []int{20, 30, 40, 50, 60, 60} { // minutes
		clock.Advance(map[bool]time.Duration{true: 5 * time.Minute, false: 10 * time.Minute}[want == 20])
		must[int](t)(s.Stock.ExpireDue(t.Context(), 100))
		if c = act(); c.HeldUntil == nil || !c.HeldUntil.Equal(began.Add(time.Duration(want)*time.Minute)) {
			t.Fatalf("after %s it is held until %v, want %d minutes", clock.Now().Sub(began), c.HeldUntil, want)
		}
	}
	clock.Advance(6 * time.Minute) // an hour and a minute
	must[int](t)(s.Stock.ExpireDue(t.Context(), 100))
	if c = act(); c.HeldUntil != nil || s.Available(t, "mug") != 10 {
		t.Fatalf("held until %v, %d left: a busy checkout holds for ever", c.HeldUntil, s.Available(t, "mug"))
	}
	clock.Advance(15 * time.Minute)
	if c = act(); c.HeldUntil == nil || s.Available(t, "mug") != 0 {
		t.Errorf("held until %v after a pause", c.HeldUntil)
	}
	clock.Advance(70 * time.Minute) // whoever submits may have what is there at any time
	must[int](t)(s.Stock.ExpireDue(t.Context(), 100))
	buy(t, s, c)
}

func TestHold_fromTheCartOn(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	from := s.Cart(t, "US", map[string]int{"mug": 4})
	hold := func() []checkout.Short {
		t.Helper()
		return must[[]checkout.Short](t)(s.Checkouts.Hold(t.Context(), salesfloor.RefOf(from), "client"))
	}
	if hold(); s.Available(t, "mug") != 10 || s.Count(t, `SELECT count(*) FROM checkout`) != 0 {
		t.Fatal("a market that reserves at checkout holds for a cart")
	}
	policy(t, s, func(p *inventory.Policy) { p.ReserveAt = inventory.ReserveAtCart })
	if short := hold(); short != nil || s.Available(t, "mug") != 6 {
		t.Fatalf("%v, %d left", short, s.Available(t, "mug"))
	}
	if held := must[map[catalog.VariantID]int64](t)(s.Checkouts.HeldFor(t.Context(), from.ID)); held[s.Variants["mug"]] != 4 {
		t.Errorf("held for the cart: %v", held)
	}
	other := s.Cart(t, "US", map[string]int{"mug": 6, "shirt-s": 1})
	must[[]checkout.Short](t)(s.Checkouts.Hold(t.Context(), salesfloor.RefOf(other), "client"))
	must[cart.Change](t)(s.Carts.UpdateLines(t.Context(), salesfloor.RefOf(other), []cart.LineChange{{ID: lineOf(t, other, s.Variants["shirt-s"]), Quantity: ptr(2)}}))
	must[[]checkout.Short](t)(s.Checkouts.Hold(t.Context(), salesfloor.RefOf(other), "client"))
	if s.Available(t, "shirt-s") != 98 || s.Available(t, "mug") != 0 {
		t.Errorf("%d shirts, %d mugs left", s.Available(t, "shirt-s"), s.Available(t, "mug"))
	}
	must[cart.Change](t)(s.Carts.RemoveLines(t.Context(), salesfloor.RefOf(other), []cart.LineID{lineOf(t, other, s.Variants["mug"]), lineOf(t, other, s.Variants["shirt-s"])}))
	must[[]checkout.Short](t)(s.Checkouts.Hold(t.Context(), salesfloor.RefOf(other), "client"))
	if s.Available(t, "shirt-s") != 100 || s.Available(t, "mug") != 6 {
		t.Errorf("an emptied cart holds: %d shirts, %d mugs left", s.Available(t, "shirt-s"), s.Available(t, "mug"))
	}
	third, fourth := s.Cart(t, "US", map[string]int{"mug": 6}), s.Cart(t, "US", map[string]int{"mug": 1})
	s.Ready(t, fourth, "US")
	short := must[[]checkout.Short](t)(s.Checkouts.Hold(t.Context(), salesfloor.RefOf(third), "client"))
	if want := []checkout.Short{{CartLine: third.Lines[0].ID, Variant: s.Variants["mug"], Wanted: 6, Available: 5}}; !slices.Equal(short, want) {
		t.Errorf("%+v", short)
	}
	o := buy(t, s, s.Ready(t, from, "US"))
	if o.Lines[0].Quantity != 4 {
		t.Errorf("%+v", o.Lines)
	}
}

// Who the buyer is counts as soon as his cart says it.
func TestHold_ofACustomerWhoseCartNamesHim(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	policy(t, s, func(p *inventory.Policy) { p.ReserveAt, p.MaxCustomer = inventory.ReserveAtCart, ptr(int64(5)) })
	hold := func(from cart.Cart) error {
		_, err := s.Checkouts.Hold(t.Context(), salesfloor.RefOf(from), "client")
		return err
	}
	name := func(from cart.Cart) {
		must[cart.Change](t)(s.Carts.SetBuyer(t.Context(), salesfloor.RefOf(from), cart.BuyerChange{Email: ptr("ada@example.com")}))
	}
	first, second := s.Cart(t, "US", map[string]int{"shirt-s": 4}), s.Cart(t, "US", map[string]int{"shirt-s": 2})
	name(first)
	if err := errors.Join(hold(first), hold(second)); err != nil {
		t.Fatal(err)
	}
	name(second)
	if err := hold(second); !fault.Is(err, "hold_limit") {
		t.Errorf("six of five: %v", err)
	}
	if s.Available(t, "shirt-s") != 96 {
		t.Errorf("%d left: what may not be held is", s.Available(t, "shirt-s"))
	}
	c := s.Ready(t, second, "US")
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "k")); err == nil {
		t.Error("bought what may not be held")
	}
}

func lineOf(t *testing.T, c cart.Cart, v catalog.VariantID) cart.LineID {
	t.Helper()
	for _, l := range c.Lines {
		if l.Variant == v {
			return l.ID
		}
	}
	t.Fatal("no such line")
	return 0
}

func ptr[T any](v T) *T { return &v }

// Whoever comes too late is told at once, also when the last piece went while
// his checkout was being priced.
func TestStart_tellsTheLosersOfARace(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Conns: 16})
	var held, told atomic.Int64
	var all sync.WaitGroup
	var carts []cart.Cart
	for range 30 {
		carts = append(carts, s.Cart(t, "US", map[string]int{"mug": 1}))
	}
	for _, from := range carts {
		all.Go(func() {
			c, err := s.Checkouts.Start(context.Background(), checkout.Start{Cart: salesfloor.RefOf(from), Key: "k"})
			switch {
			case err != nil:
				t.Error(err)
			case c.HeldUntil != nil:
				held.Add(1)
			case slices.ContainsFunc(c.Problems, func(p checkout.Problem) bool { return p.Code == checkout.OutOfStock }):
				told.Add(1)
			}
		})
	}
	all.Wait()
	if held.Load() != 10 || told.Load() != 20 {
		t.Errorf("%d hold a piece, %d know that they do not", held.Load(), told.Load())
	}
}

// Carts that are given up give back what they held, with nobody asking.
func TestAbandoned_everythingReturns(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	for range 100 {
		from := s.Cart(t, "US", map[string]int{"shirt-s": 1})
		must[checkout.Checkout](t)(s.Checkouts.Start(t.Context(), checkout.Start{Cart: salesfloor.RefOf(from), Key: "k"}))
	}
	if s.Available(t, "shirt-s") != 0 {
		t.Fatalf("%d left", s.Available(t, "shirt-s"))
	}
	testkit.Clock(t, s.DB).Advance(15 * time.Minute)
	for must[int](t)(s.Stock.ExpireDue(t.Context(), 100)) > 0 {
	}
	if s.Available(t, "shirt-s") != 100 {
		t.Errorf("%d came back", s.Available(t, "shirt-s"))
	}
	testkit.Clock(t, s.DB).Advance(25 * time.Hour)
	for must[int](t)(s.Checkouts.ExpireDue(t.Context(), 100)) > 0 {
	}
	if n := s.Count(t, `SELECT count(*) FROM reservation WHERE ended_at IS NULL`); n != 0 {
		t.Errorf("%d reservations are left", n)
	}
}

// One piece, many buyers: one order, with its reservation and its payment, and
// no other order, charge or hold.
func TestRace_oneUnitManyBuyers(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{Conns: 20})
	policy(t, s, func(p *inventory.Policy) { p.Strategy = sourcing.Nearest })
	no := west(t, s, nil)
	for round := range rounds() {
		at := s.Location
		if round%2 == 1 {
			at = no
		}
		drain(t, s, "mug")
		must[[]inventory.Level](t)(s.Stock.Receive(salesfloor.Context(), inventory.Cause{Key: secret.Token(), Reason: "test"},
			[]inventory.Receipt{{Variant: s.Variants["mug"], Location: at, Quantity: 1}}))
		var carts []cart.Cart
		for range 2 + round%7 {
			carts = append(carts, s.Cart(t, "US", map[string]int{"mug": 1}))
		}
		var ready []checkout.Checkout
		for _, from := range carts {
			ready = append(ready, s.Ready(t, from, "US"))
		}
		if round%3 > 0 { // nobody holds it any more
			testkit.Clock(t, s.DB).Advance(16 * time.Minute)
		}
		orders := s.Count(t, `SELECT count(*) FROM sales_order`)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for _, c := range ready {
			wg.Go(func() {
				<-start
				if _, err := s.Checkouts.Complete(context.Background(), salesfloor.Submission(c, "ok", "k")); err != nil && !mayLose(err) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		wg.Go(func() {
			<-start
			_, err := s.Stock.ExpireDue(context.Background(), 10)
			if err != nil {
				t.Error(err)
			}
		})
		close(start)
		wg.Wait()
		if n := s.Count(t, `SELECT count(*) FROM sales_order`); n != orders+1 {
			t.Fatalf("round %d: %d orders for one piece", round, n-orders)
		}
	}
	for what, sql := range map[string]string{
		"order without its reservation": `SELECT count(*) FROM sales_order o WHERE 1 <> (SELECT sum(quantity) FROM reservation r WHERE r.checkout_id = o.checkout_id AND r.state = 'consumed')`,
		"order without its payment":     `SELECT count(*) FROM sales_order o WHERE 1 <> (SELECT count(*) FROM payment p WHERE p.order_id = o.id AND p.state = 'captured')`,
		"charge without an order":       `SELECT count(*) FROM sandbox_charge b WHERE b.state = 'charged' AND b.refunded = 0 AND NOT EXISTS (SELECT FROM payment p WHERE p.provider_key = b.key AND p.order_id IS NOT NULL)`,
		"piece promised twice":          `SELECT count(*) FROM stock_level WHERE taken > on_hand`,
	} {
		if n := s.Count(t, sql); n != 0 {
			t.Errorf("%d × %s", n, what)
		}
	}
}

// drain takes away what can still be sold.
func drain(t *testing.T, s *salesfloor.Shop, sku string) {
	t.Helper()
	for _, l := range must[map[catalog.VariantID][]inventory.Level](t)(s.Stock.LevelsOf(t.Context(), []catalog.VariantID{s.Variants[sku]}))[s.Variants[sku]] {
		if n := l.Available(); n > 0 {
			must[[]inventory.Level](t)(s.Stock.Adjust(salesfloor.Context(), inventory.Cause{Key: secret.Token(), Reason: "test"},
				[]inventory.Adjustment{{Variant: l.Variant, Location: l.Location, Delta: -n}}))
		}
	}
}
