package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// payloads are texts that do harm where somebody builds SQL, a path or a
// pattern of them.
var payloads = []string{
	`'; SELECT pg_sleep(20); --`,
	`1') OR pg_sleep(20) IS NULL OR ('a'='a`,
	"\x00\u202e%_\\",
	`{"$gt":""}'||pg_sleep(20)||'"]}`,
	`../../../../etc/passwd`,
	`=HYPERLINK("http://x")`,
	strings.Repeat("(a OR ", 150),
}

// few is how many payloads are tried without SOUK_PROVE.
const few = 3

// slow is when an answer must have waited for a payload's sleep.
const slow = 15 * time.Second

// TestArguments_areValuesAndNothingElse sends payloads in every text of every
// argument of every root field, of both APIs.
func TestArguments_areValuesAndNothingElse(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	token := s.owner(t)
	tried := payloads[:few]
	if prove() {
		tried = payloads
	}
	for _, api := range []string{shopAPI, adminAPI} {
		asked := 0
		schema := introspect(t, s, api, token)
		for _, root := range []string{"queryType", "mutationType"} {
			for _, f := range schema.fields(schema.root.at(root, "name").text()) {
				if name := f.at("name").text(); name == "staffLogin" { // it counts
					continue
				}
				for _, payload := range tried {
					for _, only := range append(f.at("args").texts("name"), "") {
						op, variables := schema.operation(root, f, only, payload)
						asked++
						attack(t, s, api, token, op, variables)
					}
				}
			}
		}
		if asked < 100 {
			t.Errorf("only %d requests to %s: the schema was not read right", asked, api)
		}
	}
	if got := s.query(t, `{ product(handle: "studio-tee") { title } }`, nil); got.at("product", "title").text() == "" {
		t.Error("the shop has lost a product")
	}
}

func attack(t *testing.T, s *shop, api, token, op string, variables map[string]any) {
	t.Helper()
	began := time.Now()
	a := s.post(t, api, op, variables, "Authorization", "Bearer "+token)
	what := fmt.Sprintf("%s with %s", op, node{variables}.json())
	noLeak(t, what, a)
	if strings.Contains(a.body, `"code":"INTERNAL"`) {
		t.Errorf("%s: %s", what, clip(a.body))
	}
	if took := time.Since(began); took > slow {
		t.Errorf("%s took %s", what, took)
	}
}

// schema is what introspection tells, types by name.
type schema struct {
	root  node
	types map[string]node
}

const introspection = `{ __schema { queryType { name } mutationType { name } types { kind name
	fields { name args { name type { ...T } } type { ...T } }
	inputFields { name type { ...T } } enumValues { name } } } }
	fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`

func introspect(t *testing.T, s *shop, api, token string) schema {
	t.Helper()
	got := schema{root: s.askAs(t, api, token, introspection).at("__schema"), types: map[string]node{}}
	for _, typ := range got.root.at("types").list() {
		got.types[typ.at("name").text()] = typ
	}
	return got
}

func (s *shop) askAs(t *testing.T, api, token, query string) node {
	t.Helper()
	return data(t, s.post(t, api, query, nil, "Authorization", "Bearer "+token))
}

func (s schema) fields(typ string) []node { return s.types[typ].at("fields").list() }

// operation asks for one root field with what it must have and one argument
// besides.
func (s schema) operation(root string, f node, only, payload string) (string, map[string]any) {
	kind := strings.TrimSuffix(root, "Type")
	var heads, uses []string
	variables := map[string]any{}
	for _, arg := range f.at("args").list() {
		name, typ := arg.at("name").text(), arg.at("type")
		if name != only && typ.at("kind").text() != "NON_NULL" {
			continue
		}
		heads = append(heads, "$"+name+": "+written(typ))
		uses = append(uses, name+": $"+name)
		variables[name] = s.value(typ, payload, 0)
	}
	inner := ""
	if s.composite(f.at("type")) {
		inner = " { __typename }"
	}
	if len(heads) == 0 {
		return kind + " { " + f.at("name").text() + inner + " }", nil
	}
	return fmt.Sprintf("%s(%s) { %s(%s)%s }", kind, strings.Join(heads, ", "), f.at("name").text(), strings.Join(uses, ", "), inner), variables
}

func written(typ node) string {
	switch typ.at("kind").text() {
	case "NON_NULL":
		return written(typ.at("ofType")) + "!"
	case "LIST":
		return "[" + written(typ.at("ofType")) + "]"
	}
	return typ.at("name").text()
}

func (s schema) composite(typ node) bool {
	for typ.at("ofType").v != nil {
		typ = typ.at("ofType")
	}
	kind := typ.at("kind").text()
	return kind == "OBJECT" || kind == "INTERFACE" || kind == "UNION"
}

// value is a value of a type with the payload wherever a text may stand.
func (s schema) value(typ node, payload string, depth int) any {
	switch typ.at("kind").text() {
	case "NON_NULL":
		return s.value(typ.at("ofType"), payload, depth)
	case "LIST":
		return []any{s.value(typ.at("ofType"), payload, depth)}
	case "ENUM":
		return s.types[typ.at("name").text()].at("enumValues", 0, "name").text()
	case "INPUT_OBJECT":
		return s.object(typ, payload, depth+1)
	}
	return scalar(typ.at("name").text(), payload)
}

