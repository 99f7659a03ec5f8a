package shop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/track"
	"github.com/souk-commerce/souk/internal/translation"
)

// storefront is the API over the small shop of the listing room's tests.
type storefront struct {
	t       *testing.T
	db      *postgres.DB
	rooms   shop.Rooms
	handler http.Handler
}

func open(t *testing.T) *storefront {
	t.Helper()
	return openWithin(t, guard.Shop())
}

func openWithin(t *testing.T, limits guard.Limits) *storefront {
	t.Helper()
	return openWith(t, limits, func(*postgres.DB, *shop.Rooms) {})
}

// openWith lets a test put other rooms in place of the usual ones.
func openWith(t *testing.T, limits guard.Limits, replace func(*postgres.DB, *shop.Rooms)) *storefront {
	t.Helper()
	db := testkit.DB(t)
	script, err := os.ReadFile("../../internal/listing/testdata/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(context.Background(), string(script)); err != nil {
		t.Fatal(err)
	}
	rooms := furnish(t, db)
	replace(db, &rooms)
	handler, err := gql.NewHandler(gql.HandlerConfig{
		Schema: shop.NewSchema(rooms), Limits: limits, Extensions: []graphql.HandlerExtension{rooms.Buyer()},
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &storefront{t: t, db: db, rooms: rooms, handler: shop.Visitors(handler)}
}

func furnish(t *testing.T, db *postgres.DB) shop.Rooms {
	t.Helper()
	outbox, log := event.NewOutbox(db), audit.New(db)
	markets := market.NewDirectory(market.NewService(db, outbox, log), "")
	buyers := listing.NewBuyers(db, markets)
	for _, refresh := range []func(context.Context) error{markets.Refresh, buyers.Refresh} {
		if err := refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	catalog := listing.NewService(db, "https://shop.example")
	return shop.Rooms{
		Listing: catalog, Search: merchandising.NewService(merchandising.Rooms{DB: db, Events: outbox, Audit: log, Search: away{}, Listing: catalog, Clock: db.Clock()}),
		Related: recommend.NewService(recommend.Rooms{DB: db, Events: outbox, Search: away{}}), Buyers: buyers, Content: content.NewService(db, outbox, log), Markets: markets,
		Media: media.NewService(db, nil, log), Metafields: metafield.NewService(db, outbox, log), Translations: translation.NewService(db, outbox, log),
		Track: track.NewRecorder(db, track.Config{HashKey: []byte("key")}), Clock: clock.NewManual(testkit.Started()),
	}
}

// ask answers a query, with the round trips it took to the database.
func (s *storefront) ask(query string) (answer string, trips int) {
	s.t.Helper()
	return s.askAs(query, "", nil)
}

// askAs is ask under a host name and with headers.
func (s *storefront) askAs(query, host string, header http.Header) (answer string, trips int) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, counter := postgres.CountStatements(s.t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/shop/graphql", bytes.NewReader(body))
	if r.Host = host; header != nil {
		r.Header = header
	}
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	var out bytes.Buffer
	if err := json.Indent(&out, w.Body.Bytes(), "", "  "); err != nil {
		s.t.Fatalf("%v: %s", err, w.Body)
	}
	return out.String() + "\n", counter.RoundTrips()
}

var update = flag.Bool("update", false, "write what is answered as what is wanted")

// TestStories answers each testdata/<story>.graphql and compares with its JSON.
func TestStories(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	stories, err := filepath.Glob("testdata/*.graphql")
	if err != nil || len(stories) == 0 {
		t.Fatal("no stories", err)
	}
	for _, story := range stories {
		query, err := os.ReadFile(story)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := s.ask(string(query))
		golden := strings.TrimSuffix(story, ".graphql") + ".json"
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
			t.Errorf("%s: %s", story, diff)
		}
	}
}
