package pricing_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/testkit"
)

// shop is a shop in euros with markets in Switzerland and Japan, and two shirts
// with two variants each.
type shop struct {
	*pricing.Service
	catalog  *catalog.Service
	db       *postgres.DB
	ctx      context.Context
	base     pricing.List
	swiss    market.Market
	japan    market.Market
	products []catalog.Product
	variants [][]catalog.Variant
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
	db := testkit.DB(t, testkit.WithInvariants(append(catalog.Checks(), pricing.Checks()...)...))
	events, log := event.NewOutbox(db), audit.New(db)
	markets, products := market.NewService(db, events, log), catalog.NewService(db, events, log)
	s := &shop{
		Service: pricing.NewService(db, events, log, pricing.Rooms{Catalog: products, Markets: markets}),
		catalog: products, db: db,
		ctx: actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7}),
	}
	products.Attach(s.Service)
	must[bool](t)(markets.Found(s.ctx, market.Founding{Currency: "EUR", Shop: market.ShopInput{Name: "Souk", Country: "DE", Language: "de"}}))
	s.swiss = must[market.Market](t)(markets.Create(s.ctx, marketIn("ch", "CHF")))
	s.japan = must[market.Market](t)(markets.Create(s.ctx, marketIn("jp", "JPY")))
	s.base = must[pricing.List](t)(s.CreateList(s.ctx, pricing.NewList{Name: "Base", Base: true}))
	for i := range 2 {
		p := must[catalog.Product](t)(products.CreateProduct(s.ctx, catalog.NewProduct{
			Title:    fmt.Sprint("Shirt ", i),
			Options:  []catalog.NewOption{{Name: "Size", Values: []catalog.NewOptionValue{{Name: "S"}, {Name: "M"}}}},
			Variants: []catalog.NewVariant{{Values: []string{"S"}}, {Values: []string{"M"}}},
		}))
		pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(
			products.VariantPages(s.ctx, []catalog.ProductID{p.ID}, page.Args{}))
		s.products, s.variants = append(s.products, p), append(s.variants, pages[p.ID].Items)
	}
	return s
}

func marketIn(handle string, c money.Currency) market.Input {
	return market.Input{Handle: handle, Name: handle, Currency: c, Active: true, Default: c == "CHF", Languages: []locale.Language{"en"}}
}

func (s *shop) set(t *testing.T, l pricing.List, changes ...pricing.Change) {
	t.Helper()
	if err := s.SetPrices(s.ctx, l.ID, changes); err != nil {
		t.Fatal(err)
	}
}

func cost(v catalog.Variant, quantity int, text string, c money.Currency) pricing.Change {
	m, _ := money.Parse(text, c)
	return pricing.Change{Variant: v.ID, MinQuantity: quantity, Amount: &m}
}

// amounts writes the prices of a variant as "1:10.0 5:9.0*", * for derived.
func (s *shop) amounts(t *testing.T, l pricing.List, v catalog.Variant) string {
	t.Helper()
	text := ""
	for _, p := range must[map[catalog.VariantID][]pricing.Price](t)(s.PricesOf(s.ctx, l.ID, []catalog.VariantID{v.ID}))[v.ID] {
		mark := ""
		if p.Derived {
			mark = "*"
		}
		text += fmt.Sprintf("%d:%s%s ", p.MinQuantity, p.Amount.Decimal(), mark)
	}
	return text
}

func (s *shop) span(t *testing.T, l pricing.List, p catalog.Product) string {
	t.Helper()
	r, ok := must[map[catalog.ProductID]pricing.Range](t)(s.RangesOf(s.ctx, l.ID, []catalog.ProductID{p.ID}))[p.ID]
	if !ok {
		return "none"
	}
	return fmt.Sprintf("%s-%s %v", r.Min.Decimal(), r.Max.Decimal(), r.OnSale)
}

