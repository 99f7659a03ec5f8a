package merchandising

import (
	"fmt"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising/ranking"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// live makes a set of contents with the ids 1, 2, 3 …
func live(contents ...Content) *liveSet {
	items := make([]said, len(contents))
	for i, c := range contents {
		items[i] = said{Item: ItemID(i + 1), Version: 1, Name: fmt.Sprint("item ", i+1), Content: c}
	}
	return newLiveSet(9, items)
}

func typed(query string) situation {
	return situation{Words: understanding.Normalize("en", query), Language: "en", Market: 1, Now: noon}
}

func exact(words string) *QueryTrigger    { return &QueryTrigger{MatchExact, words} }
func contains(words string) *QueryTrigger { return &QueryTrigger{MatchContains, words} }

func TestTrigger_fitsWhatItNames(t *testing.T) {
	t.Parallel()
	list := func(change func(*situation)) situation {
		s := situation{Language: "en", Market: 1, Now: noon}
		change(&s)
		return s
	}
	corrected := typed("addidas")
	corrected.Used = []string{"adidas"}
	brazil := typed("tenis")
	brazil.Language = "pt-br"
	for name, c := range map[string]struct {
		trigger Trigger
		in      situation
		want    bool
	}{
		"nothing asked":                {Trigger{}, typed("shoe"), true},
		"nothing asked, no query":      {Trigger{}, list(func(*situation) {}), true},
		"exact":                        {Trigger{Query: exact("Running SHOE")}, typed(" running  shoe"), true},
		"exact, more words":            {Trigger{Query: exact("shoe")}, typed("running shoe"), false},
		"exact, no query":              {Trigger{Query: exact("shoe")}, list(func(*situation) {}), false},
		"exact, as it was corrected":   {Trigger{Query: exact("adidas")}, corrected, true},
		"exact, as it was typed":       {Trigger{Query: exact("addidas")}, corrected, true},
		"contains":                     {Trigger{Query: contains("running shoe")}, typed("red running shoe men"), true},
		"contains itself":              {Trigger{Query: contains("shoe")}, typed("shoe"), true},
		"contains, apart":              {Trigger{Query: contains("running shoe")}, typed("running red shoe"), false},
		"contains, turned":             {Trigger{Query: contains("running shoe")}, typed("shoe running"), false},
		"contains words, not letters":  {Trigger{Query: contains("hoe")}, typed("shoe"), false},
		"contains, cut off":            {Trigger{Query: contains("running shoe")}, typed("running"), false},
		"empty":                        {Trigger{Query: &QueryTrigger{Match: MatchEmpty}}, list(func(*situation) {}), true},
		"empty, in a category":         {Trigger{Query: &QueryTrigger{Match: MatchEmpty}}, list(func(s *situation) { s.Category = 4 }), true},
		"empty, words":                 {Trigger{Query: &QueryTrigger{Match: MatchEmpty}}, typed("shoe"), false},
		"category":                     {Trigger{Categories: []listing.CategoryID{3, 4}}, list(func(s *situation) { s.Category = 4 }), true},
		"another category":             {Trigger{Categories: []listing.CategoryID{3, 4}}, list(func(s *situation) { s.Category = 5 }), false},
		"category, not a search":       {Trigger{Categories: []listing.CategoryID{3, 4}}, typed("shoe"), false},
		"category or collection":       {Trigger{Categories: []listing.CategoryID{3}, Collections: []listing.CollectionID{8}}, list(func(s *situation) { s.Collection = 8 }), true},
		"category and query":           {Trigger{Categories: []listing.CategoryID{3}, Query: exact("shoe")}, list(func(s *situation) { s.Category = 3 }), false},
		"collection is not a category": {Trigger{Collections: []listing.CollectionID{8}}, list(func(s *situation) { s.Category = 8 }), false},
		"market":                       {Trigger{Markets: []int64{2, 1}}, typed("shoe"), true},
		"another market":               {Trigger{Markets: []int64{2}}, typed("shoe"), false},
		"language":                     {Trigger{Languages: []locale.Language{"en"}}, typed("shoe"), true},
		"another language":             {Trigger{Languages: []locale.Language{"de"}}, typed("shoe"), false},
		"language with its regions":    {Trigger{Languages: []locale.Language{"pt"}}, brazil, true},
		"another region's":             {Trigger{Languages: []locale.Language{"pt-pt"}}, brazil, false},
		"segment":                      {Trigger{Segments: []string{"vip"}}, list(func(s *situation) { s.Segments = []string{"new", "vip"} }), true},
		"no segment":                   {Trigger{Segments: []string{"vip"}}, typed("shoe"), false},
		"begins now":                   {Trigger{StartsAt: &noon}, typed("shoe"), true},
		"ends now":                     {Trigger{EndsAt: &noon}, typed("shoe"), false},
		"begins later":                 {Trigger{StartsAt: after(time.Microsecond)}, typed("shoe"), false},
		"ends later":                   {Trigger{EndsAt: after(time.Microsecond)}, typed("shoe"), true},
	} {
		l := live(Rule{Trigger: c.trigger, Acts: []Act{{Do: InStockFirst}}})
		p := l.plan(c.in, nil)
		if got := len(p.Applied) == 1; got != c.want || p.Profile.InStockFirst != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func after(d time.Duration) *time.Time {
	at := noon.Add(d)
	return &at
}

func TestPlan_resolvesConflictsAndTells(t *testing.T) {
	t.Parallel()
	pin := func(id listing.ProductID, at int) Act { return Act{Do: Pin, Product: id, Position: at} }
	red := "red"
	l := live(
		Rule{Acts: []Act{pin(10, 1), pin(11, 2), {Do: Boost, Product: 12, Strength: 40}, {Do: Popularity, Strength: 5}}},                                     // 1
		Rule{Priority: 7, Acts: []Act{pin(20, 1), pin(11, 5), {Do: Popularity, Strength: 90}, {Do: Bury, Filter: &listing.Filter{Tag: &red}, Strength: 30}}}, // 2: heard first
		Rule{Acts: []Act{{Do: Hide, Product: 11}, {Do: Hide, Product: 12}, {Do: Boost, Product: 20, Strength: 10}, pin(10, 9), {Do: InStockFirst}}},          // 3
		Rule{Trigger: Trigger{Query: exact("boot")}, Priority: 99, Acts: []Act{{Do: Hide, Product: 20}}},                                                     // 4: not triggered
	)
	p := l.plan(typed("shoe"), nil)
	if got := fmt.Sprint(p.Pins); got != "[{2 0 20 1 false} {3 3 10 9 false}]" {
		t.Errorf("pins %s", got)
	}
	if got := fmt.Sprint(p.Without, len(p.Not)); got != "[11 12] 0" {
		t.Errorf("hidden %s", got)
	}
	var moves []string
	for _, m := range p.Moves {
		moves = append(moves, fmt.Sprint(m.Rule, m.Product, m.Filter != nil, m.Percent))
	}
	if got := fmt.Sprint(moves); got != "[2 0 true -30 3 20 false 10]" {
		t.Errorf("moves %s", got)
	}
	if p.Profile != (Profile{InStockFirst: true, Popularity: 90, Intent: DefaultIntent}) {
		t.Errorf("%+v", p.Profile)
	}
	want := []string{
		"2 [{1 3 hidden}]",
		"1 [{0 2 position_taken} {1 3 hidden} {2 3 hidden} {3 2 order_set}]",
		"3 [{2 2 pinned}]",
	}
	for i, a := range p.Applied {
		if got := fmt.Sprint(a.Item, " ", a.Lost); i >= len(want) || got != want[i] {
			t.Errorf("applied %d: %s", i, got)
		}
	}
	if len(p.Applied) != len(want) {
		t.Errorf("%d rules applied", len(p.Applied))
	}
}

func TestPlan_tellsOfPinsThatCannotStand(t *testing.T) {
	t.Parallel()
	l := live(
		Rule{Acts: []Act{{Do: InStockFirst}, {Do: Pin, Product: 10, Position: 1}, {Do: Pin, Product: 11, Position: 2}}},
		Rule{Acts: []Act{{Do: Pin, Product: 12, Position: 2}, {Do: Pin, Product: 13, Position: 4}}},
	)
	p := l.plan(typed("shoe"), nil)
	p.missed([]ranking.Pin{p.Pins[0], p.Pins[2]})
	if got := fmt.Sprint(p.Applied[0].Lost, p.Applied[1].Lost); got != "[{1 0 cannot_stand}] [{0 1 position_taken} {1 0 cannot_stand}]" {
		t.Error(got)
	}
}

type meaning map[string]listing.CategoryID

func (m meaning) Intent(_ locale.Language, query string) (listing.CategoryID, int64, bool) {
	id, ok := m[query]
	return id, 900_000, ok
}

func TestPlan_liftsTheCategoryThatIsMeant(t *testing.T) {
	t.Parallel()
	l := live(Profile{Intent: 50})
	p := l.plan(typed("Laptop"), meaning{"laptop": 4})
	if len(p.Moves) != 1 || p.Moves[0].Percent != 45 || *p.Moves[0].Filter.CategoryID != "gid://souk/Category/4" || p.Meant != 4 {
		t.Errorf("%+v", p.Moves)
	}
	corrected := typed("latpop")
	corrected.Used = []string{"laptop"}
	if p := l.plan(corrected, meaning{"laptop": 4}); p.Meant != 4 {
		t.Error("a corrected query means what it was corrected to")
	}
	if p := live(Profile{}).plan(typed("laptop"), meaning{"laptop": 4}); len(p.Moves) != 0 {
		t.Error("a profile without intent lifts nothing")
	}
	if p := l.plan(situation{Language: "en"}, meaning{"": 4}); len(p.Moves) != 0 {
		t.Error("no query means nothing")
	}
}

// A cursor lives as long as nothing changes that its own list depends on.
func TestPlan_versionIsOfTheListItself(t *testing.T) {
	t.Parallel()
	base := []Content{Rule{Trigger: Trigger{Query: exact("shoe")}, Acts: []Act{{Do: InStockFirst}}}, Profile{Popularity: 3}}
	version := func(query string, contents ...Content) int64 {
		return live(append(append([]Content{}, base...), contents...)...).plan(typed(query), nil).Version
	}
	if version("shoe") != version("shoe", Rule{Trigger: Trigger{Query: exact("boot")}, Acts: []Act{{Do: InStockFirst}}}) {
		t.Error("a rule for boots changes the list of shoes")
	}
	for name, c := range map[string]Content{
		"a rule":    Rule{Trigger: Trigger{Query: contains("shoe")}, Acts: []Act{{Do: Margin, Strength: 1}}},
		"a synonym": Synonym{Language: "en", Words: []string{"shoe", "sneaker"}},
	} {
		if version("shoe") == version("shoe", c) {
			t.Errorf("%s changes nothing", name)
		}
	}
	l := live(base...)
	newer := l.with([]said{{Item: 1, Version: 2, Content: base[0]}})
	if l.plan(typed("shoe"), nil).Version == newer.plan(typed("shoe"), nil).Version {
		t.Error("another version of a rule changes nothing")
	}
	if l.plan(typed("shoe"), nil).Applied[0].Version != 1 {
		t.Error("a draft leaks into what is live")
	}
}

func TestProfile_theLowestIdIsGlobal(t *testing.T) {
	t.Parallel()
	if p := live().plan(typed("a"), nil).Profile; p != defaultProfile() {
		t.Errorf("%+v", p)
	}
	l := live(Profile{Margin: 1}, Profile{Margin: 2}, Rule{Trigger: Trigger{Collections: []listing.CollectionID{4}}, Acts: []Act{{Do: InStockFirst}}})
	if p := l.plan(typed("a"), nil).Profile; p.Margin != 1 {
		t.Errorf("%+v", p)
	}
	if p := l.plan(situation{Collection: 4, Language: "en", Now: noon}, nil).Profile; p != (Profile{InStockFirst: true}) {
		t.Errorf("in a collection: %+v", p)
	}
}

func TestExperiment_sharesVisitsOut(t *testing.T) {
	t.Parallel()
	e := Experiment{Control: Profile{Margin: 1}, Variant: Profile{Margin: 2}, SharePPM: 300_000, Languages: []string{"en"}, EndsAt: after(time.Hour)}
	l := live(Profile{Margin: 9}, e)
	variants := 0
	for i := range 10_000 {
		s := typed("shoe")
		s.Session = fmt.Sprint("visit-", i)
		p := l.plan(s, nil)
		again := l.plan(s, nil)
		if p.Arm == nil || *p.Arm != *again.Arm || (p.Arm.Name == ArmVariant) != (p.Profile.Margin == 2) || p.Arm.Experiment != 2 {
			t.Fatalf("%+v with %+v", p.Arm, p.Profile)
		}
		if p.Arm.Name == ArmVariant {
			variants++
		}
	}
	if variants < 2_800 || variants > 3_200 {
		t.Errorf("%d of 10,000 see the variant", variants)
	}
	if p := l.plan(typed("shoe"), nil); p.Arm != nil || p.Profile.Margin != 1 {
		t.Errorf("without a session: %+v, %+v", p.Arm, p.Profile)
	}
	for name, change := range map[string]func(*situation){
		"another language": func(s *situation) { s.Language = "de" },
		"over":             func(s *situation) { s.Now = noon.Add(time.Hour) },
	} {
		s := typed("shoe")
		s.Session = "visit"
		change(&s)
		if p := l.plan(s, nil); p.Arm != nil || p.Profile.Margin != 9 {
			t.Errorf("%s: %+v, %+v", name, p.Arm, p.Profile)
		}
	}
	s := typed("shoe")
	s.Session = "visit"
	for share, want := range map[int64]string{0: ArmControl, 1_000_000: ArmVariant} {
		e.SharePPM = share
		if arm := live(e).plan(s, nil).Arm; arm.Name != want {
			t.Errorf("with a share of %d: %s", share, arm.Name)
		}
	}
}

func TestLexicon_followsItsSchedule(t *testing.T) {
	t.Parallel()
	l := live(
		Synonym{Language: "en", Words: []string{"tv", "television"}},
		Synonym{Language: "en", Words: []string{"gift", "present"}, StartsAt: &noon, EndsAt: after(time.Hour)},
		Synonym{Language: "de", Words: []string{"handy", "telefon"}},
		StopWords{Language: "pt", Words: []string{"de"}},
	)
	before, during, ended := l.lexicon("en", noon.Add(-1)), l.lexicon("en", noon), l.lexicon("en", noon.Add(time.Hour))
	if before.Version() == during.Version() || before.Version() != ended.Version() {
		t.Errorf("%d, %d, %d", before.Version(), during.Version(), ended.Version())
	}
	if again := l.lexicon("en", noon.Add(time.Minute)); again != during {
		t.Error("made anew for each request")
	}
	if l.lexicon("de", noon).Version() == during.Version() || l.lexicon("fr", noon) != nil || l.lexicon("pt-br", noon) == nil {
		t.Error("languages are mixed up")
	}
	other := newLiveSet(77, l.items).inherit(l)
	if other.lexicon("en", noon) != during {
		t.Error("a release of something else makes it anew")
	}
	if more := l.with([]said{{Item: 99, Version: 1, Content: StopWords{Language: "en", Words: []string{"the"}}}}); more.lexicon("en", noon).Version() == during.Version() {
		t.Error("other words are the same lexicon")
	}
	other = newLiveSet(77, l.items)
	if other.lexicon("en", noon).Version() != during.Version() {
		t.Error("a release of something else makes another lexicon")
	}
}

func TestLive_redirectsBannersFacetsAndSuggestions(t *testing.T) {
	t.Parallel()
	l := live(
		Redirect{Trigger: Trigger{Query: contains("returns")}, Target: "/help"},
		Redirect{Trigger: Trigger{Query: exact("free returns")}, Target: "/returns"},
		Banner{Title: "low"}, Banner{Title: "high", Priority: 3}, Banner{Title: "boots", Trigger: Trigger{Query: exact("boot")}},
		FacetSetting{Facet: "b", Position: 2}, FacetSetting{Facet: "a", Position: 1, Order: "label"}, FacetSetting{Facet: "b", Position: 0},
		Suggestion{Language: "en", Query: "Red Shoe"}, Suggestion{Language: "en", Query: "Bad  Word", Blocked: true}, Suggestion{Language: "de", Query: "Schuh"},
	)
	if at := l.redirect(typed("free returns")); at == nil || *at != "/returns" {
		t.Errorf("%v", at)
	}
	if at := l.redirect(typed("about returns")); at == nil || *at != "/help" {
		t.Errorf("%v", at)
	}
	guessed := typed("retruns")
	guessed.Used = []string{"returns"}
	if l.redirect(guessed) != nil || l.redirect(typed("shoe")) != nil {
		t.Error("sent away for nothing")
	}
	if got := fmt.Sprint(titles(l.banners(typed("shoe")))); got != "[high low]" {
		t.Error(got)
	}
	if f := l.facets(); len(f) != 2 || f[0].Facet != "a" || f[0].Order != listing.OrderByLabel || f[1].Position != 2 {
		t.Errorf("%+v", f)
	}
	if got := fmt.Sprint(l.suggested("en"), l.blocked("en", "bad word"), l.blocked("en", "red shoe"), l.blocked("de", "bad word")); got != "[Red Shoe] true false false" {
		t.Error(got)
	}
}

func titles(banners []Banner) []string {
	var out []string
	for _, b := range banners {
		out = append(out, b.Title)
	}
	return out
}
