package live_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/event"
)

func stockOf(variant string) []event.Envelope {
	return []event.Envelope{{Topic: "stock.changed", AggregateKind: "stock_level", AggregateID: 9, Payload: []byte(`{"variant":` + variant + `}`)}}
}

// Facts about others wake nobody; many facts at once cost one look; what has not
// become another version is not sent again.
func TestFollow_sendsEachNewVersionOnce(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	var version atomic.Int64
	looks := make(chan struct{}, 100)
	out, err := live.Follow(t.Context(), h, []live.Subject{{Kind: live.Variant, ID: 1}, {Kind: live.Variant, ID: 2}}, func(context.Context) (live.Seen[int64], error) {
		defer func() { looks <- struct{}{} }()
		v := version.Load()
		return live.Seen[int64]{Thing: v, Version: string(rune('a' + v)), Ended: v == 3}, nil
	})
	if err != nil || <-out != 0 {
		t.Fatal("the first look is not sent", err)
	}
	<-looks
	_ = h.Handle(t.Context(), stockOf("7"))
	_ = h.Handle(t.Context(), stockOf("2"))
	<-looks // at the same version
	version.Store(1)
	_ = h.Handle(t.Context(), append(stockOf("1"), stockOf("2")...))
	if got := <-out; got != 1 {
		t.Errorf("sent %d", got)
	}
	version.Store(3)
	_ = h.Handle(t.Context(), stockOf("1"))
	if got := <-out; got != 3 {
		t.Errorf("sent %d", got)
	}
	if _, open := <-out; open {
		t.Error("it goes on after its end")
	}
	if n := len(looks); n > 3 {
		t.Errorf("%d looks", n)
	}
}

func TestFollow_looksAgainAfterAFailureAndEndsWithItsThing(t *testing.T) {
	t.Parallel()
	h := live.NewHub()
	answers := []error{nil, errors.New("the database is away"), fault.New(fault.NotFound, "not_found", "It is gone.")}
	out, err := live.Follow(t.Context(), h, []live.Subject{{Kind: live.Order, ID: 1}}, func(context.Context) (live.Seen[int], error) {
		err := answers[0]
		answers = answers[1:]
		return live.Seen[int]{}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	<-out
	_ = h.Handle(t.Context(), []event.Envelope{{AggregateKind: "order", AggregateID: 1}})
	select {
	case _, open := <-out:
		if open {
			t.Error("something was sent")
		}
	case <-time.After(20 * time.Second):
		t.Error("it waits for ever")
	}
}
