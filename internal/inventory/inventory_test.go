package inventory_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

// store is a shop with two locations and one product of two variants.
type store struct {
	*inventory.Service
	catalog     *catalog.Service
	db          *postgres.DB
	ctx         context.Context
	main, other inventory.Location
	product     catalog.Product
	variants    []catalog.Variant
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func open(t *testing.T, opts ...testkit.Option) *store {
	t.Helper()
	db := testkit.DB(t, append(opts, testkit.WithInvariants(append(catalog.Checks(), inventory.Checks()...)...))...)
	events, log := event.NewOutbox(db), audit.New(db)
	products := catalog.NewService(db, events, log)
	s := &store{
		Service: inventory.NewService(db, events, log, products), catalog: products, db: db,
		ctx: actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7}),
	}
	products.Attach(s.Service)
	s.main = must[inventory.Location](t)(s.CreateLocation(s.ctx, inventory.NewLocation{Handle: "main", Name: "Main", Default: true}))
	s.other = must[inventory.Location](t)(s.CreateLocation(s.ctx, inventory.NewLocation{Handle: "other", Name: "Other"}))
	s.product = must[catalog.Product](t)(products.CreateProduct(s.ctx, catalog.NewProduct{
		Title:    "Shirt",
		Options:  []catalog.NewOption{{Name: "Size", Values: []catalog.NewOptionValue{{Name: "S"}, {Name: "M"}}}},
		Variants: []catalog.NewVariant{{Values: []string{"S"}}, {Values: []string{"M"}}},
	}))
	pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(
		products.VariantPages(s.ctx, []catalog.ProductID{s.product.ID}, page.Args{}))
	s.variants = pages[s.product.ID].Items
	return s
}

func because(key string) inventory.Cause { return inventory.Cause{Key: key, Reason: "test"} }

func (s *store) adjust(key string, v catalog.Variant, l inventory.Location, delta int64) ([]inventory.Level, error) {
	return s.Adjust(s.ctx, because(key), []inventory.Adjustment{{Variant: v.ID, Location: l.ID, Delta: delta}})
}

func (s *store) onHand(t *testing.T, v catalog.Variant, l inventory.Location) int64 {
	t.Helper()
	for _, level := range must[map[catalog.VariantID][]inventory.Level](t)(s.LevelsOf(s.ctx, []catalog.VariantID{v.ID}))[v.ID] {
		if level.Location == l.ID {
			return level.OnHand
		}
	}
	return 0
}

func (s *store) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := s.db.Conn(s.ctx).QueryRow(s.ctx, sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// atOnce runs fn n times on as many goroutines as there are connections.
func atOnce(n int, fn func(i int)) {
	var wg sync.WaitGroup
	gate := make(chan struct{}, 8)
	for i := range n {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			fn(i)
		})
	}
	wg.Wait()
}

func TestAdjust_twoHundredAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.variants[0]
	must[[]inventory.Level](t)(s.adjust("start", v, s.main, 500))
	atOnce(200, func(i int) {
		delta := int64(1)
		if i%4 == 0 {
			delta = -1
		}
		if _, err := s.adjust(fmt.Sprint("key-", i), v, s.main, delta); err != nil {
			t.Error(err)
		}
	})
	if got := s.onHand(t, v, s.main); got != 600 {
		t.Errorf("%d on hand, want 600", got)
	}
	if n := s.count(t, `SELECT count(*) FROM stock_movement`); n != 201 {
		t.Errorf("%d movements, want 201", n)
	}
}

