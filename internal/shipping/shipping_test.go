package shipping_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/testkit"
)

func open(t *testing.T) (*shipping.Service, *postgres.DB) {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(shipping.Checks()...))
	return shipping.NewService(db, event.NewOutbox(db), audit.New(db)), db
}

func at[T any](v T) *T { return &v }

// flat is a method of one price in euros.
func flat(handle string, amount int64) shipping.Method {
	return shipping.Method{Handle: handle, Title: handle, Active: true, Rates: []shipping.Rate{{Currency: "EUR", Amount: amount}}}
}

func zone(name string, methods []shipping.Method, areas ...shipping.Area) shipping.ZoneInput {
	return shipping.ZoneInput{Name: name, Areas: areas, Methods: methods}
}

func germany() shipping.ZoneInput {
	return zone("Germany", []shipping.Method{flat("standard", 490)}, shipping.Area{Country: "DE"})
}

func create(t *testing.T, s *shipping.Service, in shipping.ZoneInput) shipping.Zone {
	t.Helper()
	z, err := s.CreateZone(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// reasons writes faults as "reason path".
func reasons(err error) []string {
	var all []string
	for _, e := range fault.All(err) {
		all = append(all, e.Reason+" "+strings.Join(e.Path, "."))
	}
	return all
}

func TestUpdateZone_replacesTheWholeAndKeepsTheBooks(t *testing.T) {
	t.Parallel()
	s, db := open(t)
	ctx := context.Background()
	in := germany()
	in.Areas = append(in.Areas, shipping.Area{Country: "us", Subdivision: "California"})
	in.Methods = append(in.Methods, flat("express", 990))
	z := create(t, s, in)
	if len(z.Areas) != 2 || z.Areas[1] != (shipping.Area{Country: "US", Subdivision: "CA"}) || len(z.Methods) != 2 {
		t.Fatalf("%+v", z)
	}
	in = zone("DACH", []shipping.Method{flat("standard", 590)}, shipping.Area{Country: "AT"}, shipping.Area{Country: "DE"})
	in.Methods[0].MinDays, in.Methods[0].MaxDays = at(1), at(3)
	in.Methods[0].Rates = []shipping.Rate{
		{Currency: "EUR", Amount: 590, BelowGrams: at[int64](1000), FreeFrom: at[int64](5000)}, {Currency: "EUR", FromGrams: 1000, Amount: 990},
	}
	after, err := s.UpdateZone(ctx, z.ID, z.Version, in)
	if err != nil || after.Version != 2 || after.Name != "DACH" || len(after.Areas) != 2 || len(after.Methods) != 1 {
		t.Fatalf("%+v, %v", after, err)
	}
	if m := after.Methods[0]; len(m.Rates) != 2 || *m.Rates[0].FreeFrom != 5000 || *m.MaxDays != 3 || m.Rates[1].BelowGrams != nil {
		t.Errorf("%+v", m)
	}
	if err := s.DeleteZone(ctx, z.ID, 2); err != nil {
		t.Fatal(err)
	}
	var actions, facts string
	var left int
	err = db.Conn(ctx).QueryRow(ctx, `
		SELECT (SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entry WHERE subject_kind = 'delivery_zone' AND subject_id = $1),
			(SELECT string_agg(payload ->> 'version', ' ' ORDER BY id) FROM outbox WHERE topic = 'delivery_zone.changed'),
			(SELECT count(*) FROM delivery_area) + (SELECT count(*) FROM delivery_method) + (SELECT count(*) FROM delivery_rate)`,
		int64(z.ID)).Scan(&actions, &facts, &left)
	if err != nil || actions != "delivery_zone.create delivery_zone.update delivery_zone.delete" || facts != "1 2 3" || left != 0 {
		t.Errorf("%q, %q, %d parts left, %v", actions, facts, left, err)
	}
}

func TestWrites_refuseAStaleVersion(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ctx := context.Background()
	z := create(t, s, germany())
	if err := s.DeleteZone(ctx, z.ID, 9); !errors.Is(err, shipping.ErrStale) {
		t.Errorf("delete: %v", err)
	}
	if _, err := s.UpdateZone(ctx, z.ID+1, 1, germany()); !errors.Is(err, shipping.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	results := make(chan error, 4)
	var done sync.WaitGroup
	for i := range cap(results) {
		done.Go(func() {
			_, err := s.UpdateZone(ctx, z.ID, z.Version, zone(fmt.Sprint(i), []shipping.Method{flat("standard", int64(i))}, shipping.Area{Country: "DE"}))
			results <- err
		})
	}
	done.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, shipping.ErrStale) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of them wrote the same version", won)
	}
}

func TestAreas_belongToOneZone(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	z := create(t, s, zone("Europe", nil, shipping.Area{Country: "DE"}, shipping.Area{Country: "FR"}))
	in := zone("Other", nil, shipping.Area{Country: "FR"}, shipping.Area{Country: "US"}, shipping.Area{Country: "DE"})
	_, err := s.CreateZone(context.Background(), in)
	if got := fmt.Sprint(reasons(err)); got != "[area_taken areas.0 area_taken areas.2]" {
		t.Error(got)
	}
	if _, err := s.UpdateZone(context.Background(), z.ID, 1, zone("Europe", nil, shipping.Area{Country: "FR"})); err != nil {
		t.Errorf("its own area: %v", err)
	}
	create(t, s, zone("Other", nil, shipping.Area{Country: "DE"}))
	if _, err := s.CreateZone(context.Background(), zone("Other", nil)); !fault.Is(err, "already_exists") {
		t.Errorf("the name: %v", err)
	}
	results := make(chan error, 4)
	var done sync.WaitGroup
	for i := range cap(results) {
		done.Go(func() {
			_, err := s.CreateZone(context.Background(), zone(fmt.Sprint(i), nil, shipping.Area{Country: "JP"}))
			results <- err
		})
	}
	done.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, shipping.ErrAreaTaken) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d zones took the same area", won)
	}
}

