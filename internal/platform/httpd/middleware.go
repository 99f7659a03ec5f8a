package httpd

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/felixge/httpsnoop"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/platform/telemetry"
)

// Middleware wraps a handler.
type Middleware = func(http.Handler) http.Handler

// Chain is middleware in the order in which a request meets it.
func Chain(all ...Middleware) Middleware {
	return func(next http.Handler) http.Handler {
		for i := len(all) - 1; i >= 0; i-- {
			next = all[i](next)
		}
		return next
	}
}

// Standard is what every route has: request id, client address, access log and
// figures, recovery, headers.
func Standard(cfg Config, log *slog.Logger, metrics prometheus.Registerer) Middleware {
	return Chain(RequestID, ClientAddress(cfg.TrustedProxies), Observe(log, metrics), Recover(log), SecureHeaders)
}

// saneID is a request id that may go into our logs and headers.
var saneID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// RequestID takes the caller's X-Request-Id, if it is sane, or makes one, and
// puts it into the context and the answer.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !saneID.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(telemetry.WithRequestID(r.Context(), id)))
	})
}

// Observe logs and counts each request. Neither the query (it may hold a
// cart's secret), nor the rest of a path that a token opens, nor the address (it
// is personal) is logged.
func Observe(log *slog.Logger, metrics prometheus.Registerer) Middleware {
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "souk_http_request_seconds", Help: "Time to answer, by route and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method", "route", "status"})
	metrics.MustRegister(seconds)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			m := httpsnoop.CaptureMetrics(next, w, r)
			seconds.WithLabelValues(method(r), route(r), strconv.Itoa(m.Code)).Observe(m.Duration.Seconds())
			log.InfoContext(r.Context(), "request", "method", r.Method, "path", plainPath(r.URL.Path),
				"status", m.Code, "bytes", m.Written, "ms", float64(m.Duration.Microseconds())/1000)
		})
	}
}

// secretPaths lead to pages that whoever knows the rest of the path may see.
var secretPaths = []string{"/checkout/", "/orders/", "/sandbox/challenge/"}

func plainPath(path string) string {
	for _, prefix := range secretPaths {
		if strings.HasPrefix(path, prefix) {
			return prefix + "…"
		}
	}
	return path
}

// method and route keep the number of series bounded, whatever is asked for.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return r.Method
	}
	return "other"
}

// The mux writes the pattern into the request that it is given, so nothing
// between Observe and the mux may copy the request.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	_, path, ok := strings.Cut(r.Pattern, " ")
	if !ok {
		return r.Pattern
	}
	return path
}

// Recover answers 500 for a handler that panics, and logs where.
func Recover(log *slog.Logger) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			written := false
			w = httpsnoop.Wrap(w, httpsnoop.Hooks{
				WriteHeader: func(f httpsnoop.WriteHeaderFunc) httpsnoop.WriteHeaderFunc {
					return func(code int) { written = true; f(code) }
				},
				Write: func(f httpsnoop.WriteFunc) httpsnoop.WriteFunc {
					return func(b []byte) (int, error) { written = true; return f(b) }
				},
			})
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == any(http.ErrAbortHandler) || written {
					panic(http.ErrAbortHandler) // half an answer must not look like a whole one
				}
				log.ErrorContext(r.Context(), "handler panicked", "panic", p, "stack", string(debug.Stack()))
				answer(w, http.StatusInternalServerError, map[string]string{"error": "internal error"})
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// SecureHeaders keeps answers from being sniffed, framed or leaked by referrer.
// A page that needs a wider policy sets its own.
func SecureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
