package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/souk-commerce/souk/bench/ground"
	"github.com/souk-commerce/souk/bench/load"
)

// How often each operation is done to fill caches, and then to count what it
// asks of the database.
const fillRuns, countRuns = 3, 5

// countStatements asks a server in dev, which says what it asks of the database.
func countStatements(ctx context.Context, g *ground.Ground, b *books) error {
	address, stop, err := g.Serve(ctx, "dev")
	if err != nil {
		return err
	}
	defer stop()
	one := buyer{newAPI(address), b}
	for run := range fillRuns + countRuns {
		if run == fillRuns {
			clear(one.costs)
		}
		if err := errors.Join(one.cart(ctx, b.many), one.checkout(ctx, b.many)); err != nil {
			return err
		}
	}
	fmt.Println("| operation | statements | round trips |\n|---|---|---|")
	for _, name := range sequence {
		c := one.costs[name]
		fmt.Printf("| %s | %d | %d |\n", name, c.Statements, c.RoundTrips)
	}
	fmt.Println()
	return nil
}

// bench is a shop under measurement.
type bench struct {
	options
	*books
	address string
	steps   map[string][]time.Duration // of the operations, by name and connections
}

func measureAll(ctx context.Context, o options, g *ground.Ground, b *books) error {
	if err := b.raiseFloor(ctx); err != nil {
		return err
	}
	address, stop, err := g.Serve(ctx, "production")
	if err != nil {
		return err
	}
	defer stop()
	m := bench{o, b, address, map[string][]time.Duration{}}
	if err := m.warm(ctx); err != nil {
		return err
	}
	fmt.Println("| what | conns | a second | p50 | p95 | p99 | floor commits a second | commits' worth |\n|---|---|---|---|---|---|---|---|")
	for _, n := range o.connections {
		if err := m.measure(ctx, n); err != nil {
			return err
		}
	}
	m.printSteps()
	return nil
}

// warm fills caches and pools, and lets the database count its rows, as it
// would by itself within minutes: plans made on empty tables are no measure.
func (m bench) warm(ctx context.Context) error {
	buyers := m.buyers(slices.Max(m.connections))
	_, err := load.Run(ctx, len(buyers), load.Until(2*time.Second), func(ctx context.Context, w int) error {
		return errors.Join(buyers[w].cart(ctx, m.many), buyers[w].checkout(ctx, m.many))
	})
	if err != nil {
		return fmt.Errorf("warm up: %w", err)
	}
	_, err = m.pool.Exec(ctx, `VACUUM ANALYZE`)
	return err
}

func (m bench) buyers(n int) []buyer {
	all := make([]buyer, n)
	for i := range all {
		all[i] = buyer{newAPI(m.address), m.books}
	}
	return all
}

func (m bench) measure(ctx context.Context, n int) error {
	for _, r := range []struct {
		what string
		from shelf
		do   func(buyer, context.Context, shelf) error
	}{
		{"cart: create, add, read", m.many, buyer.cart},
		{"checkout: cart to order", m.many, buyer.checkout},
		{"checkout, one hot article", m.hot, buyer.checkout},
	} {
		buyers := m.buyers(n)
		err := m.row(ctx, r.what, n, m.awhile, func(ctx context.Context, w int) error { return r.do(buyers[w], ctx, r.from) })
		if err != nil {
			return err
		}
		if r.from.wanted == 0 {
			m.keep(n, buyers)
		}
	}
	if err := m.completions(ctx, "completion", n, m.many); err != nil {
		return err
	}
	return m.completions(ctx, "completion, one hot article", n, m.hot)
}

func (m bench) awhile() func() bool { return load.Until(m.seconds) }

// completions completes checkouts that were prepared before the clock started.
func (m bench) completions(ctx context.Context, what string, n int, from shelf) error {
	all := func() func() bool { return load.Times(m.prepared) }
	waiting := make(chan ready, m.prepared)
	makers, buyers := m.buyers(slices.Max(m.connections)), m.buyers(n)
	_, err := load.Run(ctx, len(makers), all(), func(ctx context.Context, w int) error {
		r, err := makers[w].prepare(ctx, from)
		waiting <- r
		return err
	})
	if err != nil {
		return fmt.Errorf("prepare checkouts: %w", err)
	}
	return m.row(ctx, what, n, all, func(ctx context.Context, w int) error { return buyers[w].complete(ctx, <-waiting) })
}

// row measures something between two looks at the floor, and prints both. What
// bound gives ends the work; it is asked when the work begins.
func (m bench) row(ctx context.Context, what string, n int, bound func() func() bool, do func(context.Context, int) error) error {
	before, err := m.floor(ctx, n)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	f, err := load.Run(ctx, n, bound(), do)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	after, err := m.floor(ctx, n)
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	floor := (before + after) / 2
	fmt.Printf("| %s | %d | %.0f | %s | %s | %s | %.0f | %.1f |\n", what, n, f.PerSecond, load.MS(f.P50), load.MS(f.P95), load.MS(f.P99), floor, floor/f.PerSecond)
	return nil
}

// keep remembers how long the operations of buyers took, for printSteps.
func (m bench) keep(n int, buyers []buyer) {
	for _, b := range buyers {
		for name, took := range b.times {
			at := fmt.Sprint(name, n)
			m.steps[at] = append(m.steps[at], took...)
		}
	}
}

func (m bench) printSteps() {
	head, rule := "| operation |", "|---|"
	for _, n := range m.connections {
		head += fmt.Sprintf(" p50 at %d | p95 at %d |", n, n)
		rule += "---|---|"
	}
	fmt.Println("\n" + head + "\n" + rule)
	for _, name := range sequence {
		cells := []string{name}
		for _, n := range m.connections {
			f := load.Spread(m.steps[fmt.Sprint(name, n)])
			cells = append(cells, load.MS(f.P50), load.MS(f.P95))
		}
		fmt.Println("| " + strings.Join(cells, " | ") + " |")
	}
}
