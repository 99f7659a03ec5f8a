package app

import (
	"context"
	"time"

	"github.com/souk-commerce/souk/internal/platform/redis"
)

type attempts struct{ store redis.Store }

func (t attempts) Take(ctx context.Context, key string, limit int, within time.Duration) (bool, error) {
	n, err := t.store.Count(ctx, key, within)
	return n <= int64(limit), err
}
