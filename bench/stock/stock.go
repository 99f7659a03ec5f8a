package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/souk-commerce/souk/bench/ground"
	"github.com/souk-commerce/souk/bench/load"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// connections is how many the floor has, and each service at most.
const connections = 64

// stand is the stock under measurement, in this process.
type stand struct {
	pool            *pgxpool.Pool // the floor writes through it
	db              *postgres.DB
	plain, combined *inventory.Service
	hot, sold       catalog.VariantID
	others          []catalog.VariantID
	checkout        atomic.Int64 // the last number that was given
	pieces          atomic.Int64 // that were promised
}

func open(ctx context.Context, database string) (*stand, error) {
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return nil, err
	}
	config.MaxConns = connections
	s := &stand{}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	s.db, err = postgres.Open(ctx, postgres.Config{URL: database, MaxConns: connections, AcquireTimeout: time.Minute,
		StatementTimeout: time.Minute, LockTimeout: time.Minute})
	if err != nil {
		s.pool.Close()
		return nil, err
	}
	room := func(c inventory.Combining) *inventory.Service {
		facts, log := event.NewOutbox(s.db), audit.New(s.db)
		service := inventory.NewService(s.db, facts, log, catalog.NewService(s.db, facts, log))
		service.Combine(c)
		return service
	}
	s.plain, s.combined = room(inventory.Combining{}), room(inventory.Combining{On: true, Queue: 5_000, Batch: 256})
	s.checkout.Store(1_000_000_000) // beyond those that the shop gives
	return s, errors.Join(s.read(ctx), s.raiseFloor(ctx))
}

func (s *stand) close() {
	s.db.Close()
	s.pool.Close()
}

func (s *stand) read(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `SELECT id, sku FROM variant WHERE starts_with(sku, $1) ORDER BY id`, skuPrefix)
	if err != nil {
		return err
	}
	var id catalog.VariantID
	var sku string
	_, err = pgx.ForEachRow(rows, []any{&id, &sku}, func() error {
		switch sku {
		case hotSKU:
			s.hot = id
		case soldSKU:
			s.sold = id
		default:
			s.others = append(s.others, id)
		}
		return nil
	})
	if err == nil && (s.hot == 0 || s.sold == 0 || len(s.others) != others) {
		return fmt.Errorf("there are %d articles", len(s.others))
	}
	return err
}

// describe says on what the figures were made.
func (s *stand) describe(ctx context.Context) error {
	var version, fsync, commit string
	err := s.pool.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')`).
		Scan(&version, &fsync, &commit)
	fmt.Printf("PostgreSQL %s, fsync %s, synchronous_commit %s; %d cores, %s\n\n", version, fsync, commit, runtime.NumCPU(), runtime.Version())
	return err
}

