package bundle_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/testkit"
)

// shop sells sets, caps, mugs and tea in euros, and in francs by a rule.
type shop struct {
	*bundle.Service
	t       *testing.T
	ctx     context.Context
	db      *postgres.DB
	catalog *catalog.Service
	pricing *pricing.Service
	base    pricing.List
	swiss   pricing.List
	set     catalog.Product // two variants
	kit     catalog.VariantID
	other   catalog.VariantID
	parts   map[string]catalog.Product
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
	checks := append(append(catalog.Checks(), pricing.Checks()...), bundle.Checks()...)
	db := testkit.DB(t, testkit.WithMaxConns(16), testkit.WithInvariants(checks...))
	events, log := event.NewOutbox(db), audit.New(db)
	s := &shop{t: t, db: db, catalog: catalog.NewService(db, events, log), parts: map[string]catalog.Product{},
		ctx: actor.With(t.Context(), actor.Actor{Kind: actor.Staff, ID: 7})}
	markets := market.NewService(db, events, log)
	s.pricing = pricing.NewService(db, events, log, pricing.Rooms{Catalog: s.catalog, Markets: markets})
	s.Service = bundle.NewService(db, events, log, bundle.Rooms{Catalog: s.catalog, Pricing: s.pricing})
	s.pricing.Attach(s.Service)
	s.catalog.Attach(s.Service, s.pricing)
	must[bool](t)(markets.Found(s.ctx, market.Founding{Currency: "EUR", Shop: market.ShopInput{Name: "Souk", Country: "DE", Language: "de"}}))
	ch := must[market.Market](t)(markets.Create(s.ctx, market.Input{Handle: "ch", Name: "ch", Active: true, Default: true, Currency: "CHF",
		Countries: []locale.Country{"CH"}, Languages: []locale.Language{"de"}}))
	s.base = must[pricing.List](t)(s.pricing.CreateList(s.ctx, pricing.NewList{Name: "Base", Base: true}))
	s.swiss = must[pricing.List](t)(s.pricing.CreateList(s.ctx, pricing.NewList{Name: "Swiss", MarketID: &ch.ID,
		Rule: &pricing.Rule{FactorPPM: 1_100_000, Step: 5}}))
	s.set = s.product("Set", "small", "big")
	sets := s.variants(s.set)
	s.kit, s.other = sets[0], sets[1]
	for name, amount := range map[string]int64{"cap": 2500, "mug": 1525, "tea": 333} {
		s.parts[name] = s.product(name, "one")
		s.price(s.base, s.v(name), amount)
	}
	return s
}

func (s *shop) product(title string, sizes ...string) catalog.Product {
	s.t.Helper()
	in := catalog.NewProduct{Title: title, Options: []catalog.NewOption{{Name: "Size"}}}
	for _, size := range sizes {
		in.Options[0].Values = append(in.Options[0].Values, catalog.NewOptionValue{Name: size})
		in.Variants = append(in.Variants, catalog.NewVariant{Values: []string{size}})
	}
	return must[catalog.Product](s.t)(s.catalog.CreateProduct(s.ctx, in))
}

func (s *shop) variants(p catalog.Product) (ids []catalog.VariantID) {
	s.t.Helper()
	for _, r := range must[[]catalog.VariantRef](s.t)(s.catalog.RefsOfProducts(s.ctx, []catalog.ProductID{p.ID})) {
		ids = append(ids, r.Variant)
	}
	return ids
}

// v is the one variant of a product.
func (s *shop) v(name string) catalog.VariantID { return s.variants(s.parts[name])[0] }

func (s *shop) price(l pricing.List, v catalog.VariantID, amount int64) {
	s.t.Helper()
	m := money.New(amount, l.Currency)
	if err := s.pricing.SetPrices(s.ctx, l.ID, []pricing.Change{{Variant: v, Amount: &m}}); err != nil {
		s.t.Fatal(err)
	}
}

// costs gives the price of a variant in a list, as "40.25 (44.72)" with the
// compare-at price; "" where there is none.
func (s *shop) costs(l pricing.List, v catalog.VariantID) string {
	s.t.Helper()
	prices := must[map[catalog.VariantID][]pricing.Price](s.t)(s.pricing.PricesOf(s.ctx, l.ID, []catalog.VariantID{v}))[v]
	if len(prices) == 0 {
		return ""
	}
	out := prices[0].Amount.Decimal()
	if was := prices[0].CompareAt; was != nil {
		out += " (" + was.Decimal() + ")"
	}
	return out
}

