package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

const (
	checkoutUpdated = `subscription($token: String!) { checkoutUpdated(token: $token) { state version order { orderNumber } } }`
	orderUpdated    = `subscription($token: String!) { orderUpdated(accessToken: $token) { orderNumber status } }`
	streamLimit     = 20 * time.Second
)

// events is an open subscription over Server-Sent Events.
type events struct {
	status int
	header http.Header
	body   io.Reader
	lines  *bufio.Scanner
}

// openEvents subscribes; the stream ends with the test at the latest.
func openEvents(t *testing.T, s *shop, query string, variables map[string]any) *events {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+shopAPI, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return &events{status: res.StatusCode, header: res.Header, body: res.Body, lines: bufio.NewScanner(res.Body)}
}

// next gives the next answer, an empty one when the stream has ended.
func (e *events) next(t *testing.T) node {
	t.Helper()
	for e.lines.Scan() {
		data, ok := strings.CutPrefix(e.lines.Text(), "data:")
		if !ok || strings.TrimSpace(data) == "" {
			continue
		}
		return parsed(t, []byte(data))
	}
	return node{}
}

// all gives what is left until the stream ends.
func (e *events) all(t *testing.T) (left []node) {
	t.Helper()
	for n := e.next(t); n.v != nil; n = e.next(t) {
		left = append(left, n)
	}
	if err := e.lines.Err(); err != nil {
		t.Error(err)
	}
	return left
}

func parsed(t *testing.T, text []byte) node {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return node{v}
}

// socket is an open WebSocket that speaks graphql-transport-ws.
type socket struct{ wire *websocket.Conn }

// said is a message of either side.
type said struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func openSocket(t *testing.T, s *shop) *socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), streamLimit)
	defer cancel()
	wire, res, err := websocket.Dial(ctx, s.url+shopAPI, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatalf("%v %v", err, res)
	}
	t.Cleanup(func() { _ = wire.CloseNow() })
	c := &socket{wire}
	c.say(t, said{Type: "connection_init"})
	if m := c.hear(t); m.Type != "connection_ack" {
		t.Fatalf("%+v", m)
	}
	return c
}

func (c *socket) say(t *testing.T, m said) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), streamLimit)
	defer cancel()
	if err := wsjson.Write(ctx, c.wire, m); err != nil {
		t.Fatal(err)
	}
}

func (c *socket) hear(t *testing.T) (m said) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), streamLimit)
	defer cancel()
	if err := wsjson.Read(ctx, c.wire, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (c *socket) subscribe(t *testing.T, id, query string, variables map[string]any) {
	t.Helper()
	payload, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	c.say(t, said{ID: id, Type: "subscribe", Payload: payload})
}

// all gives the answers to a subscription until it has ended.
func (c *socket) all(t *testing.T, id string) (answers []node) {
	t.Helper()
	for {
		m := c.hear(t)
		switch {
		case m.ID != id:
			t.Fatalf("%+v", m)
		case m.Type == "complete":
			return answers
		case m.Type != "next":
			t.Fatalf("%+v %s", m, m.Payload)
		}
		answers = append(answers, parsed(t, m.Payload))
	}
}

// Who watches a checkout by either way sees it completed, and then no more; who
// watches the order sees it paid, and cancelled by staff.
func TestSubscriptions_tellOfAPurchase(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	variant, _ := inStock(t, s)
	b := prepare(t, s, variant, "watched")
	watched := map[string]any{"token": b.token}
	stream, wire := openEvents(t, s, checkoutUpdated, watched), openSocket(t, s)
	if kind := stream.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
		t.Fatalf("%d %s", stream.status, kind)
	}
	wire.subscribe(t, "one", checkoutUpdated, watched)
	first := wire.hear(t)
	for way, now := range map[string]node{"events": stream.next(t), "socket": parsed(t, first.Payload)} {
		if state := now.at("data", "checkoutUpdated", "state").text(); state != "READY" {
			t.Fatalf("%s begin with %s", way, now.json())
		}
	}
	done := s.query(t, complete, b.submission("ok", "watched")).at("checkoutComplete")
	number := done.at("order", "orderNumber").number()
	for way, told := range map[string][]node{"events": stream.all(t), "socket": wire.all(t, "one")} {
		if len(told) == 0 {
			t.Fatalf("%s end and tell nothing", way)
		}
		last := told[len(told)-1].at("data", "checkoutUpdated")
		if last.at("state").text() != "COMPLETED" || last.at("order", "orderNumber").number() != number {
			t.Errorf("%s end with %s", way, last.json())
		}
	}
	paid := map[string]any{"token": done.at("orderAccessToken").text()}
	orders := openEvents(t, s, orderUpdated, paid)
	wire.subscribe(t, "two", orderUpdated, paid)
	for way, now := range map[string]node{"events": orders.next(t), "socket": parsed(t, wire.hear(t).Payload)} {
		if o := now.at("data", "orderUpdated"); o.at("status").text() != "PAID" || o.at("orderNumber").number() != number {
			t.Errorf("%s tell %s", way, now.json())
		}
	}
	ended := map[string]any{"id": done.at("order", "id").v}
	token := s.owner(t)
	ended["v"] = s.staff(t, token, `query($id: ID!) { order(id: $id) { version } }`, ended).at("order", "version").v
	s.staff(t, token, cancelOrder, ended)
	for way, now := range map[string]node{"events": orders.next(t), "socket": parsed(t, wire.hear(t).Payload)} {
		if o := now.at("data", "orderUpdated"); o.at("status").text() != "CANCELLED" {
			t.Errorf("%s tell %s", way, now.json())
		}
	}
}

// Without the right token there is an error and nothing to follow.
func TestSubscriptions_needTheToken(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	variant, _ := inStock(t, s)
	b := prepare(t, s, variant, "unwatched")
	wire := openSocket(t, s)
	for i, token := range []string{"", "1-x", b.token[:len(b.token)-1], b.token + "A", strings.Split(b.token, "-")[0], b.id} {
		for _, query := range []string{checkoutUpdated, orderUpdated} {
			variables := map[string]any{"token": token}
			told := openEvents(t, s, query, variables).all(t)
			if len(told) != 1 || len(told[0].at("errors").list()) == 0 || told[0].at("data").v != nil {
				t.Errorf("%q: %s", token, node{told}.json())
			}
			id := query[13:18] + string(rune('a'+i))
			wire.subscribe(t, id, query, variables)
			refused := wire.hear(t)
			if strings.Contains(string(refused.Payload), "READY") || !strings.Contains(string(refused.Payload), "NOT_FOUND") {
				t.Errorf("%q: %s %s", token, refused.Type, refused.Payload)
			}
			if refused.Type == "next" {
				refused = wire.hear(t)
			}
			if refused.Type != "complete" && refused.Type != "error" {
				t.Errorf("%q: the subscription goes on: %s", token, refused.Type)
			}
		}
	}
	if got := openEvents(t, s, checkoutUpdated, map[string]any{"token": b.token}).next(t); got.at("data", "checkoutUpdated", "state").text() != "READY" {
		t.Errorf("the right token: %s", got.json())
	}
}
