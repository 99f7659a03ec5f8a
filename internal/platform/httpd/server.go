// Package httpd is the edge that every request passes: a server with bounds on
// everything, request ids, access log, CORS for storefronts, health answers,
// and an end that no request notices.
package httpd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Config says where to listen and whom to believe.
type Config struct {
	Addr           string        `env:"SOUK_ADDR" default:"127.0.0.1:8080" doc:"host and port to listen on"`
	PublicURL      string        `env:"SOUK_PUBLIC_URL" doc:"how the shop's API is reached from outside, such as https://api.shop.example: it stands in the addresses of pictures and links; empty means as it listens"`
	TrustedProxies Networks      `env:"SOUK_TRUSTED_PROXIES" doc:"addresses or networks of the load balancers whose X-Forwarded-For is believed, comma between them"`
	DrainDelay     time.Duration `env:"SOUK_DRAIN_DELAY" default:"2s" max:"1m" doc:"how long /readyz answers no before the server stops accepting, so that the load balancer notices; dev does not wait"`
	DrainTimeout   time.Duration `env:"SOUK_DRAIN_TIMEOUT" default:"20s" min:"1s" max:"5m" doc:"how long running requests may take to end once the server stops"`
}

// Validate says what is wrong with the values together.
func (c Config) Validate() error {
	var all fault.List
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		all.Add(fault.New(fault.Invalid, "variable_refused", "SOUK_ADDR is a host and a port, such as 127.0.0.1:8080").At("SOUK_ADDR"))
	}
	u, err := url.Parse(c.PublicURL)
	if c.PublicURL != "" && (err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https")) {
		all.Add(fault.New(fault.Invalid, "variable_refused", "SOUK_PUBLIC_URL is an address such as https://api.shop.example").At("SOUK_PUBLIC_URL"))
	}
	return all.Err()
}

// Networks are address ranges.
type Networks []netip.Prefix

// UnmarshalText reads addresses and networks with commas between them.
func (n *Networks) UnmarshalText(text []byte) error {
	*n = nil
	for item := range strings.SplitSeq(string(text), ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		if addr, err := netip.ParseAddr(item); err == nil {
			*n = append(*n, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(item)
		if err != nil {
			return err
		}
		*n = append(*n, p.Masked())
	}
	return nil
}

// Contains reports whether one of the networks holds addr.
func (n Networks) Contains(addr netip.Addr) bool {
	for _, p := range n {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// Bounds on what a connection may cost. A handler that streams moves its own
// deadlines by http.ResponseController.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = time.Minute
	idleTimeout   = 2 * time.Minute
	headerBytes   = 64 << 10
)

// Server is what serves a handler.
type Server struct {
	Config  Config
	Handler http.Handler
	Health  *Health      // told when the end comes
	TLS     *tls.Config  // nil is plain HTTP
	Log     *slog.Logger // nil is silent
	// Listening is called with the address once connections are accepted.
	Listening func(net.Addr)
}

// Run serves until ctx ends. Then it says it is not ready, goes on for
// DrainDelay, stops accepting, waits up to DrainTimeout for what runs, and
// cuts the rest off.
func (s *Server) Run(ctx context.Context) error {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Config.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.Config.Addr, err)
	}
	if s.TLS != nil {
		listener = tls.NewListener(listener, s.TLS)
	}
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := s.server(base)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if s.Listening != nil {
		s.Listening(listener.Addr())
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return s.drain(base, server)
	}
}

func (s *Server) server(base context.Context) *http.Server {
	return &http.Server{
		Handler:           s.Handler,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug), // mostly clients that hang up
	}
}

func (s *Server) drain(base context.Context, server *http.Server) error {
	if s.Health != nil {
		s.Health.Drain()
	}
	// Idle connections stay open until the load balancer has noticed: one that is
	// closed before may be the one on which it is just sending a request.
	if s.Config.DrainDelay > 0 {
		time.Sleep(s.Config.DrainDelay)
	}
	ctx, cancel := context.WithTimeout(base, s.Config.DrainTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.Log.WarnContext(ctx, "requests were cut off at the end of the drain")
		return server.Close()
	}
	return err
}