func (s *shop) wants(what string, err error, want string) {
	s.t.Helper()
	if got := refused(err); got != want || err == nil {
		s.t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func (s *shop) count(sql string, args ...any) (n int) {
	s.t.Helper()
	if err := s.db.Pool().QueryRow(s.ctx, sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func sum(discount int64, r bundle.Recipe) bundle.Recipe {
	r.Pricing, r.DiscountPPM = bundle.Sum, discount
	return r
}

func TestSet_keepsTheRecipeWithItsBooks(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := bundle.Recipe{Kind: bundle.Pick, Pricing: bundle.Own, Slots: []bundle.Slot{
		{Title: "Zum Tragen", Least: 1, Most: 2, Choices: []bundle.Choice{choice(s.v("mug"), 2), choice(s.v("cap"), 1)}},
		{Title: "Tee", Least: 0, Most: 1, Choices: []bundle.Choice{choice(s.v("tea"), 3)}},
	}}
	made := must[bundle.Bundle](t)(s.Set(s.ctx, s.kit, 0, r))
	ctx, counter := postgres.CountStatements(s.ctx)
	found := must[map[catalog.VariantID]bundle.Bundle](t)(s.ByVariants(ctx, []catalog.VariantID{s.kit, s.other, s.v("mug")}))
	if diff := cmp.Diff(map[catalog.VariantID]bundle.Bundle{s.kit: made}, found, cmpopts.EquateApproxTime(0)); diff != "" || counter.Statements() != 1 {
		t.Errorf("%d statements, %s", counter.Statements(), diff)
	}
	if diff := cmp.Diff(r, made.Recipe); diff != "" || made.Version != 1 {
		t.Errorf("version %d: %s", made.Version, diff)
	}
	_, err := s.Set(s.ctx, s.kit, 0, r)
	s.wants("a second first one", err, "stale_version version")
	again := must[bundle.Bundle](t)(s.Set(s.ctx, s.kit, 1, fixed(choice(s.v("tea"), 1))))
	if again.ID != made.ID || again.Version != 2 || len(again.Slots) != 1 {
		t.Errorf("%+v", again)
	}
	s.wants("removed by who has not seen it", s.Remove(s.ctx, s.kit, 1), "stale_version version")
	if err := s.Remove(s.ctx, s.kit, 2); err != nil {
		t.Error(err)
	}
	s.wants("removed twice", s.Remove(s.ctx, s.kit, 0), "bundle_not_found")
	if n := s.count(`SELECT count(*) FROM audit_entry WHERE subject_kind = 'bundle'`); n != 3 {
		t.Errorf("%d audit rows", n)
	}
	if n := s.count(`SELECT count(*) FROM outbox WHERE topic = 'bundle.changed' AND aggregate_id = $1`, int64(s.set.ID)); n != 3 {
		t.Errorf("%d facts", n)
	}
}

func TestSet_refusals(t *testing.T) {
	t.Parallel()
	s := open(t)
	must[bundle.Bundle](t)(s.Set(s.ctx, s.other, 0, fixed(choice(s.v("tea"), 1))))
	_, err := s.Set(s.ctx, s.kit, 0, fixed(choice(s.kit, 1), choice(404404, 1), choice(s.other, 1), choice(s.v("mug"), 1)))
	s.wants("all at once", err, "nested_bundle slots.0.choices.0.variant, variant_not_found slots.1.choices.0.variant, nested_bundle slots.2.choices.0.variant")
	_, err = s.Set(s.ctx, s.v("tea"), 0, fixed(choice(s.v("mug"), 1)))
	s.wants("a part", err, "variant_in_bundle")
	_, err = s.Set(s.ctx, 404404, 0, fixed(choice(s.v("mug"), 1)))
	s.wants("not there", err, "variant_not_found")
	if n := s.count(`SELECT count(*) FROM bundle`); n != 1 {
		t.Errorf("%d bundles", n)
	}
}

// Two bundles made at the same time must not end up inside of each other: the
// second waits for the first, and sees it. No price list is there, whose lock
// would do, too.
func TestSet_concurrentlyNeverNests(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, table := range []string{"price", "price_range", "price_list"} {
		if _, err := s.db.Pool().Exec(s.ctx, `DELETE FROM `+table); err != nil {
			t.Fatal(err)
		}
	}
	second := make(chan error, 1)
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		if _, err := s.Set(ctx, s.kit, 0, fixed(choice(s.other, 1))); err != nil {
			return err
		}
		go func() {
			_, err := s.Set(s.ctx, s.other, 0, fixed(choice(s.kit, 1)))
			second <- err
		}()
		for len(second) == 0 && s.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
			continue
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.wants("the second", <-second, "nested_bundle slots.0.choices.0.variant")
	if n := s.count(`SELECT count(*) FROM bundle`); n != 1 {
		t.Errorf("%d bundles", n)
	}
}

func TestVariantsDeleting(t *testing.T) {
	t.Parallel()
	s := open(t)
	must[bundle.Bundle](t)(s.Set(s.ctx, s.kit, 0, sum(0, fixed(choice(s.v("cap"), 1)))))
	s.price(s.base, s.other, 9900)
	spare, two := s.product("Spare", "a", "b"), s.product("Two", "a", "b")
	part := s.variants(two)[0]
	must[bundle.Bundle](t)(s.Set(s.ctx, s.variants(spare)[0], 0, fixed(choice(part, 1))))
	_, err := s.catalog.DeleteVariants(s.ctx, two.ID, two.Version, []catalog.VariantID{part})
	s.wants("a part", err, "variant_in_bundle")

	set := must[catalog.Product](t)(s.catalog.ProductByID(s.ctx, s.set.ID))
	if _, err := s.catalog.DeleteVariants(s.ctx, set.ID, set.Version, []catalog.VariantID{s.kit}); err != nil {
		t.Fatal(err)
	}
	if n := s.count(`SELECT count(*) FROM bundle WHERE variant_id = $1`, int64(s.kit)); n != 0 {
		t.Error("the bundle outlived its variant")
	}
	if low := s.count(`SELECT min_amount FROM price_range WHERE product_id = $1 AND price_list_id = $2`, int64(set.ID), int64(s.base.ID)); low != 9900 {
		t.Errorf("the product costs from %d", low)
	}
}

// The price of a sum follows its parts in every list, in their transaction.
func TestPrices_ofSumsFollowTheirParts(t *testing.T) {
	t.Parallel()
	s := open(t)
	want := func(what, base, swiss string) {
		t.Helper()
		if got := s.costs(s.base, s.kit); got != base {
			t.Errorf("%s: %q, want %q", what, got, base)
		}
		if got := s.costs(s.swiss, s.kit); got != swiss {
			t.Errorf("%s: in Switzerland %q, want %q", what, got, swiss)
		}
	}
	s.price(s.base, s.kit, 100)
	// 25.00 + 2 × 15.25 + 3.33 = 58.83, less a tenth 52.947; 27.50 + 2 × 16.80 + 3.65 = 64.75, less a tenth 58.275.
	must[bundle.Bundle](t)(s.Set(s.ctx, s.kit, 0, sum(100_000, fixed(choice(s.v("cap"), 1), choice(s.v("mug"), 2), choice(s.v("tea"), 1)))))
	want("what was set by hand goes", "52.95 (58.83)", "58.28 (64.75)")
	s.price(s.base, s.v("tea"), 400)
	want("a part's price", "53.55 (59.5)", "58.95 (65.5)")
	s.price(s.swiss, s.v("cap"), 2000)
	want("a part's price in one list", "53.55 (59.5)", "52.2 (58.0)")
	high := s.count(`SELECT max_amount FROM price_range WHERE product_id = $1 AND price_list_id = $2`, int64(s.set.ID), int64(s.swiss.ID))
	if high != 5220 {
		t.Errorf("the product's range says %d", high)
	}
	m := money.New(1, "EUR")
	s.wants("by hand", s.pricing.SetPrices(s.ctx, s.base.ID, []pricing.Change{{Variant: s.kit, Amount: &m}}), "price_is_sum prices.0.variant")

	// The cheapest choice, as often as must be: 2 × 3 × 4.00, and 15.25 for what must be there.
	must[bundle.Bundle](t)(s.Set(s.ctx, s.kit, 1, sum(0, bundle.Recipe{Kind: bundle.Pick, Slots: []bundle.Slot{
		slot(2, 9, choice(s.v("cap"), 1), choice(s.v("tea"), 3)), slot(1, 1, choice(s.v("mug"), 1)), slot(0, 5, choice(s.variants(s.set)[1], 1)),
	}})))
	want("picked", "39.25", "43.2")
	unpriced := s.product("Unpriced", "one")
	must[bundle.Bundle](t)(s.Set(s.ctx, s.kit, 2, sum(0, fixed(choice(s.variants(unpriced)[0], 1), choice(s.v("tea"), 1)))))
	want("a part without a price", "", "")
	s.price(s.base, s.variants(unpriced)[0], 100)
	want("it has one now", "5.0", "5.5")
	if err := s.Remove(s.ctx, s.kit, 3); err != nil {
		t.Fatal(err)
	}
	want("no bundle any more", "", "")
}

// A price that changes while a bundle is made of it is in the sum, whoever came
// first.
func TestPrices_concurrentChangesAreInTheSum(t *testing.T) {
	t.Parallel()
	s := open(t)
	tea := s.v("tea")
	for i := range 20 {
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := s.Set(s.ctx, s.kit, 0, sum(0, fixed(choice(tea, 2)))); err != nil {
				t.Error(err)
			}
		})
		m := money.New(int64(1000+i), "EUR")
		wg.Go(func() {
			if err := s.pricing.SetPrices(s.ctx, s.base.ID, []pricing.Change{{Variant: tea, Amount: &m}}); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if got, want := s.costs(s.base, s.kit), money.New(2*m.Minor, "EUR").Decimal(); got != want {
			t.Fatalf("costs %s, want %s", got, want)
		}
		if err := s.Remove(s.ctx, s.kit, 1); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAffected_namesTheBundlesOfPartsAndThoseThatChanged(t *testing.T) {
	t.Parallel()
	s := open(t)
	must[bundle.Bundle](t)(s.Set(s.ctx, s.kit, 0, fixed(choice(s.v("cap"), 1), choice(s.v("mug"), 1))))
	stock := func(name string) event.Envelope {
		return event.Envelope{Topic: "stock.changed", Payload: fmt.Appendf(nil, `{"variant":%d,"product":%d}`, s.v(name), s.parts[name].ID)}
	}
	changed := event.Envelope{Topic: "bundle.changed", Payload: fmt.Appendf(nil, `{"variant":1,"product":%d}`, s.parts["tea"].ID)}
	for want, facts := range map[string][]event.Envelope{
		fmt.Sprint([]catalog.ProductID{s.set.ID}):                            {stock("cap"), stock("mug"), stock("tea")},
		fmt.Sprint([]catalog.ProductID{}):                                    {stock("tea")},
		fmt.Sprint(sorted([]catalog.ProductID{s.parts["tea"].ID, s.set.ID})): {changed, stock("cap"), changed},
	} {
		if got := must[[]catalog.ProductID](t)(s.Affected(s.ctx, facts...)); fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

func sorted(ids []catalog.ProductID) []catalog.ProductID {
	slices.Sort(ids)
	return ids
}

func TestPrices_ofFilesAreInTheSum(t *testing.T) {
	t.Parallel()
	s := open(t)
	must[bundle.Bundle](t)(s.Set(s.ctx, s.kit, 0, sum(0, fixed(choice(s.v("tea"), 2), choice(s.v("cap"), 1)))))
	refs := must[[]catalog.VariantRef](t)(s.catalog.RefsOfVariants(s.ctx, []catalog.VariantID{s.v("tea"), s.kit}))
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		return pricing.NewBulk(s.db, event.NewOutbox(s.db)).Attach(s.Service).Set(ctx, []pricing.BulkPrice{
			{BulkKey: pricing.BulkKey{List: s.base.ID, Variant: s.v("tea")}, Amount: 500},
			{BulkKey: pricing.BulkKey{List: s.base.ID, Variant: s.kit}, Amount: 1}, // what a file says of a sum is passed over
		}, refs)
	})
	if got := s.costs(s.base, s.kit); err != nil || got != "35.0" {
		t.Errorf("costs %s, %v", got, err)
	}
}
