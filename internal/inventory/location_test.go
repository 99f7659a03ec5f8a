package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// markets makes two markets.
func (s *store) markets(t *testing.T) (us, de market.ID) {
	t.Helper()
	exec(t, s.db, `INSERT INTO market (id, created_at, updated_at, handle, name, currency) VALUES
		(1, now(), now(), 'us', 'United States', 'USD'), (2, now(), now(), 'de', 'Germany', 'EUR')`)
	return 1, 2
}

func TestLocation_isWrittenAsAWhole(t *testing.T) {
	t.Parallel()
	s := open(t)
	us, de := s.markets(t)
	north, east := 52.52, 13.405
	address := postal.Address{Company: "Souk", Address1: "Unter den Linden 1", City: "Berlin", Zip: "10117", Country: "DE"}
	made := must[inventory.Location](t)(s.CreateLocation(s.ctx, inventory.NewLocation{
		Handle: "berlin", Name: "Berlin", Kind: inventory.Store, Country: "DE", Address: &address, Latitude: &north, Longitude: &east, Priority: 3,
		Markets: []market.ID{de, us, de},
		Zones:   []sourcing.Zone{{Country: "DE", PostalPrefix: "1 0-"}, {Country: "DE"}, {Country: "US", Province: "California"}},
	}))
	want := []sourcing.Zone{{Country: "DE", PostalPrefix: "10"}, {Country: "DE"}, {Country: "US", Province: "CA"}}
	if diff := cmp.Diff(want, made.Zones); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]market.ID{us, de}, made.Markets); diff != "" {
		t.Error(diff)
	}
	if made.Address == nil || *made.Address != address || *made.Point() != (sourcing.Point{Latitude: north, Longitude: east}) || made.Priority != 3 {
		t.Errorf("%+v", made)
	}
	// what is not named stays
	name := "Berlin Mitte"
	same := must[inventory.Location](t)(s.UpdateLocation(s.ctx, made.ID, made.Version, inventory.LocationChange{Name: &name}))
	if same.Name != name || len(same.Zones) != 3 || len(same.Markets) != 2 || same.Address == nil || same.Point() == nil {
		t.Errorf("%+v", same)
	}
	// what is named as nothing goes
	bare := must[inventory.Location](t)(s.UpdateLocation(s.ctx, made.ID, same.Version, inventory.LocationChange{
		Address: &postal.Address{}, At: &inventory.Coordinates{}, Markets: &[]market.ID{us}, Zones: &[]sourcing.Zone{}}))
	if bare.Address != nil || bare.Point() != nil || len(bare.Zones) != 0 || !bare.Serves(us) || bare.Serves(de) {
		t.Errorf("%+v", bare)
	}
	if n := s.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'location.update' AND subject_id = $1
		AND jsonb_array_length(before->'Zones') = 3 AND after->'Zones' = 'null'`, int64(made.ID)); n != 1 {
		t.Errorf("%d audit rows tell of the zones", n)
	}
	if _, err := s.UpdateLocation(s.ctx, made.ID, same.Version, inventory.LocationChange{Zones: &want}); !fault.Is(err, "stale_version") {
		t.Errorf("an older version: %v", err)
	}
	if l := must[inventory.Location](t)(s.LocationByID(s.ctx, made.ID)); len(l.Zones) != 0 {
		t.Error("a refused change left its zones")
	}
}

func TestLocation_servesAllMarketsUnlessItNamesSome(t *testing.T) {
	t.Parallel()
	s := open(t)
	us, de := s.markets(t)
	must[inventory.Location](t)(s.UpdateLocation(s.ctx, s.other.ID, s.other.Version, inventory.LocationChange{Markets: &[]market.ID{de}}))
	handles := func(m market.ID) string {
		var out []string
		for _, l := range must[[]inventory.Location](t)(s.LocationsOf(s.ctx, m)) {
			out = append(out, l.Handle)
		}
		return strings.Join(out, " ")
	}
	if handles(us) != "main" || handles(de) != "main other" {
		t.Errorf("us %q, de %q", handles(us), handles(de))
	}
	if _, err := s.UpdateLocation(s.ctx, s.main.ID, s.main.Version, inventory.LocationChange{Markets: &[]market.ID{99}}); !fault.Is(err, "market_not_found") {
		t.Errorf("no such market: %v", err)
	}
}

func TestLocation_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	s := open(t)
	far, east := 90.5, 13.0
	_, err := s.CreateLocation(s.ctx, inventory.NewLocation{
		Handle: "No Handle", Name: " ", Country: "XX", Latitude: &far, Longitude: &east,
		Address: &postal.Address{Address1: "Somewhere 1", Zip: "1", Country: "DE"},
		Zones:   []sourcing.Zone{{Country: "DE"}, {Country: "DE"}, {Country: "US", Province: "Atlantis"}, {Country: "ZZ"}},
	})
	var paths []string
	for _, f := range fault.All(err) {
		paths = append(paths, strings.Join(f.Path, "."))
	}
	want := "handle name country coordinates address.city address.zip zones.1 zones.2.province zones.3.country"
	if got := strings.Join(paths, " "); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if _, err := s.CreateLocation(s.ctx, inventory.NewLocation{Handle: "half", Name: "Half", Longitude: &east}); !fault.Is(err, "invalid_coordinates") {
		t.Errorf("half a point: %v", err)
	}
}

// However many locations there are, they are read in as many statements.
func TestLocations_takeThreeStatements(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, de := s.markets(t)
	for _, handle := range []string{"a", "b", "c"} {
		ctx, counted := postgres.CountStatements(s.ctx)
		must[[]inventory.Location](t)(s.Locations(ctx))
		if counted.Statements() != 3 || counted.RoundTrips() != 2 {
			t.Errorf("%d statements, %d round trips", counted.Statements(), counted.RoundTrips())
		}
		must[inventory.Location](t)(s.CreateLocation(s.ctx, inventory.NewLocation{Handle: handle, Name: handle,
			Markets: []market.ID{de}, Zones: []sourcing.Zone{{Country: "DE"}, {Country: "AT"}}}))
	}
}

func TestPolicy_isTheMarketsOwnOrTheDefault(t *testing.T) {
	t.Parallel()
	s := open(t)
	us, de := s.markets(t)
	five := int64(5)
	set := must[inventory.Policy](t)(s.SetPolicy(s.ctx, inventory.Policy{Market: de, ReserveAt: inventory.ReserveAtCart, Strategy: sourcing.Nearest, MaxLine: &five}))
	if set.Version != 1 {
		t.Errorf("%+v", set)
	}
	both := must[map[market.ID]inventory.Policy](t)(s.Policies(s.ctx, []market.ID{us, de}))
	if diff := cmp.Diff(map[market.ID]inventory.Policy{us: inventory.DefaultPolicy(us), de: set}, both); diff != "" {
		t.Error(diff)
	}
	// another who saw none, or an older one, is refused
	for _, version := range []int64{0, 2} {
		p := set
		p.Version = version
		if _, err := s.SetPolicy(s.ctx, p); !fault.Is(err, "stale_version") {
			t.Errorf("version %d: %v", version, err)
		}
	}
	set.MaxLine = nil
	if again := must[inventory.Policy](t)(s.SetPolicy(s.ctx, set)); again.Version != 2 || again.MaxLine != nil {
		t.Errorf("%+v", again)
	}
	if n := s.count(t, `SELECT count(*) FROM outbox WHERE topic = 'stock_policy.changed' AND aggregate_id = 2`); n != 2 {
		t.Errorf("%d facts", n)
	}
	if n := s.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'stock_policy.set' AND (before IS NULL OR before->>'MaxLine' = '5')`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	if _, err := s.SetPolicy(s.ctx, inventory.Policy{Market: 99, ReserveAt: "never", Strategy: "dice", MaxCustomer: new(int64)}); len(fault.All(err)) != 3 {
		t.Errorf("%v", err)
	}
	if _, err := s.SetPolicy(s.ctx, inventory.DefaultPolicy(99)); !fault.Is(err, "market_not_found") {
		t.Errorf("no such market: %v", err)
	}
}

