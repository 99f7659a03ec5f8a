package admin_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/testkit"
)

const watchStock = `subscription($v: [ID!]!, $l: ID) { stockChanged(variantIds: $v, locationId: $l) { onHand reserved available variant { sku } location { handle } } }`

// stream is a subscription over Server-Sent Events.
type stream struct {
	*testing.T
	lines *bufio.Scanner
}

// wire serves the back office on a port.
func (h *house) wire() string {
	web := httptest.NewServer(h.handler)
	h.t.Cleanup(func() { h.end(); web.Close() })
	return web.URL + "/admin/graphql"
}

func (c client) subscribe(url string, variables map[string]any) stream {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": watchStock, "variables": variables})
	c.must(err)
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, url, strings.NewReader(string(body)))
	c.must(err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := http.DefaultClient.Do(r)
	c.must(err)
	c.t.Cleanup(func() { _ = res.Body.Close() })
	return stream{c.t, bufio.NewScanner(res.Body)}
}

// expect reads up to the next data, or the end, and looks for a text in it.
func (s stream) expect(want string) {
	s.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if line == "" || line == ":" || strings.HasPrefix(line, "event: next") {
			continue
		}
		if !strings.Contains(line, want) {
			s.Fatalf("%s, not %s", line, want)
		}
		return
	}
	s.Fatalf("cut off before %s", want)
}

// tell passes on what the outbox brings in a server.
func (h *house) tell(told *int64) {
	h.t.Helper()
	rows, err := h.db.Pool().Query(h.t.Context(), `SELECT id, topic, aggregate_kind, aggregate_id, payload FROM outbox WHERE id > $1 AND topic = ANY($2) ORDER BY id`, *told, live.Topics())
	h.must(err)
	var all []event.Envelope
	for rows.Next() {
		var e event.Envelope
		h.must(rows.Scan(&e.ID, &e.Topic, &e.AggregateKind, &e.AggregateID, &e.Payload))
		all, *told = append(all, e), e.ID
	}
	h.must(h.deps.Live.Handle(h.t.Context(), all))
}

func TestStockChanged_tellsStaffOverEvents(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	shirts, there := c.shirts(), c.place("shop", "STORE")
	url := h.wire()
	var told int64
	h.tell(&told)
	all := h.as(staff.Viewer).subscribe(url, map[string]any{"v": []string{shirts}})
	all.expect(`{"data":{"stockChanged":[{"onHand":100,"reserved":0,"available":100,"variant":{"sku":"SH-R-S"},"location":{"handle":"main"}}]}}`)
	shop := h.as(staff.Viewer).subscribe(url, map[string]any{"v": []string{shirts}, "l": there})
	shop.expect(`{"data":{"stockChanged":[]}}`)
	c.change(`mutation($v: ID!, $l: ID!) { stockReceive(lines: [{variant: $v, location: $l, quantity: 5}], reason: "van", idempotencyKey: "r") { levels { id } userErrors { code } } }`, "v", shirts, "l", there)
	h.tell(&told)
	all.expect(`{"data":{"stockChanged":[{"onHand":5,"reserved":0,"available":5,"variant":{"sku":"SH-R-S"},"location":{"handle":"shop"}}]}}`)
	shop.expect(`"onHand":5`)
	h.buy(purchase{shirts, 2, "Ada", cardTill})
	h.tell(&told)
	all.expect(`"available":98`)

	h.as("").subscribe(url, map[string]any{"v": []string{shirts}}).expect("UNAUTHENTICATED")
	bad := h.as(staff.Viewer).subscribe(url, map[string]any{"v": []string{"gid://souk/Product/1"}})
	bad.expect("NOT_FOUND")
	testkit.Clock(t, h.db).Advance(16 * time.Minute) // the access tokens are over
	all.expect("UNAUTHENTICATED")
	all.expect("event: complete")
}

func TestStockChanged_knowsWhoOpensASocket(t *testing.T) {
	t.Parallel()
	h := open(t)
	shirts := h.as(staff.Editor).shirts()
	url := strings.Replace(h.wire(), "http", "ws", 1)
	payload, err := json.Marshal(map[string]any{"query": watchStock, "variables": map[string]any{"v": []string{shirts}}})
	h.must(err)
	for said, want := range map[string]string{
		`{"Authorization":"Bearer ` + h.token(staff.Viewer) + `"}`: `"onHand":100`,
		`{}`:                               "UNAUTHENTICATED",
		`{"Authorization":"Bearer wrong"}`: "closed 4403",
		`{"authorization":"Basic eDp5"}`:   "closed 4403",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		socket, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		h.must(err)
		_ = socket.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"type":"connection_init","payload":%s}`, said))
		_ = socket.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"id":"1","type":"subscribe","payload":%s}`, payload))
		heard := ""
		for !strings.Contains(heard, `"id":"1"`) && !strings.HasPrefix(heard, "closed") {
			_, raw, err := socket.Read(ctx)
			heard = string(raw)
			if err != nil {
				heard = fmt.Sprint("closed ", int(websocket.CloseStatus(err)))
			}
		}
		if !strings.Contains(heard, want) {
			t.Errorf("%s: %s, not %s", said, heard, want)
		}
		_ = socket.CloseNow()
		cancel()
	}
}
