package sourcing_test

import (
	"math/bits"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/inventory/sourcing"
)

var (
	sanFrancisco = sourcing.Point{Latitude: 37.7749, Longitude: -122.4194}
	losAngeles   = sourcing.Point{Latitude: 34.0522, Longitude: -118.2437}
	newYork      = sourcing.Point{Latitude: 40.7128, Longitude: -74.0060}
)

// Three places: 1 is asked first, 3 last.
var (
	west       = sourcing.Place{ID: 3, Priority: 3, Zones: []sourcing.Zone{{Country: "US", Province: "CA"}, {Country: "US"}}, Point: &losAngeles}
	east       = sourcing.Place{ID: 1, Priority: 1, Zones: []sourcing.Zone{{Country: "US", PostalPrefix: "100"}, {Country: "CA"}, {Country: "US"}}, Point: &newYork}
	abroad     = sourcing.Place{ID: 2, Priority: 2, Zones: []sourcing.Zone{{Country: "DE"}}}
	california = sourcing.Destination{Country: "US", Province: "CA", PostalCode: "94105"}
	two        = []sourcing.Need{{Line: 10, Item: 7, Quantity: 2}, {Line: 11, Item: 8, Quantity: 1}}
)

func TestPlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		strategy sourcing.Strategy
		to       sourcing.Destination
		free     sourcing.Free
		needs    []sourcing.Need
		want     []sourcing.Pick
	}{
		"priority: the first that has the line whole": {
			strategy: sourcing.Priority, needs: two, free: sourcing.Free{{7, 1}: 1, {7, 2}: 2, {7, 3}: 9, {8, 1}: 5},
			want: []sourcing.Pick{{10, 7, 2, 2}, {11, 8, 1, 1}},
		},
		"priority: from place to place where none has it whole": {
			strategy: sourcing.Priority, needs: two[:1], free: sourcing.Free{{7, 1}: 1, {7, 2}: -4, {7, 3}: 1},
			want: []sourcing.Pick{{10, 7, 1, 1}, {10, 7, 3, 1}},
		},
		"nearest: the place whose earlier zone covers the destination": {
			strategy: sourcing.Nearest, to: california, needs: two, free: sourcing.Free{{7, 1}: 9, {7, 2}: 9, {7, 3}: 9, {8, 1}: 9, {8, 2}: 9, {8, 3}: 9},
			want: []sourcing.Pick{{10, 7, 3, 2}, {11, 8, 3, 1}},
		},
		"nearest: by postal code": {
			strategy: sourcing.Nearest, to: sourcing.Destination{Country: "US", Province: "NY", PostalCode: "10 001"}, needs: two[:1],
			free: sourcing.Free{{7, 1}: 9, {7, 2}: 9, {7, 3}: 9},
			want: []sourcing.Pick{{10, 7, 1, 2}},
		},
		"nearest: by priority where no zone and no point says more": {
			strategy: sourcing.Nearest, to: sourcing.Destination{Country: "FR"}, needs: two[:1], free: sourcing.Free{{7, 2}: 9, {7, 3}: 9},
			want: []sourcing.Pick{{10, 7, 2, 2}},
		},
		"nearest: by distance among places outside of their zones": {
			strategy: sourcing.Nearest, to: sourcing.Destination{Country: "MX", Point: &sanFrancisco}, needs: two[:1],
			free: sourcing.Free{{7, 1}: 9, {7, 2}: 9, {7, 3}: 9},
			want: []sourcing.Pick{{10, 7, 3, 2}},
		},
		"fewest splits: one place for the whole order, whatever its priority": {
			strategy: sourcing.FewestSplits, needs: two, free: sourcing.Free{{7, 1}: 9, {8, 2}: 9, {7, 3}: 2, {8, 3}: 1},
			want: []sourcing.Pick{{10, 7, 3, 2}, {11, 8, 3, 1}},
		},
		"fewest splits: of as many places the first by priority": {
			strategy: sourcing.FewestSplits, needs: two, free: sourcing.Free{{7, 1}: 2, {7, 2}: 9, {8, 2}: 1, {8, 3}: 1, {7, 3}: 9},
			want: []sourcing.Pick{{10, 7, 2, 2}, {11, 8, 2, 1}},
		},
		"what is not there is not given": {
			strategy: sourcing.FewestSplits, needs: two, free: sourcing.Free{{7, 3}: 1},
			want: []sourcing.Pick{{10, 7, 3, 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := sourcing.Order{Strategy: test.strategy, Places: []sourcing.Place{west, east, abroad}, Free: test.free, Needs: test.needs, To: test.to}
			if diff := cmp.Diff(test.want, o.Plan()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Half a percent is by how much the earth is no sphere.
func TestPoint_greatCircle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, to sourcing.Point
		want     float64 // meters
	}{
		"San Francisco to New York":  {sanFrancisco, newYork, 4_129_000},
		"to itself":                  {newYork, newYork, 0},
		"half around the earth":      {sourcing.Point{Latitude: 0, Longitude: 0}, sourcing.Point{Latitude: 0, Longitude: 180}, 20_015_000},
		"over the edge of the dates": {sourcing.Point{Longitude: 179.5}, sourcing.Point{Longitude: -179.5}, 111_195},
	} {
		if got := test.from.To(test.to); got < test.want*0.995 || got > test.want*1.005 {
			t.Errorf("%s: %.0f m, want %.0f", name, got, test.want)
		}
	}
}

func drawOrder(t *rapid.T, most int) sourcing.Order {
	o := sourcing.Order{Free: sourcing.Free{}, To: sourcing.Destination{Country: "US", Province: "CA", Point: &sanFrancisco},
		Strategy: rapid.SampledFrom([]sourcing.Strategy{sourcing.Priority, sourcing.Nearest, sourcing.FewestSplits}).Draw(t, "strategy")}
	items := rapid.IntRange(1, 4).Draw(t, "items")
	for id := range rapid.IntRange(1, most).Draw(t, "places") {
		p := sourcing.Place{ID: int64(id + 1), Priority: rapid.IntRange(0, 2).Draw(t, "priority")}
		if rapid.Bool().Draw(t, "zoned") {
			p.Zones = []sourcing.Zone{{Country: "CA"}, {Country: "US"}}[rapid.IntRange(0, 1).Draw(t, "zone"):]
		}
		if rapid.Bool().Draw(t, "placed") {
			p.Point = &sourcing.Point{Latitude: rapid.Float64Range(-90, 90).Draw(t, "north"), Longitude: rapid.Float64Range(-180, 180).Draw(t, "east")}
		}
		o.Places = append(o.Places, p)
		for item := range items {
			o.Free[sourcing.Spot{Item: int64(item), Place: p.ID}] = rapid.Int64Range(-2, 5).Draw(t, "free")
		}
	}
	for line := range rapid.IntRange(1, 6).Draw(t, "lines") {
		o.Needs = append(o.Needs, sourcing.Need{Line: int64(line), Item: int64(rapid.IntRange(0, items-1).Draw(t, "item")),
			Quantity: rapid.Int64Range(1, 8).Draw(t, "quantity")})
	}
	return o
}

// sums tells what is needed of each item, and what there is.
func sums(o sourcing.Order) (needed, there map[int64]int64) {
	needed, there = map[int64]int64{}, map[int64]int64{}
	for _, n := range o.Needs {
		needed[n.Item] += n.Quantity
	}
	for spot, n := range o.Free {
		there[spot.Item] += max(n, 0)
	}
	return needed, there
}

func TestPlan_givesWhatThereIsAndNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t, 14)
		picks := o.Plan()
		left, given, ofLine := map[sourcing.Spot]int64{}, map[int64]int64{}, map[int64]int64{}
		for spot, n := range o.Free {
			left[spot] = max(n, 0)
		}
		for _, p := range picks {
			at := sourcing.Spot{Item: p.Item, Place: p.Place}
			if left[at] -= p.Quantity; left[at] < 0 || p.Quantity <= 0 {
				t.Fatalf("place %d gives %d of item %d too many", p.Place, -left[at], p.Item)
			}
			given[p.Item] += p.Quantity
			ofLine[p.Line] += p.Quantity
		}
		needed, there := sums(o)
		for item, n := range needed {
			if given[item] != min(n, there[item]) {
				t.Fatalf("item %d: %d given, %d needed, %d there", item, given[item], n, there[item])
			}
		}
		for _, n := range o.Needs {
			if ofLine[n.Line] > n.Quantity {
				t.Fatalf("line %d has %d of %d", n.Line, ofLine[n.Line], n.Quantity)
			}
		}
		slices.Reverse(o.Places)
		if diff := cmp.Diff(picks, o.Plan()); diff != "" {
			t.Fatalf("the order of the places matters: %s", diff)
		}
	})
}

