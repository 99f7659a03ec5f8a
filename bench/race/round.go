package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// result is what one buyer's try came to.
type result struct {
	verdict
	err  error
	took time.Duration
}

// raceAll runs the rounds. The first that is not as it must be ends it.
func raceAll(ctx context.Context, o options, a *article, b *books) error {
	shop := newAPI(o.urls, o.connections, o.patience)
	if err := b.begin(ctx, a.variant); err != nil {
		return err
	}
	fmt.Printf("%d buyers for %d units over %d connections to %d servers\n\n", o.buyers, o.units, o.connections, len(o.urls))
	fmt.Println("| round | orders | refused: out of stock | otherwise | asked again | seconds | p50 | p99 | samples | lowest |\n|---|---|---|---|---|---|---|---|---|---|")
	for round := range o.rounds {
		if err := oneRound(ctx, o, a, b, shop, round); err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
	}
	fmt.Printf("\nIn each of %d rounds %d orders and %d coded refusals; never less than nothing; nothing left.\n", o.rounds, o.units, o.buyers-o.units)
	return nil
}

func oneRound(ctx context.Context, o options, a *article, b *books, shop *api, round int) error {
	if err := a.stock(ctx, o.units); err != nil {
		return fmt.Errorf("bring the units: %w", err)
	}
	buyers, err := gather(ctx, o, a, shop, round)
	if err != nil {
		return fmt.Errorf("prepare the buyers: %w", err)
	}
	shop.busy.Store(0)
	look := watch(ctx, o, a, b)
	began := time.Now()
	results := start(ctx, buyers)
	took := time.Since(began)
	seen, lookErr := look.end()
	print(round, results, shop.busy.Load(), took, seen)
	return errors.Join(lookErr, judge(o, results, b), a.comesTo(ctx, 0), b.agree(ctx, o.units*(round+1)))
}

// gather prepares the buyers, as many at once as there are connections.
func gather(ctx context.Context, o options, a *article, shop *api, round int) ([]*buyer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	buyers, gate := make([]*buyer, o.buyers), make(chan struct{}, o.connections)
	var wg sync.WaitGroup
	for i := range buyers {
		buyers[i] = &buyer{api: shop, number: i, key: fmt.Sprintf("%s-%d-%d", a.run, round, i)}
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			if ctx.Err() != nil {
				return
			}
			if err := buyers[i].prepare(ctx, a.variant, o.address); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return buyers, context.Cause(ctx)
}

// start lets all buyers go at the same moment.
func start(ctx context.Context, buyers []*buyer) []result {
	results := make([]result, len(buyers))
	barrier := make(chan struct{})
	var ready, done sync.WaitGroup
	for i, b := range buyers {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-barrier
			began := time.Now()
			results[i].verdict, results[i].err = b.buy(ctx)
			results[i].took = time.Since(began)
		})
	}
	ready.Wait()
	close(barrier)
	done.Wait()
	return results
}

func print(round int, results []result, busy int64, took time.Duration, seen samples) {
	orders, short := tally(results)
	times := make([]time.Duration, len(results))
	for i, r := range results {
		times[i] = r.took
	}
	slices.Sort(times)
	at := func(percent int) string { return times[(len(times)-1)*percent/100].Round(time.Millisecond).String() }
	fmt.Printf("| %d | %d | %d | %d | %d | %.1f | %s | %s | %d | %d |\n", round+1, orders, short, len(results)-orders-short, busy,
		took.Seconds(), at(50), at(99), seen.number, seen.lowest)
}

// outOfStock is the one refusal that who comes too late may get.
const outOfStock = "OUT_OF_STOCK"

func tally(results []result) (orders, short int) {
	for _, r := range results {
		switch {
		case r.err == nil && r.order != 0:
			orders++
		case r.err == nil && r.code == outOfStock:
			short++
		}
	}
	return orders, short
}

// judge says what was not as it must be, a few of each.
func judge(o options, results []result, b *books) error {
	var wrong []error
	for _, r := range results {
		switch {
		case r.err != nil:
			wrong = append(wrong, r.err)
		case r.order != 0:
			if err := b.enter(r.order); err != nil {
				wrong = append(wrong, err)
			}
		case r.code != outOfStock:
			wrong = append(wrong, fmt.Errorf("refused with %s", r.code))
		}
	}
	if orders, short := tally(results); orders != o.units || short != o.buyers-o.units {
		wrong = append(wrong, fmt.Errorf("%d orders of %d units, %d refusals of %d", orders, o.units, short, o.buyers-o.units))
	}
	if n := len(wrong); n > 8 {
		wrong = append(wrong[:7], fmt.Errorf("and %d more; the last: %w", n-7, wrong[n-1]))
	}
	return errors.Join(wrong...)
}
