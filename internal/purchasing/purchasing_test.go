package purchasing_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/purchasing"
	"github.com/souk-commerce/souk/internal/purchasing/lifecycle"
	"github.com/souk-commerce/souk/internal/testkit"
)

// office is a shop with a location, a supplier and a product of two variants.
type office struct {
	*purchasing.Service
	stock          *inventory.Service
	catalog        *catalog.Service
	db             *postgres.DB
	ctx            context.Context
	main, supplier inventory.LocationID
	product        catalog.ProductID
	variants       []catalog.VariantID
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

func open(t *testing.T) *office {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(slices.Concat(catalog.Checks(), inventory.Checks(), inventory.CrossChecks(), purchasing.Checks())...))
	events, log := event.NewOutbox(db), audit.New(db)
	products := catalog.NewService(db, events, log)
	stock := inventory.NewService(db, events, log, products)
	o := &office{
		Service: purchasing.NewService(db, events, log, purchasing.Rooms{Catalog: products, Stock: stock}),
		stock:   stock, catalog: products, db: db,
		ctx: actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7}),
	}
	products.Attach(o.Service, stock)
	o.main = o.location(t, inventory.NewLocation{Handle: "main", Name: "Main", Default: true}).ID
	o.supplier = o.location(t, inventory.NewLocation{Handle: "mill", Name: "Mill", Kind: inventory.Supplier}).ID
	p := must[catalog.Product](t)(products.CreateProduct(o.ctx, catalog.NewProduct{
		Title:    "Shirt",
		Options:  []catalog.NewOption{{Name: "Size", Values: []catalog.NewOptionValue{{Name: "S"}, {Name: "M"}}}},
		Variants: []catalog.NewVariant{{Values: []string{"S"}}, {Values: []string{"M"}}},
	}))
	o.product = p.ID
	pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(products.VariantPages(o.ctx, []catalog.ProductID{p.ID}, page.Args{}))
	for _, v := range pages[p.ID].Items {
		o.variants = append(o.variants, v.ID)
	}
	return o
}

func (o *office) location(t *testing.T, in inventory.NewLocation) inventory.Location {
	t.Helper()
	return must[inventory.Location](t)(o.stock.CreateLocation(o.ctx, in))
}

func (o *office) line(variant int, quantity int64) purchasing.NewLine {
	cost := money.New(1250, "EUR")
	return purchasing.NewLine{Variant: o.variants[variant], Quantity: quantity, UnitCost: &cost}
}

func (o *office) draft(t *testing.T, lines ...purchasing.NewLine) purchasing.Order {
	t.Helper()
	return must[purchasing.Order](t)(o.Create(o.ctx, purchasing.NewOrder{Supplier: o.supplier, Location: o.main, Currency: "EUR", Lines: lines}))
}

func (o *office) ordered(t *testing.T, lines ...purchasing.NewLine) purchasing.Order {
	t.Helper()
	p := o.draft(t, lines...)
	return must[purchasing.Order](t)(o.Order(o.ctx, p.ID, p.Version))
}

func (o *office) came(key string, variant int, quantity int64) purchasing.Delivery {
	return purchasing.Delivery{Key: key, Lines: []purchasing.Arrival{{Variant: o.variants[variant], Quantity: quantity}}}
}

func (o *office) expect(t *testing.T, when string, variant int, want inventory.Stock) {
	t.Helper()
	var got inventory.Stock
	for _, l := range must[map[catalog.VariantID][]inventory.Level](t)(o.stock.LevelsOf(o.ctx, o.variants))[o.variants[variant]] {
		got = l.Stock
	}
	if got != want {
		t.Errorf("%s: %+v, want %+v", when, got, want)
	}
}

