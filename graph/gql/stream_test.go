package gql_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/souk-commerce/souk/graph/gql"
)

func streaming(cfg gql.Streaming) func(*gql.HandlerConfig) {
	return func(c *gql.HandlerConfig) { c.Streaming = &cfg }
}

// live serves the test schema on a port, with subscriptions.
func live(t *testing.T, cfg gql.Streaming) (*server, *httptest.Server) {
	t.Helper()
	s := serve(t, streaming(cfg))
	web := httptest.NewServer(s.handler)
	t.Cleanup(func() { s.handler.Close(); web.Close() })
	return s, web
}

func openEvents(t *testing.T, url, query, accept string) *http.Response {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func TestEvents_answerSubscriptionsToTheirEnd(t *testing.T) {
	t.Parallel()
	_, web := live(t, gql.Streaming{})
	res := openEvents(t, web.URL, `subscription { ticks }`, "text/event-stream")
	all, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := ":\n\nevent: next\ndata: {\"data\":{\"ticks\":1}}\n\nevent: next\ndata: {\"data\":{\"ticks\":2}}\n\nevent: complete\ndata:\n\n"
	if string(all) != want || res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%q, %v", all, res.Header)
	}
}

func TestEvents_areGuardedLikeEverything(t *testing.T) {
	t.Parallel()
	_, web := live(t, gql.Streaming{})
	for query, want := range map[string]string{
		"subscription { " + repeat(40, " a#: ticks") + " }": "TOO_MANY_ALIASES",
		"subscription { nothing }":                          "GRAPHQL_VALIDATION_FAILED",
		"{ product { id } }":                                "NOT_ACCEPTABLE",
		`mutation { login(password: "x") }`:                 "NOT_ACCEPTABLE",
	} {
		res := openEvents(t, web.URL, query, "text/event-stream")
		all, _ := io.ReadAll(res.Body)
		if !strings.Contains(string(all), want) || strings.Contains(string(all), "event: next") {
			t.Errorf("%s: %d %s", clip(query), res.StatusCode, clip(string(all)))
		}
	}
	res := openEvents(t, web.URL, "{ product { id } }", "text/event-stream, application/json")
	if all, _ := io.ReadAll(res.Body); !strings.HasPrefix(string(all), `{"data"`) {
		t.Errorf("a client that takes both: %s", all)
	}
}

func TestStreams_haveAnEndForTheProcess(t *testing.T) {
	t.Parallel()
	_, web := live(t, gql.Streaming{Total: 2, KeepAlive: time.Hour})
	for range 2 {
		openEvents(t, web.URL, `subscription { clock }`, "text/event-stream")
	}
	if res := openEvents(t, web.URL, `subscription { clock }`, "text/event-stream"); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("the third: %d", res.StatusCode)
	}
}

// wire is the client's end of a socket.
type wire struct {
	t *testing.T
	*websocket.Conn
}

