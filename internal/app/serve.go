package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/httpd"
)

// Serve answers requests until ctx ends.
func (a *App) Serve(ctx context.Context) error {
	a.settle(ctx)
	health := a.health()
	handler, err := a.routes(health, site{url: a.cfg.publicURL(), playground: a.explorable()})
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return quiet(a.everywhere.Run(ctx)) })
	group.Go(func() error { return quiet(a.search.Run(ctx)) })
	group.Go(func() error { return a.serve(ctx, a.server(handler, health, nil, a.announce)) })
	return group.Wait()
}

// settle ends the books of imports whose process died. That it fails keeps
// nobody from serving.
func (a *App) settle(ctx context.Context) {
	if err := a.importer.Settle(ctx); err != nil {
		a.log.WarnContext(ctx, "interrupted imports are still on the books as running", "error", err)
	}
}

// serve runs a server, and the recorder of what visitors do until the last
// request has ended.
func (a *App) serve(ctx context.Context, server *httpd.Server) error {
	recording, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- a.track.Run(recording) }()
	detach := context.AfterFunc(ctx, func() {
		for _, end := range a.streams {
			end()
		}
	})
	err := server.Run(ctx)
	detach()
	stop()
	return errors.Join(err, quiet(<-ended))
}

// ServeWorker works in the background, and answers health and metrics.
func (a *App) ServeWorker(ctx context.Context) error {
	health := a.health()
	mux := http.NewServeMux()
	a.watch(mux, health)
	handler := httpd.Standard(a.cfg.HTTP, a.log, a.metrics)(mux)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Work(ctx) })
	group.Go(func() error { return a.server(handler, health, nil, a.announce).Run(ctx) })
	return group.Wait()
}

// DevOptions say how a developer wants the shop served.
type DevOptions struct {
	TLS bool
	Out io.Writer // where to print the addresses and the sign-in
}

// Dev serves and works in one process.
func (a *App) Dev(ctx context.Context, o DevOptions) error {
	var config *tls.Config
	if o.TLS {
		var err error
		if config, err = httpd.DevTLS(a.cfg.DataDir, a.clock); err != nil {
			return err
		}
	}
	a.settle(ctx)
	if err := a.seedFirst(ctx, o.Out); err != nil {
		return err
	}
	login, err := a.devLogin(ctx)
	if err != nil {
		return err
	}
	health := a.health()
	s := site{url: a.cfg.publicURL(), playground: true}
	handler, err := a.routes(health, s)
	if err != nil {
		return err
	}
	greet := func(net.Addr) { fmt.Fprint(o.Out, greeting(s.url, login)) }
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Work(ctx) })
	group.Go(func() error { return quiet(a.search.Run(ctx)) })
	group.Go(func() error { return a.serve(ctx, a.server(handler, health, config, greet)) })
	return group.Wait()
}

// seedFirst loads the sample shop where there is no shop yet.
func (a *App) seedFirst(ctx context.Context, out io.Writer) error {
	if _, err := a.markets.Shop(ctx); !isNoShop(err) {
		return err
	}
	fmt.Fprintln(out, "Loading the sample shop, once …")
	_, err := a.Seed(actor.WithSystem(ctx, "souk dev"))
	return err
}

func greeting(url string, l login) string {
	return fmt.Sprintf(`
  Souk is open.

  Playground      %[1]s/
  Shop API        %[1]s/shop/graphql
  Back office API %[1]s/admin/graphql   (playground: %[1]s/admin)
  Mailbox         %[1]s/mailbox
  Staff sign-in   %[2]s
                  %[3]s

  Stop with Ctrl-C.

`, url, l.email, l.password)
}

func (a *App) announce(at net.Addr) {
	a.log.Info("serving", "address", at.String(), "version", a.version)
}

func (a *App) server(h http.Handler, health *httpd.Health, config *tls.Config, listening func(net.Addr)) *httpd.Server {
	return &httpd.Server{Config: a.cfg.HTTP, Handler: h, Health: health, TLS: config, Log: a.log, Listening: listening}
}

// health asks for what this process cannot serve without. Redis is a cache and
// not among it.
func (a *App) health() *httpd.Health {
	return httpd.NewHealth(httpd.Check{Name: "database", Ask: a.db.Ping})
}

// AskReady asks the process at address whether it is ready.
func AskReady(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("read SOUK_ADDR: %w", err)
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask whether it is ready: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New("it is not ready: " + res.Status)
	}
	return nil
}
