// Package redis is a cache and a meeting point for processes, never a truth:
// whatever is in it may be gone at any moment, and nothing of value is only
// here. Without an address the same small interface is served from memory,
// which is enough for one process.
package redis

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Config says where Redis is.
type Config struct {
	URL string `env:"REDIS_URL" secret:"url" doc:"Redis for caches and limits shared by processes, such as redis://127.0.0.1:6379/0; empty keeps them in each process"`
}

// Store keeps values for a while. Every one of its errors is a fault of kind
// Unavailable: a cache takes it for a miss.
type Store interface {
	// Get gives what is under key, nil when there is nothing.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set puts a value under key for at most ttl, which is above zero.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// SetNewer is Set that leaves a value where one is whose version is not older.
	// Versions are texts of one length, compared byte by byte; a value begins with
	// its version, also when it is read.
	SetNewer(ctx context.Context, key, version string, value []byte, ttl time.Duration) error
	// Delete takes keys away.
	Delete(ctx context.Context, keys ...string) error
	// Count adds one under key and gives the sum since the window began, which
	// is with the first one.
	Count(ctx context.Context, key string, window time.Duration) (int64, error)
	// Ping asks for a sign of life.
	Ping(ctx context.Context) error
	Close() error
}

// Open gives the store that cfg names. It does not connect: a shop starts and
// sells while Redis is down.
func Open(cfg Config, c clock.Clock) (Store, error) {
	if cfg.URL == "" {
		return NewMemory(c), nil
	}
	opts, err := redis.ParseURL(cfg.URL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "variable_refused", "REDIS_URL cannot be read: it should look like redis://host:6379/0").At("REDIS_URL")
	}
	// A slow cache must not make a slow shop.
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.PoolTimeout = patience, patience, patience, patience
	opts.MaxRetries = -1
	opts.ContextTimeoutEnabled = true
	return &remote{client: redis.NewClient(opts), newer: redis.NewScript(setNewer), count: redis.NewScript(countUp), clock: c}, nil
}

const (
	patience   = 100 * time.Millisecond
	tolerated  = 5               // failures in a row, then nobody asks for a while
	recuperate = 2 * time.Second // that while
)

var errDown = fault.New(fault.Unavailable, "redis_down", "Redis cannot be reached")

// remote is Redis behind a circuit: after some failures in a row callers are
// answered at once, without waiting for it.
type remote struct {
	client   *redis.Client
	newer    *redis.Script
	count    *redis.Script
	clock    clock.Clock
	failures atomic.Int64
	closedAt atomic.Int64 // when it may be asked again, Unix nanoseconds
}

// try asks Redis, unless it was down a moment ago.
func (r *remote) try(what string, ask func() error) error {
	now := r.clock.Now()
	if now.UnixNano() < r.closedAt.Load() {
		return errDown
	}
	err := ask()
	if err == nil || errors.Is(err, redis.Nil) {
		r.failures.Store(0)
		return nil
	}
	if !errors.Is(err, context.Canceled) && r.failures.Add(1) >= tolerated {
		r.closedAt.Store(now.Add(recuperate).UnixNano())
	}
	return errDown.Wrap(fmt.Errorf("%s: %w", what, err))
}

// Get of Store.
func (r *remote) Get(ctx context.Context, key string) (value []byte, err error) {
	err = r.try("get", func() (err error) {
		value, err = r.client.Get(ctx, key).Bytes()
		return err
	})
	return value, err
}

// Set of Store.
func (r *remote) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return r.try("set", func() error { return r.client.Set(ctx, key, value, ttl).Err() })
}

// setNewer compares and sets as one step. It goes byte by byte since Lua compares
// texts by the rules of a language.
const setNewer = `
local kept = redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1)
for i = 1, #kept do
	local there, new = string.byte(kept, i), string.byte(ARGV[1], i)
	if there > new then return 0 end
	if there < new then break end
	if i == #ARGV[1] then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1`

// SetNewer of Store.
func (r *remote) SetNewer(ctx context.Context, key, version string, value []byte, ttl time.Duration) error {
	return r.try("set newer", func() error {
		return r.newer.Run(ctx, r.client, []string{key}, version, value, ttl.Milliseconds()).Err()
	})
}

// Delete of Store.
func (r *remote) Delete(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	return r.try("delete", func() error { return r.client.Del(ctx, keys...).Err() })
}

// countUp adds and sets the window's end as one step, so that no counter stays
// for ever.
const countUp = `
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n`

// Count of Store. It is a script and no MULTI: a server that refuses MULTI itself
// leaves answers unread on a connection that the next caller would get.
func (r *remote) Count(ctx context.Context, key string, window time.Duration) (n int64, err error) {
	err = r.try("count", func() (err error) {
		n, err = r.count.Run(ctx, r.client, []string{key}, window.Milliseconds()).Int64()
		return err
	})
	return n, err
}

// Ping of Store. It asks even behind an open circuit.
func (r *remote) Ping(ctx context.Context) error {
	if err := r.client.Ping(ctx).Err(); err != nil {
		return errDown.Wrap(err)
	}
	return nil
}

// Close of Store.
func (r *remote) Close() error { return r.client.Close() }
