package warehouse_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/warehouse"
)

// depot is a shop with two locations, and a product of three variants that has
// 10 pieces of each at the first.
type depot struct {
	*warehouse.Service
	stock       *inventory.Service
	catalog     *catalog.Service
	db          *postgres.DB
	ctx         context.Context
	main, other inventory.LocationID
	product     catalog.Product
	variants    []catalog.VariantID
	keys        int
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

func open(t *testing.T, besides ...doctor.Check) *depot {
	t.Helper()
	checks := slices.Concat(catalog.Checks(), inventory.Checks(), warehouse.Checks(), besides)
	db := testkit.DB(t, testkit.WithInvariants(checks...))
	events, log := event.NewOutbox(db), audit.New(db)
	products := catalog.NewService(db, events, log)
	stock := inventory.NewService(db, events, log, products)
	d := &depot{
		Service: warehouse.NewService(db, events, log, warehouse.Rooms{Catalog: products, Stock: stock}),
		stock:   stock, catalog: products, db: db,
		ctx: actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7}),
	}
	products.Attach(d.Service, stock)
	d.main = must[inventory.Location](t)(stock.CreateLocation(d.ctx, inventory.NewLocation{Handle: "main", Name: "Main", Default: true})).ID
	d.other = must[inventory.Location](t)(stock.CreateLocation(d.ctx, inventory.NewLocation{Handle: "other", Name: "Other"})).ID
	d.product = must[catalog.Product](t)(products.CreateProduct(d.ctx, catalog.NewProduct{
		Title:    "Shirt",
		Options:  []catalog.NewOption{{Name: "Size", Values: []catalog.NewOptionValue{{Name: "S"}, {Name: "M"}, {Name: "L"}}}},
		Variants: []catalog.NewVariant{{Values: []string{"S"}}, {Values: []string{"M"}}, {Values: []string{"L"}}},
	}))
	pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(
		products.VariantPages(d.ctx, []catalog.ProductID{d.product.ID}, page.Args{}))
	for _, v := range pages[d.product.ID].Items {
		d.variants = append(d.variants, v.ID)
		d.adjust(t, v.ID, 10)
	}
	return d
}

func (d *depot) key() string {
	d.keys++
	return fmt.Sprint("key-", d.keys)
}

func (d *depot) adjust(t *testing.T, v catalog.VariantID, delta int64) {
	t.Helper()
	must[[]inventory.Level](t)(d.stock.Adjust(d.ctx, inventory.Cause{Key: d.key(), Reason: "test"},
		[]inventory.Adjustment{{Variant: v, Location: d.main, Delta: delta}}))
}

// at gives the counts of a variant at a location.
func (d *depot) at(t *testing.T, v catalog.VariantID, l inventory.LocationID) inventory.Stock {
	t.Helper()
	for _, level := range must[map[catalog.VariantID][]inventory.Level](t)(d.stock.LevelsOf(d.ctx, []catalog.VariantID{v}))[v] {
		if level.Location == l {
			return level.Stock
		}
	}
	return inventory.Stock{}
}

func (d *depot) expect(t *testing.T, when string, v catalog.VariantID, main, other inventory.Stock) {
	t.Helper()
	if got := d.at(t, v, d.main); got != main {
		t.Errorf("%s: main has %+v, want %+v", when, got, main)
	}
	if got := d.at(t, v, d.other); got != other {
		t.Errorf("%s: other has %+v, want %+v", when, got, other)
	}
}

func (d *depot) number(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := d.db.Conn(d.ctx).QueryRow(d.ctx, sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// refused wants one fault with the reason, about the path.
func refused(t *testing.T, what string, err error, reason string, path ...string) {
	t.Helper()
	all := fault.All(err)
	if len(all) != 1 || all[0].Reason != reason || path != nil && !slices.Equal(all[0].Path, path) {
		t.Errorf("%s: got %v, want %s at %v", what, err, reason, path)
	}
}

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

// The catalogue asks before it deletes: what a transfer keeps back or has on the
// way is needed yet.
func TestVariantsDeleting_refusedWhileATransferNeedsThem(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	x := d.draft(t, d.pieces(0, 4))
	remove := func() error {
		p := must[catalog.Product](t)(d.catalog.ProductByID(d.ctx, d.product.ID))
		_, err := d.catalog.DeleteVariants(d.ctx, p.ID, p.Version, d.variants[:1])
		return err
	}
	x = must[warehouse.Transfer](t)(d.ReserveTransfer(d.ctx, x.ID, x.Version))
	refused(t, "kept back", remove(), "variant_in_transfer")
	x = must[warehouse.Transfer](t)(d.ShipTransfer(d.ctx, x.ID, x.Version, nil))
	refused(t, "on the way", remove(), "variant_in_transfer")
	must[warehouse.Transfer](t)(d.ReceiveTransfer(d.ctx, x.ID, x.Version, "k", nil))
	draft := d.draft(t, d.pieces(0, 1))
	c := must[warehouse.Count](t)(d.OpenCount(d.ctx, warehouse.NewCount{Location: d.main}))
	c = must[warehouse.Count](t)(d.Record(d.ctx, c.ID, "c", []warehouse.Tally{{d.variants[0], 1}, {d.variants[1], 9}}))
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	_, err := d.ReserveTransfer(d.ctx, draft.ID, draft.Version)
	refused(t, "draft of what is gone", err, "variant_not_found", "lines", "0", "variant")
	must[warehouse.Count](t)(d.ApplyCount(d.ctx, c.ID, c.Version))
	if got := d.at(t, d.variants[1], d.main); got.OnHand != 9 {
		t.Errorf("the count of what is left moved %+v", got)
	}
}

// A variant goes while a transfer of it is reserved: either it is still there and
// kept back, or it is gone and nothing is.
func TestRace_deletionAgainstReserve(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	for i := range rounds / 2 {
		p := must[catalog.Product](t)(d.catalog.CreateProduct(d.ctx, catalog.NewProduct{
			Title:    fmt.Sprint("Cap ", i),
			Options:  []catalog.NewOption{{Name: "Size", Values: []catalog.NewOptionValue{{Name: "S"}, {Name: "M"}}}},
			Variants: []catalog.NewVariant{{Values: []string{"S"}}, {Values: []string{"M"}}},
		}))
		v := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(d.catalog.VariantPages(d.ctx, []catalog.ProductID{p.ID}, page.Args{}))[p.ID].Items[0].ID
		d.adjust(t, v, 3)
		p = must[catalog.Product](t)(d.catalog.ProductByID(d.ctx, p.ID))
		x := d.draft(t, d.pieces(0, 1), warehouse.Pieces{Variant: v, Quantity: 3})
		said := race(
			func() error {
				_, err := d.catalog.DeleteVariants(d.ctx, p.ID, p.Version, []catalog.VariantID{v})
				return err
			},
			func() error { _, err := d.ReserveTransfer(d.ctx, x.ID, x.Version); return err })
		switch {
		case said[0] == nil && fault.Is(said[1], "variant_not_found"):
		case said[1] == nil && fault.Is(said[0], "variant_in_transfer"):
			x = must[warehouse.Transfer](t)(d.TransferByID(d.ctx, x.ID))
			must[warehouse.Transfer](t)(d.CancelTransfer(d.ctx, x.ID, x.Version))
		default:
			t.Fatalf("round %d: deletion said %v, reservation %v", i, said[0], said[1])
		}
	}
	if n := d.number(t, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}
