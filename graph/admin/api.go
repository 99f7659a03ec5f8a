package admin

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/graph/admin/generated"
	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/graph/loader"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
)

// API is the back office as it is served.
type API struct {
	rooms   Deps
	graphql http.Handler
	streams *gql.Handler
}

// New puts the back office together. It refuses a schema in which some field
// has no access rule.
func New(d Deps) (*API, error) {
	d = d.withDefaults()
	h, err := gql.NewHandler(gql.HandlerConfig{
		Schema:        generated.NewExecutableSchema(generated.Config{Resolvers: &Resolver{rooms: d}}),
		Limits:        limits(),
		Introspection: func(ctx context.Context) bool { return d.Development || actor.From(ctx).Kind == actor.Staff },
		Development:   d.Development,
		Streaming:     &gql.Streaming{Greet: greeted(d.Staff), Still: stillSignedIn(d.Staff), KeepAlive: d.KeepAlive},
		Extensions:    []graphql.HandlerExtension{newOnce(d.Keys)},
		Logger:        d.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("back office: %w", err)
	}
	loading := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r.WithContext(withLoaders(r.Context(), d)))
	})
	return &API{rooms: d, graphql: loading, streams: h}, nil
}

// Close ends all subscriptions and waits until they have ended.
func (a *API) Close() { a.streams.Close() }

// limits are those of staff, with a body that holds what a product may have: a
// text of half a megabyte and 2,048 variants, all of it in variables.
func limits() guard.Limits {
	l := guard.Staff()
	l.Body = 4 << 20
	return l
}

func (d Deps) withDefaults() Deps {
	if d.ImportLimits == (importer.Limits{}) {
		d.ImportLimits = importer.DefaultLimits()
	}
	if d.Background == nil {
		d.Background = func(_ string, run func(context.Context)) { go run(context.Background()) }
	}
	if d.Wait == 0 {
		d.Wait = loader.Wait
	}
	if d.Live == nil {
		d.Live = live.NewHub()
	}
	if d.Clock == nil {
		d.Clock = clock.System()
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	return d
}

// Mount puts every route of the back office on a mux:
//
//	/admin/graphql                     GraphQL
//	POST /admin/imports                takes a product file in
//	GET  /admin/imports/{id}           how far an import is, and its report
//	GET  /admin/exports/products.csv   all products as a file
//	POST /admin/media                  takes a picture in
func (a *API) Mount(mux *http.ServeMux) {
	known := Authenticate(a.rooms.Staff)
	mux.Handle("/admin/graphql", idempotency.Middleware(known(a.graphql)))
	mux.Handle("POST /admin/imports", known(http.HandlerFunc(a.startImport)))
	mux.Handle("GET /admin/imports/{id}", known(http.HandlerFunc(a.showImport)))
	mux.Handle("GET /admin/exports/products.csv", known(http.HandlerFunc(a.exportProducts)))
	mux.Handle("POST /admin/media", known(http.HandlerFunc(a.uploadMedia)))
}

// Schema gives the schema of the back office.
func Schema() *ast.Schema { return generated.NewExecutableSchema(generated.Config{}).Schema() }
