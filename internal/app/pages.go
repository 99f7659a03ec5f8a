package app

import (
	"context"
	"net/http"

	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/platform/httpd"
	"github.com/souk-commerce/souk/web/hosted"
	"github.com/souk-commerce/souk/web/mailbox"
)

// routePages mounts what browsers are shown: the hosted checkout, the sandbox's
// challenge, and in dev the mailbox.
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
