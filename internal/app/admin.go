package app

import (
	"context"
	"net/http"
	"sync"

	"github.com/souk-commerce/souk/graph/admin"
	"github.com/souk-commerce/souk/graph/gql/playground"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
)

func (a *App) routeAdmin(mux *http.ServeMux, s site) error {
	api, err := admin.New(admin.Deps{
		Audit: a.audit, Staff: a.staff, Markets: a.markets, Directory: a.directory, Translations: a.translations,
		Metafields: a.metafields, Media: a.media, Content: a.content, Catalog: a.catalog, Rules: a.listing,
		Prices: a.pricing, Stock: a.inventory, Imports: a.importer, Keys: idempotency.New(a.db),
		Taxes: a.taxes, Delivery: a.delivery, Orders: a.orders, Payments: a.payments, Mails: a.mails,
		Bundles: a.bundles, Warehouse: a.warehouse, Purchases: a.purchasing, Thresholds: a.replenish, Feeds: a.feeds, Restock: a.restock,
		Search: a.search, Merchandising: a.merchandising, Insight: a.insight, Recommend: a.recommend, Buyers: a.buyers,
		Live:      a.live,
		PublicURL: s.url, Background: a.background.run, Development: a.cfg.Dev(), Clock: a.clock, Logger: a.log,
	})
	if err != nil {
		return err
	}
	api.Mount(mux)
	a.streams = append(a.streams, api.Close)
	if !s.playground {
		return nil
	}
	page, err := playground.New(playground.Config{Title: "Souk back office API", Endpoint: "/admin/graphql",
		Subscriptions: "/admin/graphql", Headers: `{"Authorization": "Bearer <accessToken of staffLogin>"}`, Examples: admin.Examples()})
	if err != nil {
		return err
	}
	mux.Handle("GET /admin", page)
	return nil
}

// background is work that goes on after its request was answered. It ends with
// the process: stop tells it to, and waits until it has.
type background struct {
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
}

func newBackground() *background {
	ctx, stop := context.WithCancel(context.Background())
	return &background{ctx: ctx, stop: stop}
}

func (b *background) run(_ string, do func(context.Context)) { b.work.Go(func() { do(b.ctx) }) }

func (b *background) end() {
	b.stop()
	b.work.Wait()
}
