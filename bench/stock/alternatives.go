package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/souk-commerce/souk/bench/load"
)

// The other ways write what the shop writes, but for its facts: a reservation,
// a movement, and by how much a count went down. They work on a table of their
// own, which stands for the level.
const (
	buckets = 16

	makeCounters = `
		DROP TABLE IF EXISTS bench_counter;
		CREATE TABLE bench_counter (id bigint PRIMARY KEY, remaining bigint NOT NULL CHECK (remaining >= 0), version bigint NOT NULL DEFAULT 1);
		INSERT INTO bench_counter (id, remaining) SELECT n, 1000000000 FROM generate_series(0, 16) n`

	writeRows = `
		WITH made AS (
			INSERT INTO reservation (checkout_id, line_id, variant_id, location_id, quantity, state, expires_at, ended_at, created_at, updated_at)
			VALUES ($1, 1, $2, 1, 1, 'released', $3, $3, $3, $3)
		)
		INSERT INTO stock_movement (variant_id, location_id, kind, reason, reference_kind, reference_id, actor_kind, at)
		VALUES ($2, 1, 'adjust', 'bench', 'bench', $1, 'system', $3)`
)

// way is one of them: it takes one piece for a checkout.
type way func(ctx context.Context, tx pgx.Tx, checkout int64) error

var errLost = errors.New("somebody was faster")

// alternatives measures the other ways on one article that everybody wants.
func (s *stand) alternatives(ctx context.Context, o options) error {
	if _, err := s.pool.Exec(ctx, makeCounters); err != nil {
		return err
	}
	gate, stop, err := startRedis(ctx, filepath.Join(os.TempDir(), fmt.Sprintf("souk-bench-redis-%d", os.Getpid())))
	if err != nil {
		return err
	}
	defer stop()
	fmt.Println("Other ways, one article, the same rows but no facts:\n\n| way | buyers | a second | p99 | tries for one |\n|---|---|---|---|---|")
	for _, w := range []struct {
		name string
		take way
	}{
		{"SELECT … FOR UPDATE", s.rowLock}, {"conditional UPDATE first", s.conditional}, {"advisory lock", s.advisory},
		{"optimistic locking", s.optimistic}, {fmt.Sprintf("%d buckets", buckets), s.bucket}, {"gate in Redis", s.gate(gate)},
	} {
		if w.name == "gate in Redis" && gate == nil {
			fmt.Println("| gate in Redis | | not measured: no redis-server | | |")
			continue
		}
		for _, n := range o.buyers {
			if err := s.alternative(ctx, o, w.name, n, w.take); err != nil {
				return fmt.Errorf("%s, %d buyers: %w", w.name, n, err)
			}
		}
	}
	fmt.Println()
	_, err = s.pool.Exec(ctx, `DROP TABLE bench_counter`)
	return err
}

func (s *stand) alternative(ctx context.Context, o options, name string, n int, take way) error {
	tries := make([]int64, n)
	var done int64
	f, err := load.Run(ctx, n, load.Until(o.seconds), func(ctx context.Context, worker int) error {
		for {
			tries[worker]++
			err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return take(ctx, tx, s.checkout.Add(1)) })
			if !errors.Is(err, errLost) {
				return err
			}
		}
	})
	for _, t := range tries {
		done += t
	}
	seconds := o.seconds.Seconds()
	fmt.Printf("| %s | %d | %.0f | %s | %.1f |\n", name, n, f.PerSecond, load.MS(f.P99), float64(done)/max(f.PerSecond*seconds, 1))
	return err
}

func (s *stand) rows(ctx context.Context, tx pgx.Tx, checkout int64) error {
	_, err := tx.Exec(ctx, writeRows, checkout, int64(s.hot), time.Now())
	return err
}

// rowLock looks, decides, writes.
func (s *stand) rowLock(ctx context.Context, tx pgx.Tx, checkout int64) error {
	var remaining int64
	if err := tx.QueryRow(ctx, `SELECT remaining FROM bench_counter WHERE id = 0 FOR UPDATE`).Scan(&remaining); err != nil {
		return err
	}
	if err := s.rows(ctx, tx, checkout); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE bench_counter SET remaining = $1 WHERE id = 0`, remaining-1)
	return err
}

// conditional takes it last, so that the row is locked as short as can be.
func (s *stand) conditional(ctx context.Context, tx pgx.Tx, checkout int64) error {
	if err := s.rows(ctx, tx, checkout); err != nil {
		return err
	}
	return takeOne(ctx, tx, 0)
}

func takeOne(ctx context.Context, tx pgx.Tx, id int64) error {
	tag, err := tx.Exec(ctx, `UPDATE bench_counter SET remaining = remaining - 1 WHERE id = $1 AND remaining >= 1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return errors.New("sold out")
	}
	return err
}

func (s *stand) advisory(ctx context.Context, tx pgx.Tx, checkout int64) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(1)`); err != nil {
		return err
	}
	return s.conditional(ctx, tx, checkout)
}

// optimistic looks without a lock, and loses if somebody wrote meanwhile.
func (s *stand) optimistic(ctx context.Context, tx pgx.Tx, checkout int64) error {
	var remaining, version int64
	if err := tx.QueryRow(ctx, `SELECT remaining, version FROM bench_counter WHERE id = 0`).Scan(&remaining, &version); err != nil {
		return err
	}
	if err := s.rows(ctx, tx, checkout); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `UPDATE bench_counter SET remaining = $1, version = version + 1 WHERE id = 0 AND version = $2`, remaining-1, version)
	if err == nil && tag.RowsAffected() == 0 {
		return errLost
	}
	return err
}

// bucket takes from one of several parts of the stock.
func (s *stand) bucket(ctx context.Context, tx pgx.Tx, checkout int64) error {
	if err := s.rows(ctx, tx, checkout); err != nil {
		return err
	}
	return takeOne(ctx, tx, 1+rand.Int64N(buckets))
}

// gate counts in Redis and only writes down here what was let through; the count
// of the level follows later, by somebody else.
func (s *stand) gate(client *redis.Client) way {
	return func(ctx context.Context, tx pgx.Tx, checkout int64) error {
		if remaining, err := client.Decr(ctx, "remaining").Result(); err != nil || remaining < 0 {
			return errors.Join(err, errors.New("sold out"))
		}
		return s.rows(ctx, tx, checkout)
	}
}

// startRedis starts a server of our own; nil where none is installed.
func startRedis(ctx context.Context, dir string) (*redis.Client, func(), error) {
	program, _ := exec.LookPath("redis-server")
	if program == "" {
		return nil, func() {}, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	address := l.Addr().(*net.TCPAddr)
	if err := errors.Join(l.Close(), os.MkdirAll(dir, 0o700)); err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, program, "--port", fmt.Sprint(address.Port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "yes",
		"--appendfsync", "everysec")
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	client := redis.NewClient(&redis.Options{Addr: address.String(), PoolSize: connections, MaxRetries: 20})
	stop := func() {
		_ = client.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	if err := client.Set(ctx, "remaining", 1_000_000_000, 0).Err(); err != nil {
		stop()
		return nil, nil, err
	}
	return client, stop, nil
}
