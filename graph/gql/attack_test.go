package gql_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/introspection"

	"github.com/souk-commerce/souk/graph/gql/guard"
)

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, strings.ReplaceAll(format, "#", "%[1]d"), i)
	}
	return b.String()
}

// nested wraps inner into n selections of a field.
func nested(n int, field, inner string) string {
	return strings.Repeat(field+" { ", n) + inner + strings.Repeat(" }", n)
}

// fanOut spreads each fragment twice in the one before it: 2^levels fields.
func fanOut(levels int) string {
	var b strings.Builder
	b.WriteString("{ product { ...F0 } }")
	for i := range levels {
		fmt.Fprintf(&b, " fragment F%d on Product { a: related { ...F%d } b: related { ...F%d } }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Product { id }", levels)
	return b.String()
}

// spread is fanOut without depth: the same selection, 2^levels times.
func spread(levels int) string {
	var b strings.Builder
	b.WriteString("{ product { ...F0 } }")
	for i := range levels {
		fmt.Fprintf(&b, " fragment F%d on Product { ...F%d ...F%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Product { id }", levels)
	return b.String()
}

func TestAttacks_areRefusedBeforeAnythingRuns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ query, code string }{
		"10,000 aliases":            {"{" + repeat(10_000, " a#: product { id }") + "}", "BODY_TOO_LARGE"},
		"2,000 aliases":             {"{" + repeat(2_000, " a#: product { id }") + "}", "TOO_MANY_TOKENS"},
		"100 aliases":               {"{" + repeat(100, " a#: product { id }") + "}", "TOO_MANY_ALIASES"},
		"100 logins":                {"mutation {" + repeat(100, ` a#: login(password: "#")`) + "}", "TOO_MANY_ALIASES TOO_MANY_MUTATIONS"},
		"5 logins":                  {"mutation {" + repeat(5, ` a#: login(password: "#")`) + "}", "TOO_MANY_MUTATIONS"},
		"5 logins in a fragment":    {"mutation { ...F } fragment F on Mutation {" + repeat(5, ` a#: login(password: "#")`) + "}", "TOO_MANY_MUTATIONS"},
		"depth with fan-out":        {"{ product { " + nested(9, "related", "id") + " } }", "COST_EXCEEDED"},
		"depth":                     {"{ product { " + nested(30, "related", "id") + " } }", "QUERY_TOO_DEEP"},
		"20,000 directives":         {"{ product { id " + strings.Repeat("@a", 20_000) + " } }", "TOO_MANY_TOKENS"},
		"400 directives":            {"{ product { id " + strings.Repeat("@a", 400) + " } }", "TOO_MANY_DIRECTIVES"},
		"20,000 repeated fields":    {"{ product { " + strings.Repeat("id ", 20_000) + " } }", "TOO_MANY_TOKENS"},
		"900 repeated fields":       {"{ product { " + strings.Repeat("id ", 900) + " } }", "TOO_MANY_REPEATED_FIELDS"},
		"fragment cycle":            {"{ product { ...A } } fragment A on Product { related { ...B } } fragment B on Product { related { ...A } }", "FRAGMENT_CYCLE"},
		"fragment of itself":        {"{ product { id } } fragment A on Product { ...A }", "FRAGMENT_CYCLE"},
		"fan-out of 25 levels":      {fanOut(25), "QUERY_TOO_DEEP TOO_MANY_FIELDS TOO_MANY_ALIASES"},
		"spread over 25 levels":     {spread(25), "TOO_MANY_FIELDS"},
		"spread over 60 levels":     {spread(60), "TOO_MANY_FIELDS"},
		"a page of 2,000,000":       {"{ products(first: 2000000) { nodes { id } } }", "PAGE_TOO_LARGE COST_EXCEEDED"},
		"a page from a variable":    {"query($n: Int = 2000000) { products(first: $n) { nodes { id } } }", "PAGE_TOO_LARGE COST_EXCEEDED"},
		"nested lists without size": {"{ products(first: 250) { nodes { " + nested(6, "related", "id") + " } } }", "COST_EXCEEDED"},
		"misspelt field":            {"{ product { titel } }", "GRAPHQL_VALIDATION_FAILED"},
		"misspelt argument":         {`{ product(handel: "x") { id } }`, "GRAPHQL_VALIDATION_FAILED"},
		"misspelt type":             {"{ product { ... on Produkt { id } } }", "GRAPHQL_VALIDATION_FAILED"},
		"introspection":             {"{ __schema { types { name } } }", "INTROSPECTION_DISABLED"},
		"introspection of a type":   {`{ ...F } fragment F on QueryRoot { x: __type(name: "Product") { name } }`, "INTROSPECTION_DISABLED"},
		"nothing":                   {"# only a comment", "GRAPHQL_VALIDATION_FAILED"},
	} {
		s := serve(t)
		a := s.post(c.query)
		if a.codes() != c.code || a.Data != nil {
			t.Errorf("%s: %s", name, clip(a.Body))
		}
		if s.resolver.Loaded.Load()+s.resolver.Logins.Load() != 0 {
			t.Errorf("%s: something ran", name)
		}
		if strings.Contains(a.Body, "Did you mean") || len(a.Body) > 3_000 {
			t.Errorf("%s: says too much: %s", name, clip(a.Body))
		}
	}
}

