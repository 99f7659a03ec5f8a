package track

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

const (
	flushEvery = 250 * time.Millisecond
	flushAt    = 500
	lastFlush  = 5 * time.Second // for what waits when the process is stopped
	retryAfter = time.Second
)

// Run writes what Record takes, until ctx ends; then it writes what still
// waits. Stop whoever records before it.
func (r *Recorder) Run(ctx context.Context) error {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	var batch []row
	for {
		select {
		case <-ctx.Done():
			return r.finish(ctx, batch)
		case e := <-r.queue:
			if batch = append(batch, e); len(batch) < flushAt {
				continue
			}
		case <-ticker.C:
		}
		batch = r.flush(ctx, batch)
	}
}

// finish writes what is left, in one try.
func (r *Recorder) finish(ctx context.Context, batch []row) error {
	for len(r.queue) > 0 {
		batch = append(batch, <-r.queue)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
	defer cancel()
	if err := r.write(ctx, batch); err != nil {
		r.dropped.Add(float64(len(batch)))
		return fmt.Errorf("write the last tracked events: %w", err)
	}
	return nil
}

// flush writes the batch and gives it back empty. While the database is down
// it waits, so that the queue fills and then drops.
func (r *Recorder) flush(ctx context.Context, batch []row) []row {
	for {
		err := r.write(ctx, batch)
		if err == nil {
			return batch[:0]
		}
		if ctx.Err() != nil {
			return batch
		}
		r.log.WarnContext(ctx, "write tracked events, trying again", "events", len(batch), "error", err)
		select {
		case <-ctx.Done():
			return batch
		case <-time.After(retryAfter):
		}
	}
}

// write copies rows into the table. A row that the table refuses (JSON that is
// valid but not for it) is found by halving and dropped; the others go in.
func (r *Recorder) write(ctx context.Context, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := r.db.Pool().CopyFrom(ctx, pgx.Identifier{"track_event"}, columns,
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) { return rows[i].values(), nil }))
	switch {
	case err == nil:
		r.written.Add(float64(len(rows)))
		return nil
	case ctx.Err() != nil || fault.KindOf(postgres.Fault(err)) == fault.Unavailable:
		return err
	case len(rows) == 1:
		r.dropped.Inc()
		r.log.WarnContext(ctx, "drop a tracked event", "kind", rows[0].kind, "error", err)
		return nil
	}
	half := len(rows) / 2
	if err := r.write(ctx, rows[:half]); err != nil {
		return err
	}
	return r.write(ctx, rows[half:])
}
