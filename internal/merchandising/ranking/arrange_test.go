package ranking_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/souk-commerce/souk/internal/merchandising/ranking"
)

const now = 1_700_000_000

// shelf is products with their facts; those in hidden may be no guests.
type shelf struct {
	candidates []ranking.ProductID
	facts      map[ranking.ProductID]ranking.Facts
	guests     map[ranking.ProductID]bool // to whether they can be bought
}

// numbered gives n candidates: 1, 2, 3 …, all in stock.
func numbered(n int) shelf {
	s := shelf{facts: map[ranking.ProductID]ranking.Facts{}, guests: map[ranking.ProductID]bool{}}
	for i := range n {
		s.candidates = append(s.candidates, ranking.ProductID(i+1))
		s.facts[ranking.ProductID(i+1)] = ranking.Facts{Available: true, NewSince: now - 1e9}
	}
	return s
}

func (s shelf) list() ranking.List {
	return ranking.List{
		Candidates: s.candidates,
		Facts:      func(i int) ranking.Facts { return s.facts[s.candidates[i]] },
		Guest:      func(id ranking.ProductID) (bool, bool) { available, ok := s.guests[id]; return available, ok },
		Explain:    true,
	}
}

// has is a test for candidates that are divisible.
func (s shelf) has(by ranking.ProductID) func(int) bool {
	return func(i int) bool { return s.candidates[i]%by == 0 }
}

func (s shelf) ids(p ranking.Plan) []ranking.ProductID {
	a := ranking.Arrange(s.list(), p)
	return ids(a.Page(0, a.Len()))
}

func ids(page []ranking.Placed) []ranking.ProductID {
	out := make([]ranking.ProductID, len(page))
	for i, p := range page {
		out[i] = p.Product
	}
	return out
}

