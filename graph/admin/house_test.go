package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/admin"
	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/internal/adapter/media/disk"
	"github.com/souk-commerce/souk/internal/adapter/search/bleve"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/purchasing"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/replenish"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/stockfeed"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/translation"
	"github.com/souk-commerce/souk/internal/warehouse"
)

const password = "correct horse battery"

// generous counts no attempts.
type generous struct{ redis.Store }

func (generous) Count(context.Context, string, time.Duration) (int64, error) { return 0, nil }

// house is a founded shop with a back office over it.
type house struct {
	t       *testing.T
	db      *postgres.DB
	deps    admin.Deps
	handler http.Handler
	end     func()                           // of the subscriptions
	counted atomic.Pointer[postgres.Counter] // of the last request
}

func open(t *testing.T) *house {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(slices.Concat(market.Checks(), catalog.Checks(), pricing.Checks(), bundle.Checks(), inventory.Checks(), warehouse.Checks(), purchasing.Checks(), stockfeed.Checks(), shipping.Checks(), payment.Checks(), notify.Checks(), search.Checks(), merchandising.Checks(), insight.Checks(), recommend.Checks())...))
	events, log := event.NewOutbox(db), audit.New(db)
	store, err := disk.Open(t.TempDir(), db.Clock())
	if err != nil {
		t.Fatal(err)
	}
	d := admin.Deps{Audit: log, PublicURL: "https://shop.example", Clock: db.Clock(), Keys: idempotency.New(db), Wait: 5 * time.Millisecond}
	d.Markets = market.NewService(db, events, log)
	d.Directory = market.NewDirectory(d.Markets, d.PublicURL)
	d.Translations = translation.NewService(db, events, log)
	d.Metafields = metafield.NewService(db, events, log)
	d.Staff = staff.NewService(db, log, generous{}, staff.Keys{Access: [][]byte{[]byte(strings.Repeat("k", 32))}}, db.Clock())
	d.Media = media.NewService(db, store, log)
	d.Content = content.NewService(db, events, log)
	d.Catalog = catalog.NewService(db, events, log)
	d.Prices = pricing.NewService(db, events, log, pricing.Rooms{Catalog: d.Catalog, Markets: d.Markets})
	d.Stock = inventory.NewService(db, events, log, d.Catalog)
	key, err := secret.NewKey(strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	d.Bundles = bundle.NewService(db, events, log, bundle.Rooms{Catalog: d.Catalog, Pricing: d.Prices})
	d.Prices.Attach(d.Bundles)
	d.Warehouse = warehouse.NewService(db, events, log, warehouse.Rooms{Catalog: d.Catalog, Stock: d.Stock})
	d.Purchases = purchasing.NewService(db, events, log, purchasing.Rooms{Catalog: d.Catalog, Stock: d.Stock})
	d.Feeds = stockfeed.NewService(db, events, log, stockfeed.Rooms{Catalog: d.Catalog, Stock: d.Stock, Key: key})
	d.Thresholds = replenish.NewService(db, events, log, d.Stock)
	d.Restock = restock.NewService(restock.Rooms{DB: db, Events: events, Attempts: generous{}, Key: key})
	d.Catalog.Attach(d.Bundles, d.Warehouse, d.Purchases, d.Prices, d.Stock)
	d.Live = live.NewHub()
	d.KeepAlive = 50 * time.Millisecond
	d.Imports = importer.NewService(db, events, log, importer.Rooms{MediaBase: d.PublicURL})
	d.Taxes = tax.NewService(db, events, log)
	d.Delivery = shipping.NewService(db, events, log)
	d.Payments = payment.NewService(db, events, cardTill, invoiceTill)
	d.Orders = order.NewService(order.Rooms{DB: db, Events: events, Audit: log, Inventory: d.Stock, Payments: d.Payments, Attempts: generous{}, Key: key})
	shelves := listing.NewService(db, d.PublicURL)
	d.Rules, d.Buyers = shelves, listing.NewBuyers(db, d.Directory)
	engine := bleve.New(bleve.Config{Root: t.TempDir()})
	t.Cleanup(func() { _ = engine.Close() })
	d.Search = search.NewService(search.Rooms{DB: db, Events: events, Audit: log, Listing: shelves, Markets: d.Directory, Engine: engine}, search.Config{Poll: 50 * time.Millisecond})
	d.Merchandising = merchandising.NewService(merchandising.Rooms{DB: db, Events: events, Audit: log, Search: d.Search, Listing: shelves, Clock: db.Clock()})
	d.Insight = insight.NewService(insight.Rooms{DB: db, Events: events, Audit: log, Items: d.Merchandising}, insight.Config{})
	d.Recommend = recommend.NewService(recommend.Rooms{DB: db, Events: events, Search: d.Search})
	d.Mails, err = notify.NewService(notify.Rooms{DB: db, Orders: d.Orders, Markets: d.Markets, PublicURL: d.PublicURL})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, db: db, deps: d}
	h.found()
	return h.serve(d)
}

