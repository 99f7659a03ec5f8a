package event

import (
	"context"
	"sync"
)

// broadcast drives a consumer of this process; its position is in memory.
type broadcast struct {
	c Consumer
	d *Dispatcher

	mu sync.Mutex // one batch at a time: CatchUp works beside Run
	at Position
}

func (b *broadcast) consumer() Consumer { return b.c }

func (b *broadcast) position(context.Context) (Position, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at, nil
}

func (b *broadcast) step(ctx context.Context, _ bool) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, err := b.d.store.after(ctx, b.at, b.c.Batch)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	if err := recovered(func() error { return b.c.call(ctx, found) }); err != nil {
		return 0, err
	}
	b.at = found[len(found)-1].Position()
	b.d.figures.handled.WithLabelValues(b.c.Name).Add(float64(len(found)))
	return len(found), nil
}
