package main

import (
	"context"
	"strings"
	"time"

	"github.com/souk-commerce/souk/bench/load"
)

// raiseFloor makes the table of the floor.
func (b *books) raiseFloor(ctx context.Context) error {
	_, err := b.pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS bench_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)`)
	return err
}

// floor gives how many transactions a second n connections commit that insert
// one row each: what any write that is to last costs at least.
func (b *books) floor(ctx context.Context, n int) (float64, error) {
	body := strings.Repeat("x", 100)
	f, err := load.Run(ctx, n, load.Until(time.Second), func(ctx context.Context, _ int) error {
		_, err := b.pool.Exec(ctx, `INSERT INTO bench_commit (body) VALUES ($1)`, body)
		return err
	})
	return f.PerSecond, err
}
