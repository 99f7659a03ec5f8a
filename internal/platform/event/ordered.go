package event

import (
	"context"
	"fmt"
	"time"
)

const (
	firstPause = 250 * time.Millisecond // after a failure, doubled with each
	longPause  = time.Minute
	touchEvery = time.Hour // how often an idle consumer shows that it lives
)

// ordered drives a consumer whose cursor is in the database.
type ordered struct {
	c Consumer
	d *Dispatcher
}

func (o *ordered) consumer() Consumer { return o.c }

func (o *ordered) position(ctx context.Context) (Position, error) {
	c, err := o.d.store.load(ctx, o.c.Name)
	return c.at, err
}

func (o *ordered) step(ctx context.Context, force bool) (int, error) {
	c, err := o.d.store.load(ctx, o.c.Name)
	if err != nil {
		return 0, err
	}
	now := o.d.db.Now(ctx)
	o.d.figures.lagging(o.c.Name, now, c.since)
	if !force && c.retryAt != nil && now.Before(*c.retryAt) {
		return 0, nil
	}
	if c.at.Before(c.swept) {
		return o.behind(ctx, c)
	}
	if c.since == nil {
		if now.Sub(c.touchedAt) < touchEvery {
			return 0, nil
		}
		return 0, o.d.store.touch(ctx, o.c.Name)
	}
	n, err := o.batch(ctx)
	if err != nil {
		o.failed(ctx, c.failures, err)
	}
	return n, err
}

// batch handles what comes next under the lease and moves the cursor, in one
// transaction.
func (o *ordered) batch(ctx context.Context) (int, error) {
	n := 0
	err := o.d.db.InTx(ctx, func(tx context.Context) error {
		n = 0
		ok, err := o.d.store.lease(tx, o.c.Name)
		if err != nil || !ok {
			return err
		}
		c, err := o.d.store.load(tx, o.c.Name) // again: the lease may have changed hands since
		if err != nil {
			return err
		}
		found, err := o.d.store.after(tx, c.at, o.size(c))
		if err != nil || len(found) == 0 {
			return err
		}
		inside := ctx
		if o.c.Transactional {
			inside = tx
		}
		if err := recovered(func() error { return o.c.call(inside, found) }); err != nil {
			return fmt.Errorf("events %d to %d: %w", found[0].ID, found[len(found)-1].ID, err)
		}
		n = len(found)
		return o.d.store.move(tx, o.c.Name, found[n-1].Position())
	})
	if err != nil {
		return 0, err
	}
	o.d.figures.handled.WithLabelValues(o.c.Name).Add(float64(n))
	return n, nil
}

// size is one event after a failure, so that the good ones before the bad one
// get through.
func (o *ordered) size(c cursor) int {
	if c.failures > 0 {
		return 1
	}
	return o.c.Batch
}

// failed notes the failure, unless the process is only being stopped.
func (o *ordered) failed(ctx context.Context, before int, cause error) {
	if ctx.Err() != nil {
		return
	}
	pause := min(firstPause<<min(before, 10), longPause)
	if err := o.d.store.fail(ctx, o.c.Name, cause, o.d.db.Now(ctx).Add(pause)); err != nil {
		o.d.cfg.Logger.ErrorContext(ctx, "event consumer", "consumer", o.c.Name, "error", err)
	}
}

// behind brings a consumer back whose next events are gone already.
func (o *ordered) behind(ctx context.Context, c cursor) (int, error) {
	o.d.cfg.Logger.WarnContext(ctx, "event consumer is behind what is kept", "consumer", o.c.Name, "rebuilds", o.c.Rebuild != nil)
	if o.c.Rebuild == nil {
		return 1, o.d.store.move(ctx, o.c.Name, c.swept)
	}
	done, err := o.rebuild(ctx)
	if err != nil {
		err = fmt.Errorf("rebuild: %w", err)
		o.failed(ctx, c.failures, err)
		return 0, err
	}
	if !done {
		return 0, nil
	}
	return 1, nil
}

// rebuild holds the lease on a connection of its own, since a transaction must
// not stay open for as long as it takes.
func (o *ordered) rebuild(ctx context.Context) (bool, error) {
	conn, err := o.d.db.Direct(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var ok bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, hashtext($2))`, lockClass, o.c.Name).Scan(&ok); err != nil || !ok {
		return false, err
	}
	from, err := o.d.store.horizon(ctx)
	if err != nil {
		return false, err
	}
	if err := recovered(func() error { return o.c.Rebuild(ctx) }); err != nil {
		return false, err
	}
	return true, o.d.store.move(ctx, o.c.Name, from)
}
