// Package live tells the subscriptions of a process when what they watch has
// changed, for both schemas.
//
// A hub says that something changed, and not what: a subscription reads the
// thing anew, so that it never shows an older state after a newer one, and many
// changes at once cost one read.
package live

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// Topics are the facts that a Hub wants to hear of, in every process that
// answers subscriptions.
func Topics() []string {
	return append([]string{"checkout.changed", "order.placed", "order.changed", "payment.changed", "payment.refunded"}, StockTopics()...)
}

// StockTopics are the facts after which stock may be sold otherwise.
func StockTopics() []string {
	return []string{"stock.changed", "product.created", "product.updated", "product.archived", "price.changed", "bundle.changed",
		"location.changed", "market.changed", "price_list.changed"}
}

// Subject is something that can be watched: a thing by the kind and the number
// that facts give it.
type Subject struct {
	Kind string
	ID   int64
}

// The kinds that subscriptions watch.
const (
	Checkout = "checkout"
	Order    = "order"
	Variant  = "variant" // its stock
)

// Hub passes facts on to those who watch.
type Hub struct {
	mu        sync.Mutex
	watchers  map[Subject]map[chan struct{}]struct{}
	listeners []func([]event.Envelope)
}

// NewHub makes a hub that nobody watches yet.
func NewHub() *Hub { return &Hub{watchers: map[Subject]map[chan struct{}]struct{}{}} }

// Handle hears facts. It never fails and never waits: whoever watches is busy or
// will look.
func (h *Hub) Handle(_ context.Context, facts []event.Envelope) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, listen := range h.listeners {
		listen(facts)
	}
	for _, f := range facts {
		for _, s := range subjectsOf(f) {
			for c := range h.watchers[s] {
				select {
				case c <- struct{}{}:
				default: // it is to look already
				}
			}
		}
	}
	return nil
}

// subjectsOf gives what a fact is about: facts about payments, orders and stock
// say to which checkout, order or variant they belong.
func subjectsOf(f event.Envelope) []Subject {
	all := []Subject{{f.AggregateKind, f.AggregateID}}
	var about struct{ Checkout, Order, Variant int64 }
	if json.Unmarshal(f.Payload, &about) != nil {
		return all
	}
	return append(all, Subject{Checkout, about.Checkout}, Subject{Order, about.Order}, Subject{Variant, about.Variant})
}

// Listen has every fact told to somebody who looks at many things together. He
// never waits. It is called while the schemas are being made.
func (h *Hub) Listen(listen func([]event.Envelope)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners = append(h.listeners, listen)
}

// Watch gives a channel that is filled whenever one of the subjects has changed,
// and a function that ends it.
func (h *Hub) Watch(subjects ...Subject) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range subjects {
		if h.watchers[s] == nil {
			h.watchers[s] = map[chan struct{}]struct{}{}
		}
		h.watchers[s][c] = struct{}{}
	}
	return c, func() { h.forget(c, subjects) }
}

func (h *Hub) forget(c chan struct{}, subjects []Subject) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range subjects {
		if delete(h.watchers[s], c); len(h.watchers[s]) == 0 {
			delete(h.watchers, s)
		}
	}
}

const (
	lookTime  = 5 * time.Second // that a subscription may take to read its thing once
	lookAgain = time.Second     // until it tries again, when that failed
)

// Seen is a thing as a subscription has read it.
type Seen[T any] struct {
	Thing   T
	Version string // what the client was shown is not shown again
	Ended   bool   // nothing of it will change any more
}

// Follow sends what look reads, and again each time that the subjects have
// changed and it has become another version, until the client is gone, the thing
// is missing or look says that it has ended. The first read comes after the
// watch began, so nothing is missed between the two.
func Follow[T any](ctx context.Context, h *Hub, subjects []Subject, look func(context.Context) (Seen[T], error)) (<-chan T, error) {
	changes, stop := h.Watch(subjects...)
	f := follower[T]{look: look, changes: changes, out: make(chan T, 1)}
	now, err := f.once(ctx)
	if err != nil {
		stop()
		return nil, err
	}
	f.out <- now.Thing
	go func() {
		defer stop()
		defer close(f.out)
		f.run(ctx, now)
	}()
	return f.out, nil
}

// follower is one subscription at work.
type follower[T any] struct {
	look    func(context.Context) (Seen[T], error)
	changes <-chan struct{}
	out     chan T
}

func (f follower[T]) once(ctx context.Context) (Seen[T], error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	return f.look(ctx)
}

// run sends every later version.
func (f follower[T]) run(ctx context.Context, shown Seen[T]) {
	var again <-chan time.Time
	for !shown.Ended {
		select {
		case <-ctx.Done():
			return
		case <-f.changes:
		case <-again:
		}
		next, err := f.once(ctx)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			return
		case err != nil:
			again = time.After(lookAgain)
			continue
		}
		again = nil
		known := next.Version == shown.Version
		if shown = next; known {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case f.out <- next.Thing:
		}
	}
}
