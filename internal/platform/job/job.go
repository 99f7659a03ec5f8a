// Package job runs work in the background, in PostgreSQL and by River: a job is
// enqueued in the transaction of the fact that calls for it, runs at least once
// wherever a worker is, is retried with growing pauses and at last set aside,
// visibly. Every handler is therefore idempotent. Arguments hold ids, never
// personal data.
package job

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// The queues have workers of their own, so that a heap of one sort does not
// hold up another.
const (
	Critical = "critical" // somebody waits: payments, orders
	Default  = "default"
	Bulk     = "bulk" // may take long and may wait: imports, exports, pictures
)

// Config says how much runs at once in this process.
type Config struct {
	CriticalWorkers int           `env:"SOUK_JOBS_CRITICAL" default:"20" min:"1" doc:"jobs of payments and orders that run at once in a process"`
	DefaultWorkers  int           `env:"SOUK_JOBS_DEFAULT" default:"20" min:"1" doc:"ordinary jobs that run at once in a process"`
	BulkWorkers     int           `env:"SOUK_JOBS_BULK" default:"2" min:"1" doc:"long jobs that run at once in a process"`
	Timeout         time.Duration `env:"SOUK_JOBS_TIMEOUT" default:"30s" doc:"how long a job may run that does not say otherwise"`

	// PollOnly is for a pool that leads to a pooler, which carries no LISTEN.
	PollOnly bool
}

const (
	// fetchCooldown bounds how soon a worker asks again: throughput is near
	// workers/cooldown, so it stays small.
	fetchCooldown = 10 * time.Millisecond
	pollInterval  = time.Second
	// rescueMargin is how long after its timeout a job is taken for dead and
	// given to somebody else.
	rescueMargin = 15 * time.Second
	maxAttempts  = 20 // with River's pauses of attempt⁴ seconds: about nine days
)

// Jobs is the process's part in the work: it enqueues, and between Start and
// Stop it works.
type Jobs struct {
	db       *postgres.DB
	cfg      Config
	log      *slog.Logger
	enqueuer *river.Client[pgx.Tx]
	workers  *river.Workers
	periodic []*river.PeriodicJob
	ticks    map[string]func(context.Context) error
	effects  map[string]Subscriber
	worker   *river.Client[pgx.Tx]
}

// New gives jobs that enqueue at once and know no kinds yet. A nil logger is
// silent.
func New(db *postgres.DB, cfg Config, log *slog.Logger) (*Jobs, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	enqueuer, err := river.NewClient(riverpgxv5.New(db.Pool()), &river.Config{Logger: log})
	if err != nil {
		return nil, fmt.Errorf("make job queue: %w", err)
	}
	j := &Jobs{db: db, cfg: cfg.withDefaults(), log: log, enqueuer: enqueuer, workers: river.NewWorkers(),
		ticks: map[string]func(context.Context) error{}, effects: map[string]Subscriber{}}
	river.AddWorker(j.workers, &worker[tick]{fn: j.runTick})
	river.AddWorker(j.workers, &worker[effect]{fn: j.runEffect})
	return j, nil
}

func (c Config) withDefaults() Config {
	for _, n := range []*int{&c.CriticalWorkers, &c.DefaultWorkers, &c.BulkWorkers} {
		*n = max(*n, 1)
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	return c
}

// Args are what a job is given: a JSON object whose Kind names the sort of job.
type Args = river.JobArgs

// Options of one job; the zero value is an ordinary one, at once.
type Options struct {
	Queue  string    // "" is Default
	At     time.Time // zero is now
	Unique bool      // once per kind and arguments, for as long as the finished job is kept
}

// Insert enqueues a job: in the transaction of ctx, so that both happen or
// neither, else at once.
func (j *Jobs) Insert(ctx context.Context, args Args, o Options) error {
	return j.InsertMany(ctx, []Args{args}, o)
}

// InsertMany enqueues several jobs in one round trip.
func (j *Jobs) InsertMany(ctx context.Context, args []Args, o Options) error {
	if len(args) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(args))
	for i, a := range args {
		params[i] = river.InsertManyParams{Args: a, InsertOpts: &river.InsertOpts{
			Queue: o.Queue, ScheduledAt: o.At, MaxAttempts: maxAttempts, UniqueOpts: river.UniqueOpts{ByArgs: o.Unique}}}
	}
	var err error
	if tx, ok := j.db.Tx(ctx); ok {
		_, err = j.enqueuer.InsertManyTx(ctx, tx, params)
	} else {
		_, err = j.enqueuer.InsertMany(ctx, params)
	}
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", args[0].Kind(), postgres.Fault(err))
	}
	return nil
}

// Handle says what runs jobs of the kind of T, before Start. A timeout of 0 is
// the configured one. Two handlers for one kind panic.
func Handle[T Args](j *Jobs, timeout time.Duration, fn func(ctx context.Context, args T) error) {
	river.AddWorker(j.workers, &worker[T]{timeout: timeout, fn: fn})
}

type worker[T Args] struct {
	river.WorkerDefaults[T]
	timeout time.Duration
	fn      func(context.Context, T) error
}

// Timeout of one run; 0 is the client's.
func (w *worker[T]) Timeout(*river.Job[T]) time.Duration { return w.timeout }

// Work runs the handler as the shop itself.
func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) error {
	return w.fn(actor.WithSystem(ctx, job.Kind), job.Args)
}

// Start begins to work.
func (j *Jobs) Start(ctx context.Context) error {
	const kept = -1 // our retention sweeps, with the other logs
	client, err := river.NewClient(riverpgxv5.New(j.db.Pool()), &river.Config{
		Logger:  j.log,
		Workers: j.workers,
		Queues: map[string]river.QueueConfig{
			Critical: {MaxWorkers: j.cfg.CriticalWorkers},
			Default:  {MaxWorkers: j.cfg.DefaultWorkers},
			Bulk:     {MaxWorkers: j.cfg.BulkWorkers},
		},
		PeriodicJobs:                j.periodic,
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           pollInterval,
		PollOnly:                    j.cfg.PollOnly,
		JobTimeout:                  j.cfg.Timeout,
		RescueStuckJobsAfter:        j.cfg.Timeout + rescueMargin,
		CompletedJobRetentionPeriod: kept,
		CancelledJobRetentionPeriod: kept,
		DiscardedJobRetentionPeriod: kept,
	})
	if err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	// River takes the end of this context for a hard stop; Stop is the way.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	j.worker = client
	return nil
}

// Stop takes no new job and waits for those that run. When ctx ends first they
// are cancelled and will run again elsewhere.
func (j *Jobs) Stop(ctx context.Context) error {
	if j.worker == nil {
		return nil
	}
	if err := j.worker.Stop(ctx); err == nil {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := j.worker.StopAndCancel(hard); err != nil {
		return fmt.Errorf("stop jobs: %w", err)
	}
	return nil
}

// Sweep deletes at most limit jobs that ended before the given time.
func (j *Jobs) Sweep(ctx context.Context, before time.Time, limit int) (int64, error) {
	tag, err := j.db.Conn(ctx).Exec(ctx, `
		DELETE FROM river_job WHERE id IN (
			SELECT id FROM river_job
			WHERE state IN ('completed', 'cancelled', 'discarded') AND finalized_at < $1
			LIMIT $2)`, before, limit)
	if err != nil {
		return 0, fmt.Errorf("sweep jobs: %w", err)
	}
	return tag.RowsAffected(), nil
}
