package merchandising

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// faultsAt lists the paths of all faults.
func faultsAt(err error) []string {
	var paths []string
	for _, f := range fault.All(err) {
		paths = append(paths, strings.Join(f.Path, "."))
	}
	slices.Sort(paths)
	return paths
}

func TestParse_refusesEverythingThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind Kind
		json string
		want string
	}{
		"unknown fields":          {KindRule, `{"prioritty":1,"acts":[{"do":"hide","prodct":5}],"trigger":{"query":{"mach":"exact"}}}`, "[acts.0.prodct prioritty trigger.query.mach]"},
		"letters matter":          {KindRule, `{"Acts":[]}`, "[Acts]"},
		"types":                   {KindRule, `{"priority":"1","acts":{"do":1},"trigger":{"startsAt":"soon","categories":["7"]}}`, "[acts priority trigger.categories.0 trigger.startsAt]"},
		"fractions":               {KindRule, `{"acts":[{"do":"pin","product":1.5,"position":1e400}]}`, "[acts.0.position acts.0.product]"},
		"no object":               {KindRule, `[]`, "[]"},
		"two":                     {KindProfile, `{} {}`, "[]"},
		"half":                    {KindProfile, `{"intent":`, "[]"},
		"a kind":                  {"spell", `{}`, "[kind]"},
		"no acts":                 {KindRule, `{}`, "[acts]"},
		"pins":                    {KindRule, `{"acts":[{"do":"pin"},{"do":"pin","product":3,"position":2},{"do":"pin","product":3,"position":2},{"do":"pin","product":-1,"position":10001}]}`, "[acts.0.position acts.0.product acts.2.position acts.2.product acts.3.position acts.3.product]"},
		"pin and hide":            {KindRule, `{"acts":[{"do":"hide","product":3},{"do":"pin","product":3,"position":2}]}`, "[acts.1.product]"},
		"boosts":                  {KindRule, `{"acts":[{"do":"boost","product":3,"strength":101},{"do":"bury","strength":5},{"do":"boost","product":1,"filter":{"tag":"a"},"strength":1},{"do":"boost","filter":{},"strength":1}]}`, "[acts.0.strength acts.1.product acts.2.product acts.3.filter]"},
		"acts that have too much": {KindRule, `{"acts":[{"do":"hide","product":3,"strength":5,"position":1,"anyStock":true},{"do":"in_stock_first","product":3,"filter":{"tag":"a"}}]}`, "[acts.0.anyStock acts.0.position acts.0.strength acts.1.filter acts.1.product]"},
		"orders twice":            {KindRule, `{"acts":[{"do":"margin","strength":5},{"do":"margin","strength":6}]}`, "[acts.1.do]"},
		"unknown acts":            {KindRule, `{"acts":[{"do":"explode"}]}`, "[acts.0.do]"},
		"filters":                 {KindRule, `{"acts":[{"do":"hide","filter":{"price":{"min":1e300}}}]}`, "[acts.0.filter.price]"},
		"times":                   {KindRule, `{"acts":[{"do":"in_stock_first"}],"trigger":{"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-02T00:00:00Z"}}`, "[trigger.endsAt]"},
		"queries":                 {KindRule, `{"acts":[{"do":"in_stock_first"}],"trigger":{"query":{"match":"exact","words":"!?"},"languages":["xx-yy-zz"],"categories":[0]}}`, "[trigger.categories.0 trigger.languages.0 trigger.query.words]"},
		"empty with words":        {KindRule, `{"acts":[{"do":"in_stock_first"}],"trigger":{"query":{"match":"empty","words":"a"}}}`, "[trigger.query.words]"},
		"synonym of one":          {KindSynonym, `{"language":"en","words":["tv"]}`, "[words]"},
		"synonym both ways":       {KindSynonym, `{"language":"en","words":["tv","set"],"from":"a","to":["b"]}`, "[words]"},
		"synonym to nothing":      {KindSynonym, `{"language":"en","from":"a"}`, "[to]"},
		"synonym of nobody":       {KindSynonym, `{"language":"","words":["tv","\u0000"]}`, "[language words.1]"},
		"redirect always":         {KindRedirect, `{"trigger":{},"target":"/a"}`, "[trigger.query]"},
		"redirect of nothing":     {KindRedirect, `{"trigger":{"query":{"match":"empty"}},"target":"/a"}`, "[trigger.query]"},
		"banner":                  {KindBanner, `{"title":" ","imageUrl":"http://x.example/a.png","link":"javascript:alert(1)","position":-1}`, "[imageUrl link position title]"},
		"profile":                 {KindProfile, `{"intent":101,"margin":-1}`, "[intent margin]"},
		"facet":                   {KindFacet, `{"facet":"","order":"random","values":["a"],"limit":101}`, "[facet limit order values]"},
		"experiment":              {KindExperiment, `{"control":{"intent":101},"variant":{"margin":101},"sharePpm":1000001,"languages":["?"]}`, "[control.intent languages.0 sharePpm variant.margin]"},
		"suggestion":              {KindSuggestion, `{"language":"en","query":""}`, "[query]"},
	} {
		_, err := Parse(c.kind, []byte(c.json))
		if got := fmt.Sprint(faultsAt(err)); err == nil || got != c.want {
			t.Errorf("%s: %v, want faults at %s", name, err, c.want)
		}
	}
}

