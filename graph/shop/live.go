package shop

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// LiveTopics are the facts that Live wants to hear of, in every process that
// answers subscriptions.
func LiveTopics() []string {
	return []string{"checkout.changed", "order.placed", "order.changed", "payment.changed", "payment.refunded"}
}

// Live tells the subscriptions of this process when what they watch has changed.
// It says that, and not what: a subscription reads the thing anew, so that it
// never shows an older state after a newer one, and many changes at once cost
// one read.
type Live struct {
	mu       sync.Mutex
	watchers map[subject]map[chan struct{}]struct{}
}

// subject is something that can be watched.
type subject struct {
	kind string
	id   int64
}

// NewLive makes a hub that nobody watches yet.
func NewLive() *Live { return &Live{watchers: map[subject]map[chan struct{}]struct{}{}} }

// Handle hears facts. It never fails and never waits: whoever watches is busy or
// will look.
func (l *Live) Handle(_ context.Context, facts []event.Envelope) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range facts {
		for _, s := range subjectsOf(f) {
			for c := range l.watchers[s] {
				select {
				case c <- struct{}{}:
				default: // it is to look already
				}
			}
		}
	}
	return nil
}

// subjectsOf gives what a fact is about: facts about payments and orders say to
// which checkout and order they belong.
func subjectsOf(f event.Envelope) []subject {
	all := []subject{{f.AggregateKind, f.AggregateID}}
	var about struct{ Checkout, Order int64 }
	if json.Unmarshal(f.Payload, &about) != nil {
		return all
	}
	return append(all, subject{"checkout", about.Checkout}, subject{"order", about.Order})
}

// watch gives a channel that is filled whenever the subject has changed, and a
// function that ends it.
func (l *Live) watch(s subject) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watchers[s] == nil {
		l.watchers[s] = map[chan struct{}]struct{}{}
	}
	l.watchers[s][c] = struct{}{}
	return c, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if delete(l.watchers[s], c); len(l.watchers[s]) == 0 {
			delete(l.watchers, s)
		}
	}
}

const (
	lookTime  = 5 * time.Second // that a subscription may take to read its thing once
	lookAgain = time.Second     // until it tries again, when that failed
)

// follow sends a thing as it is, and again each time that it has become another,
// until the client is gone or ended says that nothing will change any more.
func follow[T any](ctx context.Context, l *Live, s subject, look func(context.Context) (thing T, version string, ended bool, err error)) (<-chan T, error) {
	changes, stop := l.watch(s)
	once := func() (T, string, bool, error) {
		ctx, cancel := context.WithTimeout(ctx, lookTime)
		defer cancel()
		return look(ctx)
	}
	now, shown, ended, err := once()
	if err != nil {
		stop()
		return nil, err
	}
	out := make(chan T, 1)
	out <- now
	go func() {
		defer stop()
		defer close(out)
		var again <-chan time.Time
		for !ended {
			select {
			case <-ctx.Done():
				return
			case <-changes:
			case <-again:
			}
			next, version, end, err := once()
			if missing(err) {
				return
			}
			if err != nil {
				again = time.After(lookAgain)
				continue
			}
			again = nil
			if ended = end; version == shown {
				continue
			}
			shown = version
			select {
			case <-ctx.Done():
				return
			case out <- next:
			}
		}
	}()
	return out, nil
}

// watchCheckout follows the checkout that a token opens.
func (r *Resolver) watchCheckout(ctx context.Context, token string) (<-chan *answer.Checkout, error) {
	asked := selected(ctx)
	return follow(ctx, r.Live, subject{"checkout", leading(token)}, func(ctx context.Context) (*answer.Checkout, string, bool, error) {
		c, err := r.Checkouts.ByToken(ctx, token)
		if err != nil {
			return nil, "", false, err
		}
		version := fmt.Sprint(c.Version, c.State, c.Order, len(c.Problems))
		for i := range c.Payments {
			version += fmt.Sprint(" ", c.Payments[i].ID, c.Payments[i].Version)
		}
		shown, err := r.showCheckout(ctx, c, asked)
		return shown, version, c.State == lifecycle.Completed || c.State == lifecycle.Cancelled, err
	})
}

// watchOrder follows the order that a token opens.
func (r *Resolver) watchOrder(ctx context.Context, token string) (<-chan *answer.Order, error) {
	asked := selected(ctx)
	return follow(ctx, r.Live, subject{"order", leading(token)}, func(ctx context.Context) (*answer.Order, string, bool, error) {
		o, err := r.Orders.ByToken(ctx, token)
		if err != nil {
			return nil, "", false, err
		}
		shown, err := r.showOrder(ctx, o, asked)
		return shown, fmt.Sprint(o.Version, o.State, o.Captured, o.Refunded), false, err
	})
}

// leading gives the number that a token begins with, 0 when there is none. That
// the token is right the reads find out.
func leading(token string) int64 {
	text, _, _ := strings.Cut(token, "-")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
