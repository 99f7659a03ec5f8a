package cart

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/redis"
)

// Prices is the price version: how far this process has heard what changes what
// carts cost. Whoever refreshes the directories of markets, taxes and delivery
// advances it afterwards, never before.
type Prices struct {
	mu sync.RWMutex
	at event.Position
}

// NewPrices begins before all events.
func NewPrices() *Prices { return &Prices{} }

// Advance says that everything up to a position has been heard. It never goes
// back.
func (p *Prices) Advance(to event.Position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.Before(to) {
		p.at = to
	}
}

// Now gives the position.
func (p *Prices) Now() event.Position {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.at
}

// keep bounds how long a priced cart can be wrong that no process took out: one
// that was changed by a process which died right after its commit.
const keep = time.Minute

// cache holds priced carts for reading. Its values carry the version of the
// cart and of the prices, as digits in front, and a younger one always stays.
// No error of it matters: the tables have everything.
type cache struct {
	store  redis.Store
	prices *Prices
}

// kept is a cart in the cache; without its secret, which is made anew.
type kept struct {
	Epoch int            `json:"epoch"`
	Since event.Position `json:"since"`
	Cart  Cart           `json:"cart"`
}

// age is the version of a value: cart first, then prices.
func age(version int64, since event.Position) string {
	return fmt.Sprintf("%020d%020d%020d", version, since.XID, since.ID)
}

const ageLen = 60

func cacheKey(id ID) string { return "cart:" + strconv.FormatInt(int64(id), 10) }

// get gives a cart that was priced with everything this process has heard of.
func (c cache) get(ctx context.Context, id ID) (kept, bool) {
	value, err := c.store.Get(ctx, cacheKey(id))
	if err != nil || len(value) <= ageLen {
		return kept{}, false
	}
	var k kept
	if json.Unmarshal(value[ageLen:], &k) != nil || k.Cart.ID != id || k.Cart.State != Active || k.Since.Before(c.prices.Now()) {
		return kept{}, false
	}
	return k, true
}

// put keeps a cart that was priced with what was heard up to since.
func (c cache) put(ctx context.Context, priced Cart, epoch int, since event.Position) {
	priced.Key = ""
	value, err := json.Marshal(kept{Epoch: epoch, Since: since, Cart: priced})
	if err != nil {
		return
	}
	// The answer is complete; a buyer who hangs up must not leave an old value.
	_ = c.store.SetNewer(context.WithoutCancel(ctx), cacheKey(priced.ID), age(priced.Version, since), value, keep)
}

// drop takes carts out that are about to change.
func (c cache) drop(ctx context.Context, all ...ended) {
	keys := make([]string, len(all))
	for i, e := range all {
		keys[i] = cacheKey(e.ID)
	}
	_ = c.store.Delete(ctx, keys...)
}

// bury marks carts that have ended, so that a reader who was slow does not bring
// them back.
func (c cache) bury(ctx context.Context, all ...ended) {
	for _, e := range all {
		_ = c.store.SetNewer(context.WithoutCancel(ctx), cacheKey(e.ID), age(e.Version, event.Position{}), nil, keep)
	}
}
