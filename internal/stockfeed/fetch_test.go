package stockfeed

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

func TestReachable_refusesEveryWayIntoOurNetwork(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1", "fe80::1%eth0", "fd00::1", "fc00::1",
		"fec0::1", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.0.192", "2001::1",
	} {
		if reachable(netip.MustParseAddr(text), false) {
			t.Errorf("%s is reached", text)
		}
	}
	for _, text := range []string{"93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"} {
		if !reachable(netip.MustParseAddr(text), false) {
			t.Errorf("%s is not reached", text)
		}
	}
	if reachable(netip.MustParseAddr("10.0.0.1"), true) || !reachable(netip.MustParseAddr("::ffff:127.0.0.1"), true) {
		t.Error("in development loopback is reached, and nothing else")
	}
}

// asked counts the requests that reach a server on this machine.
func asked(t *testing.T, answer http.HandlerFunc) (server *httptest.Server, times *atomic.Int64) {
	t.Helper()
	times = new(atomic.Int64)
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		times.Add(1)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server, times
}

func TestGet_judgesTheAddressThatANameLeadsTo(t *testing.T) {
	t.Parallel()
	server, times := asked(t, func(http.ResponseWriter, *http.Request) {})
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	f := newFetcher(false)
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"} {
		_, err := f.get(context.Background(), "https://"+host+":"+port+"/")
		if err == nil {
			t.Errorf("%s was fetched", host)
		}
		if (host == "localhost" || host == "127.0.0.1") && !fault.Is(err, "address_refused") {
			t.Errorf("%s: %v", host, err)
		}
	}
	// whatever name it was, the connection is refused by where it would go
	if err := f.control("tcp4", "127.0.0.1:"+port, nil); !fault.Is(err, "address_refused") {
		t.Errorf("%v", err)
	}
	if times.Load() != 0 {
		t.Errorf("%d requests came through", times.Load())
	}
}

func TestGet_staysOnItsServer(t *testing.T) {
	t.Parallel()
	other, times := asked(t, func(http.ResponseWriter, *http.Request) {})
	server, _ := asked(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/here":
			http.Redirect(w, r, "/file", http.StatusFound)
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
		default:
			_, _ = w.Write([]byte("file"))
		}
	})
	f := newFetcher(true)
	for path, reason := range map[string]string{"/away": "redirect_refused", "/round": "redirect_refused", "/packed": "encoding_refused"} {
		if _, err := f.get(context.Background(), server.URL+path); !fault.Is(err, reason) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if body, err := f.get(context.Background(), server.URL+"/here"); err != nil || string(body) != "file" {
		t.Errorf("%q %v", body, err)
	}
	if times.Load() != 0 {
		t.Error("the other server was asked")
	}
}
