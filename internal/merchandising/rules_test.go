package merchandising

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising/ranking"
	"github.com/souk-commerce/souk/internal/search/table"
)

const shelved = 400 // products of the table that random rules move

// randomRules says anything of products and vendors, some of which there are not.
func randomRules(r *rand.Rand) []Content {
	var rules []Content
	for range r.IntN(8) {
		rule := Rule{Priority: r.IntN(3)}
		for range 1 + r.IntN(8) {
			vendor := fmt.Sprint("vendor ", r.IntN(320))
			a := Act{Do: []Do{Pin, Pin, Pin, Hide, Boost, Bury, InStockFirst, Popularity}[r.IntN(8)], Product: listing.ProductID(1 + r.IntN(shelved+20))}
			switch a.Do {
			case Pin:
				a.Position, a.AnyStock = 1+r.IntN(60), r.IntN(2) == 0
			case InStockFirst, Popularity:
				a.Product = 0
			default:
				if r.IntN(2) == 0 {
					a.Product, a.Filter = 0, &listing.Filter{ProductVendor: &vendor}
				}
			}
			if a.Do == Boost || a.Do == Bury || a.Do == Popularity {
				a.Strength = 1 + r.IntN(100)
			}
			if rule.Acts = append(rule.Acts, a); rule.Validate() != nil { // it says this already
				rule.Acts = rule.Acts[:len(rule.Acts)-1]
			}
		}
		if len(rule.Acts) > 0 {
			rules = append(rules, rule)
		}
	}
	return rules
}

// From what merchandisers wrote to the page that shoppers see: what is hidden
// is nowhere, pins stand where the weightiest rule wants them, everything else
// is there once, and pages join.
func TestRules_holdFromContentToPage(t *testing.T) {
	t.Parallel()
	sets := 10_000
	if testing.Short() {
		sets = 500
	}
	view, at := things(shelved)
	r := rand.New(rand.NewPCG(7, 2026))
	for set := range sets {
		rules := randomRules(r)
		p := live(rules...).plan(typed("thing"), nil)
		among := make([]listing.ProductID, r.IntN(shelved))
		for i, id := range r.Perm(shelved)[:len(among)] {
			among[i] = listing.ProductID(id + 1)
		}
		sel := pick(t, view, table.Ask{At: at, Among: among, Without: p.Without, Not: p.Not})
		rp, err := p.ranking(at, view, sel)
		if err != nil {
			t.Fatal(err)
		}
		guests := pick(t, view, table.Ask{At: at, Among: p.pinned(), Without: p.Without, Not: p.Not})
		a := ranking.Arrange(ranking.List{Candidates: sel.IDs(), Facts: func(i int) ranking.Facts { return rankingFacts(sel.Facts(i)) },
			Guest: func(id listing.ProductID) (bool, bool) {
				i := slices.Index(guests.IDs(), id)
				return i >= 0 && guests.Facts(i).Available, i >= 0
			}}, rp)
		var got []listing.ProductID
		for size := 1 + r.IntN(50); len(got) < a.Len(); {
			for _, hit := range a.Page(len(got), size) {
				got = append(got, hit.Product)
			}
		}
		if problem := broken(rules, among, got); problem != "" {
			t.Fatalf("set %d: %s\n%+v\namong %v\ngot %v", set, problem, rules, among, got)
		}
	}
}

func pick(t *testing.T, view *table.View, ask table.Ask) *table.Selection {
	t.Helper()
	sel, err := view.Select(ask)
	if err != nil {
		t.Fatal(err)
	}
	return sel
}

// broken reads the rules as the README says and looks for what is otherwise.
func broken(contents []Content, among, got []listing.ProductID) string {
	var rules []Rule
	for _, c := range contents {
		rules = append(rules, c.(Rule))
	}
	slices.SortStableFunc(rules, func(a, b Rule) int { return cmp.Compare(b.Priority, a.Priority) })
	hidden := func(id listing.ProductID) bool {
		return slices.ContainsFunc(rules, func(r Rule) bool {
			return slices.ContainsFunc(r.Acts, func(a Act) bool {
				return a.Do == Hide && (a.Product == id || a.Filter != nil && *a.Filter.ProductVendor == fmt.Sprint("vendor ", (id-1)%300))
			})
		})
	}
	want := slices.DeleteFunc(slices.Clone(among), hidden)
	pins := standing(rules, hidden)
	for id := range pins {
		if !slices.Contains(want, id) {
			want = append(want, id)
		}
	}
	if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, slices.Sorted(slices.Values(want))) {
		return fmt.Sprintf("the list has %v", sorted)
	}
	order := make([]listing.ProductID, 0, len(pins))
	for id := range pins {
		order = append(order, id)
	}
	slices.SortFunc(order, func(a, b listing.ProductID) int { return pins[a] - pins[b] })
	for i, id := range order {
		if place := min(pins[id], len(got)-len(order)+i+1); got[place-1] != id {
			return fmt.Sprintf("%d is not at %d", id, place)
		}
	}
	return ""
}

// standing gives the positions of the pins that hold.
func standing(rules []Rule, hidden func(listing.ProductID) bool) map[listing.ProductID]int {
	pins, taken, named := map[listing.ProductID]int{}, map[int]bool{}, map[listing.ProductID]bool{}
	for _, r := range rules {
		for _, a := range r.Acts {
			if a.Do != Pin || taken[a.Position] || named[a.Product] || slices.ContainsFunc(rules, func(r Rule) bool {
				return slices.ContainsFunc(r.Acts, func(h Act) bool { return h.Do == Hide && h.Product == a.Product })
			}) {
				continue
			}
			taken[a.Position], named[a.Product] = true, true
			sold := (a.Product-1)%7 > 0
			if a.Product <= shelved && !hidden(a.Product) && (sold || a.AnyStock) {
				pins[a.Product] = a.Position
			}
		}
	}
	return pins
}