// serve puts the routes together, behind a middleware that counts statements.
func (h *house) serve(d admin.Deps) *house {
	h.t.Helper()
	api, err := admin.New(d)
	if err != nil {
		h.t.Fatal(err)
	}
	h.end = api.Close
	mux := http.NewServeMux()
	api.Mount(mux)
	served := idempotency.Middleware(mux)
	h.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, counter := postgres.CountStatements(r.Context())
		h.counted.Store(counter)
		served.ServeHTTP(w, r.WithContext(ctx))
	})
	return h
}

func (h *house) found() {
	h.t.Helper()
	ctx := actor.WithSystem(context.Background(), "test")
	_, err := h.deps.Markets.Found(ctx, market.Founding{Currency: "EUR", Shop: market.ShopInput{Name: "Souk", Country: "DE", Language: "en"}})
	h.must(err)
	_, err = h.deps.Markets.Create(ctx, market.Input{Handle: "home", Name: "Home", Currency: "EUR", Default: true, Active: true, Languages: []locale.Language{"en"}})
	h.must(err)
	h.must(h.deps.Directory.Refresh(ctx))
	_, err = h.deps.Prices.CreateList(ctx, pricing.NewList{Name: "Base", Base: true})
	h.must(err)
	h.must(h.deps.Buyers.Refresh(ctx))
	_, err = h.deps.Stock.CreateLocation(ctx, inventory.NewLocation{Handle: "main", Name: "Main", Default: true})
	h.must(err)
	for _, role := range []staff.Role{staff.Owner, staff.Admin, staff.Editor, staff.Viewer} {
		_, err := h.deps.Staff.Create(ctx, staff.Input{Email: string(role) + "@shop.example", Name: "Ada", Role: role, Password: password})
		h.must(err)
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// token signs in; the empty role is nobody's.
func (h *house) token(role staff.Role) string {
	h.t.Helper()
	if role == "" {
		return ""
	}
	_, tokens, err := h.deps.Staff.Login(context.Background(), string(role)+"@shop.example", password, "test")
	h.must(err)
	return tokens.AccessToken
}

// client acts as one member of staff.
type client struct {
	*house
	token string
}

func (h *house) as(role staff.Role) client { return client{h, h.token(role)} }

// answer is what GraphQL gave.
type answer struct {
	t      *testing.T
	Data   map[string]any
	Errors []struct {
		Message    string
		Extensions map[string]any
	}
}

func (c client) send(method, path, contentType string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, body)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	r.Header.Set("Content-Type", contentType)
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

// try runs an operation, whatever comes of it. The variables are names and
// values in turn.
func (c client) try(query string, variables ...any) answer {
	c.t.Helper()
	return c.under("", query, variables...)
}

// under runs an operation under an idempotency key.
func (c client) under(key, query string, variables ...any) answer {
	c.t.Helper()
	vars := map[string]any{}
	for i := 0; i < len(variables); i += 2 {
		name, _ := variables[i].(string)
		vars[name] = variables[i+1]
	}
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	c.must(err)
	w := c.send(http.MethodPost, "/admin/graphql", "application/json", bytes.NewReader(body), idempotency.Header, key)
	a := answer{t: c.t}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		c.t.Fatalf("%v: %s", err, w.Body)
	}
	return a
}

// do runs an operation that must not fail.
func (c client) do(query string, variables ...any) answer {
	c.t.Helper()
	a := c.try(query, variables...)
	if len(a.Errors) > 0 {
		c.t.Fatalf("%s\n%v", query, a.Errors)
	}
	return a
}

// change runs one mutation that must be made, and gives its payload's thing.
func (c client) change(query string, variables ...any) answer {
	c.t.Helper()
	a := c.do(query, variables...)
	for _, payload := range a.Data {
		p, _ := payload.(map[string]any)
		if refused, _ := p["userErrors"].([]any); len(refused) > 0 {
			c.t.Fatalf("%s\nrefused: %v", query, refused)
		}
	}
	return a
}

// at walks into the answer: "product.variants.nodes.0.id".
func (a answer) at(path string) any {
	a.t.Helper()
	var v any = a.Data
	for _, step := range strings.Split(path, ".") {
		switch t := v.(type) {
		case map[string]any:
			v = t[step]
		case []any:
			i := int(step[0] - '0')
			if i >= len(t) {
				a.t.Fatalf("%s: there are only %d in %v", path, len(t), a.Data)
			}
			v = t[i]
		default:
			a.t.Fatalf("%s: nothing at %s in %v", path, step, a.Data)
		}
	}
	return v
}

func (a answer) text(path string) string {
	s, _ := a.at(path).(string)
	return s
}

// is compares what stands at a path.
func (a answer) is(path string, want any) {
	a.t.Helper()
	got := a.at(path)
	if n, ok := want.(int); ok {
		want = float64(n)
	}
	if got != want {
		a.t.Errorf("%s is %v, not %v", path, got, want)
	}
}

// code gives the code of the only error.
func (a answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	code, _ := a.Errors[0].Extensions["code"].(string)
	return code
}
