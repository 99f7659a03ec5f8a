package gql_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Who may hear no more is told so, and hears no more, on either transport.
func TestStreams_endForWhomMayHearNoMore(t *testing.T) {
	t.Parallel()
	var over atomic.Bool
	s, web := live(t, gql.Streaming{KeepAlive: 20 * time.Millisecond, Still: func(context.Context) error {
		if over.Load() {
			return fault.New(fault.Unauthenticated, "unauthenticated", "You must be signed in for this.")
		}
		return nil
	}})
	w := greeted(t, web.URL)
	w.say(`{"id":"1","type":"subscribe","payload":{"query":"subscription { clock }"}}`)
	res := openEvents(t, web.URL, `subscription { clock }`, "text/event-stream")
	settle(t, "clocks", func() bool { return s.resolver.Clocks.Load() == 2 })
	over.Store(true)
	heard := w.hear()
	for !strings.Contains(heard, "UNAUTHENTICATED") {
		if heard = w.hear(); strings.HasPrefix(heard, "closed") || strings.Contains(heard, "complete") {
			t.Fatal(heard)
		}
	}
	w.expect(`{"id":"1","type":"complete"}`)
	all, err := io.ReadAll(res.Body)
	if err != nil || !strings.Contains(string(all), "UNAUTHENTICATED") || !strings.HasSuffix(string(all), "event: complete\ndata:\n\n") {
		t.Errorf("%v: %s", err, all)
	}
	settle(t, "clocks that run", func() bool { return s.resolver.Clocks.Load() == 0 })
}

type guestKey struct{}

// A socket is greeted by what its first message says of who opens it.
func TestSocket_knowsWhoOpensIt(t *testing.T) {
	t.Parallel()
	_, web := live(t, gql.Streaming{Greet: func(ctx context.Context, said map[string]any) (context.Context, error) {
		if said["who"] != "ada" {
			return nil, errors.New("a stranger")
		}
		return context.WithValue(ctx, guestKey{}, "ada"), nil
	}})
	for said, want := range map[string]string{
		`{"type":"connection_init","payload":{"who":"ada"}}`: `{"type":"connection_ack"}`,
		`{"type":"connection_init","payload":{"who":"eve"}}`: "closed 4403",
		`{"type":"connection_init","payload":"ada"}`:         "closed 4403",
		`{"type":"connection_init"}`:                         "closed 4403",
	} {
		w := dial(t, web.URL, protocol)
		w.say("%s", said)
		if got := w.hear(); got != want {
			t.Errorf("%s: %s, not %s", said, got, want)
		}
	}
}
