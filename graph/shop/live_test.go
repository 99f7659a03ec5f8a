package shop_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// stream is a subscription over Server-Sent Events.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
	close func()
}

func (s *till) subscribe(url, query string) *stream {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"query": s.written(query)})
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return &stream{s.t, bufio.NewScanner(res.Body), func() { _ = res.Body.Close() }}
}

// next gives the data of the next event, "complete" at the end.
func (s *stream) next() string {
	s.t.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if line == "event: complete" {
			return "complete"
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return data
		}
	}
	return "cut off"
}

func (s *stream) expect(want string) {
	s.t.Helper()
	if got := s.next(); !strings.Contains(got, want) {
		s.t.Fatalf("%s, not %s", got, want)
	}
}

// tell brings what the outbox brings in a server.
func (s *till) tell() {
	s.t.Helper()
	rows, err := s.shop.DB.Pool().Query(s.t.Context(), `SELECT id, topic, aggregate_kind, aggregate_id, payload FROM outbox WHERE id > $1 AND topic = ANY($2) ORDER BY id`, s.told, live.Topics())
	if err != nil {
		s.t.Fatal(err)
	}
	var all []event.Envelope
	for rows.Next() {
		var e event.Envelope
		if err := rows.Scan(&e.ID, &e.Topic, &e.AggregateKind, &e.AggregateID, &e.Payload); err != nil {
			s.t.Fatal(err)
		}
		all, s.told = append(all, e), e.ID
	}
	_ = s.live.Handle(s.t.Context(), all)
}

func TestSubscriptions_showEachChange(t *testing.T) {
	s := openTill(t)
	web := httptest.NewServer(shop.Visitors(s.handler))
	t.Cleanup(func() { s.handler.Close(); web.Close() })
	before := runtime.NumGoroutine()
	from := s.shop.Cart(t, "US", map[string]int{"mug": 1})
	s.shop.Ready(t, from, "US")
	s.ask(`mutation { checkoutStart(input: { cartId: "` + "gid://souk/Cart/1?key=" + from.Key + `", idempotencyKey: "k" }) { checkout { id token quoteHash state } } }`)

	watched := s.subscribe(web.URL, `subscription { checkoutUpdated(token: "{{token}}") { state email order { name } lines(first: 5) { nodes { variant { sku } } } } }`)
	watched.expect(`"state":"READY","email":"ada@example.com","order":null,"lines":{"nodes":[{"variant":{"sku":"mug"}}]}`)
	s.ask(`mutation { checkoutSetContact(ref: { id: "{{checkout}}" }, email: "eve@example.com") { checkout { quoteHash } userErrors { code } } }`)
	s.tell()
	watched.expect(`"email":"eve@example.com"`)
	s.tell()
	s.ask(`mutation { checkoutComplete(ref: { id: "{{checkout}}" }, quoteHash: "{{quote}}", idempotencyKey: "p", payment: { methodHandle: "sandbox", token: "ok" }) { orderAccessToken userErrors { code message } } }`)
	s.tell()
	watched.expect(`"state":"COMPLETED","email":"eve@example.com","order":{"name":"#1001"}`)
	watched.expect("complete")

	ordered := s.subscribe(web.URL, `subscription { orderUpdated(accessToken: "{{access}}") { name status } }`)
	ordered.expect(`"name":"#1001","status":"PAID"`)
	found, err := s.shop.Orders.ByToken(t.Context(), s.seen["access"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.shop.Orders.Cancel(t.Context(), found.ID, found.Version, "customer", ""); err != nil {
		t.Fatal(err)
	}
	s.tell()
	ordered.expect(`"status":"CANCELLED"`)
	ordered.close()
	watched.close()

	for range 10 { // what is left when a client just goes
		gone := s.subscribe(web.URL, `subscription { orderUpdated(accessToken: "{{access}}") { name } }`)
		gone.expect("#1001")
		gone.close()
	}
	lost := s.subscribe(web.URL, `subscription { orderUpdated(accessToken: "1-wrong") { name } }`)
	lost.expect("ORDER_NOT_FOUND")
	lost.expect("complete")
	lost.close()
	http.DefaultClient.CloseIdleConnections()
	for i := 0; runtime.NumGoroutine() > before+4; i++ {
		if i == 500 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		<-time.After(10 * time.Millisecond)
	}
}
