package search

import (
	"container/list"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// key is everything that an answer depends on.
type key struct {
	generation int64
	sequence   uint64
	lexicon    int64
	language   locale.Language
	words      string
	prefix     bool
	noRescue   bool
}

// mostIDs bounds the cache by what it holds: products, of all answers together.
const mostIDs = 2_000_000

// cache keeps answers, and forgets the one that was not asked for longest.
type cache struct {
	mu    sync.Mutex
	held  map[key]*list.Element
	order *list.List // the one asked for last stands first
	ids   int
}

type answer struct {
	key   key
	found Found
	until time.Time // zero: for as long as the key holds
}

// cost of an answer, in products.
func (a *answer) cost() int { return len(a.found.IDs) + 64 }

func newCache() *cache { return &cache{held: map[key]*list.Element{}, order: list.New()} }

func (c *cache) get(k key, now time.Time) (Found, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.held[k]
	if at == nil {
		return Found{}, false
	}
	a := at.Value.(*answer)
	if !a.until.IsZero() && now.After(a.until) {
		c.drop(at)
		return Found{}, false
	}
	c.order.MoveToFront(at)
	return a.found, true
}

func (c *cache) put(k key, found Found, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.held[k]; at != nil {
		c.drop(at)
	}
	a := &answer{key: k, found: found, until: until}
	c.held[k] = c.order.PushFront(a)
	for c.ids += a.cost(); c.ids > mostIDs; {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(at *list.Element) {
	a := c.order.Remove(at).(*answer)
	delete(c.held, a.key)
	c.ids -= a.cost()
}
