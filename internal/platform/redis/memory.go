package redis

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/clock"
)

// most bounds what memory keeps; above it, what has expired goes first and then
// whatever comes to hand.
const most = 100_000

// Memory is a Store of this process.
type Memory struct {
	clock clock.Clock
	mu    sync.Mutex
	kept  map[string]item
}

type item struct {
	value  []byte
	count  int64
	endsAt time.Time
}

// NewMemory gives an empty store.
func NewMemory(c clock.Clock) *Memory { return &Memory{clock: c, kept: map[string]item{}} }

// Get of Store.
func (m *Memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.live(key).value), nil
}

// Set of Store.
func (m *Memory) Set(_ context.Context, key string, value []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key, item{value: slices.Clone(value), endsAt: m.clock.Now().Add(ttl)})
	return nil
}

// SetNewer of Store.
func (m *Memory) SetNewer(_ context.Context, key, version string, value []byte, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept := m.live(key).value; len(kept) >= len(version) && string(kept[:len(version)]) >= version {
		return nil
	}
	m.put(key, item{value: append([]byte(version), value...), endsAt: m.clock.Now().Add(ttl)})
	return nil
}

// Delete of Store.
func (m *Memory) Delete(_ context.Context, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		delete(m.kept, key)
	}
	return nil
}

// Count of Store.
func (m *Memory) Count(_ context.Context, key string, window time.Duration) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.live(key)
	if i.endsAt.IsZero() {
		i.endsAt = m.clock.Now().Add(window)
	}
	i.count++
	m.put(key, i)
	return i.count, nil
}

// Ping of Store.
func (m *Memory) Ping(context.Context) error { return nil }

// Close of Store.
func (m *Memory) Close() error { return nil }

// live gives what is under key and has not expired.
func (m *Memory) live(key string) item {
	i := m.kept[key]
	if !m.clock.Now().Before(i.endsAt) {
		return item{}
	}
	return i
}

func (m *Memory) put(key string, i item) {
	if _, there := m.kept[key]; !there && len(m.kept) >= most {
		m.makeRoom()
	}
	m.kept[key] = i
}

// makeRoom empties at least a tenth, so that it does not run each time.
func (m *Memory) makeRoom() {
	now := m.clock.Now()
	for key, i := range m.kept {
		if !now.Before(i.endsAt) {
			delete(m.kept, key)
		}
	}
	for key := range m.kept {
		if len(m.kept) <= most-most/10 {
			return
		}
		delete(m.kept, key)
	}
}
