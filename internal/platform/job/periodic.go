package job

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// tick is one turn of a periodic job.
type tick struct {
	Name string `json:"name"`
}

// Kind of the job.
func (tick) Kind() string { return "tick" }

// Every runs fn once per interval, in one process of all, before Start. The
// turns of an interval of minutes and more begin with Start, so that a restart
// does not put them off.
func (j *Jobs) Every(name string, interval time.Duration, fn func(ctx context.Context) error) {
	j.ticks[name] = fn
	j.periodic = append(j.periodic, river.NewPeriodicJob(
		river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) {
			return tick{name}, &river.InsertOpts{
				MaxAttempts: 1, // the next turn is the retry
				// Whoever leads enqueues, and a new leader does not know what the
				// old one did: one turn for each stretch of the clock.
				UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: interval},
			}
		},
		&river.PeriodicJobOpts{ID: name, RunOnStart: interval >= time.Minute},
	))
}

func (j *Jobs) runTick(ctx context.Context, t tick) error {
	fn, ok := j.ticks[t.Name]
	if !ok {
		// Another version's, in the middle of a rolling upgrade: not ours to judge.
		return fault.Newf(fault.Internal, "unknown_job", "no periodic job is called %q", t.Name)
	}
	return fn(actor.WithSystem(ctx, t.Name))
}
