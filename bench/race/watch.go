package main

import (
	"context"
	"fmt"
	"math"
	"time"
)

// samples is what was seen of the stock while a round ran.
type samples struct {
	number int
	lowest int
}

// watcher looks at the stock until it is ended.
type watcher struct {
	stop chan struct{}
	done chan struct{}
	seen samples
	err  error
}

// between is how long a watcher waits after each look.
const between = 10 * time.Millisecond

// watch begins to look: at the storefront of each server in turn, and at the
// levels where the database is known.
func watch(ctx context.Context, o options, a *article, b *books) *watcher {
	w := &watcher{stop: make(chan struct{}), done: make(chan struct{}), seen: samples{lowest: math.MaxInt}}
	eye := *a
	eye.api = newAPI(o.urls, len(o.urls), o.patience)
	go func() {
		defer close(w.done)
		for n := 0; w.err == nil; n++ {
			select {
			case <-w.stop:
				return
			case <-time.After(between):
				eye.urls = []string{o.urls[n%len(o.urls)]}
				w.err = w.sample(ctx, &eye, b)
			}
		}
	}()
	return w
}

func (w *watcher) sample(ctx context.Context, a *article, b *books) error {
	shown, err := a.available(ctx)
	if err != nil {
		return fmt.Errorf("look at the storefront: %w", err)
	}
	least, err := b.least(ctx)
	if err != nil {
		return fmt.Errorf("look at the levels: %w", err)
	}
	w.seen.number++
	w.seen.lowest = min(w.seen.lowest, shown, least)
	if shown < 0 || least < 0 {
		return fmt.Errorf("the storefront shows %d, the levels %d", shown, least)
	}
	return nil
}

// end stops looking and gives what was seen.
func (w *watcher) end() (samples, error) {
	close(w.stop)
	<-w.done
	return w.seen, w.err
}