// A checkout asks for its policy at each step: in a process that keeps them in
// memory that costs no statement, and what this process changed is true at once.
func TestPolicy_costsNothingOnceItIsInMemory(t *testing.T) {
	t.Parallel()
	s := open(t)
	us, _ := s.markets(t)
	asked := func() (inventory.Policy, int) {
		ctx, counted := postgres.CountStatements(s.ctx)
		return must[inventory.Policy](t)(s.PolicyOf(ctx, us)), counted.Statements()
	}
	if p, cost := asked(); cost != 1 || p != inventory.DefaultPolicy(us) {
		t.Errorf("%+v for %d statements", p, cost)
	}
	if err := s.RefreshPolicies(s.ctx); err != nil {
		t.Fatal(err)
	}
	if p, cost := asked(); cost != 0 || p != inventory.DefaultPolicy(us) {
		t.Errorf("%+v for %d statements", p, cost)
	}
	p := inventory.DefaultPolicy(us)
	p.ReserveAt = inventory.ReserveAtCart
	must[inventory.Policy](t)(s.SetPolicy(s.ctx, p))
	if p, cost := asked(); cost != 1 || p.ReserveAt != inventory.ReserveAtCart {
		t.Errorf("%+v for %d statements", p, cost)
	}
	if err := s.RefreshPolicies(s.ctx); err != nil {
		t.Fatal(err)
	}
	if p, cost := asked(); cost != 0 || p.ReserveAt != inventory.ReserveAtCart {
		t.Errorf("%+v for %d statements", p, cost)
	}
}

// A market's own caps stand before those of the shop, and lift none that the
// policy does not name.
func TestCaps_addThePolicyToTheShops(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.LimitHolds(inventory.HoldCaps{Line: 10, Checkout: 20, Customer: 30, Client: 40})
	if caps := s.Caps(inventory.DefaultPolicy(1)); caps != nil {
		t.Errorf("%+v", caps)
	}
	two := int64(2)
	if caps := s.Caps(inventory.Policy{MaxCheckout: &two}); caps == nil || *caps != (inventory.HoldCaps{Line: 10, Checkout: 2, Customer: 30, Client: 40}) {
		t.Errorf("%+v", caps)
	}
}
