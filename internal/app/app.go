// Package app puts the shop together by hand: rooms over one database, events
// to those who must know, jobs, and the routes of the two APIs. It is the only
// place that knows all of them.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/job"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/platform/telemetry"
	"github.com/souk-commerce/souk/internal/search"
)

// App is a shop that is put together and does nothing yet: Serve and Work run
// it, commands use its rooms.
type App struct {
	cfg        Config
	version    string
	log        *slog.Logger
	clock      clock.Clock
	db         *postgres.DB
	redis      redis.Store
	key        secret.Key
	metrics    *prometheus.Registry
	outbox     *event.Outbox
	ordered    *event.Dispatcher // consumers that run once for all processes; workers drive it
	everywhere *event.Dispatcher // consumers of what each process keeps in memory
	jobs       *job.Jobs
	background *background
	live       *live.Hub // what tells the subscriptions of this process
	streams    []func()  // end the subscriptions, which would hold a shutdown up
	engine     search.Engine
	rooms
	files
}

// Open puts a shop together over a database that is migrated.
func Open(ctx context.Context, cfg Config, version string, log *slog.Logger) (*App, error) {
	a := &App{cfg: cfg, version: version, log: log, clock: clock.System(), metrics: telemetry.NewRegistry(), background: newBackground(),
		live: live.NewHub()}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) (err error) {
	if a.key, err = secret.Open(a.cfg.Secret, filepath.Join(a.cfg.DataDir, "secret.key")); err != nil {
		return err
	}
	if a.db, err = openDatabase(ctx, a.cfg); err != nil {
		return err
	}
	if err = checkSchema(ctx, a.cfg); err != nil {
		return err
	}
	if a.redis, err = redis.Open(a.cfg.Redis, a.clock); err != nil {
		return err
	}
	if a.files, err = openFiles(a.cfg, a.clock, a.log); err != nil {
		return err
	}
	a.outbox = event.NewOutbox(a.db)
	if a.rooms, err = a.furnish(); err != nil {
		return err
	}
	a.ordered = event.NewDispatcher(a.db, a.outbox, event.Config{Logger: a.log, Metrics: a.metrics})
	a.everywhere = event.NewDispatcher(a.db, a.outbox, event.Config{Logger: a.log})
	jobs := a.cfg.Jobs
	jobs.PollOnly = a.cfg.Database.Pooler
	if a.jobs, err = job.New(a.db, jobs, a.log); err != nil {
		return err
	}
	if err := errors.Join(a.subscribe(ctx), a.subscribeSearch(ctx)); err != nil {
		return err
	}
	a.schedule()
	return a.remember(ctx)
}

// remember reads into memory what every request needs. Carts that were cached
// before this moment are not believed.
func (a *App) remember(ctx context.Context) error {
	last, err := a.outbox.Last(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(a.refreshTrade(ctx), a.refreshMarkets(ctx), a.merchandising.Refresh(ctx), a.learned.Refresh(ctx)); err != nil {
		return err
	}
	a.prices.Advance(last)
	return nil
}

// Close ends what goes on in the background and gives back what Open took.
func (a *App) Close() error {
	a.background.end()
	var errs []error
	if a.redis != nil {
		errs = append(errs, a.redis.Close())
	}
	errs = append(errs, a.closeSearch(), a.files.close())
	if a.db != nil {
		a.db.Close()
	}
	return errors.Join(errs...)
}

// Work runs the background: events to their consumers, and jobs.
func (a *App) Work(ctx context.Context) error {
	if err := a.jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return a.ordered.Run(running) })
	group.Go(func() error { return a.everywhere.Run(running) })
	group.Go(func() error { return a.expireHolds(running) })
	err := quiet(group.Wait())
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.HTTP.DrainTimeout)
	defer cancel()
	return errors.Join(err, a.jobs.Stop(stop))
}

// quiet takes the end that was asked for as no error.
func quiet(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// CatchUp drives every consumer of events past the last one that can be seen
// now, for commands that run without a worker.
func (a *App) CatchUp(ctx context.Context) error { return a.ordered.CatchUp(ctx) }