func TestErrors_areTenAtMost(t *testing.T) {
	t.Parallel()
	a := serve(t).post("{ product {" + repeat(40, " f#") + " } }")
	if len(a.Errors) != 10 {
		t.Errorf("%d errors", len(a.Errors))
	}
}

func TestSuggestions_helpDevelopers(t *testing.T) {
	t.Parallel()
	if a := serve(t, development).post("{ product { titel } }"); !strings.Contains(a.Body, "Did you mean") {
		t.Errorf("%s", a.Body)
	}
}

func TestGet_isGuardedLikePost(t *testing.T) {
	t.Parallel()
	if a := serve(t).get("{" + repeat(5_000, " a#: product { id }") + "}"); a.Status != http.StatusRequestURITooLong {
		t.Errorf("%d", a.Status)
	}
	if a := serve(t).get(fanOut(25)); !strings.HasPrefix(a.codes(), "QUERY_TOO_DEEP") {
		t.Errorf("%s", a.Body)
	}
}

func TestRows_stopWhatIsSmallOnPaper(t *testing.T) {
	t.Parallel()
	s := serve(t)
	a := s.post("{ products(first: 250) { nodes { variants(first: 250) { nodes { id } } } } }")
	if !strings.HasPrefix(a.codes(), "ROW_BUDGET_EXCEEDED") || len(a.Errors) > 10 {
		t.Errorf("%s", clip(a.Body))
	}
	if n := s.resolver.Loaded.Load(); n > int64(guard.Shop().Rows) {
		t.Errorf("%d rows were loaded", n)
	}
}

// The measures of what known storefront clients send: 511 tokens, depth 12, 6
// aliases, 233 fields, pages of 250 inside pages.
func TestGuards_letKnownClientsPass(t *testing.T) {
	t.Parallel()
	inner := nested(4, "variants(first: 250) { nodes", "id title") + strings.Repeat(" }", 4)
	query := "query($n: Int!) { " + repeat(6, "a#: product { id } ") + "products(first: $n) { edges { node { id title " + inner + " } } } }"
	s := serve(t)
	s.resolver.Most = 2
	a := s.do(request(t, map[string]any{"query": query, "variables": map[string]any{"n": 1}, "operationName": ""}))
	if len(a.Errors) > 0 {
		t.Errorf("%s", clip(a.Body))
	}
}

func TestIntrospection_standardQueryPassesWhereItIsOn(t *testing.T) {
	t.Parallel()
	a := serve(t, development).post(introspection.Query)
	if len(a.Errors) > 0 || !strings.Contains(a.Body, "ProductConnection") {
		t.Errorf("%s", clip(a.Body))
	}
	deep := "{ __schema { types { " + nested(30, "ofType", "name") + " } } }"
	if a := serve(t, development).post(deep); a.Data != nil {
		t.Errorf("a hostile one: %s", clip(a.Body))
	}
}

func TestCost_isReportedToDevelopers(t *testing.T) {
	t.Parallel()
	query := "{ products(first: 20) { nodes { id variants(first: 3) { nodes { id } } } } }"
	cost, _ := serve(t, development).post(query).Extensions["cost"].(map[string]any)
	// the connection and 20 × (a product, its connection and 3 variants)
	if cost["requested"] != float64(1+20*(1+1+3*1)) || cost["rows"] != float64(20+20*3) {
		t.Errorf("cost %v", cost)
	}
	if a := serve(t).post(query); a.Extensions != nil {
		t.Errorf("told to the public: %v", a.Extensions)
	}
}

func persisted(query, hash string) map[string]any {
	m := map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}}
	if query != "" {
		m["query"] = query
	}
	return m
}

func hashOf(query string) string {
	sum := sha256.Sum256([]byte(query))
	return hex.EncodeToString(sum[:])
}

func TestPersisted_isKnownAfterItWasSentOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	query := "{ product { id } }"
	if a := s.do(request(t, persisted("", hashOf(query)))); a.codes() != "PERSISTED_QUERY_NOT_FOUND" || a.Errors[0].Message != "PersistedQueryNotFound" {
		t.Errorf("before: %s", a.Body)
	}
	if a := s.do(request(t, persisted(query, hashOf(query)))); len(a.Errors) > 0 {
		t.Errorf("sent: %s", a.Body)
	}
	if a := s.do(request(t, persisted("", hashOf(query)))); len(a.Errors) > 0 {
		t.Errorf("after: %s", a.Body)
	}
	if a := s.do(request(t, persisted("{ product { title } }", hashOf(query)))); a.codes() != "PERSISTED_QUERY_MISMATCH" {
		t.Errorf("another text: %s", a.Body)
	}
	bad := "{ nothing }"
	s.do(request(t, persisted(bad, hashOf(bad))))
	if a := s.do(request(t, persisted("", hashOf(bad)))); a.codes() != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("an invalid one was kept: %s", a.Body)
	}
}

func clip(s string) string { return s[:min(len(s), 600)] }
