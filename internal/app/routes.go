package app

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/httpd"
	"github.com/souk-commerce/souk/internal/platform/telemetry"
)

// site is how the process is reached, and what it shows.
type site struct {
	url        string // from outside, without a slash at its end
	playground bool
}

// routes is the whole of what a server answers.
func (a *App) routes(health *httpd.Health, s site) (http.Handler, error) {
	mux := http.NewServeMux()
	a.watch(mux, health)
	mux.Handle(media.Path, a.renderer.Handler())
	if err := a.routeShop(mux, s); err != nil {
		return nil, err
	}
	if err := a.routeAdmin(mux, s); err != nil {
		return nil, err
	}
	if err := a.routePages(mux, s); err != nil {
		return nil, err
	}
	return a.traced(httpd.Standard(a.cfg.HTTP, a.log, a.metrics)(mux)), nil
}

// watch is for those who operate the process.
func (a *App) watch(mux *http.ServeMux, health *httpd.Health) {
	mux.HandleFunc("GET /healthz", health.Live)
	mux.HandleFunc("GET /readyz", health.Ready)
	mux.Handle("GET /metrics", telemetry.MetricsHandler(a.metrics))
}

// traced makes a span of each request where traces are sent anywhere.
func (a *App) traced(next http.Handler) http.Handler {
	if a.cfg.Telemetry.Endpoint == "" {
		return next
	}
	return otelhttp.NewHandler(next, "http")
}