func (o *office) number(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := o.db.Conn(o.ctx).QueryRow(o.ctx, sql, args...).Scan(&n); err != nil {
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

func TestOrder_comesInParts(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.draft(t, o.line(0, 10), o.line(1, 4))
	o.expect(t, "draft", 0, inventory.Stock{})
	p = must[purchasing.Order](t)(o.Order(o.ctx, p.ID, p.Version))
	o.expect(t, "ordered", 0, inventory.Stock{Incoming: 10})
	if p.OrderedAt == nil || p.State != lifecycle.Ordered {
		t.Errorf("%+v", p)
	}
	p = must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, p.Version, o.came("a", 0, 3)))
	o.expect(t, "some came", 0, inventory.Stock{OnHand: 3, Incoming: 7})
	p = must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, p.Version, purchasing.Delivery{Key: "b"}))
	o.expect(t, "the rest came", 0, inventory.Stock{OnHand: 10})
	o.expect(t, "the rest came", 1, inventory.Stock{OnHand: 4})
	if p.State != lifecycle.Received || p.EndedAt == nil || p.Version != 4 {
		t.Errorf("%+v", p)
	}
	l := must[map[purchasing.ID][]purchasing.Line](t)(o.Lines(o.ctx, []purchasing.ID{p.ID}))[p.ID]
	if len(l) != 2 || l[0].Received != 10 || l[0].Rest() != 0 || l[0].UnitCost.String() != "12.5 EUR" {
		t.Errorf("%+v", l)
	}
	for _, books := range []string{`SELECT count(*) FROM audit_entry WHERE subject_kind = 'purchase_order' AND subject_id = $1`,
		`SELECT count(DISTINCT payload->>'version') FROM outbox WHERE topic = 'purchase_order.changed' AND aggregate_id = $1`} {
		if n := o.number(t, books, int64(p.ID)); n != 4 {
			t.Errorf("%d of 4 changes are in the books: %s", n, books)
		}
	}
}

// More than was ordered is taken in only if somebody says so, and then the order
// grows by the surplus.
func TestReceive_moreThanOrderedOnlyWhenSaid(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.ordered(t, o.line(0, 10), o.line(1, 1))
	d := o.came("a", 0, 12)
	_, err := o.Receive(o.ctx, p.ID, p.Version, d)
	refused(t, "too much", err, "more_than_ordered", "lines", "0", "quantity")
	o.expect(t, "refused", 0, inventory.Stock{Incoming: 10})
	d.Key, d.Over = "b", true
	p = must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, p.Version, d))
	o.expect(t, "allowed", 0, inventory.Stock{OnHand: 12})
	d.Key, d.Lines[0].Quantity = "c", 1
	p = must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, p.Version, d))
	o.expect(t, "one more", 0, inventory.Stock{OnHand: 13})
	if l := must[map[purchasing.ID][]purchasing.Line](t)(o.Lines(o.ctx, []purchasing.ID{p.ID}))[p.ID][0]; l.Quantity != 13 || l.Received != 13 {
		t.Errorf("%+v", l)
	}
}

func TestReceive_sameKeyOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.ordered(t, o.line(0, 10))
	first := must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, p.Version, o.came("same", 0, 4)))
	for _, version := range []int64{p.Version, first.Version} {
		if again := must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, version, o.came("same", 0, 4))); again.Version != first.Version {
			t.Errorf("%+v, then %+v", first, again)
		}
	}
	o.expect(t, "repeated", 0, inventory.Stock{OnHand: 4, Incoming: 6})
	_, err := o.Receive(o.ctx, p.ID, first.Version, o.came("same", 0, 5))
	refused(t, "something else under the key", err, "idempotency_key_reused")
	_, err = o.Receive(o.ctx, p.ID, first.Version, o.came("", 0, 1))
	refused(t, "without a key", err, "idempotency_key_required")
}

func TestCancel_givesUpWhatHasNotCome(t *testing.T) {
	t.Parallel()
	o := open(t)
	p := o.ordered(t, o.line(0, 10), o.line(1, 4))
	p = must[purchasing.Order](t)(o.Cancel(o.ctx, p.ID, p.Version, o.variants[1:]))
	o.expect(t, "one line given up", 1, inventory.Stock{})
	if p.State != lifecycle.Ordered {
		t.Errorf("%+v", p)
	}
	_, err := o.Cancel(o.ctx, p.ID, p.Version, o.variants[1:])
	refused(t, "again", err, "nothing_left", "variants", "0")
	p = must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, p.Version, o.came("k", 0, 1)))
	p = must[purchasing.Order](t)(o.Cancel(o.ctx, p.ID, p.Version, nil))
	o.expect(t, "closed", 0, inventory.Stock{OnHand: 1})
	if p.State != lifecycle.Received || p.EndedAt == nil {
		t.Errorf("closed with pieces that came: %+v", p)
	}
	q := o.ordered(t, o.line(0, 3))
	if q = must[purchasing.Order](t)(o.Cancel(o.ctx, q.ID, q.Version, nil)); q.State != lifecycle.Cancelled {
		t.Errorf("nothing came: %+v", q)
	}
	d := o.draft(t, o.line(0, 3))
	_, err = o.Cancel(o.ctx, d.ID, d.Version, o.variants[:1])
	refused(t, "part of a draft", err, "whole_draft", "variants")
	if d = must[purchasing.Order](t)(o.Cancel(o.ctx, d.ID, d.Version, nil)); d.State != lifecycle.Cancelled {
		t.Errorf("draft: %+v", d)
	}
	o.expect(t, "at the end", 0, inventory.Stock{OnHand: 1})
}

