package insight

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/track"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// did makes a step so long after noon.
func did(after time.Duration, kind track.Kind, p track.Payload) step {
	p.Language = "en"
	return step{kind: kind, at: noon.Add(after), market: "us", what: payload{Payload: p}}
}

func searched(after time.Duration, id, query string, hits int) step {
	stage := "as_typed"
	if hits == 0 {
		stage = "nothing"
	}
	return did(after, track.Search, track.Payload{QueryID: id, Query: query, Hits: &hits, Stage: stage})
}

func clicked(after time.Duration, id string, product int64, position int) step {
	return did(after, track.Click, track.Payload{QueryID: id, Product: product, Position: position})
}

func added(after time.Duration, product, cart int64) step {
	s := did(after, track.AddToCart, track.Payload{Product: product})
	s.what.Cart = cart
	return s
}

// told writes what a visit came to.
func told(v visit) (all []string) {
	for _, q := range v.quests {
		line := fmt.Sprintf("%s hits=%d", q.query, q.hits)
		if q.clicks > 0 {
			line += fmt.Sprintf(" clicks=%d at %d", q.clicks, q.positions)
		}
		if q.did(carted) {
			line += " cart"
		}
		if q.did(bought) {
			line += " order"
		}
		if q.refined() {
			line += " → " + q.next.query
		}
		all = append(all, line)
	}
	return all
}

const (
	second = time.Second
	minute = time.Minute
)