func (s *shop) is(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestDerived_followsBaseAndGivesWayToFixed(t *testing.T) {
	t.Parallel()
	s := open(t)
	small, medium := s.variants[0][0], s.variants[0][1]
	s.set(t, s.base, cost(small, 1, "10", "EUR"), cost(small, 5, "9", "EUR"), cost(medium, 1, "20", "EUR"))
	rule := &pricing.Rule{FactorPPM: 1_100_000, Step: 100, Ending: 95}
	ch := must[pricing.List](t)(s.CreateList(s.ctx, pricing.NewList{Name: "Swiss", MarketID: &s.swiss.ID, Rule: rule}))
	s.is(t, "derived at once", s.amounts(t, ch, small), "1:10.95* 5:9.95* ")
	s.is(t, "range", s.span(t, ch, s.products[0]), "10.95-21.95 false")

	s.set(t, s.base, cost(small, 1, "30", "EUR"))
	s.is(t, "follows the base", s.amounts(t, ch, small), "1:32.95* 5:9.95* ")
	s.set(t, ch, cost(small, 1, "12", "CHF"))
	s.is(t, "a fixed one replaces all of the variant", s.amounts(t, ch, small), "1:12.0 ")
	s.set(t, s.base, cost(small, 1, "40", "EUR"), cost(medium, 1, "50", "EUR"))
	s.is(t, "fixed stays", s.amounts(t, ch, small), "1:12.0 ")
	s.is(t, "range", s.span(t, ch, s.products[0]), "12.0-54.95 false")
	s.set(t, ch, pricing.Change{Variant: small.ID})
	s.is(t, "derived comes back", s.amounts(t, ch, small), "1:43.95* 5:9.95* ")

	ch = must[pricing.List](t)(s.ListByID(s.ctx, ch.ID))
	ch = must[pricing.List](t)(s.UpdateList(s.ctx, ch.ID, ch.Version, pricing.ListChange{Rule: &pricing.Rule{FactorPPM: 2_000_000, Step: 1}}))
	s.is(t, "another rule", s.amounts(t, ch, small), "1:80.0* 5:18.0* ")
	ch = must[pricing.List](t)(s.UpdateList(s.ctx, ch.ID, ch.Version, pricing.ListChange{Rule: &pricing.Rule{}}))
	s.is(t, "no rule", s.amounts(t, ch, small), "")
	s.is(t, "range", s.span(t, ch, s.products[0]), "none")
}

func TestRange_isKeptInTheSameTransaction(t *testing.T) {
	t.Parallel()
	s := open(t)
	small, medium := s.variants[0][0], s.variants[0][1]
	sale := cost(small, 1, "10", "EUR")
	former := money.New(1500, "EUR")
	sale.CompareAt = &former
	s.set(t, s.base, sale, cost(medium, 1, "20", "EUR"))
	s.is(t, "set", s.span(t, s.base, s.products[0]), "10.0-20.0 true")
	s.set(t, s.base, pricing.Change{Variant: small.ID})
	s.is(t, "taken away", s.span(t, s.base, s.products[0]), "20.0-20.0 false")
	s.is(t, "untouched product", s.span(t, s.base, s.products[1]), "none")
	must[catalog.Product](t)(s.catalog.DeleteVariants(s.ctx, s.products[0].ID, 1, []catalog.VariantID{medium.ID}))
	s.is(t, "variant deleted", s.span(t, s.base, s.products[0]), "none")
	var facts int
	if err := s.db.Conn(s.ctx).QueryRow(s.ctx, `SELECT count(*) FROM outbox WHERE topic = 'price.changed'
		AND payload->'products' = jsonb_build_array($1::bigint)`, int64(s.products[0].ID)).Scan(&facts); err != nil || facts != 3 {
		t.Errorf("%d facts, %v", facts, err)
	}
}

func TestSetPrices_refusesWholeChange(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.variants[0][0]
	for name, test := range map[string]struct {
		changes []pricing.Change
		reason  string
	}{
		"wrong currency":  {[]pricing.Change{cost(v, 1, "1", "CHF")}, "currency_mismatch"},
		"negative":        {[]pricing.Change{cost(v, 1, "-1", "EUR")}, "out_of_range"},
		"no first tier":   {[]pricing.Change{cost(v, 5, "1", "EUR")}, "missing_first_tier"},
		"twice":           {[]pricing.Change{cost(v, 1, "1", "EUR"), cost(v, 0, "2", "EUR")}, "duplicate_price"},
		"unknown variant": {[]pricing.Change{cost(v, 1, "1", "EUR"), {Variant: 999, Amount: &money.Money{Minor: 1, Currency: "EUR"}}}, "variant_not_found"},
	} {
		if err := s.SetPrices(s.ctx, s.base.ID, test.changes); !fault.Is(err, test.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.is(t, "nothing was written", s.amounts(t, s.base, v), "")
	if err := s.SetPrices(s.ctx, 99, []pricing.Change{cost(v, 1, "1", "EUR")}); !fault.Is(err, "price_list_not_found") {
		t.Error(err)
	}
}

func TestLists_oneBaseOneForAMarket(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, err := s.CreateList(s.ctx, pricing.NewList{Name: "Second", Base: true})
	if !fault.Is(err, "base_exists") {
		t.Error(err)
	}
	if l := must[pricing.List](t)(s.ListFor(s.ctx, s.japan.ID)); l.ID != s.base.ID {
		t.Errorf("Japan is served by %s", l.Name)
	}
	jp := must[pricing.List](t)(s.CreateList(s.ctx, pricing.NewList{Name: "Japan", MarketID: &s.japan.ID}))
	if l := must[pricing.List](t)(s.ListFor(s.ctx, s.japan.ID)); l.ID != jp.ID || l.Currency != "JPY" {
		t.Errorf("Japan is served by %+v", l)
	}
	_, err = s.CreateList(s.ctx, pricing.NewList{Name: "Japan too", MarketID: &s.japan.ID})
	if !fault.Is(err, "market_taken") {
		t.Error(err)
	}
	_, err = s.UpdateList(s.ctx, jp.ID, 99, pricing.ListChange{})
	if !fault.Is(err, "stale_version") {
		t.Error(err)
	}
	if err := s.DeleteList(s.ctx, s.base.ID, s.base.Version); !fault.Is(err, "base_stays") {
		t.Error(err)
	}
	if err := s.DeleteList(s.ctx, jp.ID, jp.Version); err != nil {
		t.Error(err)
	}
}

// Many writers of the base list and of a list that follows it: the invariants
// at the end of the test find whatever one of them missed of another.
func TestSetPrices_atOnceAgreeInTheEnd(t *testing.T) {
	t.Parallel()
	s := open(t)
	all := slices.Concat(s.variants...)
	for _, v := range all {
		s.set(t, s.base, cost(v, 1, "10", "EUR"))
	}
	ch := must[pricing.List](t)(s.CreateList(s.ctx, pricing.NewList{
		Name: "Swiss", MarketID: &s.swiss.ID, Rule: &pricing.Rule{FactorPPM: 1_100_000, Step: 5}}))
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			v := all[i%len(all)]
			var err error
			switch i % 3 {
			case 0:
				err = s.SetPrices(s.ctx, s.base.ID, []pricing.Change{cost(v, 1, fmt.Sprint(10+i), "EUR")})
			case 1:
				err = s.SetPrices(s.ctx, ch.ID, []pricing.Change{cost(v, 1, fmt.Sprint(20+i), "CHF")})
			case 2:
				err = s.SetPrices(s.ctx, ch.ID, []pricing.Change{{Variant: v.ID}})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// A price that is set while its variant is being deleted goes with it, or is
// refused; the range of the product is right either way.
func TestSetPrices_whileVariantsGo(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i, p := range s.products {
		gone, stays := s.variants[i][0], s.variants[i][1]
		s.set(t, s.base, cost(gone, 1, "10", "EUR"), cost(stays, 1, "20", "EUR"))
		var wg sync.WaitGroup
		for n := range 6 {
			wg.Go(func() {
				var err error
				if n == 3 {
					_, err = s.catalog.DeleteVariants(s.ctx, p.ID, 1, []catalog.VariantID{gone.ID})
				} else {
					err = s.SetPrices(s.ctx, s.base.ID, []pricing.Change{cost(gone, 1, fmt.Sprint(n+1), "EUR")})
				}
				if err != nil && !fault.Is(err, "variant_not_found") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s.is(t, "range", s.span(t, s.base, p), "20.0-20.0 false")
	}
}

func TestFor_takesTheTierThatHolds(t *testing.T) {
	t.Parallel()
	tiers := []pricing.Price{{MinQuantity: 10, Amount: money.New(8, "EUR")}, {MinQuantity: 1, Amount: money.New(10, "EUR")}}
	for quantity, want := range map[int]int64{1: 10, 9: 10, 10: 8, 99: 8} {
		if p, ok := pricing.For(tiers, quantity); !ok || p.Amount.Minor != want {
			t.Errorf("%d pieces cost %v each", quantity, p.Amount)
		}
	}
	if _, ok := pricing.For(nil, 1); ok {
		t.Error("nothing has a price")
	}
}

func TestListPrices_pages(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, v := range slices.Concat(s.variants...) {
		s.set(t, s.base, cost(v, 1, "10", "EUR"), cost(v, 3, "9", "EUR"))
	}
	three := 3
	first := must[page.Slice[pricing.Price]](t)(s.ListPrices(s.ctx, s.base.ID, pricing.Filter{}, pricing.ByVariant, page.Args{First: &three}))
	rest := must[page.Slice[pricing.Price]](t)(s.ListPrices(s.ctx, s.base.ID, pricing.Filter{}, pricing.ByVariant, page.Args{After: first.Info.EndCursor}))
	if len(first.Items) != 3 || len(rest.Items) != 5 || rest.Info.HasNextPage || first.Items[1].MinQuantity != 3 {
		t.Errorf("%+v, then %+v", first, rest)
	}
	cheap := must[page.Slice[pricing.Price]](t)(s.ListPrices(s.ctx, s.base.ID, pricing.Filter{}, pricing.ByAmount, page.Args{First: &three}))
	dear := must[page.Slice[pricing.Price]](t)(s.ListPrices(s.ctx, s.base.ID, pricing.Filter{}, pricing.ByAmount, page.Args{First: &three, Reverse: true}))
	if cheap.Items[2].MinQuantity != 3 || dear.Items[2].MinQuantity != 1 {
		t.Errorf("cheapest %+v, dearest %+v", cheap, dear)
	}
}