// raiseFloor makes the table of the floor.
func (s *stand) raiseFloor(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS bench_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)`)
	return err
}

// floor gives how many transactions a second commit that insert one row each,
// over as many connections as a process has.
func (s *stand) floor(ctx context.Context, d time.Duration) (float64, error) {
	body := strings.Repeat("x", 100)
	f, err := load.Run(ctx, connections, load.Until(d), func(ctx context.Context, _ int) error {
		_, err := s.pool.Exec(ctx, `INSERT INTO bench_commit (body) VALUES ($1)`, body)
		return err
	})
	return f.PerSecond, err
}

// goods picks what the next cart wants.
type goods func(n int64) []catalog.VariantID

// carts are what is measured, by name.
func (s *stand) carts() []struct {
	name string
	pick goods
} {
	one := func(v catalog.VariantID) goods {
		return func(int64) []catalog.VariantID { return []catalog.VariantID{v} }
	}
	return []struct {
		name string
		pick goods
	}{
		{"one article", one(s.hot)},
		{"1,000 articles", func(n int64) []catalog.VariantID { return []catalog.VariantID{s.others[n*7919%others]} }},
		{"three lines of 1,000", func(n int64) []catalog.VariantID {
			first := n * 7919 % others // opposite orders meet
			return []catalog.VariantID{s.others[first], s.others[(first+n%2*500+1)%others], s.others[(first+999)%others]}
		}},
		{"sold out", one(s.sold)},
	}
}

// reserve holds one cart, or is refused where nothing is left.
func (s *stand) reserve(ctx context.Context, room *inventory.Service, pick goods) error {
	n := s.checkout.Add(1)
	hold := inventory.Hold{Checkout: inventory.CheckoutID(n), Until: time.Now().Add(time.Hour)}
	for i, v := range pick(n) {
		hold.Wants = append(hold.Wants, inventory.Want{Line: int64(i + 1), Variant: v, Quantity: 1})
	}
	short, err := room.Reserve(ctx, hold)
	switch sold := hold.Wants[0].Variant == s.sold; {
	case err != nil:
		return err
	case sold != (len(short) > 0):
		return fmt.Errorf("checkout %d: short %v", n, short)
	case !sold:
		s.pieces.Add(int64(len(hold.Wants)))
	}
	return nil
}

// inProcess measures the room itself.
func (s *stand) inProcess(ctx context.Context, o options) error {
	if err := s.warm(ctx); err != nil {
		return err
	}
	commits, err := s.floor(ctx, o.seconds)
	if err != nil {
		return err
	}
	fmt.Printf("In process; one-row inserts over %d connections: %.0f commits a second (b)\n\n", connections, commits)
	fmt.Println("| carts | buyers | plain /s (a) | p99 | combined /s | p99 | ÷ (a) | ÷ (b) |\n|---|---|---|---|---|---|---|---|")
	for _, c := range s.carts() {
		for _, n := range o.buyers {
			one := func(room *inventory.Service) (load.Figures, error) {
				return load.Run(ctx, n, load.Until(o.seconds), func(ctx context.Context, _ int) error { return s.reserve(ctx, room, c.pick) })
			}
			plain, err := one(s.plain)
			if err != nil {
				return fmt.Errorf("%s, %d buyers, plain: %w", c.name, n, err)
			}
			combined, err := one(s.combined)
			if err != nil {
				return fmt.Errorf("%s, %d buyers, combined: %w", c.name, n, err)
			}
			fmt.Printf("| %s | %d | %.0f | %s | %.0f | %s | %.1fx | %.2fx |\n", c.name, n, plain.PerSecond, load.MS(plain.P99),
				combined.PerSecond, load.MS(combined.P99), combined.PerSecond/plain.PerSecond, combined.PerSecond/commits)
		}
	}
	again, err := s.floor(ctx, o.seconds)
	fmt.Printf("\nOne-row inserts afterwards: %.0f commits a second\n\n", again)
	return err
}

// warm fills caches and pools, and lets the database count its rows, as it would
// by itself within minutes.
func (s *stand) warm(ctx context.Context) error {
	for _, room := range []*inventory.Service{s.plain, s.combined} {
		_, err := load.Run(ctx, connections, load.Until(time.Second), func(ctx context.Context, _ int) error {
			return s.reserve(ctx, room, s.carts()[2].pick)
		})
		if err != nil {
			return err
		}
	}
	_, err := s.pool.Exec(ctx, `ANALYZE`)
	return err
}

// check compares what buyers were told with reservations, levels and ledger.
func (s *stand) check(ctx context.Context, _ *ground.Ground) error {
	var reserved, taken, moved int64
	err := s.pool.QueryRow(ctx, `SELECT
		(SELECT COALESCE(sum(quantity), 0)::bigint FROM reservation WHERE state = 'held'),
		(SELECT COALESCE(sum(taken), 0)::bigint FROM stock_level),
		(SELECT COALESCE(sum(taken_delta), 0)::bigint FROM stock_movement)`).Scan(&reserved, &taken, &moved)
	if err != nil {
		return err
	}
	if told := s.pieces.Load(); told != reserved || told != taken || told != moved {
		return fmt.Errorf("buyers were promised %d pieces; %d are reserved, %d taken by the levels, %d by the ledger", told, reserved, taken, moved)
	}
	fmt.Printf("%d pieces promised, and as many in the reservations, on the levels and in the ledger.\n", s.pieces.Load())
	return nil
}