func TestFold_oneSearchHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps []step
		want  []string
	}{
		"keystrokes": {[]step{searched(0, "a", "re", 9), searched(second, "b", "red", 7), searched(31*second, "c", "red bag", 3)}, []string{"red bag hits=3"}},
		"correcting": {[]step{searched(0, "a", "red bax", 0), searched(2*second, "b", "red ba", 5), searched(4*second, "c", "red bag", 3)}, []string{"red bag hits=3"}},
		"too slow":   {[]step{searched(0, "a", "red", 7), searched(31*second, "b", "red bag", 3)}, []string{"red hits=7 → red bag", "red bag hits=3"}},
		"other word": {[]step{searched(0, "a", "bag", 7), searched(5*second, "b", "red bag", 3)}, []string{"bag hits=7 → red bag", "red bag hits=3"}},
		"clicked between": {[]step{searched(0, "a", "red", 7), clicked(5*second, "a", 1, 2), searched(9*second, "b", "red bag", 3)},
			[]string{"red hits=7 clicks=1 at 2", "red bag hits=3"}},
		"pages and filters": {[]step{searched(0, "a", "bag", 70), searched(5*minute, "b", "Bag", 4), searched(34*minute, "c", "bag ", 2)}, []string{"bag hits=70"}},
		"again later":       {[]step{searched(0, "a", "bag", 70), searched(31*minute, "b", "bag", 70)}, []string{"bag hits=70", "bag hits=70"}},
		"there and back": {[]step{searched(0, "a", "bag", 70), searched(minute, "b", "shoe", 4), searched(2*minute, "c", "bag", 70)},
			[]string{"bag hits=70 → shoe", "shoe hits=4 → bag", "bag hits=70"}},
		"long pause": {[]step{searched(0, "a", "bag", 0), searched(11*minute, "b", "shoe", 4)}, []string{"bag hits=0", "shoe hits=4"}},
		"typed once more": {[]step{searched(0, "a", "bag", 70), searched(31*minute, "b", "ba", 90), searched(31*minute+2*second, "c", "bag", 70)},
			[]string{"bag hits=70", "bag hits=70"}},
		"typed again soon": {[]step{searched(0, "a", "bag", 70), searched(5*minute, "b", "ba", 90), searched(5*minute+2*second, "c", "bag", 70)},
			[]string{"bag hits=70", "bag hits=70"}},
		"without words": {[]step{searched(0, "a", " !", 0)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, told(fold(c.steps, nil))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFold_thanksTheLastClickWithinHalfAnHour(t *testing.T) {
	t.Parallel()
	at := func(after time.Duration) map[int64][]order {
		return map[int64][]order{5: {{placedAt: noon.Add(after), products: []int64{1}}}}
	}
	bag, click := searched(0, "a", "bag", 9), clicked(minute, "a", 1, 3)
	for name, c := range map[string]struct {
		steps  []step
		orders map[int64][]order
		want   []string
	}{
		"to the cart in time":     {[]step{bag, click, added(31*minute, 1, 5)}, nil, []string{"bag hits=9 clicks=1 at 3 cart"}},
		"to the cart too late":    {[]step{bag, click, added(31*minute+1, 1, 5)}, nil, []string{"bag hits=9 clicks=1 at 3"}},
		"another product":         {[]step{bag, click, added(2*minute, 2, 5)}, nil, []string{"bag hits=9 clicks=1 at 3"}},
		"ordered in time":         {[]step{bag, click, added(2*minute, 1, 5)}, at(31 * minute), []string{"bag hits=9 clicks=1 at 3 cart order"}},
		"ordered too late":        {[]step{bag, click, added(2*minute, 1, 5)}, at(31*minute + 1), []string{"bag hits=9 clicks=1 at 3 cart"}},
		"another click helps":     {[]step{bag, click, added(2*minute, 1, 5), clicked(20*minute, "a", 2, 4)}, at(50 * minute), []string{"bag hits=9 clicks=2 at 7 cart order"}},
		"another cart":            {[]step{bag, click, added(2*minute, 1, 6)}, at(3 * minute), []string{"bag hits=9 clicks=1 at 3 cart"}},
		"clicked after it":        {[]step{bag, added(second, 1, 5), click}, nil, []string{"bag hits=9 clicks=1 at 3"}},
		"clicked twice":           {[]step{bag, click, clicked(2*minute, "a", 1, 3)}, nil, []string{"bag hits=9 clicks=1 at 3"}},
		"straight from the hits":  {[]step{bag, did(minute, track.AddToCart, track.Payload{QueryID: "a", Product: 4})}, nil, []string{"bag hits=9 cart"}},
		"hits of another visit":   {[]step{bag, clicked(minute, "x", 1, 3)}, nil, []string{"bag hits=9"}},
		"hits that are too old":   {[]step{bag, clicked(2*time.Hour+1, "a", 1, 3)}, nil, []string{"bag hits=9"}},
		"hits of an earlier page": {[]step{bag, searched(minute, "b", "bag", 9), clicked(2*minute, "a", 1, 30)}, nil, []string{"bag hits=9 clicks=1 at 30"}},
		"two searches, the last":  {[]step{bag, click, searched(2*minute, "b", "tote", 4), clicked(3*minute, "b", 1, 1), added(4*minute, 1, 5)}, nil, []string{"bag hits=9 clicks=1 at 3", "tote hits=4 clicks=1 at 1 cart"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, told(fold(c.steps, c.orders))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever visits do, a day never counts more clicks than searches, and the days
// together count each search once.
func TestTally_daysTogetherCountEachSearchOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		midnight := dayOf(noon).AddDate(0, 0, 1)
		var steps []step
		at := midnight.Add(-3 * time.Hour)
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 1_500).Draw(t, "pause")) * second)
			id := fmt.Sprint("q", rapid.IntRange(max(0, i-2), i).Draw(t, "id"))
			s := searched(0, id, rapid.SampledFrom([]string{"b", "ba", "bag", "shoe"}).Draw(t, "query"), rapid.IntRange(0, 3).Draw(t, "hits"))
			if rapid.IntRange(0, 2).Draw(t, "kind") == 0 {
				s = clicked(0, id, 1, 1)
			}
			s.at = at
			steps = append(steps, s)
		}
		whole := int64(len(fold(steps, nil).quests))
		var counted int64
		for d := dayOf(steps[0].at); !d.After(at); d = d.AddDate(0, 0, 1) {
			tl := newTally(d)
			tl.add(fold(within(steps, d.Add(-lead), d.AddDate(0, 0, 1).Add(tail)), nil), true)
			for _, q := range tl.queries {
				counted += q.searches
				if q.clicked > q.tracked || q.clicked > q.clicks || q.positions < q.clicks || q.visits > q.tracked {
					t.Fatalf("%+v", *q)
				}
			}
		}
		for k := range newDayOf(steps).follows {
			if k.query == k.next {
				t.Fatalf("%q followed itself", k.query)
			}
		}
		if counted != whole {
			t.Fatalf("the days count %d searches, the visit made %d", counted, whole)
		}
	})
}

