package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/souk-commerce/souk/bench/ground"
)

// books hold what the shop's own must agree with in the end.
type books struct {
	pool      *pgxpool.Pool // the floor writes through it
	many, hot shelf
	before    map[int64]int64 // what could be bought at the start, by variant

	mu     sync.Mutex
	orders map[int64]bool  // numbers
	bought map[int64]int64 // pieces by variant
}

func open(ctx context.Context, database string) (*books, error) {
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 64
	b := &books{orders: map[int64]bool{}, bought: map[int64]int64{}}
	if b.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	if err := b.read(ctx); err != nil {
		b.pool.Close()
		return nil, fmt.Errorf("read the goods: %w", err)
	}
	return b, nil
}

func (b *books) read(ctx context.Context) error {
	rows, err := b.pool.Query(ctx, `SELECT id, sku FROM variant WHERE starts_with(sku, $1) ORDER BY id`, skuPrefix)
	if err != nil {
		return err
	}
	var id int64
	var sku string
	_, err = pgx.ForEachRow(rows, []any{&id, &sku}, func() error {
		if sku == hotSKU {
			b.hot.wanted = id
		} else {
			b.many.others = append(b.many.others, id)
		}
		return nil
	})
	if b.hot.others = b.many.others; err != nil || b.hot.wanted == 0 || len(b.many.others) != products*perProduct {
		return errors.Join(err, fmt.Errorf("there are %d articles besides number %d", len(b.many.others), b.hot.wanted))
	}
	b.before, err = b.stock(ctx)
	return err
}

// stock gives what can be bought of each article.
func (b *books) stock(ctx context.Context) (map[int64]int64, error) {
	rows, err := b.pool.Query(ctx, `
		SELECT variant_id, sum(on_hand - taken)::bigint FROM stock_level WHERE variant_id = ANY($1) GROUP BY variant_id`,
		append([]int64{b.hot.wanted}, b.many.others...))
	if err != nil {
		return nil, err
	}
	all := map[int64]int64{}
	var id, n int64
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		all[id] = n
		return nil
	})
	return all, err
}

// describe says on what the load.Figures were made.
func (b *books) describe(ctx context.Context) error {
	var version, fsync, commit string
	err := b.pool.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')`).
		Scan(&version, &fsync, &commit)
	if err == nil {
		fmt.Printf("PostgreSQL %s, fsync %s, synchronous_commit %s; %d cores, %s\n\n", version, fsync, commit, runtime.NumCPU(), runtime.Version())
	}
	return err
}

// enter writes an order down that a buyer was told of.
func (b *books) enter(number int64, bought []int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.orders[number] {
		return fmt.Errorf("order %d was given to two buyers", number)
	}
	b.orders[number] = true
	for _, id := range bought {
		b.bought[id]++
	}
	return nil
}

// check compares with what the shop wrote down, and lets it examine itself.
func (b *books) check(ctx context.Context, g *ground.Ground) error {
	var placed, known int
	err := b.pool.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE number = ANY($1)) FROM sales_order`,
		slices.Collect(maps.Keys(b.orders))).Scan(&placed, &known)
	if err != nil {
		return err
	}
	if placed != len(b.orders) || known != placed {
		return fmt.Errorf("%d completions made %d orders, %d of them known to their buyers", len(b.orders), placed, known)
	}
	after, err := b.stock(ctx)
	if err != nil {
		return err
	}
	var pieces int64
	for id, n := range b.before {
		if n-after[id] != b.bought[id] {
			return fmt.Errorf("of variant %d %d pieces were bought, and stock went down by %d", id, b.bought[id], n-after[id])
		}
		pieces += b.bought[id]
	}
	if err := g.Do(ctx, "doctor"); err != nil {
		return err
	}
	fmt.Printf("\n%d completions, %d orders, each with a number of its own; stock down by exactly the %d pieces bought; souk doctor finds nothing.\n",
		len(b.orders), placed, pieces)
	return nil
}
