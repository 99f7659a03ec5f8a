package replenish_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/replenish"
	"github.com/souk-commerce/souk/internal/testkit"
)

// shop has one location and one product of three variants.
type shop struct {
	*replenish.Service
	stock    *inventory.Service
	db       *postgres.DB
	ctx      context.Context
	place    inventory.LocationID
	variants []catalog.VariantID
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

func open(t *testing.T) *shop {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(slices.Concat(inventory.Checks(), replenish.Checks())...))
	events, log := event.NewOutbox(db), audit.New(db)
	products := catalog.NewService(db, events, log)
	stock := inventory.NewService(db, events, log, products)
	products.Attach(stock)
	s := &shop{
		Service: replenish.NewService(db, events, log, stock), stock: stock, db: db,
		ctx: actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7}),
	}
	s.place = must[inventory.Location](t)(stock.CreateLocation(s.ctx, inventory.NewLocation{Handle: "main", Name: "Main", Default: true})).ID
	p := must[catalog.Product](t)(products.CreateProduct(s.ctx, catalog.NewProduct{
		Title:    "Shirt",
		Options:  []catalog.NewOption{{Name: "Size", Values: []catalog.NewOptionValue{{Name: "S"}, {Name: "M"}, {Name: "L"}}}},
		Variants: []catalog.NewVariant{{Values: []string{"S"}}, {Values: []string{"M"}}, {Values: []string{"L"}}},
	}))
	pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(products.VariantPages(s.ctx, []catalog.ProductID{p.ID}, page.Args{}))
	for _, v := range pages[p.ID].Items {
		s.variants = append(s.variants, v.ID)
	}
	return s
}

func (s *shop) level(variant int) replenish.Level {
	return replenish.Level{Variant: s.variants[variant], Location: s.place}
}

func (s *shop) set(t *testing.T, in replenish.Input) replenish.Threshold {
	t.Helper()
	return must[[]replenish.Threshold](t)(s.Set(s.ctx, []replenish.Input{in}))[0]
}

var keys sync.Map

// count brings what is on hand to a number.
func (s *shop) count(t *testing.T, variant int, onHand int64) {
	t.Helper()
	n, _ := keys.LoadOrStore(s, new(int))
	*n.(*int)++
	must[[]inventory.Level](t)(s.stock.Set(s.ctx, inventory.Cause{Key: fmt.Sprint(*n.(*int)), Reason: "test"},
		[]inventory.Count{{Variant: s.variants[variant], Location: s.place, OnHand: onHand}}))
}

func (s *shop) facts(t *testing.T, where string) []event.Envelope {
	t.Helper()
	rows, err := s.db.Conn(s.ctx).Query(s.ctx, `SELECT topic, payload FROM outbox WHERE `+where+` ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []event.Envelope
	for rows.Next() {
		var e event.Envelope
		if err := rows.Scan(&e.Topic, &e.Payload); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// watch hands over every change of stock there ever was.
func (s *shop) watch(t *testing.T) {
	t.Helper()
	if err := s.Watch(s.ctx, s.facts(t, `topic = 'stock.changed'`)); err != nil {
		t.Fatal(err)
	}
}

// told gives the crossings so far: "low 3", "recovered 9 reorder".
func (s *shop) told(t *testing.T) string {
	t.Helper()
	var out []string
	for _, e := range s.facts(t, `topic IN ('stock.low','stock.reorder','stock.recovered')`) {
		var c replenish.Recovered
		if err := json.Unmarshal(e.Payload, &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %d %s", strings.TrimPrefix(e.Topic, "stock."), c.Available, c.From)))
	}
	return strings.Join(out, ", ")
}

func n(v int64) *int64 { return &v }

func TestWatch_tellsEachCrossingOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.count(t, 0, 20)
	s.set(t, replenish.Input{Level: s.level(0), LowAt: n(5), Margin: 2})
	for _, step := range []struct {
		onHand int64
		want   string
	}{
		{6, ""},
		{5, "low 5"},
		{4, "low 5"}, // lower still is no news
		{7, "low 5"}, // within the margin
		{5, "low 5"}, // and down again
		{8, "low 5, recovered 8 low"},
		{7, "low 5, recovered 8 low"},
		{3, "low 5, recovered 8 low, low 3"},
	} {
		s.count(t, 0, step.onHand)
		s.watch(t)
		s.watch(t) // as an event that comes twice
		if got := s.told(t); got != step.want {
			t.Fatalf("at %d: told %q, want %q", step.onHand, got, step.want)
		}
	}
}

// What is on its way counts for ordering, not for being low; and what buyers
// hold counts for both.
func TestWatch_countsPromisesAndWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.count(t, 0, 10)
	s.set(t, replenish.Input{Level: s.level(0), LowAt: n(8), ReorderAt: n(8)})
	if short, err := s.stock.Reserve(s.ctx, inventory.Hold{Checkout: 1, Until: s.db.Now(s.ctx).Add(time.Hour),
		Wants: []inventory.Want{{Line: 1, Variant: s.variants[0], Quantity: 3}}}); err != nil || len(short) > 0 {
		t.Fatal(short, err)
	}
	s.watch(t)
	if got := s.told(t); got != "low 7, reorder 7" {
		t.Fatalf("told %q", got)
	}
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		return s.stock.Post(ctx, inventory.Cause{Reason: "ordered", ReferenceKind: "purchase_order", ReferenceID: 1},
			[]inventory.Posting{{Variant: s.variants[0], Location: s.place, Kind: inventory.Adjusted, Delta: inventory.Stock{Incoming: 5}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	s.watch(t)
	if got := s.told(t); got != "low 7, reorder 7, recovered 7 reorder" {
		t.Fatalf("told %q", got)
	}
}

// However many look at once, each crossing is told once.
func TestWatch_tellsOnceThoughManyLook(t *testing.T) {
	t.Parallel()
	s := open(t)
	for v := range s.variants {
		s.count(t, v, 20)
		s.set(t, replenish.Input{Level: s.level(v), LowAt: n(5), ReorderAt: n(5)})
	}
	batch := s.facts(t, `topic = 'stock.changed'`)
	const rounds = 20
	for round := range int64(rounds) {
		for v := range s.variants {
			s.count(t, v, 1+round%2*20)
		}
		var ready, done sync.WaitGroup
		start := make(chan struct{})
		ready.Add(8)
		for i := range 8 {
			done.Go(func() {
				ready.Done()
				<-start
				err := s.Watch(s.ctx, batch)
				if i%4 == 0 {
					_, err = s.Sweep(s.ctx)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		ready.Wait()
		close(start)
		done.Wait()
	}
	if got := len(s.facts(t, `topic IN ('stock.low','stock.reorder','stock.recovered')`)); got != rounds*6 {
		t.Errorf("told %d times, want %d", got, rounds*6)
	}
}

func TestSweep_findsWhatNoFactToldOf(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.count(t, 0, 20)
	s.set(t, replenish.Input{Level: s.level(0), LowAt: n(5)})
	s.count(t, 0, 2)
	if crossed := must[int](t)(s.Sweep(s.ctx)); crossed != 1 {
		t.Errorf("%d crossed", crossed)
	}
	if crossed := must[int](t)(s.Sweep(s.ctx)); crossed != 0 || s.told(t) != "low 2" {
		t.Errorf("%d crossed again: %q", crossed, s.told(t))
	}
}

func TestSet_replacesTheWholeAndTellsAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := s.set(t, replenish.Input{Level: s.level(0), LowAt: n(5), ReorderAt: n(9), ReorderQuantity: n(12), Margin: 1, Version: n(0)})
	if first.LowSince == nil || first.ReorderSince == nil || s.told(t) != "low 0, reorder 0" {
		t.Errorf("a level without stock is not marked: %+v, told %q", first, s.told(t))
	}
	second := s.set(t, replenish.Input{Level: s.level(0), ReorderAt: n(9), Version: &first.Version})
	if second.LowAt != nil || second.LowSince != nil || second.ReorderSince == nil || second.ReorderQuantity != nil || second.Version != 2 {
		t.Errorf("%+v", second)
	}
	_, err := s.Set(s.ctx, []replenish.Input{
		{Level: s.level(1), LowAt: n(1)}, {Level: s.level(0), LowAt: n(1), Version: &first.Version},
	})
	if e, ok := fault.As(err); !ok || !errors.Is(err, replenish.ErrStale) && e.Reason != "stale_version" || strings.Join(e.Path, ".") != "lines.1.version" {
		t.Errorf("stale: %v", err)
	}
	if total := must[int64](t)(s.Count(s.ctx, replenish.Filter{})); total != 1 {
		t.Errorf("%d thresholds: a refusal is whole", total)
	}
	_, err = s.Set(s.ctx, []replenish.Input{{Level: replenish.Level{Variant: 999, Location: s.place}, LowAt: n(1)}})
	if e, ok := fault.As(err); !ok || e.Reason != "variant_not_found" || strings.Join(e.Path, ".") != "lines.0.variant" {
		t.Errorf("unknown variant: %v", err)
	}
	if err := s.Remove(s.ctx, []replenish.ThresholdID{second.ID, 99}); !fault.Is(err, "threshold_not_found") {
		t.Errorf("%v", err)
	}
	if err := s.Remove(s.ctx, []replenish.ThresholdID{second.ID}); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := s.db.Conn(s.ctx).QueryRow(s.ctx, `SELECT count(*) FROM audit_entry WHERE subject_kind = 'stock_threshold' AND subject_id = $1`, int64(second.ID)).Scan(&rows); err != nil || rows != 3 {
		t.Errorf("%d audit rows, %v", rows, err)
	}
}

func TestSet_reportsEveryFault(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, err := s.Set(s.ctx, []replenish.Input{
		{Level: s.level(0)},
		{Level: s.level(1), LowAt: n(-1), ReorderQuantity: n(0), Margin: -1},
		{Level: s.level(1), ReorderAt: n(replenish.MaxQuantity + 1)},
	})
	var paths []string
	for _, f := range fault.All(err) {
		paths = append(paths, strings.Join(f.Path, "."))
	}
	want := "lines.0.lowAt lines.1.lowAt lines.1.reorderQuantity lines.1.margin lines.2.reorderAt lines.2"
	if got := strings.Join(paths, " "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// sell has an order take pieces.
func (s *shop) sell(t *testing.T, checkout inventory.CheckoutID, variant int, quantity int64) {
	t.Helper()
	wants := []inventory.Want{{Line: 1, Variant: s.variants[variant], Quantity: quantity}}
	if short, err := s.stock.Reserve(s.ctx, inventory.Hold{Checkout: checkout, Until: s.db.Now(s.ctx).Add(time.Hour), Wants: wants}); err != nil || len(short) > 0 {
		t.Fatal(short, err)
	}
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		if err := s.stock.Commit(ctx, checkout, wants); err != nil {
			return err
		}
		return s.stock.Consume(ctx, checkout)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReport_listsWhatToOrderTheMostUrgentFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	clock := testkit.Clock(t, s.db)
	for v := range s.variants {
		s.count(t, v, 100)
	}
	s.sell(t, 1, 0, 40) // long ago: counts as gone, not as a sale
	clock.Advance(31 * 24 * time.Hour)
	s.sell(t, 2, 0, 30) // 30 left, one a day
	s.sell(t, 3, 1, 60) // 40 left, two a day
	must[[]replenish.Threshold](t)(s.Set(s.ctx, []replenish.Input{
		{Level: s.level(0), ReorderAt: n(50), ReorderQuantity: n(12)},
		{Level: s.level(1), ReorderAt: n(50), Margin: 5},
		{Level: s.level(2), ReorderAt: n(100)}, // nobody buys it
	}))
	ctx, counted := postgres.CountStatements(s.ctx)
	all := must[page.Slice[replenish.Due]](t)(s.Report(ctx, replenish.ReportFilter{}, page.Args{}))
	if counted.Statements() != 2 {
		t.Errorf("%d statements: %q", counted.Statements(), counted.SQL())
	}
	var got []string
	for _, d := range all.Items {
		cover := "-"
		if d.DaysOfCover != nil {
			cover = fmt.Sprint(*d.DaysOfCover)
		}
		got = append(got, fmt.Sprintf("%d: %d left, %d sold, %s days, order %d", slices.Index(s.variants, d.Variant), d.Available, d.Sold, cover, d.Suggested))
	}
	want := []string{"1: 40 left, 60 sold, 20 days, order 16", "0: 30 left, 30 sold, 30 days, order 24", "2: 100 left, 0 sold, - days, order 1"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	// page by page, there and back, it is the same list
	var walked []replenish.ThresholdID
	one := 1
	args := page.Args{First: &one}
	for {
		p := must[page.Slice[replenish.Due]](t)(s.Report(s.ctx, replenish.ReportFilter{}, args))
		for _, d := range p.Items {
			walked = append(walked, d.ID)
		}
		if !p.Info.HasNextPage {
			back := must[page.Slice[replenish.Due]](t)(s.Report(s.ctx, replenish.ReportFilter{}, page.Args{Last: &one, Before: p.Info.EndCursor}))
			if len(walked) != 3 || len(back.Items) != 1 || back.Items[0].ID != walked[1] || !back.Info.HasPreviousPage {
				t.Errorf("walked %v, back to %v", walked, back.Items)
			}
			break
		}
		args.After = p.Info.EndCursor
	}
	// A rise within the margin is no longer due, though the mark stays.
	s.count(t, 1, 100+12)
	s.watch(t)
	if due := must[int64](t)(s.CountReport(s.ctx, replenish.ReportFilter{Variants: s.variants[1:2]})); due != 0 {
		t.Errorf("%d due at 52 of 50", due)
	}
	if marked := must[int64](t)(s.Count(s.ctx, replenish.Filter{Variants: s.variants[1:2], Reorder: true})); marked != 1 {
		t.Errorf("%d marked within the margin", marked)
	}
}

func TestChecks_findWhatIsOff(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.count(t, 0, 1)
	s.set(t, replenish.Input{Level: s.level(0), LowAt: n(5)})
	for id, sql := range map[string][2]string{
		"replenish.mark_has_its_threshold": {`UPDATE stock_threshold SET reorder_since = now()`, `UPDATE stock_threshold SET reorder_since = NULL`},
		"replenish.crossing_was_told": {
			`UPDATE stock_threshold SET low_since = NULL`, `UPDATE stock_threshold SET low_since = now()`,
		},
	} {
		ask := func() (off bool) {
			for _, f := range must[[]doctor.Finding](t)(doctor.Run(s.ctx, s.db.Pool(), slices.Concat(replenish.Checks(), replenish.LiveChecks()))) {
				off = off || f.Check.ID == id
			}
			return off
		}
		exec := func(sql string) {
			if _, err := s.db.Conn(s.ctx).Exec(s.ctx, sql); err != nil {
				t.Fatal(err)
			}
		}
		if ask() {
			t.Errorf("%s finds something in sound books", id)
		}
		exec(sql[0])
		if !ask() {
			t.Errorf("%s finds nothing", id)
		}
		exec(sql[1])
	}
}
