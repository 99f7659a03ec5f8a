package event

import (
	"context"
	"time"
)

const (
	channel = "souk_outbox"
	// calm is the shortest time between two notifications of a process: the
	// server sends them one commit at a time, so they are not sent by the
	// transactions themselves.
	calm      = 20 * time.Millisecond
	reconnect = time.Second
)

// tell passes this process's commits on: to its own consumers at once, to the
// other processes by NOTIFY. A notification that is lost is made good by their
// poll.
func (d *Dispatcher) tell(ctx context.Context) {
	rung := d.outbox.rung.wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rung:
		}
		rung = d.outbox.rung.wait()
		d.wake.ring()
		if _, err := d.db.Pool().Exec(ctx, `SELECT pg_notify($1, '')`, channel); err != nil && ctx.Err() == nil {
			d.cfg.Logger.WarnContext(ctx, "notify event consumers", "error", err)
		}
		sleep(ctx, calm, nil)
	}
}

// listen rings when another process has committed something.
func (d *Dispatcher) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := d.hear(ctx); err != nil && ctx.Err() == nil {
			d.cfg.Logger.WarnContext(ctx, "listen for events, polling until it works", "error", err)
		}
		sleep(ctx, reconnect, nil)
	}
}

func (d *Dispatcher) hear(ctx context.Context) error {
	conn, err := d.db.Direct(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		d.wake.ring()
	}
}