func TestOrder_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	o := open(t)
	closed := o.location(t, inventory.NewLocation{Handle: "closed", Name: "Closed"})
	shut := false
	must[inventory.Location](t)(o.stock.UpdateLocation(o.ctx, closed.ID, closed.Version, inventory.LocationChange{Active: &shut}))
	create := func(change func(*purchasing.NewOrder)) error {
		in := purchasing.NewOrder{Supplier: o.supplier, Location: o.main, Currency: "EUR", Lines: []purchasing.NewLine{o.line(0, 1)}}
		change(&in)
		_, err := o.Create(o.ctx, in)
		return err
	}
	dollars, negative := money.New(1, "USD"), money.New(-1, "EUR")
	for name, test := range map[string]struct {
		change func(*purchasing.NewOrder)
		reason string
		path   []string
	}{
		"no supplier":   {func(in *purchasing.NewOrder) { in.Supplier, in.Location = o.main, o.supplier }, "not_a_supplier", []string{"supplier"}},
		"same place":    {func(in *purchasing.NewOrder) { in.Location = in.Supplier }, "same_location", []string{"location"}},
		"inactive":      {func(in *purchasing.NewOrder) { in.Location = closed.ID }, "location_inactive", []string{"location"}},
		"unknown place": {func(in *purchasing.NewOrder) { in.Supplier = 999 }, "location_not_found", []string{"supplier"}},
		"no money":      {func(in *purchasing.NewOrder) { in.Currency, in.Lines[0].UnitCost = "QQQ", nil }, "invalid_currency", []string{"currency"}},
		"other money":   {func(in *purchasing.NewOrder) { in.Lines[0].UnitCost = &dollars }, "currency_mismatch", []string{"lines", "0", "unitCost"}},
		"below nothing": {func(in *purchasing.NewOrder) { in.Lines[0].UnitCost = &negative }, "invalid_amount", []string{"lines", "0", "unitCost"}},
		"no lines":      {func(in *purchasing.NewOrder) { in.Lines = nil }, "invalid_lines", []string{"lines"}},
		"no pieces":     {func(in *purchasing.NewOrder) { in.Lines[0].Quantity = 0 }, "invalid_quantity", []string{"lines", "0", "quantity"}},
		"twice":         {func(in *purchasing.NewOrder) { in.Lines = append(in.Lines, in.Lines[0]) }, "duplicate_line", []string{"lines", "1"}},
		"no variant":    {func(in *purchasing.NewOrder) { in.Lines[0].Variant = 999 }, "variant_not_found", []string{"lines", "0", "variant"}},
	} {
		refused(t, name, create(test.change), test.reason, test.path...)
	}
	p := o.draft(t, o.line(0, 5))
	_, err := o.Receive(o.ctx, p.ID, p.Version, o.came("k", 0, 1))
	refused(t, "a draft comes", err, "invalid_transition")
	_, err = o.Update(o.ctx, p.ID, p.Version, purchasing.Change{Lines: []purchasing.NewLine{{Variant: o.variants[0], Quantity: 1, UnitCost: &dollars}}})
	refused(t, "other money later", err, "currency_mismatch", "lines", "0", "unitCost")
	_, err = o.Order(o.ctx, p.ID, p.Version+1)
	refused(t, "an old version", err, "stale_version", "version")
	p = must[purchasing.Order](t)(o.Order(o.ctx, p.ID, p.Version))
	_, err = o.Order(o.ctx, p.ID, p.Version)
	refused(t, "ordered twice", err, "invalid_transition")
	_, err = o.Update(o.ctx, p.ID, p.Version, purchasing.Change{Lines: []purchasing.NewLine{o.line(0, 1)}})
	refused(t, "lines of what is ordered", err, "not_draft", "lines")
	day := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	if p = must[purchasing.Order](t)(o.Update(o.ctx, p.ID, p.Version, purchasing.Change{ExpectedAt: &day})); !p.ExpectedAt.Equal(day) {
		t.Errorf("%+v", p)
	}
	_, err = o.Receive(o.ctx, p.ID, p.Version, o.came("k", 1, 1))
	refused(t, "not on the order", err, "not_listed", "lines", "0", "variant")
	p = must[purchasing.Order](t)(o.Cancel(o.ctx, p.ID, p.Version, nil))
	for name, step := range map[string]func() error{
		"edit":    func() error { _, err := o.Update(o.ctx, p.ID, p.Version, purchasing.Change{}); return err },
		"receive": func() error { _, err := o.Receive(o.ctx, p.ID, p.Version, o.came("late", 0, 1)); return err },
		"cancel":  func() error { _, err := o.Cancel(o.ctx, p.ID, p.Version, nil); return err },
	} {
		refused(t, name+" what is over", step(), "invalid_transition")
	}
}