// Two changes that name the same levels in opposite orders: locks are taken in
// one order, so neither waits for the other for ever.
func TestAdjust_oppositeOrdersDoNotDeadlock(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b := s.variants[0].ID, s.variants[1].ID
	atOnce(40, func(i int) {
		lines := []inventory.Adjustment{{Variant: a, Location: s.main.ID, Delta: 1}, {Variant: b, Location: s.other.ID, Delta: 1}}
		if i%2 == 0 {
			lines[0], lines[1] = lines[1], lines[0]
		}
		if _, err := s.Adjust(s.ctx, because(fmt.Sprint(i)), lines); err != nil {
			t.Error(err)
		}
	})
	if got := s.onHand(t, s.variants[1], s.other); got != 40 {
		t.Errorf("%d on hand", got)
	}
	if n := s.count(t, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}

func TestAdjust_neverBelowNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b := s.variants[0], s.variants[1]
	must[[]inventory.Level](t)(s.adjust("in", a, s.main, 3))
	_, err := s.Adjust(s.ctx, because("out"), []inventory.Adjustment{
		{Variant: b.ID, Location: s.main.ID, Delta: 5}, {Variant: a.ID, Location: s.main.ID, Delta: -4}})
	if f, _ := fault.As(err); f == nil || f.Reason != "insufficient_stock" || f.Path[1] != "1" {
		t.Errorf("got %v", err)
	}
	if s.onHand(t, a, s.main) != 3 || s.onHand(t, b, s.main) != 0 {
		t.Error("half of a refused change was kept")
	}
	for name, line := range map[string]inventory.Adjustment{
		"nothing":          {Variant: a.ID, Location: s.main.ID},
		"too much":         {Variant: a.ID, Location: s.main.ID, Delta: inventory.MaxQuantity + 1},
		"unknown variant":  {Variant: 99, Location: s.main.ID, Delta: 1},
		"unknown location": {Variant: a.ID, Location: 99, Delta: 1},
	} {
		if _, err := s.Adjust(s.ctx, because(name), []inventory.Adjustment{line}); len(fault.All(err)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.adjust("", a, s.main, 1); !fault.Is(err, "idempotency_key_required") {
		t.Error(err)
	}
}

func TestAdjust_sameKeyOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := must[[]inventory.Level](t)(s.adjust("same", s.variants[0], s.main, 5))
	again := must[[]inventory.Level](t)(s.adjust("same", s.variants[0], s.main, 5))
	if first[0].OnHand != 5 || again[0] != first[0] {
		t.Errorf("%+v, then %+v", first, again)
	}
	if _, err := s.adjust("same", s.variants[0], s.main, 6); !fault.Is(err, "idempotency_key_reused") {
		t.Error(err)
	}
}

func TestSet_comparesWhatWasSeen(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := func(key string, c inventory.Count) ([]inventory.Level, error) {
		c.Variant, c.Location = s.variants[0].ID, s.main.ID
		return s.Set(s.ctx, because(key), []inventory.Count{c})
	}
	level := must[[]inventory.Level](t)(set("a", inventory.Count{OnHand: 10}))[0]
	ten, nine := int64(10), int64(9)
	if _, err := set("b", inventory.Count{OnHand: 1, Expected: &nine}); !fault.Is(err, "count_changed") {
		t.Error(err)
	}
	stale := level.Version - 1
	if _, err := set("c", inventory.Count{OnHand: 1, Version: &stale}); !fault.Is(err, "stale_version") {
		t.Error(err)
	}
	must[[]inventory.Level](t)(set("d", inventory.Count{OnHand: 4, Expected: &ten, Version: &level.Version}))
	must[[]inventory.Level](t)(set("e", inventory.Count{OnHand: 4}))
	if n := s.count(t, `SELECT count(*) FROM stock_movement WHERE kind = 'count'`); n != 2 {
		t.Errorf("%d movements; a count that agrees moves nothing", n)
	}
}

func TestStockAt_anyInstant(t *testing.T) {
	t.Parallel()
	s := open(t)
	clock, v := testkit.Clock(t, s.db), s.variants[0]
	must[[]inventory.Level](t)(s.Receive(s.ctx, because("a"), []inventory.Receipt{
		{Variant: v.ID, Location: s.main.ID, Quantity: 10}, {Variant: v.ID, Location: s.other.ID, Quantity: 7}}))
	clock.Advance(time.Hour)
	must[[]inventory.Level](t)(s.adjust("b", v, s.main, -4))
	for _, test := range []struct {
		after    time.Duration
		location inventory.LocationID
		want     int64
	}{{-time.Second, 0, 0}, {0, 0, 17}, {59 * time.Minute, s.main.ID, 10}, {time.Hour, s.main.ID, 6}, {2 * time.Hour, 0, 13}} {
		got := must[inventory.Stock](t)(s.StockAt(s.ctx, v.ID, test.location, testkit.Started().Add(test.after)))
		if got.OnHand != test.want {
			t.Errorf("after %v: %d, want %d", test.after, got.OnHand, test.want)
		}
	}
	moves := must[page.Slice[inventory.Movement]](t)(s.ListMovements(s.ctx, inventory.MovementFilter{Variant: v.ID}, page.Args{}))
	if len(moves.Items) != 3 || moves.Items[0].Delta.OnHand != -4 || moves.Items[0].ActorID != 7 || moves.Items[0].Reason != "test" {
		t.Errorf("the ledger says %+v", moves.Items)
	}
}

func TestStockChanged_saysWhetherItWasAndIsAvailable(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.variants[0]
	for i, step := range []struct {
		location inventory.Location
		delta    int64
	}{{s.main, 2}, {s.other, 1}, {s.main, -2}, {s.other, -1}} {
		must[[]inventory.Level](t)(s.adjust(fmt.Sprint(i), v, step.location, step.delta))
	}
	var got string
	err := s.db.Conn(s.ctx).QueryRow(s.ctx, `
		SELECT string_agg((payload->>'was_available') || '-' || (payload->>'now_available'), ' ' ORDER BY id)
		FROM outbox WHERE topic = 'stock.changed' AND (payload->>'product')::bigint = $1`, int64(s.product.ID)).Scan(&got)
	if want := "false-true true-true true-true true-false"; err != nil || got != want {
		t.Errorf("got %q, want %q (%v)", got, want, err)
	}
	if n := s.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'stock.adjust' AND reason = 'test'`); n != 4 {
		t.Errorf("%d audit rows", n)
	}
}

func TestDeleteVariants_writesOffWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.variants[0]
	must[[]inventory.Level](t)(s.adjust("in", v, s.main, 3))
	must[catalog.Product](t)(s.catalog.DeleteVariants(s.ctx, s.product.ID, 1, []catalog.VariantID{v.ID}))
	if n := s.count(t, `SELECT count(*) FROM stock_movement WHERE kind = 'write_off' AND on_hand_delta = -3`); n != 1 {
		t.Errorf("%d write-offs", n)
	}
}

func TestLocations_oneDefault(t *testing.T) {
	t.Parallel()
	s := open(t)
	no, yes := false, true
	_, err := s.UpdateLocation(s.ctx, s.main.ID, s.main.Version, inventory.LocationChange{Active: &no})
	if !fault.Is(err, "needs_default") {
		t.Error(err)
	}
	s.other = must[inventory.Location](t)(s.UpdateLocation(s.ctx, s.other.ID, s.other.Version, inventory.LocationChange{Default: &yes}))
	if n := s.count(t, `SELECT count(*) FROM location WHERE is_default`); n != 1 || !s.other.Default {
		t.Errorf("%d defaults", n)
	}
	main := must[inventory.Location](t)(s.LocationByID(s.ctx, s.main.ID))
	must[inventory.Location](t)(s.UpdateLocation(s.ctx, main.ID, main.Version, inventory.LocationChange{Active: &no}))
	if _, err := s.adjust("in", s.variants[0], main, 1); !fault.Is(err, "location_inactive") {
		t.Error(err)
	}
	_, err = s.CreateLocation(s.ctx, inventory.NewLocation{Handle: "main", Name: "Again"})
	if !fault.Is(err, "handle_taken") {
		t.Error(err)
	}
}

// A change that comes while its variant is being deleted is done before, and
// written off, or refused: the ledger never keeps what no level holds.
func TestDeleteVariants_whileStockMoves(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 8 {
		p := must[catalog.Product](t)(s.catalog.ProductByID(s.ctx, s.product.ID))
		made := must[[]catalog.Variant](t)(s.catalog.CreateVariants(s.ctx, p.ID, s.grow(t, p), []catalog.NewVariant{{Values: []string{"L"}}}))
		p = must[catalog.Product](t)(s.catalog.ProductByID(s.ctx, p.ID))
		atOnce(6, func(i int) {
			var err error
			if i == 3 {
				_, err = s.catalog.DeleteVariants(s.ctx, p.ID, p.Version, []catalog.VariantID{made[0].ID})
			} else {
				_, err = s.adjust(fmt.Sprint(made[0].ID, "-", i), made[0], s.main, 2)
			}
			if err != nil && !fault.Is(err, "variant_not_found") {
				t.Error(err)
			}
		})
	}
}

// grow makes sure of the value L and gives the product's version.
func (s *store) grow(t *testing.T, p catalog.Product) int64 {
	t.Helper()
	if len(p.Options[0].Values) == 2 {
		p = must[catalog.Product](t)(s.catalog.AddOptionValues(s.ctx, p.ID, p.Version, p.Options[0].ID, []catalog.NewOptionValue{{Name: "L"}}))
	}
	return p.Version
}

func TestListLevels_whatRunsOutFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	must[[]inventory.Level](t)(s.Receive(s.ctx, because("a"), []inventory.Receipt{
		{Variant: s.variants[0].ID, Location: s.main.ID, Quantity: 9}, {Variant: s.variants[0].ID, Location: s.other.ID, Quantity: 2},
		{Variant: s.variants[1].ID, Location: s.main.ID, Quantity: 5}}))
	var got []int64
	one := 1
	for args := (page.Args{First: &one}); ; {
		p := must[page.Slice[inventory.Level]](t)(s.ListLevels(s.ctx, inventory.LevelFilter{}, inventory.LevelsByAvailable, args))
		got = append(got, p.Items[0].OnHand)
		if args.After = p.Info.EndCursor; !p.Info.HasNextPage {
			break
		}
	}
	if fmt.Sprint(got) != "[2 5 9]" {
		t.Errorf("%v", got)
	}
}

func TestListMovements_untilIsNotPartOfIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	must[[]inventory.Level](t)(s.adjust("a", s.variants[0], s.main, 1))
	for until, want := range map[time.Time]int64{testkit.Started(): 0, testkit.Started().Add(time.Second): 1} {
		if n := must[int64](t)(s.CountMovements(s.ctx, inventory.MovementFilter{Until: until})); n != want {
			t.Errorf("%d movements until %v", n, until)
		}
	}
}