func TestParse_keepsWhatIsRight(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		json string
		want Content
	}{
		{`{"trigger":{"query":{"match":"contains","words":"running shoe"},"markets":[3],"startsAt":"2026-11-27T00:00:00Z"},"priority":-5,"acts":[{"do":"pin","product":7,"position":1,"anyStock":true},{"do":"in_stock_first"}]}`,
			Rule{Trigger: Trigger{Query: &QueryTrigger{MatchContains, "running shoe"}, Markets: []int64{3}, StartsAt: &at}, Priority: -5,
				Acts: []Act{{Do: Pin, Product: 7, Position: 1, AnyStock: true}, {Do: InStockFirst}}}},
		{`{"language":"de","from":"Handy","to":["Smartphone"]}`, Synonym{Language: "de", From: "Handy", To: []string{"Smartphone"}}},
		{`{}`, Profile{}},
	} {
		got, err := Parse(c.want.Kind(), []byte(c.json))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v", c.json, got, err)
		}
	}
}

func TestParse_boundsARule(t *testing.T) {
	t.Parallel()
	acts := func(n int) []byte {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,{"do":"hide","product":%d}`, i+1)
		}
		return []byte(`{"acts":[` + b.String()[1:] + `]}`)
	}
	if _, err := Parse(KindRule, acts(300)); err != nil {
		t.Error(err)
	}
	if _, err := Parse(KindRule, acts(301)); err == nil {
		t.Error("301 acts went through")
	}
	if _, err := Parse(KindRule, acts(20_000)); !fault.Is(err, "limit_exceeded") {
		t.Error(err)
	}
}

// Whoever searches is sent to the storefront or to a safe address, nowhere else.
func TestRedirect_leadsToNoScript(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/", "/sale", "/sale?utm=1&x=%20#top", "https://shop.example", "https://shop.example:8443/a?b=c", "/a:b", "/javascript:alert(1)"} {
		if !linkable(target) {
			t.Errorf("%q is refused", target)
		}
	}
	for _, target := range []string{
		"", "sale", "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "http://shop.example",
		"//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil", "https://", "https:///a", "https://shop.example@evil.example", "/a b", "/\t/evil.example",
		"vbscript:x", "https://a\x00b", "/" + strings.Repeat("a", 2048), "ftp://x.example", "/%zz",
	} {
		if linkable(target) {
			t.Errorf("%q goes through", target)
		}
	}
}

// Whatever is sent, nothing breaks, and what is taken is taken again as it was
// written down.
func FuzzParse(f *testing.F) {
	f.Add("rule", []byte(`{"trigger":{"query":{"match":"exact","words":"a"}},"acts":[{"do":"pin","product":1,"position":1},{"do":"hide","filter":{"price":{"min":1}}}]}`))
	f.Add("synonym", []byte(`{"language":"en","words":["a","b"]}`))
	f.Add("redirect", []byte(`{"trigger":{"query":{"match":"contains","words":"a"}},"target":"/a"}`))
	f.Add("experiment", []byte(`{"control":{},"variant":{"intent":5},"sharePpm":1,"startsAt":"2026-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		c, err := Parse(Kind(kind), data)
		if err != nil {
			if len(fault.All(err)) == 0 {
				t.Fatalf("no fault but %v", err)
			}
			return
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(Kind(kind), written)
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Fatalf("%s: %+v, %v", written, again, err)
		}
		live(c).plan(typed("a"), nil)
	})
}