func (s schema) object(typ node, payload string, depth int) any {
	const deepest = 4
	all := map[string]any{}
	for _, f := range s.types[typ.at("name").text()].at("inputFields").list() {
		if depth < deepest || f.at("type", "kind").text() == "NON_NULL" {
			all[f.at("name").text()] = s.value(f.at("type"), payload, depth)
		}
	}
	return all
}

// scalar gives the payload as a text, and of scalars with a form of their own a
// value that has it: else the form alone would be tried.
func scalar(name, payload string) any {
	switch name {
	case "Int":
		return 1
	case "Float":
		return 1.5
	case "Boolean":
		return true
	case "DateTime":
		return "2026-01-02T03:04:05Z"
	case "Decimal":
		return "1.00"
	case "URL":
		return "https://shop.example/" + strings.Map(visible, payload)
	case "Color":
		return "#ffffff"
	case "JSON":
		text, _ := json.Marshal(payload)
		return string(text)
	}
	return payload
}

func visible(r rune) rune {
	if r <= ' ' || r > '~' {
		return -1
	}
	return r
}

// TestArguments_ofInnerFieldsToo takes those that no root field has.
func TestArguments_ofInnerFieldsToo(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	for _, payload := range payloads {
		for _, op := range []string{
			`query($x: String!) { product(handle: "basalt-tee") { metafield(namespace: $x, key: $x) { value } metafields(identifiers: [{namespace: $x, key: $x}]) { value } } }`,
			`query($x: String!) { product(handle: "basalt-tee") { selectedOrFirstAvailableVariant(selectedOptions: [{name: $x, value: $x}]) { id } adjacentVariants(selectedOptions: [{name: $x, value: $x}]) { id } } }`,
			`query($x: String!) { product(handle: "basalt-tee") { variants(first: 2, after: $x) { nodes { id } } images(first: 2, before: $x) { nodes { url } } } }`,
			`query($x: String!) { collection(handle: "sale") { products(first: 2, filters: [{tag: $x, productType: $x, productVendor: $x, variantOption: {name: $x, value: $x}, productMetafield: {namespace: $x, key: $x, value: $x}}]) { nodes { id } filters { id } } } }`,
			`query($x: ID!) { collection(handle: "sale") { products(first: 2, filters: [{categoryId: $x}]) { nodes { id } } } }`,
			`query($x: String!) { blog(handle: "news") { articleByHandle(handle: $x) { id } } }`,
			`query($x: String!) { collection(handle: "sale") { products(first: 2, after: $x, sortKey: PRICE) { nodes { id } } } }`,
		} {
			attack(t, s, shopAPI, "", op, map[string]any{"x": payload})
		}
	}
}

// TestCursors_areReadAsNothingButPlaces sends cursors that somebody made.
func TestCursors_areReadAsNothingButPlaces(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	real := s.query(t, `{ products(first: 1, sortKey: TITLE) { pageInfo { endCursor } } }`, nil).at("products", "pageInfo", "endCursor").text()
	cursors := []string{real, real + "x", "", "!", strings.Repeat("A", 90_000)}
	for _, made := range []string{`null`, `[]`, `{}`, `"x"`, `["price",[],0,1]`, `["price",["1); SELECT pg_sleep(20)--"],0,1]`, `["title",["' OR ''='"],0,1]`,
		`["title",[1e999],0,1]`, `["title",[null],0,99999999999999999999]`, `["nope",["x"],0,1]`, `["id",[],-1,-1]`, strings.Repeat("[", 20_000)} {
		cursors = append(cursors, base64.RawURLEncoding.EncodeToString([]byte(made)))
	}
	for _, cursor := range cursors {
		for _, list := range []string{
			"products(first: 2, after: $c, sortKey: PRICE)", "products(last: 2, before: $c, sortKey: TITLE)", "products(first: 2, after: $c, sortKey: RELEVANCE, query: \"tee\")",
			"collections(first: 2, after: $c)", `search(first: 2, after: $c, query: "tee")`, "pages(first: 2, after: $c)", "blogs(first: 2, after: $c)", "urlRedirects(first: 2, after: $c)",
		} {
			attack(t, s, shopAPI, "", "query($c: String) { "+list+" { pageInfo { hasNextPage } } }", map[string]any{"c": cursor})
		}
	}
}

// TestHeaders_areValuesAndNothingElse puts payloads where proxies and clients
// write what they like.
func TestHeaders_areValuesAndNothingElse(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	for _, payload := range []string{`'; SELECT pg_sleep(20); --`, `../../etc/passwd`, strings.Repeat("x", 8_000)} {
		for _, header := range []string{"Accept-Language", "X-Forwarded-For", "X-Forwarded-Host", "X-Request-Id", "Cookie", "Origin", "Referer", "User-Agent",
			"Authorization", "X-Shopify-Storefront-Access-Token", "Shopify-Storefront-Buyer-IP", "Traceparent", "If-None-Match"} {
			a := s.post(t, shopAPI, "{ products(first: 1) { nodes { handle } } }", nil, header, payload)
			noLeak(t, header, a)
			if strings.Contains(a.header.Get("X-Request-Id"), payload) {
				t.Errorf("the request id is taken from %s as it came", header)
			}
		}
	}
}