func TestVariantsDeleting_refusedWhileSomethingIsToCome(t *testing.T) {
	t.Parallel()
	o := open(t)
	remove := func() error {
		p := must[catalog.Product](t)(o.catalog.ProductByID(o.ctx, o.product))
		_, err := o.catalog.DeleteVariants(o.ctx, p.ID, p.Version, o.variants[:1])
		return err
	}
	p := o.ordered(t, o.line(0, 2), o.line(1, 2))
	refused(t, "to come", remove(), "variant_on_order")
	p = must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, p.Version, o.came("k", 0, 2)))
	draft := o.draft(t, o.line(0, 1))
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	_, err := o.Order(o.ctx, draft.ID, draft.Version)
	refused(t, "draft of what is gone", err, "variant_not_found", "lines", "0", "variant")
	if p = must[purchasing.Order](t)(o.Receive(o.ctx, p.ID, p.Version, purchasing.Delivery{Key: "rest"})); p.State != lifecycle.Received {
		t.Errorf("the rest of an order of what is gone: %+v", p)
	}
}

func TestPage_filtersAndPages(t *testing.T) {
	t.Parallel()
	o := open(t)
	a, b, c := o.draft(t, o.line(0, 1)), o.ordered(t, o.line(1, 1)), o.ordered(t, o.line(0, 1), o.line(1, 1))
	day, number := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), "PO-77x"
	c = must[purchasing.Order](t)(o.Update(o.ctx, c.ID, c.Version, purchasing.Change{ExpectedAt: &day, Reference: &number}))
	two := 2
	for name, test := range map[string]struct {
		filter purchasing.Filter
		by     purchasing.Sort
		want   []purchasing.ID
	}{
		"all":        {want: []purchasing.ID{a.ID, b.ID, c.ID}},
		"by date":    {by: purchasing.ByExpected, want: []purchasing.ID{c.ID, a.ID, b.ID}},
		"of a state": {filter: purchasing.Filter{States: []lifecycle.State{lifecycle.Ordered}}, want: []purchasing.ID{b.ID, c.ID}},
		"of a piece": {filter: purchasing.Filter{Variant: o.variants[0]}, want: []purchasing.ID{a.ID, c.ID}},
		"number":     {filter: purchasing.Filter{Reference: "77X"}, want: []purchasing.ID{c.ID}},
		"due":        {filter: purchasing.Filter{DueBefore: day}, want: nil},
		"overdue":    {filter: purchasing.Filter{DueBefore: day.Add(time.Hour)}, want: []purchasing.ID{c.ID}},
		"supplier":   {filter: purchasing.Filter{Supplier: o.supplier, Location: o.main}, by: purchasing.ByUpdate, want: []purchasing.ID{a.ID, b.ID, c.ID}},
		"elsewhere":  {filter: purchasing.Filter{Location: o.supplier}},
	} {
		var got []purchasing.ID
		for args := (page.Args{First: &two}); ; {
			s := must[page.Slice[purchasing.Order]](t)(o.Page(o.ctx, test.filter, test.by, args))
			for _, p := range s.Items {
				got = append(got, p.ID)
			}
			if args.After = s.Info.EndCursor; !s.Info.HasNextPage {
				break
			}
		}
		if n := must[int64](t)(o.Count(o.ctx, test.filter)); fmt.Sprint(got) != fmt.Sprint(test.want) || n != int64(len(test.want)) {
			t.Errorf("%s: %v and %d, want %v", name, got, n, test.want)
		}
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

// The same rest is taken in, and given up, by different people at once: one of
// them is right, and nothing is in the books twice.
func TestRace_receiveReceiveAndCancel(t *testing.T) {
	t.Parallel()
	o := open(t)
	onHand := int64(0)
	for i := range 40 {
		p := o.ordered(t, o.line(0, 5))
		receive := func(key string) func() error {
			return func() error {
				_, err := o.Receive(o.ctx, p.ID, p.Version, o.came(fmt.Sprint(key, i), 0, 5))
				return err
			}
		}
		done := 0
		for _, err := range race(receive("a"), receive("b"), func() error { _, err := o.Cancel(o.ctx, p.ID, p.Version, nil); return err }) {
			if err == nil {
				done++
			} else if !fault.Is(err, "stale_version") {
				t.Fatal(err)
			}
		}
		if p = must[purchasing.Order](t)(o.ByID(o.ctx, p.ID)); p.State == lifecycle.Received {
			onHand += 5
		}
		o.expect(t, "after all", 0, inventory.Stock{OnHand: onHand})
		if done != 1 || t.Failed() {
			t.Fatalf("round %d: %d succeeded", i, done)
		}
	}
}

// The same delivery is told twice at once under one key: it is taken in once,
// and whoever is told that it is being worked on finds it when asking again.
func TestRace_sameDeliveryTwice(t *testing.T) {
	t.Parallel()
	o := open(t)
	for i := range 40 {
		p := o.ordered(t, o.line(0, 5))
		receive := func() error {
			_, err := o.Receive(o.ctx, p.ID, p.Version, o.came(fmt.Sprint("key-", i), 0, 2))
			return err
		}
		for _, err := range race(receive, receive) {
			if err != nil && !fault.Is(err, "in_progress") {
				t.Fatal(err)
			}
		}
		if err := receive(); err != nil {
			t.Fatal(err)
		}
		p = must[purchasing.Order](t)(o.ByID(o.ctx, p.ID))
		must[purchasing.Order](t)(o.Cancel(o.ctx, p.ID, p.Version, nil))
		o.expect(t, "after both", 0, inventory.Stock{OnHand: 2 * int64(i+1)})
	}
}

// Whatever people do in whatever order, the books agree: the checks that every
// test of this package ends with are what this one is for.
func TestOrders_anyWalkKeepsTheBooks(t *testing.T) {
	t.Parallel()
	o := open(t)
	random := rand.New(rand.NewPCG(5, 23))
	some := func() int64 { return random.Int64N(8) }
	var papers []purchasing.ID
	for i := range 300 {
		if len(papers) == 0 || random.IntN(8) == 0 {
			papers = append(papers, o.draft(t, o.line(0, 1+some()), o.line(1, 1+some())).ID)
		}
		p := must[purchasing.Order](t)(o.ByID(o.ctx, papers[random.IntN(len(papers))]))
		var err error
		switch random.IntN(6) {
		case 0, 1:
			_, err = o.Order(o.ctx, p.ID, p.Version)
		case 2, 3, 4:
			d := o.came(fmt.Sprint(i), random.IntN(2), some())
			d.Over = random.IntN(2) == 0
			_, err = o.Receive(o.ctx, p.ID, p.Version, d)
		case 5:
			_, err = o.Cancel(o.ctx, p.ID, p.Version, o.variants[random.IntN(2):][:1])
		}
		if err != nil && fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
	}
	if n := o.number(t, `SELECT count(DISTINCT state) FROM purchase_order`); n != 4 {
		t.Errorf("the walk came to %d states", n)
	}
}
