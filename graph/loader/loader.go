// Package loader batches the reads of nested fields: what the elements of one
// list ask for is read from the room together, whatever the length of the list.
//
// A loader belongs to one request. It keeps nothing: two mutations of one
// request must not see each other's past. What it reads counts against the
// request's budget of rows.
package loader

import (
	"context"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/souk-commerce/souk/graph/gql"
)

// Wait is how long the first key waits for others.
const Wait = 200 * time.Microsecond

// capacity is how many keys are taken in before a sender has to wait.
const capacity = 64

// Loader reads values by key.
type Loader[K comparable, V any] struct {
	inner *dataloader.Loader[K, found[V]]
}

type found[V any] struct {
	value V
	ok    bool
}

// New makes a loader of a batch read that gives what exists by its key. wait is
// Wait, or more where a test counts statements on a busy machine.
func New[K comparable, V any](wait time.Duration, fetch func(context.Context, []K) (map[K]V, error)) *Loader[K, V] {
	batch := func(ctx context.Context, keys []K) []*dataloader.Result[found[V]] {
		values, err := fetch(ctx, distinct(keys))
		if err == nil {
			err = gql.Rows(ctx).Spend(len(values))
		}
		results := make([]*dataloader.Result[found[V]], len(keys))
		for i, k := range keys {
			v, ok := values[k]
			results[i] = &dataloader.Result[found[V]]{Data: found[V]{v, ok}, Error: err}
		}
		return results
	}
	return &Loader[K, V]{dataloader.NewBatchedLoader(batch,
		dataloader.WithWait[K, found[V]](wait),
		dataloader.WithInputCapacity[K, found[V]](capacity),
		dataloader.WithCache[K, found[V]](&dataloader.NoCache[K, found[V]]{}))}
}

// Load gives the value of a key, and whether there is one.
func (l *Loader[K, V]) Load(ctx context.Context, key K) (V, bool, error) {
	f, err := l.inner.Load(ctx, key)()
	return f.value, f.ok, err
}

// Optional gives the value of a key that may be missing; nil if there is none.
func (l *Loader[K, V]) Optional(ctx context.Context, key *K) (*V, error) {
	if key == nil {
		return nil, nil
	}
	v, ok, err := l.Load(ctx, *key)
	if err != nil || !ok {
		return nil, err
	}
	return &v, nil
}

// All gives the values of keys in their order; those that are gone are left
// out.
func (l *Loader[K, V]) All(ctx context.Context, keys []K) ([]V, error) {
	thunks := make([]dataloader.Thunk[found[V]], len(keys))
	for i, k := range keys {
		thunks[i] = l.inner.Load(ctx, k)
	}
	out := make([]V, 0, len(keys))
	for _, thunk := range thunks {
		f, err := thunk()
		if err != nil {
			return nil, err
		}
		if f.ok {
			out = append(out, f.value)
		}
	}
	return out, nil
}

func distinct[K comparable](keys []K) []K {
	seen := make(map[K]bool, len(keys))
	out := make([]K, 0, len(keys))
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}
