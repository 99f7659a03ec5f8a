package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// balancer stands before several servers as a load balancer does: it asks
// /readyz, sends requests to who is ready, and tries another one only when a
// connection could not be made, so that nobody has heard the request.
type balancer struct {
	places []*place
	next   atomic.Uint64
	wire   http.RoundTripper
}

// place is where a server stands; the one in it changes.
type place struct {
	host  atomic.Pointer[string]
	ready atomic.Bool
}

func newBalancer(t *testing.T, places int) (*balancer, *httptest.Server) {
	t.Helper()
	b := &balancer{wire: &http.Transport{MaxIdleConnsPerHost: 32}}
	ctx, end := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	for range places {
		p := &place{}
		b.places = append(b.places, p)
		watching.Go(func() { p.watch(ctx) })
	}
	proxy := &httputil.ReverseProxy{Transport: b, Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme = "http" }}
	front := httptest.NewServer(proxy)
	t.Cleanup(func() { front.Close(); end(); watching.Wait() })
	return b, front
}

// watch asks a server a few times a second whether it is ready.
func (p *place) watch(ctx context.Context) {
	asker := http.Client{Timeout: time.Second}
	for ctx.Err() == nil {
		ready := false
		if host := p.host.Load(); host != nil {
			if res, err := asker.Get("http://" + *host + "/readyz"); err == nil {
				ready = res.StatusCode == http.StatusOK
				_ = res.Body.Close()
			}
		}
		p.ready.Store(ready)
		time.Sleep(5 * pollEvery)
	}
}

// RoundTrip sends a request to a server that is ready, the next one each time.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	err := errors.New("no server is ready")
	from := b.next.Add(1)
	for i := range uint64(len(b.places)) {
		p := b.places[(from+i)%uint64(len(b.places))]
		host := p.host.Load()
		if host == nil || !p.ready.Load() {
			continue
		}
		out := r.Clone(r.Context())
		out.URL.Host = *host
		var res *http.Response
		if res, err = b.wire.RoundTrip(out); err == nil {
			return res, nil
		}
		if failed := (*net.OpError)(nil); !errors.As(err, &failed) || failed.Op != "dial" {
			return nil, err
		}
	}
	return nil, err
}

// put lets a server stand at a place and waits until it is seen to be ready.
func (p *place) put(t *testing.T, s *shop) {
	t.Helper()
	host := strings.TrimPrefix(s.url, "http://")
	p.host.Store(&host)
	if !s.until(startLimit, p.ready.Load) {
		t.Fatalf("never seen to be ready:\n%s", s.out)
	}
}

// TestServe_restartedInTurnsWhileBuyersBuy replaces each of two servers several
// times while buyers go from the catalogue to their orders. None of them sees a
// failure, and each has the order that was confirmed to him.
func TestServe_restartedInTurnsWhileBuyersBuy(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	times, buyers, every := 3, 3, 30*time.Millisecond
	if prove() {
		times, buyers, every = 20, 12, 10*time.Millisecond
	}
	front, site := newBalancer(t, 2)
	h.run(t, "worker")
	var servers [2]*shop
	for i := range servers {
		servers[i] = h.run(t, "serve")
		front.places[i].put(t, servers[i])
	}
	pace := time.NewTicker(every)
	defer pace.Stop()
	crowd := goShopping(t.Context(), caller{url: site.URL, pace: pace.C}, h.variant, buyers)
	for range times {
		for i, p := range front.places {
			if err := servers[i].stop(); err != nil {
				t.Errorf("%v\n%s", err, servers[i].out)
			}
			servers[i] = h.run(t, "serve")
			p.put(t, servers[i])
		}
	}
	sold, errs := crowd.leave()
	for _, err := range errs {
		t.Error(err)
	}
	t.Logf("%d purchases during %d restarts", len(sold), 2*times)
	if len(sold) < 2*times {
		t.Errorf("only %d purchases in that time", len(sold))
	}
	for _, number := range sold {
		if count(t, h.db, `SELECT count(*) FROM sales_order WHERE number = `+strconv.Itoa(number)) != 1 {
			t.Errorf("order %d was confirmed and is not there", number)
		}
	}
	if got := h.orders(t); got != len(sold) {
		t.Errorf("%d orders of %d confirmed", got, len(sold))
	}
	mailed := func() bool {
		return count(t, h.db, `SELECT count(*) FROM mail_message WHERE state = 'sent'`) == len(sold)
	}
	eventually(t, "mails", time.Minute, mailed)
	h.onceAll(t, 0)
	h.sound(t)
}