func TestArrange_ofTen(t *testing.T) {
	t.Parallel()
	s := numbered(10)
	s.facts[4] = ranking.Facts{NewSince: now - 1e9} // sold out
	s.guests[20], s.guests[21] = true, false
	pin := func(id ranking.ProductID, at int) ranking.Pin { return ranking.Pin{Product: id, Position: at, Rule: 7} }
	for name, c := range map[string]struct {
		plan ranking.Plan
		want string
	}{
		"no plan leaves the order":                  {ranking.Plan{}, "[1 2 3 4 5 6 7 8 9 10]"},
		"a pin moves the others":                    {ranking.Plan{Pins: []ranking.Pin{pin(9, 2)}}, "[1 9 2 3 4 5 6 7 8 10]"},
		"pins stand where they say":                 {ranking.Plan{Pins: []ranking.Pin{pin(2, 9), pin(9, 1), pin(5, 3)}}, "[9 1 5 3 4 6 7 8 2 10]"},
		"a sold-out pin leaves its place":           {ranking.Plan{Pins: []ranking.Pin{pin(4, 1), pin(9, 2)}}, "[1 9 2 3 4 5 6 7 8 10]"},
		"unless its rule allows it":                 {ranking.Plan{Pins: []ranking.Pin{{Product: 4, Position: 1, AnyStock: true}}}, "[4 1 2 3 5 6 7 8 9 10]"},
		"a guest comes in":                          {ranking.Plan{Pins: []ranking.Pin{pin(20, 3)}}, "[1 2 20 3 4 5 6 7 8 9 10]"},
		"a sold-out guest does not":                 {ranking.Plan{Pins: []ranking.Pin{pin(21, 3)}}, "[1 2 3 4 5 6 7 8 9 10]"},
		"nor one that may not be shown":             {ranking.Plan{Pins: []ranking.Pin{pin(22, 3)}}, "[1 2 3 4 5 6 7 8 9 10]"},
		"pins beyond the end stand at the end":      {ranking.Plan{Pins: []ranking.Pin{pin(1, 900), pin(20, 800)}}, "[2 3 4 5 6 7 8 9 10 20 1]"},
		"half boosted goes to half its rank":        {ranking.Plan{Moves: []ranking.Move{{Product: 9, Percent: 50}}}, "[1 2 3 4 9 5 6 7 8 10]"},
		"fully boosted go first in their order":     {ranking.Plan{Moves: []ranking.Move{{Has: s.has(5), Percent: 100}}}, "[5 10 1 2 3 4 6 7 8 9]"},
		"boosts of several rules add up":            {ranking.Plan{Moves: []ranking.Move{{Product: 9, Percent: 30}, {Has: s.has(9), Percent: 40}}}, "[1 2 9 3 4 5 6 7 8 10]"},
		"buried by one percent sinks two places":    {ranking.Plan{Moves: []ranking.Move{{Product: 1, Percent: -1}}}, "[2 3 1 4 5 6 7 8 9 10]"},
		"fully buried goes last":                    {ranking.Plan{Moves: []ranking.Move{{Has: s.has(3), Percent: -100}}}, "[1 2 4 5 7 8 10 3 6 9]"},
		"in stock first":                            {ranking.Plan{InStockFirst: true}, "[1 2 3 5 6 7 8 9 10 4]"},
		"in stock first goes before boosts":         {ranking.Plan{InStockFirst: true, Moves: []ranking.Move{{Product: 4, Percent: 100}}}, "[1 2 3 5 6 7 8 9 10 4]"},
		"pins stand whatever others say of stock":   {ranking.Plan{InStockFirst: true, Pins: []ranking.Pin{{Product: 4, Position: 2, AnyStock: true}}}, "[1 4 2 3 5 6 7 8 9 10]"},
		"a pinned product is not moved":             {ranking.Plan{Pins: []ranking.Pin{pin(9, 9)}, Moves: []ranking.Move{{Product: 9, Percent: 100}}}, "[1 2 3 4 5 6 7 8 9 10]"},
		"a product nobody knows is passed over":     {ranking.Plan{Moves: []ranking.Move{{Product: 99, Percent: 100}}}, "[1 2 3 4 5 6 7 8 9 10]"},
		"boost and bury of one product both act":    {ranking.Plan{Moves: []ranking.Move{{Product: 8, Percent: 50}, {Product: 8, Percent: -1}}}, "[1 2 3 4 5 6 8 7 9 10]"},
		"popularity alone changes nothing near top": {ranking.Plan{Popularity: 100}, "[1 2 3 4 5 6 7 8 9 10]"},
	} {
		if got := fmt.Sprint(s.ids(c.plan)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Each order moves a product by a tenth of its rank at most, in both directions.
func TestArrange_ordersAreBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plan ranking.Plan
		best ranking.Facts
	}{
		"popularity": {ranking.Plan{Popularity: 100}, ranking.Facts{Popularity: 1_000_000}},
		"margin":     {ranking.Plan{Margin: 100}, ranking.Facts{Margin: 1_000_000}},
		"freshness":  {ranking.Plan{Freshness: 100, Now: now}, ranking.Facts{NewSince: now}},
	} {
		s := numbered(200)
		c.best.Available = true
		s.facts[100] = c.best
		// rank 100 becomes 90, and all others 1.1 of theirs: 81 of them are before 90
		if at := slices.Index(s.ids(c.plan), 100) + 1; at != 82 {
			t.Errorf("%s: the best stands at %d", name, at)
		}
	}
}

func TestArrange_popularityTellsLittleFromNothing(t *testing.T) {
	t.Parallel()
	s := numbered(100)
	s.facts[60] = ranking.Facts{Available: true, Popularity: 100_000} // a tenth of the most wanted one's
	if at := slices.Index(s.ids(ranking.Plan{Popularity: 100}), 60) + 1; at > 57 {
		t.Errorf("still at %d", at)
	}
}

func TestArrange_boostsReachBehindTheWindow(t *testing.T) {
	t.Parallel()
	s := numbered(5000)
	plan := ranking.Plan{Moves: []ranking.Move{{Has: s.has(1000), Percent: 90}, {Product: 4999, Percent: 100}}}
	got := s.ids(plan)
	// 1,000 goes to 100 and 2,000 to 200; 3,000 to 300 is not before the window's end
	if got[0] != 4999 || slices.Index(got, 1000) != 101 || slices.Index(got, 2000) != 202 {
		t.Errorf("4999, 1000 and 2000 stand at %d, %d, %d", slices.Index(got, 4999), slices.Index(got, 1000), slices.Index(got, 2000))
	}
	if at := slices.Index(got, 3000); at != 3000 { // one of three was behind it and is now before
		t.Errorf("3000 stands at %d", at)
	}
}

func TestArrange_injectsNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	s := numbered(5000)
	got := s.ids(ranking.Plan{Moves: []ranking.Move{{Has: func(i int) bool { return i >= 1000 }, Percent: 100}}})
	if got[0] != 1001 || got[ranking.Injected-1] != 1000+ranking.Injected || got[ranking.Injected] != 1 {
		t.Errorf("%v", got[:ranking.Injected+1])
	}
}