func TestPlan_fewestSplitsIsTheFewest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t, 6)
		o.Strategy = sourcing.FewestSplits
		if got, want := sourcing.Places(o.Plan()), fewest(o); got != want {
			t.Fatalf("%d places, %d would do", got, want)
		}
	})
}

// fewest tries every set of places.
func fewest(o sourcing.Order) int {
	needed, there := sums(o)
	best := len(o.Places)
	for set := range uint(1) << len(o.Places) {
		has := map[int64]int64{}
		for spot, n := range o.Free {
			if set&(1<<(spot.Place-1)) != 0 {
				has[spot.Item] += max(n, 0)
			}
		}
		enough := true
		for item, n := range needed {
			enough = enough && has[item] >= min(n, there[item])
		}
		if enough {
			best = min(best, bits.OnesCount(set))
		}
	}
	return best
}

// Among many places the set may not be the smallest, but none of it is needless.
func TestPlan_fewestSplitsOfManyPlacesHasNoneInVain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t, 16)
		o.Strategy = sourcing.FewestSplits
		used := map[int64]bool{}
		for _, p := range o.Plan() {
			used[p.Place] = true
		}
		needed, there := sums(o)
		for without := range used {
			enough := true
			for item, n := range needed {
				var has int64
				for place := range used {
					if place != without {
						has += max(o.Free[sourcing.Spot{Item: item, Place: place}], 0)
					}
				}
				enough = enough && has >= min(n, there[item])
			}
			if enough {
				t.Fatalf("place %d of %d is needless", without, len(used))
			}
		}
	})
}
