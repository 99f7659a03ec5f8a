package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// books hold which orders buyers were told of, and compare with the database
// where it is known.
type books struct {
	pool    *pgxpool.Pool // nil: it is not
	variant int64

	mu     sync.Mutex
	orders map[int64]bool
}

func openBooks(ctx context.Context, o options) (*books, error) {
	b := &books{orders: map[int64]bool{}}
	if o.database == "" {
		return b, nil
	}
	var err error
	b.pool, err = pgxpool.New(ctx, o.database)
	return b, err
}

func (b *books) close() {
	if b.pool != nil {
		b.pool.Close()
	}
}

// begin names the article.
func (b *books) begin(ctx context.Context, variant string) (err error) {
	b.variant, err = strconv.ParseInt(variant[strings.LastIndexByte(variant, '/')+1:], 10, 64)
	if err != nil {
		return fmt.Errorf("read the number of %s: %w", variant, err)
	}
	if b.pool == nil {
		return nil
	}
	return b.pool.Ping(ctx)
}

// enter writes down an order that a buyer was told of.
func (b *books) enter(number int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.orders[number] {
		return fmt.Errorf("order %d was given to two buyers", number)
	}
	b.orders[number] = true
	return nil
}

// least is the lowest that can be promised at any place, as the rows say.
func (b *books) least(ctx context.Context) (int, error) {
	if b.pool == nil {
		return math.MaxInt, nil
	}
	var n int
	err := b.pool.QueryRow(ctx, `SELECT COALESCE(min(least(on_hand - taken - safety, on_hand, taken)), 0) FROM stock_level WHERE variant_id = $1`,
		b.variant).Scan(&n)
	return n, err
}

// agree says that the orders of the database are those that buyers were told of,
// each with one piece, its reservation and its payment.
func (b *books) agree(ctx context.Context, want int) error {
	if len(b.orders) != want {
		return fmt.Errorf("buyers were told of %d orders, not %d", len(b.orders), want)
	}
	if b.pool == nil {
		return nil
	}
	told := make([]int64, 0, len(b.orders))
	for number := range b.orders {
		told = append(told, number)
	}
	var placed, known, pieces, reserved, paid int
	err := b.pool.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE o.number = ANY($2)), COALESCE(sum(l.quantity), 0),
			COALESCE(sum((SELECT sum(r.quantity) FROM reservation r WHERE r.checkout_id = o.checkout_id AND r.variant_id = $1 AND r.state = 'consumed')), 0),
			COALESCE(sum((SELECT count(*) FROM payment p WHERE p.checkout_id = o.checkout_id AND p.state = 'captured')), 0)
		FROM sales_order o JOIN order_line l ON l.order_id = o.id WHERE l.variant_id = $1 AND o.number >= (SELECT min(n) FROM unnest($2::bigint[]) AS n)`,
		b.variant, told).Scan(&placed, &known, &pieces, &reserved, &paid)
	if err != nil {
		return fmt.Errorf("read the orders: %w", err)
	}
	if placed != want || known != want || pieces != want || reserved != want || paid != want {
		return fmt.Errorf("%d orders, %d of them known to buyers, %d pieces, %d reserved for them, %d payments: all should be %d",
			placed, known, pieces, reserved, paid, want)
	}
	return nil
}
