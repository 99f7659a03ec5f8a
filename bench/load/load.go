// Package load lets many workers do the same thing and tells how long it took.
package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Figures are what one measurement came to.
type Figures struct {
	PerSecond     float64
	P50, P95, P99 time.Duration
}

// Until goes on for a while.
func Until(d time.Duration) func() bool {
	end := time.Now().Add(d)
	return func() bool { return time.Now().Before(end) }
}

// Times goes on for n turns of all workers together.
func Times(n int) func() bool {
	var turns atomic.Int64
	return func() bool { return turns.Add(1) <= int64(n) }
}

// Run lets n workers do something again and again, and what they have begun
// they finish. The first failure ends it.
func Run(ctx context.Context, n int, more func() bool, do func(ctx context.Context, worker int) error) (Figures, error) {
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
		return Figures{}, err
	}
	all := slices.Concat(took...)
	if len(all) == 0 {
		return Figures{}, errors.New("nothing was done")
	}
	f := Spread(all)
	f.PerSecond = float64(len(all)) / elapsed.Seconds()
	return f, nil
}

// Spread tells how times are spread; it sorts them.
func Spread(all []time.Duration) Figures {
	slices.Sort(all)
	at := func(percent int) time.Duration { return all[len(all)*percent/100] }
	return Figures{P50: at(50), P95: at(95), P99: at(99)}
}

// MS writes a time in milliseconds.
func MS(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }
