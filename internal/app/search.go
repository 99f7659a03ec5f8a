package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/souk-commerce/souk/internal/adapter/search/bleve"
	"github.com/souk-commerce/souk/internal/adapter/search/meilisearch"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/search"
)

// Search says which engine finds products by words.
type Search struct {
	Engine      string `env:"SOUK_SEARCH_ENGINE" default:"bleve" oneof:"bleve,meilisearch" doc:"what finds products by words: bleve, inside each process, or a meilisearch server that all processes share"`
	Meilisearch meilisearch.Config
}

// furnishSearch makes the rooms from the index to what is recommended.
func (a *App) furnishSearch(r *rooms) error {
	engine, err := a.searchEngine()
	if err != nil {
		return err
	}
	a.engine = engine
	r.search = search.NewService(search.Rooms{DB: a.db, Events: a.outbox, Listing: r.listing, Markets: r.directory, Engine: engine,
		Audit: r.audit, Log: a.log, Metrics: a.metrics}, search.Config{Fail: a.failpoint()})
	r.learned = insight.NewMemory(a.db)
	r.merchandising = merchandising.NewService(merchandising.Rooms{DB: a.db, Events: a.outbox, Audit: r.audit, Search: r.search,
		Listing: r.listing, Intents: r.learned, Suggestions: r.learned, Clock: a.clock, Log: a.log})
	r.insight = insight.NewService(insight.Rooms{DB: a.db, Events: a.outbox, Audit: r.audit, Items: r.merchandising, Log: a.log}, insight.Config{})
	r.recommend = recommend.NewService(recommend.Rooms{DB: a.db, Events: a.outbox, Search: r.search, Log: a.log})
	return nil
}

// searchEngine gives the engine. Nothing is opened before search runs.
func (a *App) searchEngine() (search.Engine, error) {
	if a.cfg.Search.Engine == "meilisearch" {
		return meilisearch.New(a.cfg.Search.Meilisearch)
	}
	return bleve.New(bleve.Config{Root: filepath.Join(a.cfg.DataDir, "search")}), nil
}

// closeSearch gives back what the engine holds.
func (a *App) closeSearch() error {
	if c, ok := a.engine.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// subscribeSearch tells search and its rules of what they look at.
func (a *App) subscribeSearch(ctx context.Context) error {
	everywhere, ordered := a.search.Consumers()
	everywhere = append(everywhere,
		event.Consumer{Name: "merchandising", Topics: []string{merchandising.Released{}.Topic()}, Broadcast: true,
			Handle: func(ctx context.Context, _ []event.Envelope) error { return a.merchandising.Refresh(ctx) }},
		event.Consumer{Name: "insight", Topics: []string{"insight.changed"}, Broadcast: true,
			Handle: func(ctx context.Context, _ []event.Envelope) error { return a.learned.Refresh(ctx) }})
	return errors.Join(a.everywhere.Add(ctx, everywhere...), a.ordered.Add(ctx, ordered...))
}

// Reindex builds the search index anew and tells how far it is.
func (a *App) Reindex(ctx context.Context, tell func(line string)) error {
	return a.search.Reindex(ctx, "souk reindex", func(g search.Generation) {
		tell(fmt.Sprintf("generation %d: %s, %d of %d documents, %d refused", g.ID, g.State, g.Done, g.Documents, g.Dead))
	})
}