func TestArrange_soldOutIsNotBroughtBeforeWhatIsThere(t *testing.T) {
	t.Parallel()
	s := numbered(1000)
	s.facts[1000] = ranking.Facts{}
	got := s.ids(ranking.Plan{InStockFirst: true, Moves: []ranking.Move{{Product: 1000, Percent: 100}}})
	if got[999] != 1000 {
		t.Errorf("it stands at %d", slices.Index(got, 1000)+1)
	}
}

func TestPage_explains(t *testing.T) {
	t.Parallel()
	s := numbered(300)
	s.guests[900] = true
	a := ranking.Arrange(s.list(), ranking.Plan{
		Pins:  []ranking.Pin{{Rule: 1, Product: 900, Position: 1}},
		Moves: []ranking.Move{{Rule: 2, Has: s.has(3), Percent: 1}, {Rule: 3, Product: 3, Percent: 1}, {Has: s.has(1), Percent: 1}},
	})
	got := append(a.Page(0, 1), a.Page(3, 1)...)
	got = append(got, a.Page(300, 10)...)
	want := []ranking.Placed{
		{Product: 900, FinalRank: 1, Rules: []int64{1}},
		{Product: 3, EngineRank: 3, FinalRank: 4, Rules: []int64{2, 3}},
		{Product: 300, EngineRank: 300, FinalRank: 301}, // behind the window nothing moved it
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if g := a.Guests(); len(g) != 1 || g[0] != 900 || a.Len() != 301 {
		t.Errorf("guests %v of %d", g, a.Len())
	}
}

// random makes a shelf and a plan of a size that reaches all corners.
func random(r *rand.Rand) (shelf, ranking.Plan) {
	s := numbered([]int{0, 1, 5, 30, 239, 240, 241, 300, 700}[r.IntN(9)])
	r.Shuffle(len(s.candidates), func(i, j int) { s.candidates[i], s.candidates[j] = s.candidates[j], s.candidates[i] })
	for _, id := range s.candidates {
		s.facts[id] = ranking.Facts{Available: r.IntN(4) > 0, Popularity: r.Int64N(1_000_001), Margin: r.Int64N(1_500_000) - 500_000, NewSince: now - r.Int64N(2e7)}
	}
	some := func() ranking.ProductID { return ranking.ProductID(r.IntN(len(s.candidates)+20) + 1) }
	plan := ranking.Plan{InStockFirst: r.IntN(3) == 0, Now: now, Popularity: r.IntN(101) * r.IntN(2), Freshness: r.IntN(101) * r.IntN(2), Margin: r.IntN(101) * r.IntN(2)}
	positions := map[int]bool{}
	products := map[ranking.ProductID]bool{}
	for range r.IntN(20) {
		p := ranking.Pin{Rule: r.Int64N(9) + 1, Product: some(), Position: r.IntN(len(s.candidates)+30) + 1, AnyStock: r.IntN(2) == 0}
		if !positions[p.Position] && !products[p.Product] {
			plan.Pins = append(plan.Pins, p)
			positions[p.Position], products[p.Product] = true, true
		}
		if r.IntN(2) == 0 {
			s.guests[some()] = r.IntN(3) > 0
		}
	}
	for range r.IntN(12) {
		m := ranking.Move{Rule: r.Int64N(9), Percent: r.IntN(201) - 100}
		if r.IntN(2) == 0 {
			m.Product = some()
		} else {
			m.Has = s.has(ranking.ProductID(r.IntN(40) + 1))
		}
		plan.Moves = append(plan.Moves, m)
	}
	for _, id := range s.candidates {
		delete(s.guests, id) // guests are those that are no candidates
	}
	return s, plan
}

func TestArrange_pagesJoinToTheWholeList(t *testing.T) {
	t.Parallel()
	sets := 10_000
	if testing.Short() {
		sets = 1_000
	}
	r := rand.New(rand.NewPCG(5, 2026))
	for set := range sets {
		s, plan := random(r)
		a := ranking.Arrange(s.list(), plan)
		whole := a.Page(0, a.Len())
		if problem := wrong(s, plan, whole); problem != "" {
			t.Fatalf("set %d: %s\n%+v\n%v", set, problem, plan.Pins, ids(whole))
		}
		if again := ranking.Arrange(s.list(), plan); !reflect.DeepEqual(again.Page(0, again.Len()), whole) {
			t.Fatalf("set %d: another order the second time", set)
		}
		size := r.IntN(max(len(whole), 1)) + 1
		if set%10 == 0 {
			size = r.IntN(24) + 1
		}
		var joined []ranking.Placed
		for offset := 0; offset < a.Len()+size; offset += size {
			joined = append(joined, ranking.Arrange(s.list(), plan).Page(offset, size)...)
		}
		if len(joined) != len(whole) || len(whole) > 0 && !reflect.DeepEqual(joined, whole) {
			t.Fatalf("set %d: pages of %d give\n%v, the whole is\n%v", set, size, ids(joined), ids(whole))
		}
	}
}

// wrong looks for what must never be in a list.
func wrong(s shelf, plan ranking.Plan, whole []ranking.Placed) string {
	seen, ranks := map[ranking.ProductID]int{}, map[ranking.ProductID]int{}
	for i, id := range s.candidates {
		ranks[id] = i + 1
	}
	for i, p := range whole {
		if p.FinalRank != i+1 {
			return fmt.Sprintf("place %d says it is %d", i+1, p.FinalRank)
		}
		if seen[p.Product]++; seen[p.Product] > 1 {
			return fmt.Sprintf("product %d twice", p.Product)
		}
		if p.EngineRank != ranks[p.Product] {
			return fmt.Sprintf("product %d had rank %d", p.Product, p.EngineRank)
		}
	}
	holding := held(s, plan)
	if missed := ranking.Arrange(s.list(), plan).Missed(); len(missed)+len(holding) != len(plan.Pins) {
		return fmt.Sprintf("%d pins hold and %d do not", len(holding), len(missed))
	}
	for _, id := range s.candidates {
		if seen[id] == 0 {
			return fmt.Sprintf("product %d is missing", id)
		}
	}
	guests := 0
	for i, p := range holding {
		if ranks[p.Product] == 0 {
			guests++
		}
		place := min(p.Position, len(whole)-len(holding)+i+1)
		if whole[place-1].Product != p.Product {
			return fmt.Sprintf("product %d is not at %d", p.Product, place)
		}
	}
	if len(whole) != len(s.candidates)+guests {
		return fmt.Sprintf("%d products", len(whole))
	}
	return disorder(plan, whole, holding)
}

// held are the pins that must hold, by position.
func held(s shelf, plan ranking.Plan) []ranking.Pin {
	holding := slices.DeleteFunc(slices.Clone(plan.Pins), func(p ranking.Pin) bool {
		if slices.Contains(s.candidates, p.Product) {
			return !p.AnyStock && !s.facts[p.Product].Available
		}
		available, ok := s.guests[p.Product]
		return !ok || !p.AnyStock && !available
	})
	slices.SortFunc(holding, func(a, b ranking.Pin) int { return a.Position - b.Position })
	return holding
}

// disorder looks for products behind the window that do not stand as the
// candidates do.
func disorder(plan ranking.Plan, whole []ranking.Placed, holding []ranking.Pin) string {
	var organic []int
	for _, p := range whole {
		if !slices.ContainsFunc(holding, func(h ranking.Pin) bool { return h.Product == p.Product }) {
			organic = append(organic, p.EngineRank)
		}
	}
	head := ranking.Window + ranking.Injected
	if len(plan.Moves) == 0 && plan.Popularity+plan.Freshness+plan.Margin == 0 && !plan.InStockFirst {
		head = 0
	}
	if len(organic) > head && !slices.IsSorted(organic[head:]) {
		return "behind the window the order is not the candidates' own"
	}
	return ""
}