func TestValidate_reportsEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	in := zone(" ", nil, shipping.Area{Country: "DE"}, shipping.Area{Country: "XX"}, shipping.Area{Country: "DE"},
		shipping.Area{Country: "US", Subdivision: "Bavaria"}, shipping.Area{Country: shipping.Everywhere, Subdivision: "CA"})
	bad := flat("Standard!", -1)
	bad.Title, bad.MinDays = "", at(3)
	bad.Rates = append(bad.Rates, shipping.Rate{Currency: "EURO", FromGrams: -1, BelowGrams: at[int64](-1), FreeFrom: at[int64](0)})
	late := flat("twice", 1)
	late.MinDays, late.MaxDays = at(5), at(2)
	in.Methods = []shipping.Method{bad, flat("twice", 1), late}
	got := reasons(in.Validate())
	want := []string{
		"required name", "invalid_country areas.1.country", "listed_twice areas.2", "zone_unknown areas.3.subdivision",
		"invalid_area areas.4.subdivision", "invalid_handle methods.0.handle", "required methods.0.title",
		"invalid_days methods.0.maxDays", "out_of_range methods.0.rates.0.amount", "invalid_currency methods.0.rates.1.currency",
		"out_of_range methods.0.rates.1.fromGrams", "out_of_range methods.0.rates.1.belowGrams", "out_of_range methods.0.rates.1.freeFrom",
		"invalid_days methods.2.minDays", "handle_taken methods.2.handle",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestValidate_boundsTheSizeOfAZone(t *testing.T) {
	t.Parallel()
	in := zone("Huge", make([]shipping.Method, shipping.MaxMethods+1), make([]shipping.Area, shipping.MaxAreas+1)...)
	in.Methods[0].Rates = make([]shipping.Rate, shipping.MaxRates+1)
	got := reasons(in.Validate())
	for _, want := range []string{"too_many areas", "too_many methods", "too_many methods.0.rates"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
}

// TestValidate_findsEveryOverlap holds the one pass against all pairs.
func TestValidate_findsEveryOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rates := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) shipping.Rate {
			r := shipping.Rate{Currency: money.Currency(rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"))}
			r.FromGrams = rapid.Int64Range(0, 20).Draw(t, "from")
			if rapid.IntRange(0, 3).Draw(t, "open") > 0 {
				r.BelowGrams = at(r.FromGrams + rapid.Int64Range(1, 8).Draw(t, "wide"))
			}
			return r
		}), 0, 6).Draw(t, "rates")
		var want []string // each rate that begins within another one, which begins before it or is listed before it
		for i, a := range rates {
			for j, b := range rates {
				first := b.FromGrams < a.FromGrams || b.FromGrams == a.FromGrams && j < i
				if first && a.Currency == b.Currency && a.FromGrams < end(b) {
					want = append(want, fmt.Sprintf("rates_overlap methods.0.rates.%d.fromGrams", i))
					break
				}
			}
		}
		m := flat("standard", 0)
		m.Rates = rates
		got := reasons(zone("Zone", []shipping.Method{m}).Validate())
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func end(r shipping.Rate) int64 {
	if r.BelowGrams == nil {
		return math.MaxInt64
	}
	return *r.BelowGrams
}

func TestPage_sortsByName(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ctx := context.Background()
	for _, name := range []string{"World", "America", "Europe"} {
		create(t, s, zone(name, []shipping.Method{flat("standard", 1)}))
	}
	p, err := s.Page(ctx, page.Args{First: at(2)})
	if err != nil || len(p.Items) != 2 || p.Items[0].Name != "America" || len(p.Items[1].Methods) != 1 || !p.Info.HasNextPage {
		t.Errorf("%+v, %v", p, err)
	}
	if n, err := s.Count(ctx); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// directory serves California, Germany and everywhere else.
func directory(t *testing.T) *shipping.Directory {
	t.Helper()
	s, _ := open(t)
	off := flat("off", 1)
	off.Active = false
	parcels := flat("parcel", 0)
	parcels.Position = 1
	parcels.Rates = []shipping.Rate{
		{Currency: "EUR", BelowGrams: at[int64](1000), Amount: 490, FreeFrom: at[int64](5000)},
		{Currency: "EUR", FromGrams: 1000, BelowGrams: at[int64](5000), Amount: 990},
		{Currency: "USD", Amount: 1500},
	}
	create(t, s, zone("Germany", []shipping.Method{flat("express", 990), parcels, off}, shipping.Area{Country: "DE"}))
	create(t, s, zone("West", []shipping.Method{flat("west", 100)}, shipping.Area{Country: "US", Subdivision: "CA"}, shipping.Area{Country: "DE", Subdivision: "BY"}))
	create(t, s, zone("United States", []shipping.Method{flat("states", 200)}, shipping.Area{Country: "US"}))
	create(t, s, zone("Nowhere", nil, shipping.Area{Country: "KP"}))
	create(t, s, zone("World", []shipping.Method{flat("world", 2000)}, shipping.Area{Country: shipping.Everywhere}))
	d := shipping.NewDirectory(s)
	if got := d.Options(postal.Place{Country: "DE"}, shipping.Parcel{Value: money.New(0, "EUR")}); got != nil {
		t.Errorf("before it was read: %v", got)
	}
	if err := d.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOptions_goByTheNarrowestArea(t *testing.T) {
	t.Parallel()
	d := directory(t)
	for _, test := range []struct {
		to   postal.Place
		want string
	}{
		{postal.Place{Country: "DE"}, "parcel 4.9 express 9.9"},
		{postal.Place{Country: "DE", Zone: "BE"}, "parcel 4.9 express 9.9"},
		{postal.Place{Country: "DE", Zone: "by"}, "west 1.0"}, // no list of its subdivisions is known
		{postal.Place{Country: "US", Zone: "CA"}, "west 1.0"},
		{postal.Place{Country: "US", Zone: "NY"}, "states 2.0"},
		{postal.Place{Country: "US"}, "states 2.0"},
		{postal.Place{Country: "CA", Zone: "CA"}, "world 20.0"},
		{postal.Place{Country: "KP"}, ""}, // a zone without methods does not fall back
		{postal.Place{Country: "ZZ"}, ""},
		{postal.Place{}, ""},
	} {
		if got := offer(d.Options(test.to, shipping.Parcel{Grams: 500, Value: money.New(100, "EUR")})); got != test.want {
			t.Errorf("%+v: %q, want %q", test.to, got, test.want)
		}
	}
}

func TestOptions_goByWeightValueAndCurrency(t *testing.T) {
	t.Parallel()
	d := directory(t)
	for _, test := range []struct {
		grams int64
		value money.Money
		want  string
	}{
		{0, money.New(0, "EUR"), "parcel 4.9 express 9.9"},
		{999, money.New(4999, "EUR"), "parcel 4.9 express 9.9"},
		{999, money.New(5000, "EUR"), "parcel 0.0 express 9.9"},
		{1000, money.New(5000, "EUR"), "express 9.9 parcel 9.9"}, // equal prices go by position
		{4999, money.New(0, "EUR"), "express 9.9 parcel 9.9"},
		{5000, money.New(0, "EUR"), "express 9.9"},
		{math.MaxInt64, money.New(0, "EUR"), "express 9.9"},
		{999, money.New(5000, "USD"), "parcel 15.0"},
		{999, money.New(5000, "JPY"), ""},
	} {
		if got := offer(d.Options(postal.Place{Country: "DE"}, shipping.Parcel{Grams: test.grams, Value: test.value})); got != test.want {
			t.Errorf("%d g, %s: %q, want %q", test.grams, test.value, got, test.want)
		}
	}
}

func offer(options []shipping.Option) string {
	all := make([]string, len(options))
	for i, o := range options {
		all[i] = o.Handle + " " + o.Price.Decimal()
	}
	return strings.Join(all, " ")
}