// crowd is buyers who buy until they are asked to leave.
type crowd struct {
	over atomic.Bool
	all  sync.WaitGroup
	mu   sync.Mutex
	sold []int
	errs []error
}

// most bounds how much a test buys, however long it takes.
const most = 5_000

func goShopping(ctx context.Context, c caller, variant string, buyers int) *crowd {
	w := &crowd{}
	for i := range buyers {
		w.all.Go(func() {
			for n := 0; n < most/buyers && !w.over.Load(); n++ {
				number, err := c.shop(ctx, variant, fmt.Sprintf("buyer-%d-%d", i, n))
				w.mu.Lock()
				if err == nil {
					w.sold = append(w.sold, number)
				} else {
					w.errs = append(w.errs, fmt.Errorf("buyer %d: %w", i, err))
				}
				broken := len(w.errs) > 10
				w.mu.Unlock()
				if broken {
					return
				}
			}
		})
	}
	return w
}

func (w *crowd) leave() ([]int, []error) {
	w.over.Store(true)
	w.all.Wait()
	return w.sold, w.errs
}

// shop goes from the catalogue to an order, and asks for it twice.
func (c caller) shop(ctx context.Context, variant, key string) (int, error) {
	if _, err := c.ask(ctx, anyProduct, nil); err != nil {
		return 0, fmt.Errorf("products: %w", err)
	}
	b, err := c.prepare(ctx, variant, key)
	if err != nil {
		return 0, err
	}
	submission := b.submission("ok", key)
	done, err := c.step(ctx, b, "checkoutComplete", complete, submission)
	if err != nil {
		return 0, err
	}
	again, err := c.step(ctx, b, "checkoutComplete", complete, submission)
	number := done.at("order", "orderNumber").number()
	if err == nil && (number <= 0 || again.at("order", "orderNumber").number() != number) {
		err = fmt.Errorf("order %d, and then %s", number, again.json())
	}
	return number, err
}

// TestStop_whileAProviderHangsAndAStreamIsOpen stops a shop (SIGTERM) that waits
// for a payment provider and has a subscription open: it ends in time and
// cleanly, its buyer has an answer, and the purchase is settled after the next
// start.
func TestStop_whileAProviderHangsAndAStreamIsOpen(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "SOUK_PAYMENT_TIMEOUT=3s")
	s := startAt(t, h.dir, h.settings)
	before := s.left(t, h.variant)
	b := prepare(t, s, h.variant, "stop")
	stream := openEvents(t, s, checkoutUpdated, map[string]any{"token": b.token})
	if state := stream.next(t).at("data", "checkoutUpdated", "state").text(); state != "READY" {
		t.Fatal(state)
	}
	answered := make(chan error, 1)
	go func() {
		got, err := caller{url: s.url}.step(t.Context(), &buyer{}, "checkoutComplete", complete, b.submission("hang", "stop"))
		if state := got.at("checkout", "state").text(); err == nil && state != "SUBMITTING" {
			err = fmt.Errorf("the checkout is %s", state)
		}
		answered <- err
	}()
	eventually(t, "the charge", 10*time.Second, func() bool { return count(t, h.db, `SELECT count(*) FROM sandbox_charge`) == 1 })
	began := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.exited:
	case <-time.After(30 * time.Second):
		t.Fatalf("it still runs\n%s", s.out)
	}
	t.Logf("it ended after %s", time.Since(began).Round(100*time.Millisecond))
	if s.err != nil {
		t.Errorf("%v\n%s", s.err, s.out)
	}
	if err := <-answered; err != nil {
		t.Errorf("the buyer has no answer: %v", err)
	}
	if _, err := io.Copy(io.Discard, stream.body); err != nil {
		t.Errorf("the stream was torn, not ended: %v", err)
	}
	if got := h.orders(t); got != 0 {
		t.Errorf("%d orders before the provider was asked again", got)
	}
	h.forget(t)
	s = startAt(t, h.dir, h.settings)
	eventually(t, "the order", time.Minute, func() bool { return h.orders(t) == 1 })
	if got := s.left(t, h.variant); got != before-1 {
		t.Errorf("%d left of %d", got, before)
	}
	h.onceAll(t, 0)
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}
