package e2e_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const jsonType = "application/json"

func TestHTTP_refusesWhatIsNoRequest(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	query := `{"query":"{ shop { name } }"}`
	for name, c := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               string
	}{
		"no body":               {"POST", shopAPI, "", typed(jsonType), 400, "BAD_REQUEST"},
		"half a body":           {"POST", shopAPI, `{"query":`, typed(jsonType), 400, "BAD_REQUEST"},
		"two bodies":            {"POST", shopAPI, query + query, typed(jsonType), 400, "BAD_REQUEST"},
		"null":                  {"POST", shopAPI, "null", typed(jsonType), 400, "BAD_REQUEST"},
		"a number for a query":  {"POST", shopAPI, `{"query":5}`, typed(jsonType), 400, "BAD_REQUEST"},
		"a list of variables":   {"POST", shopAPI, `{"query":"{shop{name}}","variables":[1]}`, typed(jsonType), 400, "BAD_REQUEST"},
		"a batch":               {"POST", shopAPI, "[" + query + "]", typed(jsonType), 400, "BATCH_NOT_SUPPORTED"},
		"too large":             {"POST", shopAPI, strings.Repeat("a", 200<<10), typed(jsonType), 413, "BODY_TOO_LARGE"},
		"deep JSON":             {"POST", shopAPI, `{"query":"{shop{name}}","variables":` + strings.Repeat(`{"a":`, 15_000) + "1" + strings.Repeat("}", 15_000) + "}", typed(jsonType), 400, "BAD_REQUEST"},
		"deflated":              {"POST", shopAPI, deflated(query), append(typed(jsonType), "Content-Encoding", "gzip"), 400, "BAD_REQUEST"},
		"a form":                {"POST", shopAPI, "query=mutation{x}", typed("application/x-www-form-urlencoded"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		"a malformed multipart": {"POST", shopAPI, "--x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{\"0\":[\"variables.list.5\"]}", typed("multipart/form-data; boundary=x"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		"plain text":            {"POST", shopAPI, query, typed("text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		"no type":               {"POST", shopAPI, query, nil, 415, "UNSUPPORTED_MEDIA_TYPE"},
		"another charset":       {"POST", shopAPI, query, typed("application/json; charset=utf-16"), 415, "UNSUPPORTED_MEDIA_TYPE"},
		"DELETE":                {"DELETE", shopAPI, "", nil, 405, "METHOD_NOT_ALLOWED"},
		"a mutation by GET":     {"GET", shopAPI + "?query=mutation%7BeventsTrack(events:%5B%5D)%7BuserErrors%7Bmessage%7D%7D%7D", "", nil, 405, "METHOD_NOT_ALLOWED"},
		"GET without a query":   {"GET", shopAPI, "", nil, 400, "BAD_REQUEST"},
		"a long address":        {"GET", shopAPI + "?query=" + strings.Repeat("a", 200<<10), "", nil, 431, ""},
		"HTML wanted":           {"GET", shopAPI + "?query=%7Bshop%7Bname%7D%7D", "", []string{"Accept", "text/html"}, 406, "NOT_ACCEPTABLE"},
		"a bad idempotency key": {"POST", shopAPI, query, append(typed(jsonType), "Idempotency-Key", strings.Repeat("k", 300)), 400, ""},
		"an unknown version":    {"POST", "/api/latest/graphql.json", query, typed(jsonType), 404, ""},
		"an import as JSON":     {"POST", "/admin/imports", "{}", typed(jsonType), 401, "UNAUTHENTICATED"},
		"an export by nobody":   {"GET", "/admin/exports/products.csv", "", nil, 401, "UNAUTHENTICATED"},
		"an import of others":   {"GET", "/admin/imports/1", "", nil, 401, "UNAUTHENTICATED"},
		"a picture by nobody":   {"POST", "/admin/media", "GIF89a", typed("image/gif"), 401, "UNAUTHENTICATED"},
		"configuration":         {"GET", "/.env", "", nil, 404, ""},
		"profiles":              {"GET", "/debug/pprof/heap", "", nil, 404, ""},
	} {
		a := s.do(t, c.method, c.path, c.body, c.headers...)
		noLeak(t, name, a)
		if a.status != c.status {
			t.Errorf("%s: %d, want %d: %s", name, a.status, c.status, clip(a.body))
		}
		if c.code != "" && !strings.Contains(a.body, `"code":"`+c.code+`"`) {
			t.Errorf("%s: no %s in %s", name, c.code, clip(a.body))
		}
	}
}

func typed(typ string) []string { return []string{"Content-Type", typ} }

func deflated(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// repeated writes n copies of a format with their number in it.
func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func nested(n int, field, inner string) string {
	return strings.Repeat(field+"{", n) + inner + strings.Repeat("}", n)
}

// doubling makes fragments of which each spreads the next one twice.
func doubling(levels int, each string) string {
	var b strings.Builder
	b.WriteString(`{ product(handle: "basalt-tee") { ...F0 } }`)
	for i := range levels {
		fmt.Fprintf(&b, " fragment F%d on Product { "+each+" }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Product { id }", levels)
	return b.String()
}

func TestHTTP_refusesAttacksByDocument(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	related := "collections(first:250){nodes{products(first:250){nodes"
	for name, c := range map[string]struct{ path, query, code string }{
		"aliases":                {shopAPI, "{" + repeated(100, " a%d: shop { id }") + "}", "TOO_MANY_ALIASES"},
		"many aliases":           {shopAPI, "{" + repeated(2_000, " a%d: shop { id }") + "}", "TOO_MANY_TOKENS"},
		"logins":                 {adminAPI, "mutation {" + repeated(20, ` a%d: staffLogin(email: "a%[1]d@example.com", password: "x") { userErrors { code } }`) + "}", "TOO_MANY_MUTATIONS"},
		"depth":                  {shopAPI, "{" + nested(20, related, "{id}"), "GRAPHQL_PARSE_FAILED"},
		"menus in menus":         {shopAPI, `{ menu(handle: "main-menu") {` + nested(15, "items", "id") + "} }", "QUERY_TOO_DEEP"},
		"directives":             {shopAPI, "{ shop { id " + strings.Repeat("@a ", 100) + "} }", "TOO_MANY_DIRECTIVES"},
		"the same field again":   {shopAPI, "{ shop { " + strings.Repeat("id ", 900) + "} }", "TOO_MANY_REPEATED_FIELDS"},
		"a cycle of fragments":   {shopAPI, `{ shop { ...A } } fragment A on Shop { ...B } fragment B on Shop { ...A }`, "FRAGMENT_CYCLE"},
		"doubling fragments":     {shopAPI, doubling(25, "...F%d ...F%d"), "TOO_MANY_FIELDS"},
		"a page of two million":  {shopAPI, "{ products(first: 2000000) { nodes { id } } }", "PAGE_TOO_LARGE"},
		"both ends":              {shopAPI, "{ products(first: 1, last: 1) { nodes { id } } }", "INVALID_PAGINATION"},
		"a negative page":        {shopAPI, "{ products(first: -1) { nodes { id } } }", "INVALID_PAGINATION"},
		"an unknown input field": {adminAPI, `mutation { productCreate(input: {title: "x", price: 1}) { userErrors { code } } }`, "GRAPHQL_VALIDATION_FAILED"},
		"a subscription":         {shopAPI, "subscription { x }", "GRAPHQL_VALIDATION_FAILED"},
	} {
		began := time.Now()
		a := s.post(t, c.path, c.query, nil)
		noLeak(t, name, a)
		if !strings.Contains(a.body, `"code":"`+c.code+`"`) || strings.Contains(a.body, `"data":{"`) {
			t.Errorf("%s: no %s in %s", name, c.code, clip(a.body))
		}
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

func TestHTTP_mediaStaysInItsDirectory(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	for _, path := range []string{
		"..%2f..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "a%00.jpg", `..%5c..%5csecret.key`, "%2e%2e%2fsecret.key",
		"..%2fstaff-password", "88/9d/..%2f..%2f..%2fstaff-password", "....//....//secret.key", "%252e%252e%252fsecret.key", "C:%5cx", "x%ff.jpg",
		"", "aa", "aa/", strings.Repeat("a", 4_000), strings.Repeat("a/", 2_000),
	} {
		a := s.do(t, http.MethodGet, "/media/"+path, "")
		noLeak(t, path, a)
		if a.status != http.StatusNotFound && a.status/100 != 3 {
			t.Errorf("%s: %d %s", path, a.status, clip(a.body))
		}
	}
}

func TestHTTP_picturesComeInBoundedSizes(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	got := s.query(t, `{ product(handle: "basalt-tee") { featuredImage { url } } }`, nil)
	picture := strings.TrimPrefix(got.at("product", "featuredImage", "url").text(), s.url)
	for _, q := range []string{"", "?width=100", "?width=-1", "?width=99999999999", "?width=0&height=0", "?width=1e9", "?width=x'--",
		"?width=100&height=50&crop=center", "?crop=../../x", "?width=5000&height=5000&crop=center", "?format=svg", "?width=1&width=2"} {
		a := s.do(t, http.MethodGet, picture+q, "")
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "image/") || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %s", q, a.status, a.header)
		}
	}
}

func TestAdmin_refusesFilesThatAreNoPictures(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	token := s.owner(t)
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	for name, file := range map[string]string{
		"SVG": svg, "HTML": "<html><script>alert(1)</script>", "a polyglot": "GIF89a/*" + svg, "nothing": "",
		"a bomb": png(50_000, 50_000, 8), "a picture cut off": png(40, 40, 40)[:60], "PDF": "%PDF-1.4",
	} {
		for _, typ := range []string{"image/svg+xml", "image/png", "application/octet-stream"} {
			a := s.do(t, http.MethodPost, "/admin/media?filename=..%2f..%2fx.svg", file, "Content-Type", typ, "Authorization", "Bearer "+token)
			noLeak(t, name, a)
			if a.status != http.StatusUnsupportedMediaType && a.status != http.StatusRequestEntityTooLarge {
				t.Errorf("%s as %s: %d %s", name, typ, a.status, clip(a.body))
			}
		}
	}
	a := s.do(t, http.MethodPost, "/admin/media?filename=..%2f..%2fx.svg", png(40, 40, 40), "Content-Type", "image/svg+xml", "Authorization", "Bearer "+token)
	if a.status != http.StatusCreated || !strings.Contains(a.body, `/x.png"`) || !strings.Contains(a.body, `"contentType":"image/png"`) {
		t.Errorf("a real picture: %d %s", a.status, a.body)
	}
}

func TestAdmin_tokensOfOtherKindsAreNone(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	session := s.staff(t, "", signIn, map[string]any{"email": "owner@example.com", "password": s.password}).at("staffLogin", "session")
	access, refresh := session.at("accessToken").text(), session.at("refreshToken").text()
	parts := strings.Split(access, ".")
	if len(parts) != 3 {
		t.Fatalf("no access token in %s", session.json())
	}
	head := func(text string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(text)) + "." + parts[1] + "."
	}
	for name, token := range map[string]string{
		"alg none": head(`{"alg":"none"}`), "alg None": head(`{"alg":"None"}`) + parts[2], "another alg": head(`{"alg":"HS512"}`) + parts[2],
		"a key of their choice": head(`{"alg":"HS256","kid":"../../dev/null"}`) + parts[2], "dots": strings.Repeat(".", 30_000),
		"refresh": refresh, "cut off": access[:len(access)-4], "nothing": "", "quotes": "' OR 1=1 --",
	} {
		a := s.post(t, adminAPI, "{ me { email } }", nil, "Authorization", "Bearer "+token)
		noLeak(t, name, a)
		if !strings.Contains(a.body, `"code":"UNAUTHENTICATED"`) {
			t.Errorf("%s: %s", name, clip(a.body))
		}
	}
	got := s.staff(t, "", `mutation($t: String!) { staffRefresh(refreshToken: $t) { session { accessToken } userErrors { code } } }`, map[string]any{"t": access})
	if got.at("staffRefresh", "session").v != nil {
		t.Error("an access token refreshes")
	}
}

func TestAdmin_countsGuessesOfAPassword(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	const tries = 14
	var refused, limited int
	for i := range tries {
		email := []string{"Nobody@example.com", "nobody@example.com ", "nobody@example.com"}[i%3]
		got := s.staff(t, "", signIn, map[string]any{"email": email, "password": "guess"})
		switch got.at("staffLogin", "userErrors", 0, "code").text() {
		case "INVALID_CREDENTIALS":
			refused++
		case "RATE_LIMITED":
			limited++
		}
	}
	if refused != 10 || limited != tries-10 {
		t.Errorf("%d guesses were judged, %d were not", refused, limited)
	}
}

func TestStorefront_clientsMayAskFromAnywhere(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	wanted := []string{"x-shopify-storefront-access-token", "x-sdk-variant", "x-sdk-version", "content-type", "shopify-storefront-buyer-ip"}
	a := s.do(t, http.MethodOptions, "/api/2026-04/graphql.json", "", "Origin", "https://shop.example",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", strings.Join(wanted, ","))
	given := strings.ToLower(a.header.Get("Access-Control-Allow-Headers"))
	for _, header := range wanted {
		if !strings.Contains(given, header) {
			t.Errorf("%s is not allowed: %s", header, given)
		}
	}
	for _, path := range []string{"/api/2026-04/graphql.json", "/api/2025-01/graphql", "/api/unstable/graphql.json", shopAPI} {
		a := s.post(t, path, "{ shop { name } }", nil, "Accept", "*/*", "X-Shopify-Storefront-Access-Token", "any")
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), jsonType) || strings.Contains(a.body, `"errors"`) {
			t.Errorf("%s: %d %s", path, a.status, clip(a.body))
		}
	}
}

func TestStorefront_answersToGETAreCached(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	path := shopAPI + "?query=%7Bproducts(first:1)%7Bnodes%7Bhandle%7D%7D%7D"
	first := s.do(t, http.MethodGet, path, "")
	tag := first.header.Get("ETag")
	if tag == "" || !strings.HasPrefix(first.header.Get("Cache-Control"), "public") {
		t.Fatalf("%v", first.header)
	}
	if again := s.do(t, http.MethodGet, path, "", "If-None-Match", "W/"+tag); again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("%d %s", again.status, clip(again.body))
	}
	if head := s.do(t, http.MethodHead, path, ""); head.status != http.StatusOK || head.body != "" || head.header.Get("ETag") != tag {
		t.Errorf("%d %v", head.status, head.header)
	}
	for name, a := range map[string]answer{
		"a POST":         s.post(t, shopAPI, "{products(first:1){nodes{handle}}}", nil),
		"an error":       s.do(t, http.MethodGet, shopAPI+"?query=%7Bnothing%7D", ""),
		"somebody's GET": s.do(t, http.MethodGet, path, "", "Authorization", "Bearer x"),
	} {
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("ETag") != "" {
			t.Errorf("%s may be kept: %v", name, a.header)
		}
	}
}

func TestStorefront_persistedQueries(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	const query = "{ shop { name description } }"
	with := func(text, hash string) answer {
		extensions, err := json.Marshal(map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}})
		if err != nil {
			t.Fatal(err)
		}
		return s.do(t, http.MethodGet, shopAPI+"?"+form("query", text, "extensions", string(extensions)), "")
	}
	for _, step := range []struct{ text, hash, says string }{
		{"", sha(query), "PERSISTED_QUERY_NOT_FOUND"},
		{"{ shop { id } }", sha(query), "PERSISTED_QUERY_MISMATCH"},
		{"", sha(query), "PERSISTED_QUERY_NOT_FOUND"},
		{query, sha(query), `"data"`},
		{"", sha(query), `"data"`},
		{"", "abc", "PERSISTED_QUERY_INVALID"},
	} {
		if a := with(step.text, step.hash); !strings.Contains(a.body, step.says) {
			t.Errorf("%q under %.8s: %s", step.text, step.hash, clip(a.body))
		}
	}
}
