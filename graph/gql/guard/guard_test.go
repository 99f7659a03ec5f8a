package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

const schema = `
type Query { products(first: Int, ids: [ID!]): Connection  nodes(ids: [ID!]!): [Product]  hits(limit: Int = 30): [Product!]! }
type Connection { nodes: [Product!]! edges: [Edge!]! }
type Edge { node: Product! }
type Product { id: ID! title: String variants(first: Int): Connection tags: [Product!]! }
`

func weigh(t *testing.T, query string, vars map[string]any) (int, error, []string) {
	t.Helper()
	s := gqlparser.MustLoadSchema(&ast.Source{Input: schema})
	doc, errs := gqlparser.LoadQueryWithRules(s, query, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	var visited []string
	w, err := guard.Weigh(doc, doc.Operations[0], vars, guard.Shop(), func(f *ast.Field) { visited = append(visited, f.Name) })
	return w.Cost, err, visited
}

func TestWeigh_countsListsOnceAndDampsNestedOnes(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{
		`{ products(first: 250) { nodes { id } } }`:                                                     1 + 250*1,
		`{ products(first: 250) { edges { node { id } } } }`:                                            1 + 250*(1+1),
		`query($n: Int = 7) { products(first: $n) { nodes { id } } }`:                                   1 + 7,
		`{ products { nodes { id } } }`:                                                                 1 + 10,
		`{ hits { id } }`:                                                                               1 + 30,
		`{ nodes(ids: ["a", "b", "c"]) { id } }`:                                                        1 + 3,
		`{ products(first: 250) { nodes { variants(first: 250) { nodes { id } } } } }`:                  1 + 250*(1+(1+10*1)),
		`{ products(first: 250) { nodes { tags { tags { id } } } } }`:                                   1 + 250*(1+(1+10*(1+10))),
		`{ products(first: 250) @skip(if: true) { nodes { id } } }`:                                     0,
		`{ products(first: 2) { nodes { ...F } } } fragment F on Product { variants { nodes { id } } }`: 1 + 2*(1+(1+10)),
	} {
		if got, err, _ := weigh(t, query, nil); got != want || err != nil {
			t.Errorf("%s: %d, want %d (%v)", query, got, want, err)
		}
	}
}

func TestWeigh_lets250InsideOf250InsideOf250Pass(t *testing.T) {
	t.Parallel()
	_, err, _ := weigh(t, `{ products(first: 250) { nodes { variants(first: 250) { nodes { variants(first: 250) { nodes { id } } } } } } }`, nil)
	if err != nil {
		t.Error(err)
	}
}

func TestWeigh_refusesLargePagesFromVariables(t *testing.T) {
	t.Parallel()
	_, err, _ := weigh(t, `query($n: Int) { products(first: $n) { nodes { id } } }`, map[string]any{"n": int64(251)})
	if !fault.Is(err, "page_too_large") {
		t.Error(err)
	}
}

func TestWeigh_visitsEachWrittenFieldOnce(t *testing.T) {
	t.Parallel()
	_, _, visited := weigh(t, `{ products { nodes { ...F variants { nodes { ...F } } } } } fragment F on Product { title tags { id } }`, nil)
	if got := strings.Join(visited, " "); got != "products nodes title tags id variants nodes" {
		t.Error(got)
	}
}

func TestInspect_isLinearInFragments(t *testing.T) {
	t.Parallel()
	doc := parse(t, binary(500))
	if _, err := guard.Inspect(doc, guard.Shop()); !fault.Is(err, "too_many_fields") { // 2^500 fields: must end at all
		t.Error(err)
	}
}

func TestInspect_judgesFragmentsThatNobodyUses(t *testing.T) {
	t.Parallel()
	if _, err := guard.Inspect(parse(t, `{ a } fragment A on T { ...B } fragment B on T { ...A }`), guard.Shop()); !fault.Is(err, "fragment_cycle") {
		t.Error(err)
	}
}

func TestInspect_measures(t *testing.T) {
	t.Parallel()
	shapes, err := guard.Inspect(parse(t, `{ a { x: b { c } ...F } } fragment F on T { d { y: e } }`), guard.Shop())
	if err != nil {
		t.Fatal(err)
	}
	if s := shapes[0]; s.Depth != 3 || s.Fields != 5 || s.Aliases != 2 || s.Roots != 1 || s.Introspects {
		t.Errorf("%+v", s)
	}
}

func BenchmarkInspect_binaryFanOut(b *testing.B) {
	doc := parse(b, binary(25))
	limits := guard.Shop()
	for b.Loop() {
		_, _ = guard.Inspect(doc, limits)
	}
}

func parse(t testing.TB, query string) *ast.QueryDocument {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func binary(levels int) string {
	var b strings.Builder
	b.WriteString("{ a { ...F0 } }")
	for i := range levels {
		fmt.Fprintf(&b, " fragment F%d on T { ...F%d ...F%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on T { id }", levels)
	return b.String()
}
