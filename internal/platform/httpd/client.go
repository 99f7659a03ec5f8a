package httpd

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

type addressKey struct{}

// Client gives the address of who asks; the zero one when it is not known.
func Client(ctx context.Context) netip.Addr {
	addr, _ := ctx.Value(addressKey{}).(netip.Addr)
	return addr
}

// ClientAddress finds out who asks. X-Forwarded-For is believed as far as
// trusted proxies wrote it: the last entry that is not one of them.
func ClientAddress(trusted Networks) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			addr := clientOf(r, trusted)
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), addressKey{}, addr)))
		})
	}
}

func clientOf(r *http.Request, trusted Networks) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && trusted.Contains(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr
}