func dial(t *testing.T, url string, protocols ...string) *wire {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), strings.Replace(url, "http", "ws", 1), &websocket.DialOptions{Subprotocols: protocols,
		HTTPHeader: http.Header{"Origin": {"https://shop.example"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return &wire{t, c}
}

func (w *wire) say(format string, args ...any) {
	w.t.Helper()
	if err := w.Write(w.t.Context(), websocket.MessageText, fmt.Appendf(nil, format, args...)); err != nil {
		w.t.Fatal(err)
	}
}

// hear gives the next message, or how the socket was closed.
func (w *wire) hear() string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	_, raw, err := w.Read(ctx)
	if err != nil {
		return fmt.Sprint("closed ", int(websocket.CloseStatus(err)))
	}
	return string(raw)
}

func (w *wire) expect(want string) {
	w.t.Helper()
	if got := w.hear(); !strings.Contains(got, want) {
		w.t.Fatalf("heard %s, not %s", clip(got), want)
	}
}

const protocol = "graphql-transport-ws"

func greeted(t *testing.T, url string) *wire {
	t.Helper()
	w := dial(t, url, protocol)
	w.say(`{"type":"connection_init","payload":{}}`)
	w.expect(`{"type":"connection_ack"}`)
	return w
}

func TestSocket_speaksItsProtocol(t *testing.T) {
	t.Parallel()
	_, web := live(t, gql.Streaming{})
	w := greeted(t, web.URL)
	w.say(`{"type":"ping"}`)
	w.expect(`{"type":"pong"}`)
	w.say(`{"id":"1","type":"subscribe","payload":{"query":"subscription { ticks }"}}`)
	w.expect(`{"id":"1","type":"next","payload":{"data":{"ticks":1}}}`)
	w.expect(`{"id":"1","type":"next","payload":{"data":{"ticks":2}}}`)
	w.expect(`{"id":"1","type":"complete"}`)
	w.say(`{"id":"1","type":"subscribe","payload":{"query":"subscription { nothing }"}}`)
	w.expect(`GRAPHQL_VALIDATION_FAILED`)
	w.say(`{"id":"1","type":"subscribe","payload":{"query":"{ product { id } }"}}`)
	w.expect(`SUBSCRIPTION_ONLY`)
	w.say(`{"id":"1","type":"subscribe","payload":{"query":"mutation { login(password: \"x\") }"}}`)
	w.expect(`SUBSCRIPTION_ONLY`)
	w.say(`{"id":"1","type":"subscribe","payload":{"query":"subscription { %s }"}}`, repeat(40, " a#: ticks"))
	w.expect(`TOO_MANY_ALIASES`)
}

func TestSocket_closesOnWhatIsNoProtocol(t *testing.T) {
	t.Parallel()
	_, web := live(t, gql.Streaming{InitTimeout: 200 * time.Millisecond})
	for name, c := range map[string]struct {
		protocol string
		say      []string
		want     string
	}{
		"no protocol":        {"", nil, "closed 4406"},
		"the older protocol": {"graphql-ws", nil, "closed 4406"},
		"nothing said":       {protocol, nil, "closed 4408"},
		"subscribed first":   {protocol, []string{`{"id":"1","type":"subscribe","payload":{"query":"subscription { ticks }"}}`}, "closed 4401"},
		"no JSON":            {protocol, []string{`nonsense`}, "closed 4400"},
		"greeted twice":      {protocol, []string{`{"type":"connection_init"}`, `{"type":"connection_init"}`}, "closed 4429"},
		"no name":            {protocol, []string{`{"type":"connection_init"}`, `{"type":"subscribe","payload":{}}`}, "closed 4400"},
		"a name too long":    {protocol, []string{`{"type":"connection_init"}`, `{"type":"subscribe","id":"` + strings.Repeat("x", 200) + `"}`}, "closed 4400"},
		"a name twice": {protocol, []string{`{"type":"connection_init"}`, `{"id":"1","type":"subscribe","payload":{"query":"subscription { clock }"}}`,
			`{"id":"1","type":"subscribe","payload":{"query":"subscription { clock }"}}`}, "closed 4409"},
		"a body too large": {protocol, []string{`{"type":"connection_init"}`, `{"id":"1","type":"subscribe","payload":{"query":"` + strings.Repeat(" ", 200_000) + `"}}`}, "closed 1009"},
	} {
		var protocols []string
		if c.protocol != "" {
			protocols = []string{c.protocol}
		}
		w := dial(t, web.URL, protocols...)
		for _, m := range c.say {
			_ = w.Write(t.Context(), websocket.MessageText, []byte(m))
		}
		heard := w.hear()
		for !strings.HasPrefix(heard, "closed") {
			heard = w.hear()
		}
		if heard != c.want {
			t.Errorf("%s: %s, want %s", name, heard, c.want)
		}
	}
}

// Whatever a client piles up on its socket, it has an end, and nothing is left of
// it when the socket is gone.
func TestSocket_floodsAreBoundedAndLeaveNothing(t *testing.T) {
	s, web := live(t, gql.Streaming{PerSocket: 20})
	before := runtime.NumGoroutine()
	for range 5 {
		w := greeted(t, web.URL)
		refused := 0
		for i := range 1_000 {
			w.say(`{"id":"s%d","type":"subscribe","payload":{"query":"subscription { clock }"}}`, i)
			if i >= 20 {
				if !strings.Contains(w.hear(), "TOO_MANY_SUBSCRIPTIONS") {
					t.Fatalf("subscription %d was not refused", i)
				}
				refused++
			}
		}
		if n := s.resolver.Clocks.Load(); n > 20 || refused != 980 {
			t.Fatalf("%d run, %d were refused", n, refused)
		}
		w.say(`{"id":"s0","type":"complete"}`)
		w.say(`{"id":"again","type":"subscribe","payload":{"query":"subscription { ticks }"}}`)
		for !strings.Contains(w.hear(), `"id":"again"`) {
		}
		_ = w.CloseNow()
		settle(t, "clocks that run", func() bool { return s.resolver.Clocks.Load() == 0 })
	}
	settle(t, "goroutines", func() bool { return runtime.NumGoroutine() <= before+5 })
}

func TestClose_endsStreams(t *testing.T) {
	t.Parallel()
	s, web := live(t, gql.Streaming{})
	w := greeted(t, web.URL)
	w.say(`{"id":"1","type":"subscribe","payload":{"query":"subscription { clock }"}}`)
	res := openEvents(t, web.URL, `subscription { clock }`, "text/event-stream")
	lines := bufio.NewScanner(res.Body)
	lines.Scan()
	settle(t, "clocks", func() bool { return s.resolver.Clocks.Load() == 2 })
	done := make(chan struct{})
	go func() { s.handler.Close(); close(done) }()
	for heard := ""; !strings.HasPrefix(heard, "closed"); heard = w.hear() {
	}
	for lines.Scan() {
	}
	if s.resolver.Clocks.Load() != 0 {
		t.Errorf("%d clocks still run", s.resolver.Clocks.Load())
	}
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Error("closing takes for ever")
	}
}

func TestSocket_isRefusedWhereThereAreNoSubscriptions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Connection", "Upgrade")
	if a := s.do(r); a.Status != http.StatusBadRequest || a.codes() != "SUBSCRIPTION_NOT_SUPPORTED" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func settle(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		<-time.After(10 * time.Millisecond) // what is waited for tells nobody
	}
	buf := make([]byte, 1<<16)
	t.Fatalf("%s: never so\n%s", what, buf[:runtime.Stack(buf, true)])
}
