package httpd_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/platform/httpd"
	"github.com/souk-commerce/souk/internal/platform/telemetry"
)

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRequestID_takesOnlySaneOnes(t *testing.T) {
	t.Parallel()
	echo := httpd.RequestID(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, telemetry.RequestID(r.Context()))
	}))
	for given, kept := range map[string]bool{"abc-1.2:3": true, "": false, "a b": false, "x\"y": false, strings.Repeat("a", 65): false} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("X-Request-Id", given)
		w := serve(echo, r)
		id := w.Header().Get("X-Request-Id")
		if id == "" || w.Body.String() != id || (id == given) != kept {
			t.Errorf("%q became %q", given, id)
		}
	}
}

func TestClientAddress_believesTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	var trusted httpd.Networks
	if err := trusted.UnmarshalText([]byte("10.0.0.0/8, 192.0.2.1")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ rule, peer, forwarded, want string }{
		{"nobody forwards", "198.51.100.7:1", "", "198.51.100.7"},
		{"a stranger's header is a lie", "198.51.100.7:1", "203.0.113.9", "198.51.100.7"},
		{"a proxy's is the truth", "10.1.1.1:1", "203.0.113.9", "203.0.113.9"},
		{"what the client put before it is not", "10.1.1.1:1", "127.0.0.1, 203.0.113.9", "203.0.113.9"},
		{"two proxies", "10.1.1.1:1", "203.0.113.9, 192.0.2.1", "203.0.113.9"},
		{"garbage ends the chain", "10.1.1.1:1", "203.0.113.9, what", "10.1.1.1"},
	} {
		got := ""
		h := httpd.ClientAddress(trusted)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = httpd.Client(r.Context()).String() }))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.forwarded)
		serve(h, r)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
}

func TestStandard_panicIsLoggedAndAnswered(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	log := slog.New(slog.NewTextHandler(&lines, nil))
	h := httpd.Standard(httpd.Config{}, log, prometheus.NewRegistry())(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))
	w := serve(h, httptest.NewRequest(http.MethodGet, "/x?key=hunter2", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("answered %d %s", w.Code, w.Body.String())
	}
	if !strings.Contains(lines.String(), "boom") || !strings.Contains(lines.String(), "status=500") || strings.Contains(lines.String(), "hunter2") {
		t.Errorf("logged %s", lines.String())
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error("headers are missing")
	}
}

func TestCORS_letsStorefrontsInWithoutCredentials(t *testing.T) {
	t.Parallel()
	h := httpd.CORS(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	r := httptest.NewRequest(http.MethodOptions, "/shop/graphql", nil)
	r.Header.Set("Origin", "https://store.example")
	w := serve(h, r)
	if w.Code != http.StatusNoContent || !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "X-Shopify-Storefront-Access-Token") {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	w = serve(h, httptest.NewRequest(http.MethodPost, "/shop/graphql", nil))
	if w.Code != http.StatusTeapot || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("answer: %d %v", w.Code, w.Header())
	}
}

func TestHealth_readyNeedsItsChecksLiveDoesNot(t *testing.T) {
	t.Parallel()
	down := errors.New("password=hunter2 refused")
	h := httpd.NewHealth(httpd.Check{Name: "database", Ask: func(context.Context) error { return down }})
	get := httptest.NewRequest(http.MethodGet, "/", nil)
	if w := serve(http.HandlerFunc(h.Ready), get); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("ready: %d %s", w.Code, w.Body)
	}
	if w := serve(http.HandlerFunc(h.Live), get); w.Code != http.StatusOK {
		t.Errorf("live: %d", w.Code)
	}
	down = nil
	if w := serve(http.HandlerFunc(h.Ready), get); w.Code != http.StatusOK {
		t.Errorf("ready: %d %s", w.Code, w.Body)
	}
	h.Drain()
	if w := serve(http.HandlerFunc(h.Ready), get); w.Code != http.StatusServiceUnavailable {
		t.Errorf("draining: %d", w.Code)
	}
}

// run starts a server and gives its address and what ends it.
func run(t *testing.T, s *httpd.Server) (addr string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	listening, ended := make(chan string, 1), make(chan error, 1)
	s.Config.Addr = "127.0.0.1:0"
	s.Listening = func(a net.Addr) { listening <- a.String() }
	go func() { ended <- s.Run(ctx) }()
	select {
	case addr = <-listening:
	case err := <-ended:
		t.Fatal(err)
	}
	return addr, cancel, ended
}

func TestRun_drainLetsRunningRequestsEnd(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	health := httpd.NewHealth()
	addr, stop, done := run(t, &httpd.Server{
		Config: httpd.Config{DrainTimeout: 10 * time.Second}, Health: health,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-leave
			if r.Context().Err() != nil {
				t.Error("a running request was cut off")
			}
			_, _ = io.WriteString(w, "done")
		})})
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + addr)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	<-entered
	stop()
	close(leave)
	if got := <-answer; got != "done" {
		t.Errorf("answer %q", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if w := serve(http.HandlerFunc(health.Ready), httptest.NewRequest(http.MethodGet, "/", nil)); w.Code != http.StatusServiceUnavailable {
		t.Error("still ready after the end")
	}
}

func TestRun_drainHasAnEnd(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	addr, stop, done := run(t, &httpd.Server{
		Config: httpd.Config{DrainTimeout: 50 * time.Millisecond},
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
		})})
	go func() {
		if resp, err := http.Get("http://" + addr); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-entered
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestDevTLS_isKeptAndRenewed(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "tls")
	now := clock.NewManual(clock.System().Now())
	first, err := httpd.DevTLS(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	addr, stop, done := run(t, &httpd.Server{TLS: first, Config: httpd.Config{DrainTimeout: time.Second},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "safe") })})
	pem, err := os.ReadFile(filepath.Join(dir, "tls.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	resp, err := (&http.Client{Transport: transport}).Get("https://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	transport.CloseIdleConnections()
	stop()
	<-done

	same, err := httpd.DevTLS(dir, now)
	if err != nil || !same.Certificates[0].Leaf.Equal(first.Certificates[0].Leaf) {
		t.Errorf("another certificate the next day (%v)", err)
	}
	now.Advance(360 * 24 * time.Hour)
	renewed, err := httpd.DevTLS(dir, now)
	if err != nil || renewed.Certificates[0].Leaf.Equal(first.Certificates[0].Leaf) {
		t.Errorf("the certificate was not renewed (%v)", err)
	}
}
