package gql_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/gqltest"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// server is a handler over the test schema, with what it loaded and logged.
type server struct {
	t        *testing.T
	handler  *gql.Handler
	resolver *gqltest.Resolver
	log      *bytes.Buffer
}

func serve(t *testing.T, change ...func(*gql.HandlerConfig)) *server {
	t.Helper()
	s := &server{t: t, resolver: &gqltest.Resolver{}, log: &bytes.Buffer{}}
	cfg := gql.HandlerConfig{
		Schema: gqltest.Schema(s.resolver),
		Limits: guard.Shop(),
		Logger: slog.New(slog.NewTextHandler(s.log, nil)),
		Cache: gql.CachePolicy{
			Cacheable:            func(root string) bool { return root == "product" || root == "fail" },
			MaxAge:               time.Minute,
			StaleWhileRevalidate: time.Hour,
			Private: func(op *graphql.OperationContext) bool {
				d := op.Operation.Directives.ForName("inContext")
				return d != nil && d.Arguments.ForName("buyer") != nil
			},
			Vary: []string{"Accept-Language"},
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	h, err := gql.NewHandler(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.handler = h
	return s
}

func development(c *gql.HandlerConfig) {
	c.Development = true
	c.Introspection = func(context.Context) bool { return true }
}

type answer struct {
	Status int
	Header http.Header
	Body   string
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Path       []any          `json:"path"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
	Extensions map[string]any `json:"extensions"`
}

// codes gives the codes of the errors, joined.
func (a answer) codes() string {
	var list []string
	for _, e := range a.Errors {
		code, _ := e.Extensions["code"].(string)
		list = append(list, code)
	}
	return strings.Join(list, " ")
}

func (s *server) do(r *http.Request) answer {
	s.t.Helper()
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	a := answer{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			s.t.Fatalf("answer %q: %v", w.Body.String(), err)
		}
	}
	return a
}

func (s *server) post(query string) answer {
	s.t.Helper()
	return s.do(request(s.t, map[string]any{"query": query}))
}

func (s *server) get(query string, headers ...string) answer {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/?query="+url.QueryEscape(query), nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return s.do(r)
}

func request(t *testing.T, body any) *http.Request {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func as(r *http.Request, who actor.Actor) *http.Request {
	return r.WithContext(actor.With(r.Context(), who))
}

func TestNewHandler_refusesNoLimits(t *testing.T) {
	t.Parallel()
	if _, err := gql.NewHandler(gql.HandlerConfig{Schema: gqltest.Schema(&gqltest.Resolver{})}); err == nil {
		t.Error("a handler without limits was made")
	}
}

func TestPost_answersWithoutAnErrorsKey(t *testing.T) {
	t.Parallel()
	a := serve(t).post(`{ product { title } }`)
	if a.Status != 200 || a.Body != `{"data":{"product":{"title":"Lamp"}}}` {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a.Header.Get("X-Request-Id") == "" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", a.Header)
	}
}

func TestPost_refusesOtherContentTypes(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]int{
		"application/json":                  200,
		"application/json; charset=utf-8":   200,
		"application/json; charset=latin1":  415,
		"application/x-www-form-urlencoded": 415,
		"multipart/form-data; boundary=x":   415,
		"text/plain":                        415,
		"application/graphql":               415,
		"":                                  415,
	} {
		s := serve(t)
		r := request(t, map[string]any{"query": `mutation { login(password: "x") }`})
		r.Header.Set("Content-Type", typ)
		if a := s.do(r); a.Status != want || (want != 200 && s.resolver.Logins.Load() != 0) {
			t.Errorf("%q: status %d, %d executed", typ, a.Status, s.resolver.Logins.Load())
		}
	}
}

func TestPost_refusesWhatIsNoRequest(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`[{"query":"{product{id}}"}]`: "BATCH_NOT_SUPPORTED",
		`  [1]`:                       "BATCH_NOT_SUPPORTED",
		`{"query":`:                   "BAD_REQUEST",
		`{"query":"{product{id}}"} {"query":"x"}`:  "BAD_REQUEST",
		`{"qeury":"{product{id}}"}`:                "BAD_REQUEST",
		`{"query":1}`:                              "BAD_REQUEST",
		`{"query":"{product{id}}","variables":[]}`: "BAD_REQUEST",
		`"text"`: "BAD_REQUEST",
		``:       "BAD_REQUEST",
	} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if a := serve(t).do(r); a.Status != 400 || a.codes() != want || a.Data != nil {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
}

func TestPost_toleratesNullsAndUnknownMembers(t *testing.T) {
	t.Parallel()
	a := serve(t).do(request(t, map[string]any{
		"query": `{ product { id } }`, "variables": nil, "operationName": nil, "extensions": map[string]any{"other": 1}, "more": true,
	}))
	if len(a.Errors) > 0 || a.Status != 200 {
		t.Errorf("%s", a.Body)
	}
}

func TestAccept_choosesTheMediaType(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"":                                  "application/json; charset=utf-8",
		"*/*":                               "application/json; charset=utf-8",
		"application/*":                     "application/json; charset=utf-8",
		"application/json":                  "application/json; charset=utf-8",
		"application/graphql-response+json": "application/graphql-response+json; charset=utf-8",
		"application/graphql-response+json, application/json;q=0.9":   "application/json; charset=utf-8",
		"application/json;q=0, application/graphql-response+json":     "application/graphql-response+json; charset=utf-8",
		"multipart/mixed; deferSpec=20220824, application/json":       "application/json; charset=utf-8",
		"application/json;q=0, */*":                                   "application/graphql-response+json; charset=utf-8",
		"application/graphql-response+json; charset=utf-8, text/html": "application/graphql-response+json; charset=utf-8",
	} {
		r := request(t, map[string]any{"query": `{ product { id } }`})
		r.Header.Set("Accept", accept)
		if a := serve(t).do(r); a.Status != 200 || a.Header.Get("Content-Type") != want {
			t.Errorf("%q: %d %s", accept, a.Status, a.Header.Get("Content-Type"))
		}
	}
	r := request(t, map[string]any{"query": `{ product { id } }`})
	r.Header.Set("Accept", "text/html")
	if a := serve(t).do(r); a.Status != 406 {
		t.Errorf("text/html: %d", a.Status)
	}
}

func TestStatus_tellsTheTruthOnlyInTheNewMediaType(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]int{
		`{ product { id } }`:        200,
		`{ fail(how: "fault") }`:    200,
		`{ nothing }`:               400,
		`{ product`:                 400,
		`{ me { email } }`:          401,
		`query A { x } query B {x}`: 400,
	} {
		for _, accept := range []string{"application/json", "application/graphql-response+json"} {
			r := request(t, map[string]any{"query": query})
			r.Header.Set("Accept", accept)
			a := serve(t).do(r)
			expected := want
			if accept == "application/json" {
				expected = 200
			}
			if a.Status != expected || (want != 200 && strings.Contains(a.Body, `"data"`)) {
				t.Errorf("%s as %s: %d %s", query, accept, a.Status, a.Body)
			}
		}
	}
}

func TestMethod_onlyQueriesByGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	if a := s.get(`{ product { id } }`); a.Status != 200 || len(a.Errors) > 0 {
		t.Errorf("query: %d %s", a.Status, a.Body)
	}
	if a := s.get(`mutation { login(password: "x") }`); a.Status != 405 || a.Header.Get("Allow") != "POST" || s.resolver.Logins.Load() != 0 {
		t.Errorf("mutation: %d %s", a.Status, a.Body)
	}
	if a := s.post(`subscription { ticks }`); a.Status != 400 {
		t.Errorf("subscription: %d %s", a.Status, a.Body)
	}
	for method, want := range map[string]int{"OPTIONS": 204, "PUT": 405, "DELETE": 405, "HEAD": 400} {
		if a := s.do(httptest.NewRequest(method, "/", nil)); a.Status != want || (want != 400 && a.Header.Get("Allow") == "") {
			t.Errorf("%s: %d %v", method, a.Status, a.Header)
		}
	}
}

func TestGet_readsVariablesWithAllTheirDigits(t *testing.T) {
	t.Parallel()
	values := url.Values{
		"query":     {`query($b: UnsignedInt64, $j: JSON) { echo(big: $b, any: $j) { big any } }`},
		"variables": {`{"b": 18446744073709551615, "j": {"n": 12345678901234567890}}`},
	}
	a := serve(t).do(httptest.NewRequest(http.MethodGet, "/?"+values.Encode(), nil))
	if string(a.Data) != `{"echo":{"big":"18446744073709551615","any":{"n":12345678901234567890}}}` {
		t.Errorf("%s", a.Body)
	}
}

func TestDefer_answersInPlace(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		`{ product { id ... @defer { title } } }`,
		`{ product { id ...F @defer(label: "x") } } fragment F on Product { title }`,
	} {
		r := request(t, map[string]any{"query": query})
		r.Header.Set("Accept", "multipart/mixed, application/json")
		if a := serve(t).do(r); a.Body != `{"data":{"product":{"id":"gid://souk/Product/1","title":"Lamp"}}}` {
			t.Errorf("%s", a.Body)
		}
	}
}

func TestTimeout_endsAnAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, func(c *gql.HandlerConfig) { c.Timeout = 20 * time.Millisecond })
	if a := s.post(`{ fail(how: "slow") product { title } }`); a.codes() != "TIMEOUT" || !strings.Contains(a.Body, "Lamp") {
		t.Errorf("%s", a.Body)
	}
}

func TestRequestID_ofAProxyIsKept(t *testing.T) {
	t.Parallel()
	for sent, kept := range map[string]bool{"abc-123456": true, "a b\tc<script>": false, "": false} {
		r := request(t, map[string]any{"query": `{ product { id } }`})
		r.Header.Set("X-Request-Id", sent)
		id := serve(t).do(r).Header.Get("X-Request-Id")
		if id == "" || (id == sent) != kept {
			t.Errorf("%q became %q", sent, id)
		}
	}
}

func TestCache_keepsOnlyWhatIsTheSameForAll(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for query, kept := range map[string]bool{
		`{ product { title } }`:                                                     true,
		`{ __typename product { title } }`:                                          true,
		`{ product(handle: "none") { title } }`:                                     true,
		`{ product(handle: "viewer") { title } }`:                                   false,
		`{ products(first: 1) { nodes { id } } }`:                                   false,
		`{ product { title } products(first: 1) { nodes { id } } }`:                 false,
		`{ product { title } fail(how: "fault") }`:                                  false,
		`query @inContext(buyer: {customerAccessToken: "x"}) { product { title } }`: false,
		`query @inContext(country: "DE") { product { title } }`:                     true,
		`{ nothing }`: false,
	} {
		a := s.get(query)
		header := a.Header.Get("Cache-Control")
		if (header == "public, max-age=60, stale-while-revalidate=3600") != kept || (!kept && header != "no-store") {
			t.Errorf("%s: %q %s", query, header, a.Body)
		}
		if kept && (a.Header.Get("ETag") == "" || strings.Join(a.Header.Values("Vary"), ",") != "Accept,Accept-Language") {
			t.Errorf("%s: headers %v", query, a.Header)
		}
	}
	if a := s.post(`{ product { title } }`); a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("POST: %v", a.Header)
	}
	if a := s.get(`{ product { title } }`, "Authorization", "Bearer x"); a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("with credentials: %v", a.Header)
	}
	r := httptest.NewRequest(http.MethodGet, "/?query="+url.QueryEscape(`{ product { title } }`), nil)
	if a := s.do(as(r, actor.Actor{Kind: actor.Customer, ID: 1})); a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("with a viewer: %v", a.Header)
	}
}

func TestCache_answersNotModified(t *testing.T) {
	t.Parallel()
	s := serve(t)
	first := s.get(`{ product { title } }`)
	tag := first.Header.Get("ETag")
	if a := s.get(`{ product { title } }`, "If-None-Match", `"other", W/`+tag); a.Status != 304 || a.Body != "" || a.Header.Get("ETag") != tag {
		t.Errorf("%d %q %v", a.Status, a.Body, a.Header)
	}
	if a := s.get(`{ product { id } }`, "If-None-Match", tag); a.Status != 200 || a.Header.Get("ETag") == tag {
		t.Errorf("another body: %d %v", a.Status, a.Header)
	}
}
