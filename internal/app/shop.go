package app

import (
	"context"
	"net/http"
	"regexp"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/graph/gql/playground"
	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/platform/httpd"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
)

// How long a catalogue answer is fresh, and how long it may still be shown
// while a new one is fetched. The cart is the authority on price and stock.
const (
	catalogFresh = 30 * time.Second
	catalogStale = 24 * time.Hour
)

// shopPath is the storefront API's own; storefront clients also ask below /api.
const shopPath = "/shop/graphql"

// apiVersion is what clients may put where they name a version. There is one
// schema for all of them.
var apiVersion = regexp.MustCompile(`^(unstable|20[0-9]{2}-(0[1-9]|1[0-2]))$`)

func (a *App) routeShop(mux *http.ServeMux, s site) error {
	rooms := shop.Rooms{Listing: a.listing, Buyers: a.buyers, Content: a.content, Markets: a.directory, Media: a.media,
		Metafields: a.metafields, Translations: a.translations, Track: a.track,
		Carts: a.carts, Checkouts: a.checkouts, Orders: a.orders, Payments: a.payments, Keys: idempotency.New(a.db), Secret: a.key,
		Bundles: a.bundles, Restock: a.restock, Search: a.merchandising, Related: a.recommend, Live: a.live, Clock: a.clock, Site: s.url}
	handler, err := gql.NewHandler(gql.HandlerConfig{
		Schema:        shop.NewSchema(rooms),
		Limits:        guard.Shop(),
		Introspection: func(context.Context) bool { return a.explorable() },
		Development:   a.cfg.Dev(),
		Cache: gql.CachePolicy{Cacheable: shop.Cacheable, Private: shop.Private,
			MaxAge: catalogFresh, StaleWhileRevalidate: catalogStale},
		Extensions: a.extensions(rooms.Buyer()),
		Streaming:  &gql.Streaming{},
		Logger:     a.log,
	})
	if err != nil {
		return err
	}
	a.streams = append(a.streams, handler.Close)
	api := httpd.CORS(shop.Visitors(idempotency.Middleware(handler)))
	mux.Handle(shopPath, api)
	for _, path := range []string{"/api/{version}/graphql", "/api/{version}/graphql.json"} {
		mux.Handle(path, anyVersion(api))
	}
	if !s.playground {
		return nil
	}
	page, err := playground.New(playground.Config{Title: "Souk shop API", Endpoint: shopPath, Subscriptions: shopPath,
		Examples: shop.Examples()})
	if err != nil {
		return err
	}
	mux.Handle("GET /{$}", page)
	return nil
}

// explorable says whether the schema may be asked for and played with.
func (a *App) explorable() bool { return a.cfg.Dev() || a.cfg.Playground }

// extensions are those of both APIs, and more.
func (a *App) extensions(more ...graphql.HandlerExtension) []graphql.HandlerExtension {
	all := more
	if a.cfg.Telemetry.Endpoint != "" {
		all = append(all, gql.Traces{})
	}
	if a.cfg.Dev() {
		all = append(all, gql.Statements{})
	}
	return all
}

func anyVersion(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !apiVersion.MatchString(r.PathValue("version")) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
