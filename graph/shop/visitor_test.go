package shop_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kept runs the recorder to its end and gives what it wrote.
func (s *storefront) kept() []string {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	stop()
	if err := s.rooms.Track.Run(ctx); err != nil {
		s.t.Fatal(err)
	}
	rows, err := s.db.Pool().Query(s.t.Context(), `
		SELECT format('%s %s %s %s %s', kind, market, session_id, visitor_hash IS NOT NULL, payload - 'queryId') FROM track_event ORDER BY kind, id`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var e string
		if err := rows.Scan(&e); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

const agreed = `query @inContext(visitorConsent: {analytics: true}) `

func TestFacts_areWrittenWhereTheyHappen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query string
		want  []string
	}{
		"product":       {agreed + `{ product(handle: "cap") { id } }`, []string{`view_product us s-1 t {"productId": 1}`}},
		"by handle":     {agreed + `{ productByHandle(handle: "cap") { id } }`, []string{`view_product us s-1 t {"productId": 1}`}},
		"collection":    {agreed + `{ collection(handle: "sea") { products(first: 3) { nodes { id } } } }`, []string{`view_collection us s-1 t {"collectionId": 1}`}},
		"search":        {agreed + `{ search(query: " cap\u0000 ", first: 1, types: [PRODUCT]) { totalCount } }`, []string{`search us s-1 t {"hits": 1, "query": "cap", "stage": "as_typed", "typed": "cap", "source": "search", "language": "en"}`}},
		"filtered":      {agreed + `{ search(query: "cap", first: 1, types: [PRODUCT], productFilters: [{tag: "new"}]) { totalCount } }`, []string{`search us s-1 t {"query": "cap", "stage": "as_typed", "typed": "cap", "source": "search", "language": "en"}`}},
		"long search":   {agreed + fmt.Sprintf(`{ search(query: "%s", first: 1) { nodes { __typename } } }`, strings.Repeat("é", 400)), []string{fmt.Sprintf(`search us s-1 t {"hits": 0, "query": "%s", "stage": "as_typed", "typed": "%s", "source": "search", "language": "en"}`, strings.Repeat("e", 64), strings.Repeat("é", 400))}},
		"other market":  {`query @inContext(country: DE, visitorConsent: {analytics: true}) { product(handle: "cap") { id } }`, []string{`view_product eu s-1 t {"productId": 1}`}},
		"no consent":    {`{ product(handle: "cap") { id } search(query: "cap", first: 1) { totalCount } }`, []string{`search us  f {"hits": 3, "query": "cap", "stage": "as_typed", "language": "en"}`, `view_product us  f {}`}},
		"no analytics":  {`query @inContext(visitorConsent: {analytics: false, marketing: true}) { product(handle: "cap") { id } }`, []string{`view_product us  f {}`}},
		"several times": {agreed + `{ a: product(handle: "cap") { id } b: productByHandle(handle: "mug") { id } c: product(handle: "rope") { id } }`, []string{`view_product us s-1 t {"productId": 1}`}},
		"fragment":      {`query Q($yes: Boolean = true) @inContext(visitorConsent: {analytics: true}) { ...Main } fragment Main on QueryRoot { a: product(handle: "cap") @skip(if: $yes) { id } b: product(handle: "mug") { id } }`, []string{`view_product us s-1 t {"productId": 2}`}},
		"none":          {agreed + `{ product(handle: "nothing") { id } collection(handle: "nothing") { id } }`, nil},
		"hidden":        {agreed + `{ product(handle: "draft") { id } }`, nil},
		"left out":      {agreed + `{ product(handle: "cap") @skip(if: true) { id } search(query: "cap", first: 1) @include(if: false) { totalCount } shop { name } }`, nil},
		"lists":         {agreed + `{ products(first: 3) { nodes { id collections(first: 1) { nodes { id } } } } collections(first: 2) { nodes { products(first: 2) { nodes { id } } } } }`, nil},
		"typing":        {agreed + `{ predictiveSearch(query: "ca") { products { id } } autocomplete(prefix: "ca") { terms { text } } }`, nil},
		"no words":      {agreed + `{ search(query: " ", first: 1) { nodes { __typename } } }`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			answer, _ := s.askAs(c.query, "", http.Header{"Souk-Session": {"s-1"}, "Souk-Visitor": {"v-1"}})
			if strings.Contains(answer, `"errors"`) {
				t.Fatal(answer)
			}
			if diff := cmp.Diff(c.want, s.kept()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestVisitors_believeOnlyWhatLooksLikeAName(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, h := range []http.Header{
		{"Souk-Session": {"a"}, "X-Shopify-Visittoken": {"b"}},
		{"X-Shopify-Visittoken": {"b2"}, "X-Shopify-Uniquetoken": {"b3"}},
		{"Souk-Session": {strings.Repeat("c", 65)}, "Souk-Visitor": {"d\x01"}},
		{"Souk-Session": {"ann@example.com"}},
	} {
		s.askAs(agreed+`{ product(handle: "cap") { id } }`, "", h)
	}
	want := []string{`view_product us a f {"productId": 1}`, `view_product us b2 t {"productId": 1}`, `view_product us  f {"productId": 1}`, `view_product us  f {"productId": 1}`}
	if diff := cmp.Diff(want, s.kept()); diff != "" {
		t.Error(diff)
	}
}

func TestBuyer_marketByHostName(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := s.db.Pool().Exec(t.Context(), `INSERT INTO market_domain (market_id, host) VALUES (1, 'shop.example'), (2, 'eu.shop.example')`); err != nil {
		t.Fatal(err)
	}
	if err := s.rooms.Markets.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ host, context, country, currency string }{
		{"shop.example", "", "US", "USD"},
		{"EU.shop.example:8080", "", "AT", "EUR"},
		{"eu.shop.example", "@inContext(country: ZZ, language: DE)", "AT", "EUR"},
		{"eu.shop.example", "@inContext(country: CA)", "CA", "USD"},
		{"elsewhere.example", "", "US", "USD"},
	} {
		answer, _ := s.askAs(`query `+c.context+` { localization { country { isoCode } } product(handle: "cap") { priceRange { minVariantPrice { currencyCode } } } }`, c.host, nil)
		if !strings.Contains(answer, `"isoCode": "`+c.country+`"`) || !strings.Contains(answer, `"currencyCode": "`+c.currency+`"`) {
			t.Errorf("%+v: %s", c, answer)
		}
	}
}
