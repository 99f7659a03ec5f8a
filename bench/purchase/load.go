package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// figures is what one measurement came to.
type figures struct {
	perSecond     float64
	p50, p95, p99 time.Duration
}

// until goes on for a while.
func until(d time.Duration) func() bool {
	end := time.Now().Add(d)
	return func() bool { return time.Now().Before(end) }
}

// times goes on for n turns of all workers together.
func times(n int) func() bool {
	var turns atomic.Int64
	return func() bool { return turns.Add(1) <= int64(n) }
}

// load lets n workers do something again and again, and what they have begun
// they finish. The first failure ends it.
func load(ctx context.Context, n int, more func() bool, do func(ctx context.Context, worker int) error) (figures, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	took := make([][]time.Duration, n)
	begun := time.Now()
	var wg sync.WaitGroup
	for w := range n {
		wg.Go(func() {
			for ctx.Err() == nil && more() {
				start := time.Now()
				if err := do(ctx, w); err != nil {
					cancel(err)
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(begun)
	if err := context.Cause(ctx); err != nil {
		return figures{}, err
	}
	all := slices.Concat(took...)
	if len(all) == 0 {
		return figures{}, errors.New("nothing was done")
	}
	f := spread(all)
	f.perSecond = float64(len(all)) / elapsed.Seconds()
	return f, nil
}

func spread(all []time.Duration) figures {
	slices.Sort(all)
	at := func(percent int) time.Duration { return all[len(all)*percent/100] }
	return figures{p50: at(50), p95: at(95), p99: at(99)}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }
