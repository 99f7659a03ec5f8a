package gql_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/platform/actor"
)

var leak = regexp.MustCompile(`pq:|SQLSTATE|ent:|\.go:|goroutine|relation|/srv/`)

func TestErrors_ofOursShowAnIDAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"sql", "panic"} {
		s := serve(t)
		a := s.post(fmt.Sprintf(`{ fail(how: %q) product { title } }`, how))
		if a.codes() != "INTERNAL" || a.Errors[0].Message != "Something went wrong." || leak.MatchString(a.Body) {
			t.Errorf("%s: %s", how, a.Body)
		}
		if !strings.Contains(a.Body, "Lamp") || a.Errors[0].Path[0] != "fail" {
			t.Errorf("%s: the rest is missing: %s", how, a.Body)
		}
		id, _ := a.Errors[0].Extensions["id"].(string)
		if id == "" || strings.Count(s.log.String(), id) != 1 || strings.Count(s.log.String(), "\n") != 1 {
			t.Errorf("%s: id %q, log %s", how, id, s.log)
		}
		if !strings.Contains(s.log.String(), a.Header.Get("X-Request-Id")) {
			t.Errorf("%s: log without the request: %s", how, s.log)
		}
	}
}

func TestErrors_ofFaultsShowCodeAndField(t *testing.T) {
	t.Parallel()
	s := serve(t)
	a := s.post(`{ fail(how: "fault") }`)
	want := `{"errors":[{"message":"Somebody was faster.","path":["fail"],"locations":[{"line":1,"column":3}],"extensions":{"code":"STALE_VERSION","field":["input","version"],"kind":"CONFLICT"}}],"data":{"fail":null}}`
	if a.Body != want {
		t.Errorf("%s", a.Body)
	}
	if a := s.post(`{ fail(how: "kind") }`); a.codes() != "LIMIT_EXCEEDED" {
		t.Errorf("%s", a.Body)
	}
	if a := s.post(`{ fail(how: "list") }`); a.codes() != "BLANK TAKEN" || a.Errors[0].Path[0] != "fail" {
		t.Errorf("%s", a.Body)
	}
	if s.log.Len() > 0 {
		t.Errorf("refusals were logged: %s", s.log)
	}
}

func TestIDs_ofAnotherTypeAreNotFound(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for id, found := range map[string]bool{
		"gid://souk/Product/1":    true,
		"gid://shopify/Product/1": true,
		"gid://souk/Cart/1":       false,
		"Product":                 false,
		"":                        false,
	} {
		a := s.post(fmt.Sprintf(`{ node(id: %q) { id } }`, id))
		if found != (len(a.Errors) == 0) || (!found && a.codes() != "NOT_FOUND") {
			t.Errorf("%q: %s", id, a.Body)
		}
	}
}

func TestAccess_isJudgedBeforeAnythingRuns(t *testing.T) {
	t.Parallel()
	nobody, customer := actor.Actor{}, actor.Actor{Kind: actor.Customer, ID: 1}
	staff := actor.Actor{Kind: actor.Staff, ID: 1}
	reader := actor.Actor{Kind: actor.Staff, ID: 1, Permissions: []actor.Permission{"reports.read"}}
	for _, c := range []struct {
		query string
		who   actor.Actor
		codes string
	}{
		{`{ product { title } }`, nobody, ""},
		{`{ product { title cost } }`, nobody, "UNAUTHENTICATED"},
		{`{ product { title cost } }`, customer, "FORBIDDEN"},
		{`{ product { title cost } }`, staff, ""},
		{`{ node(id: "gid://souk/Product/1") { ...F } } fragment F on Node { ... on Product { cost } }`, nobody, "UNAUTHENTICATED"},
		{`{ product { title cost @include(if: false) } }`, nobody, ""},
		{`query($no: Boolean = true) { product { title ... @skip(if: $no) { cost } } }`, nobody, ""},
		{`query($no: Boolean = false) { product { title ... @skip(if: $no) { cost } } }`, nobody, "UNAUTHENTICATED"},
		{`{ me { email } }`, nobody, "UNAUTHENTICATED"},
		{`{ me { email } }`, customer, ""},
		{`{ me { email } }`, staff, "FORBIDDEN"},
		{`{ report { total } }`, staff, "FORBIDDEN"},
		{`{ report { total } }`, reader, ""},
		{`{ report { total } me { email } }`, actor.Actor{Kind: actor.System}, ""},
		{`mutation { archive(id: "x") { id } }`, reader, "FORBIDDEN"},
		{`{ __typename }`, nobody, ""},
	} {
		s := serve(t)
		a := s.do(as(request(t, map[string]any{"query": c.query}), c.who))
		if a.codes() != c.codes || (c.codes != "" && (a.Data != nil || s.resolver.Loaded.Load() != 0)) {
			t.Errorf("%s as %q: %s", c.query, c.who.Kind, a.Body)
		}
	}
}

func TestScalars_readAndWrite(t *testing.T) {
	t.Parallel()
	for argument, want := range map[string]string{
		`color: "#A1b2C3") { color`:                 `"#a1b2c3"`,
		`color: "red") { color`:                     "INVALID_VALUE",
		`color: "#a1b2c3;x") { color`:               "INVALID_VALUE",
		`at: "2026-01-31T12:00:00+02:00") { at`:     `"2026-01-31T10:00:00Z"`,
		`at: "2026-01-31T12:00:00.123456Z") { at`:   `"2026-01-31T12:00:00.123456Z"`,
		`at: "yesterday") { at`:                     "INVALID_VALUE",
		`at: 5) { at`:                               "INVALID_VALUE",
		`price: "12.50") { price`:                   `"12.50"`,
		`price: 12.5) { price`:                      `"12.5"`,
		`price: 12) { price`:                        `"12"`,
		`price: -3) { price`:                        `"-3"`,
		`price: 1234567890.123456789) { price`:      "INVALID_VALUE",
		`price: "1e5") { price`:                     "INVALID_VALUE",
		`price: "1,5") { price`:                     "INVALID_VALUE",
		`price: true) { price`:                      "INVALID_VALUE",
		`markup: "<p>\"x\"</p>") { markup`:          `"<p>\"x\"</p>"`,
		`link: "https://example.com/a?b=c") { link`: `"https://example.com/a?b=c"`,
		`link: "javascript:alert(1)") { link`:       "INVALID_VALUE",
		`link: "/relative") { link`:                 "INVALID_VALUE",
		`big: "18446744073709551615") { big`:        `"18446744073709551615"`,
		`big: 7) { big`:                             `"7"`,
		`big: "-1") { big`:                          "INVALID_VALUE",
		`any: "{\"available\":true}") { any`:        `"{\"available\":true}"`,
		`any: {a: [1, "x", null, true]}) { any`:     `{"a":[1,"x",null,true]}`,
		`number: 99999999999999999999) { number`:    "GRAPHQL_VALIDATION_FAILED",
	} {
		a := serve(t).post("{ echo(" + argument + " } }")
		field := argument[strings.LastIndex(argument, " ")+1:]
		if got := a.Body; got != `{"data":{"echo":{"`+field+`":`+want+`}}}` && (a.codes() != want || a.codes() == "") {
			t.Errorf("%s: %s", argument, got)
		}
	}
}
