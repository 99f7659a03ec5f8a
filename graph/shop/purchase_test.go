package shop_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// till is the API over a shop where everything from goods to orders is there.
type till struct {
	t       *testing.T
	shop    *salesfloor.Shop
	handler *gql.Handler
	live    *live.Hub
	restock *restock.Service
	told    int64             // the last fact that subscriptions were told of
	seen    map[string]string // what answers named last: cart, checkout, quote …
}

func openTill(t *testing.T) *till {
	t.Helper()
	s := salesfloor.Open(t, salesfloor.Options{})
	if err := s.Stock.RefreshPolicies(t.Context()); err != nil { // as the server does at its start
		t.Fatal(err)
	}
	hub, waiting := live.NewHub(), restock.NewService(restock.Rooms{DB: s.DB, Events: s.Outbox, Goods: s.Listing, Buyers: s.Buyers, Attempts: s.Redis, Key: s.Key})
	rooms := shop.Rooms{
		Listing: s.Listing, Buyers: s.Buyers, Markets: s.Markets, Track: s.Track, Carts: s.Carts, Checkouts: s.Checkouts, Orders: s.Orders,
		Payments: s.Payments, Keys: idempotency.New(s.DB), Secret: s.Key, Clock: s.DB.Clock(), Site: "https://api.example", Live: hub,
		Wait: 50 * time.Millisecond, Bundles: s.Bundles, Restock: waiting, Search: merchandising.NewService(merchandising.Rooms{DB: s.DB,
			Events: s.Outbox, Search: away{}, Listing: s.Listing, Clock: s.DB.Clock()}),
		Related: recommend.NewService(recommend.Rooms{DB: s.DB, Events: s.Outbox, Search: away{}}),
	}
	handler, err := gql.NewHandler(gql.HandlerConfig{
		Schema: shop.NewSchema(rooms), Limits: guard.Shop(), Extensions: []graphql.HandlerExtension{rooms.Buyer()},
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Streaming: &gql.Streaming{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &till{t: t, shop: s, handler: handler, live: hub, restock: waiting, seen: map[string]string{}}
}

// answered is what came back for a request.
type answered struct {
	Data   map[string]any
	Errors []any
	body   string
	header http.Header
	trips  int
	count  int
	sql    []string
}

// at walks into the data: "cartCreate.cart.id".
func (a answered) at(path string) any {
	var v any = a.Data
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// ask sends an operation in which {{name}} stands for what an earlier answer
// named.
func (s *till) ask(query string, header ...string) answered {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"query": s.written(query)})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, counter := postgres.CountStatements(s.t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/shop/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	shop.Visitors(idempotency.Middleware(s.handler)).ServeHTTP(w, r)
	a := answered{body: w.Body.String(), header: w.Header(), trips: counter.RoundTrips(), count: counter.Statements(), sql: counter.SQL()}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		s.t.Fatalf("%v: %s", err, w.Body)
	}
	s.learn(a.body)
	return a
}

// written puts what was named before into an operation.
func (s *till) written(query string) string {
	for name, value := range s.seen {
		query = strings.ReplaceAll(query, "{{"+name+"}}", value)
	}
	for sku, id := range s.shop.Variants {
		query = strings.ReplaceAll(query, "{{"+sku+"}}", gidOf("ProductVariant", int64(id)))
	}
	return query
}

var names = map[string]*regexp.Regexp{
	"cart":     regexp.MustCompile(`"(gid://souk/Cart/\d+\?key=[^"]+)"`),
	"line":     regexp.MustCompile(`"(gid://souk/CartLine/\d+)"`),
	"address":  regexp.MustCompile(`"(gid://souk/CartSelectableAddress/\d+)"`),
	"group":    regexp.MustCompile(`"(gid://souk/CartDeliveryGroup/\d+\?key=shipping)"`),
	"checkout": regexp.MustCompile(`"(gid://souk/Checkout/\d+\?key=[^"]+)"`),
	"shipment": regexp.MustCompile(`"(gid://souk/CheckoutShipment/\d+\?key=shipping)"`),
	"token":    regexp.MustCompile(`"token":"([^"]+)"`),
	"quote":    regexp.MustCompile(`"quoteHash":"([^"]+)"`),
	"payment":  regexp.MustCompile(`(?s).*"(gid://souk/CheckoutPayment/\d+)"`),
	"order":    regexp.MustCompile(`"(gid://souk/Order/\d+\?key=[^"]+)"`),
	"access":   regexp.MustCompile(`"(?:orderAccessToken|accessToken)":"([^"]+)"`),
	"number":   regexp.MustCompile(`"orderNumber":(\d+)`),
}

func (s *till) learn(body string) {
	for name, pattern := range names {
		if found := pattern.FindStringSubmatch(body); found != nil {
			s.seen[name] = found[1]
		}
	}
}

func gidOf(typ string, n int64) string { return gid.Format(typ, n) }

// TestPurchases answers the operations of each testdata/purchase/<story>.graphql
// one after the other, and compares with its JSON. Secrets are no part of it.
func TestPurchases(t *testing.T) {
	t.Parallel()
	stories, err := filepath.Glob("testdata/purchase/*.graphql")
	if err != nil || len(stories) == 0 {
		t.Fatal("no stories", err)
	}
	for _, story := range stories {
		t.Run(strings.TrimSuffix(filepath.Base(story), ".graphql"), func(t *testing.T) {
			t.Parallel()
			script, err := os.ReadFile(story)
			if err != nil {
				t.Fatal(err)
			}
			s := openTill(t)
			var got bytes.Buffer
			for operation := range strings.SplitSeq(string(script), "\n---\n") {
				if err := json.Indent(&got, []byte(s.ask(operation).body), "", "  "); err != nil {
					t.Fatal(err)
				}
				got.WriteByte('\n')
			}
			compare(t, strings.TrimSuffix(story, ".graphql")+".json", secrets.ReplaceAllString(got.String(), "$1…"))
		})
	}
}

// secrets are what a golden must not depend on.
var secrets = regexp.MustCompile(`((?:key=|/orders/|"token": "|"accessToken": "|"orderAccessToken": "|"quoteHash": "|/challenge/)(?:\d+-)?)[A-Za-z0-9_-]{20,}`)

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", golden, diff)
	}
}
