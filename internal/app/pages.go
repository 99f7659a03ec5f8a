package app

import (
	"context"
	"net/http"
	"time"

	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/platform/httpd"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/web/feeds"
	"github.com/souk-commerce/souk/web/hosted"
	"github.com/souk-commerce/souk/web/mailbox"
	"github.com/souk-commerce/souk/web/restock"
)

// How many deliveries with a wrong signature are looked at from one address.
const (
	feedTries  = 30
	feedWindow = time.Minute
)

// routePages mounts what is no GraphQL: the hosted checkout, the sandbox's
// challenge, the end of requests to hear of stock, where stock feeds are
// delivered, and in dev the mailbox.
func (a *App) routePages(mux *http.ServeMux, s site) error {
	pages, err := hosted.New(hosted.Config{Checkouts: a.checkouts, Steps: a.checkouts, Carts: a.carts, Orders: a.orders,
		Payments: a.payments, Shop: a.directory, PublicURL: s.url, Client: a.client, Clock: a.clock, Log: a.log})
	if err != nil {
		return err
	}
	pages = shop.Visitors(pages)
	for _, path := range []string{"/cart/c/", "/checkout/", "/orders/"} {
		mux.Handle(path, pages)
	}
	if a.sandbox != nil {
		mux.Handle("/sandbox/challenge/", a.sandbox.Handler(func(ctx context.Context, key string) error { return a.payments.Heard(ctx, key) }))
	}
	stop, err := restock.New(restock.Config{Requests: a.restock, Shop: func() string { return a.directory.Shop().Name }, Client: a.client, Log: a.log})
	if err != nil {
		return err
	}
	mux.Handle("/restock/", stop)
	mux.Handle("/feeds/", feeds.New(feeds.Config{Feeds: a.feeds, Attempts: redis.NewAttempts(a.redis, "feed", feedTries, feedWindow), Log: a.log}))
	if a.cfg.Dev() {
		box := mailbox.New(a.mails)
		mux.Handle("/mailbox", box)
		mux.Handle("/mailbox/", box)
	}
	return nil
}

// client names whoever asks, without telling who it is.
func (a *App) client(ctx context.Context) string {
	from := httpd.Client(ctx)
	if !from.IsValid() {
		return ""
	}
	return a.key.Sign("client", from.String())
}
