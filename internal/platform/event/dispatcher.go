package event

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// DefaultPoll is how often a consumer looks by himself.
const DefaultPoll = 250 * time.Millisecond

// Config of a dispatcher; its zero value works.
type Config struct {
	Poll    time.Duration         // 0 means DefaultPoll
	Logger  *slog.Logger          // nil is silent
	Metrics prometheus.Registerer // nil keeps the figures to itself
}

func (c Config) withDefaults() Config {
	if c.Poll <= 0 {
		c.Poll = DefaultPoll
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	return c
}

// Dispatcher hands the outbox's events to its consumers.
type Dispatcher struct {
	db      *postgres.DB
	outbox  *Outbox
	cfg     Config
	store   cursors
	figures figures
	// wake rings when something was committed, here or elsewhere.
	wake bell

	mu      sync.Mutex
	runners []runner
}

// NewDispatcher gives a dispatcher without consumers.
func NewDispatcher(db *postgres.DB, outbox *Outbox, cfg Config) *Dispatcher {
	cfg = cfg.withDefaults()
	return &Dispatcher{db: db, outbox: outbox, cfg: cfg, store: cursors{db}, figures: newFigures(cfg.Metrics)}
}

// Add takes consumers on, before Run. From now on the outbox is kept for the
// ordered ones; a broadcast consumer gets what commits after Add has returned.
func (d *Dispatcher) Add(ctx context.Context, consumers ...Consumer) error {
	if err := d.store.rebase(ctx); err != nil {
		return err
	}
	for _, c := range consumers {
		if err := c.validate(); err != nil {
			return err
		}
		r, err := d.runner(ctx, c.withDefaults())
		if err != nil {
			return fmt.Errorf("add consumer %s: %w", c.Name, err)
		}
		d.mu.Lock()
		d.runners = append(d.runners, r)
		d.mu.Unlock()
	}
	return nil
}

func (d *Dispatcher) runner(ctx context.Context, c Consumer) (runner, error) {
	for _, r := range d.all() {
		if r.consumer().Name == c.Name {
			return nil, fault.New(fault.Internal, "consumer_refused", "two consumers have the same name")
		}
	}
	if !c.Broadcast {
		return &ordered{c: c, d: d}, d.store.ensure(ctx, c.Name)
	}
	at, err := d.store.horizon(ctx)
	return &broadcast{c: c, d: d, at: at}, err
}

func (d *Dispatcher) all() []runner {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]runner(nil), d.runners...)
}

// runner drives one consumer.
type runner interface {
	consumer() Consumer
	// step handles the next batch and says how many events it held. With force
	// it does not wait for the pause after a failure to end.
	step(ctx context.Context, force bool) (int, error)
	// position says how far the consumer has come.
	position(ctx context.Context) (Position, error)
}

// Run drives all consumers until ctx ends; then each stops, its batch undone if
// it had not come to its end.
func (d *Dispatcher) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { d.listen(ctx) })
	wg.Go(func() { d.tell(ctx) })
	for _, r := range d.all() {
		wg.Go(func() { d.drive(ctx, r) })
	}
	wg.Wait()
	return nil
}

// drive steps until there is nothing left, then waits for the bell or the poll.
func (d *Dispatcher) drive(ctx context.Context, r runner) {
	for ctx.Err() == nil {
		rung := d.wake.wait() // taken before looking, so that no ring is missed
		n, err := r.step(ctx, false)
		if err != nil && ctx.Err() == nil {
			d.figures.failures.WithLabelValues(r.consumer().Name).Inc()
			d.cfg.Logger.ErrorContext(ctx, "event consumer", "consumer", r.consumer().Name, "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		if err != nil {
			rung = nil // a failure pauses, however much goes on
		}
		sleep(ctx, d.cfg.Poll, rung)
	}
}

// CatchUp drives every consumer past the last event that can be seen now and
// gives the first error. Commands and tests use it; it works beside Run.
func (d *Dispatcher) CatchUp(ctx context.Context) error {
	if err := d.db.Refuse(ctx, "catching up with events"); err != nil {
		return err
	}
	target, err := d.store.last(ctx)
	if err != nil {
		return err
	}
	for _, r := range d.all() {
		if err := d.catchUp(ctx, r, target); err != nil {
			return fmt.Errorf("catch up %s: %w", r.consumer().Name, err)
		}
	}
	return nil
}

func (d *Dispatcher) catchUp(ctx context.Context, r runner, target Position) error {
	for {
		at, err := r.position(ctx)
		if err != nil {
			return err
		}
		if !at.Before(target) {
			return nil
		}
		n, err := r.step(ctx, true)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		// A transaction older than the target still runs, or another process
		// has the lease.
		if !sleep(ctx, 5*time.Millisecond, nil) {
			return ctx.Err()
		}
	}
}

// Replay has an ordered consumer handle again whatever comes after a position
// and is still kept; Position{} is all of it.
func (d *Dispatcher) Replay(ctx context.Context, consumer string, from Position) error {
	return d.db.InTx(ctx, func(ctx context.Context) error {
		ok, err := d.store.lease(ctx, consumer)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "consumer_busy", "the consumer is in the middle of a batch: try again")
		}
		c, err := d.store.load(ctx, consumer)
		if err != nil {
			return err
		}
		if from.Before(c.swept) {
			from = c.swept
		}
		return d.store.move(ctx, consumer, from)
	})
}

// sleep waits, or less if the bell rings, and says whether ctx still lives.
func sleep(ctx context.Context, wait time.Duration, rung <-chan struct{}) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-rung:
	case <-timer.C:
	}
	return true
}

// recovered runs fn and turns its panic into an error: a handler's bug must not
// end the process that everything else runs in.
func recovered(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(err, fmt.Errorf("handler panicked: %v", p))
		}
	}()
	return fn()
}
