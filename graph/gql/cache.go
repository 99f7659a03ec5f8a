package gql

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// store is a least-recently-used cache that is bounded twice: by the number of
// its entries and by the bytes of the texts that they came from. Clients choose
// what goes in, so both ends are needed.
type store[V any] struct {
	mu    sync.Mutex
	lru   *simplelru.LRU[string, sized[V]]
	bytes int
	limit int
}

type sized[V any] struct {
	value V
	bytes int
}

// newStore makes a store of at most entries and bytes, both positive.
func newStore[V any](entries, bytes int) *store[V] {
	s := &store[V]{limit: bytes}
	lru, err := simplelru.NewLRU(entries, func(_ string, e sized[V]) { s.bytes -= e.bytes })
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	s.lru = lru
	return s
}

func (s *store[V]) get(key string) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.lru.Get(key)
	return e.value, ok
}

// add keeps a value that came from a text of so many bytes; one that is larger
// than the whole store is not kept.
func (s *store[V]) add(key string, value V, bytes int) {
	if bytes > s.limit {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lru.Remove(key)
	s.bytes += bytes
	s.lru.Add(key, sized[V]{value, bytes})
	for s.bytes > s.limit {
		s.lru.RemoveOldest()
	}
}

// size gives the entries and bytes held.
func (s *store[V]) size() (entries, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lru.Len(), s.bytes
}