// newDayOf counts all steps as if they were of one day.
func newDayOf(steps []step) *tally {
	t := newTally(dayOf(steps[0].at))
	v := fold(steps, nil)
	for _, q := range v.quests {
		q.began = t.day
	}
	t.add(v, true)
	return t
}

func within(steps []step, from, to time.Time) (some []step) {
	for _, s := range steps {
		if !s.at.Before(from) && s.at.Before(to) {
			some = append(some, s)
		}
	}
	return some
}

func TestCompare_saysWhatMayBeConcluded(t *testing.T) {
	t.Parallel()
	s := NewService(Rooms{}, Config{})
	for name, c := range map[string]struct {
		n, a, m, b int64
		want       Verdict
		p          float64 // by hand: two proportions, pooled
	}{
		"clear":       {1000, 200, 1000, 260, VariantWins, 0.00142},
		"worse":       {1000, 260, 1000, 200, ControlWins, 0.00142},
		"by chance":   {1000, 200, 1000, 215, NoDifference, 0.4082},
		"too early":   {100, 5, 499, 100, TooEarly, 0.00029},
		"few events":  {5000, 2, 5000, 15, TooEarly, 0.00161},
		"nobody yet":  {0, 0, 0, 0, TooEarly, -1},
		"nobody does": {1000, 0, 1000, 0, TooEarly, -1},
	} {
		got := s.compare(c.n, c.a, c.m, c.b)
		if got.Verdict != c.want {
			t.Errorf("%s: %s (%+v)", name, got.Verdict, got)
		}
		if p := got.PValue; (p == nil) != (c.p < 0) || p != nil && (*p < c.p-0.0005 || *p > c.p+0.0005) {
			t.Errorf("%s: p = %v", name, p)
		}
	}
	if c := s.compare(1000, 0, 1000, 30); c.Lift != nil || *c.Control != 0 || *c.Low <= 0 {
		t.Errorf("against nothing: %+v", c)
	}
}

func TestSuggestions_theMostSearchedWithAPrefix(t *testing.T) {
	t.Parallel()
	one := func(query string, searches int64) Suggestion { return Suggestion{Query: query, Searches: searches} }
	red, bags, ball := one("bag red", 9), one("bags", 9), one("ball", 1)
	all := suggestions{one("bag", 5), red, bags, ball, one("café", 3)}
	for prefix, want := range map[string]suggestions{
		"bag": {red, bags}, "ba": {red, bags}, "bal": {ball}, "caf": {one("café", 3)}, "x": {}, "": {red, bags},
	} {
		if diff := cmp.Diff([]Suggestion(want), all.with(prefix, 2)); diff != "" {
			t.Errorf("%q: %s", prefix, diff)
		}
	}
}

func TestPlainPath_onlyPagesOfTheShop(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{"/pages/sizes": true, "/sale": true, "/": false, "": false, "//evil.example": false, "/search?q=a": false,
		"/searches": false, "/account/orders": false, "https://evil.example": false, "/a b": false} {
		if plainPath(path) != want {
			t.Errorf("%q", path)
		}
	}
}
