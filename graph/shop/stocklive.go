package shop

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
)

const (
	mostWatched = 100 // variants of one subscription
	// stockPause is between two looks: what changes meanwhile is looked at
	// together. With the quarter of a second in which facts arrive, a change is
	// told within a second.
	stockPause = 200 * time.Millisecond
	lookTime   = 5 * time.Second // that a look may take
	lookAgain  = time.Second     // until it is tried again, when that failed
	// stockSweep is how often everything that is watched is looked at without a
	// fact: a release passes, a market's places change.
	stockSweep = 30 * time.Second
)

// stockLook reads how variants stand in a market, and which other variants each
// of them depends on. What is not sold there is missing.
type stockLook func(ctx context.Context, market int64, ids []listing.VariantID) (stockSeen, error)

// stockSeen is what a look has seen.
type stockSeen struct {
	variants map[listing.VariantID]*listing.Variant
	parts    map[listing.VariantID][]listing.VariantID // of bundles
}

// stockHub looks at stock for the subscriptions of this process: once for all of
// a market that watch the same, and only at what has changed. It runs as long as
// somebody watches.
type stockHub struct {
	look     stockLook
	mu       sync.Mutex
	watchers map[*stockWatcher]struct{}
	pending  map[spot]struct{}
	products map[listing.VariantID]listing.ProductID
	parts    map[listing.VariantID][]listing.VariantID
	wake     chan struct{}
	stop     context.CancelFunc
}

// spot is a variant in a market.
type spot struct {
	market  int64
	variant listing.VariantID
}

// stockWatcher is one subscription.
type stockWatcher struct {
	market int64
	ids    map[listing.VariantID]bool
	seen   chan []answer.StockUpdate // what is to be told next; at most one
}

func newStockHub(look stockLook) *stockHub {
	return &stockHub{look: look, watchers: map[*stockWatcher]struct{}{}, pending: map[spot]struct{}{},
		products: map[listing.VariantID]listing.ProductID{}, parts: map[listing.VariantID][]listing.VariantID{}}
}

// watch begins to look at variants for somebody, all of them at once. The
// function ends it.
func (h *stockHub) watch(market int64, ids []listing.VariantID) (*stockWatcher, func()) {
	w := &stockWatcher{market: market, ids: map[listing.VariantID]bool{}, seen: make(chan []answer.StockUpdate, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		w.ids[id] = true
		h.pending[spot{market, id}] = struct{}{}
	}
	if len(h.watchers) == 0 {
		h.start()
	}
	h.watchers[w] = struct{}{}
	h.ring()
	return w, func() { h.leave(w) }
}

// start has somebody look, who may not be mistaken for one who is just ending.
func (h *stockHub) start() {
	ctx, stop := context.WithCancel(context.Background())
	h.stop, h.wake = stop, make(chan struct{}, 1)
	go h.run(ctx, h.wake)
}

func (h *stockHub) leave(w *stockWatcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if delete(h.watchers, w); len(h.watchers) == 0 {
		h.stop()
		clear(h.pending)
		clear(h.products)
		clear(h.parts)
	}
}

// ring wakes the one who looks.
func (h *stockHub) ring() {
	select {
	case h.wake <- struct{}{}:
	default: // he is to look already
	}
}

// hear notes what the facts may have changed of what is watched.
func (h *stockHub) hear(facts []event.Envelope) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watchers) == 0 {
		return
	}
	topics := live.StockTopics()
	told := news{variants: map[listing.VariantID]bool{}, products: map[listing.ProductID]bool{}}
	for _, f := range facts {
		if slices.Contains(topics, f.Topic) {
			told.add(f)
		}
	}
	h.note(told)
}

// news is what facts are about.
type news struct {
	variants map[listing.VariantID]bool
	products map[listing.ProductID]bool
	all      bool
}

func (n *news) add(f event.Envelope) {
	var about struct {
		Variant  listing.VariantID
		Product  listing.ProductID
		Products []listing.ProductID
	}
	if json.Unmarshal(f.Payload, &about) != nil {
		return
	}
	switch {
	case f.Topic == "stock.changed": // of this variant; its product has others
		n.variants[about.Variant] = true
	case about.Product == 0 && len(about.Products) == 0:
		n.all = true
	default:
		for _, p := range append(about.Products, about.Product) {
			n.products[p] = true
		}
	}
}

// note marks what is to be looked at.
func (h *stockHub) note(n news) {
	for w := range h.watchers {
		for id := range w.ids {
			product, known := h.products[id]
			touched := func(part listing.VariantID) bool { return n.variants[part] }
			if n.all || touched(id) || n.products[product] || !known && len(n.products) > 0 || slices.ContainsFunc(h.parts[id], touched) {
				h.pending[spot{w.market, id}] = struct{}{}
				h.ring()
			}
		}
	}
}

// run looks until nobody watches any more.
func (h *stockHub) run(ctx context.Context, wake <-chan struct{}) {
	sweep := time.NewTicker(stockSweep)
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-sweep.C:
			h.mu.Lock()
			h.note(news{all: true})
			h.mu.Unlock()
		}
		for market, ids := range h.take() {
			for some := range slices.Chunk(ids, listing.MaxPage) {
				h.turn(ctx, market, some)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(stockPause):
		}
	}
}

// take gives what is to be looked at, by market.
func (h *stockHub) take() map[int64][]listing.VariantID {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[int64][]listing.VariantID{}
	for s := range h.pending {
		out[s.market] = append(out[s.market], s.variant)
	}
	clear(h.pending)
	return out
}

// turn looks once and tells the watchers. What could not be read is looked at
// again.
func (h *stockHub) turn(ctx context.Context, market int64, ids []listing.VariantID) {
	once, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	seen, err := h.safely(once, market, ids)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		for _, id := range ids {
			h.pending[spot{market, id}] = struct{}{}
		}
		time.AfterFunc(lookAgain, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.ring()
		})
		return
	}
	for _, id := range ids {
		if h.parts[id] = seen.parts[id]; seen.variants[id] != nil {
			h.products[id] = seen.variants[id].Product.ID
		}
	}
	for w := range h.watchers {
		if w.market == market {
			w.tell(ids, seen)
		}
	}
}

// safely looks; a bug there must not end the process.
func (h *stockHub) safely(ctx context.Context, market int64, ids []listing.VariantID) (seen stockSeen, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("look at stock: %v", cause)
		}
	}()
	return h.look(ctx, market, ids)
}

// tell adds to what a subscription is to be told next; what it was to be told of
// a variant before is old. The hub is locked, so nobody else adds.
func (w *stockWatcher) tell(ids []listing.VariantID, seen stockSeen) {
	next := map[listing.VariantID]answer.StockUpdate{}
	select {
	case waiting := <-w.seen:
		for _, u := range waiting {
			next[u.VariantID] = u
		}
	default:
	}
	for _, id := range ids {
		if w.ids[id] {
			next[id] = answer.NewStockUpdate(id, seen.variants[id])
		}
	}
	if len(next) > 0 {
		w.seen <- slices.Collect(maps.Values(next))
	}
}

// The refusals of the subscription.
var (
	errWatchNone = fault.New(fault.Invalid, "required", "Name the variants.").At("variantIds")
	errWatchMany = fault.Newf(fault.Invalid, "limit_exceeded", "At most %d variants.", mostWatched).At("variantIds")
	errWatchID   = fault.New(fault.NotFound, "variant_not_found", "That is no variant.")
)

// watchStock follows the stock of variants in the market of the operation.
func (r *Resolver) watchStock(ctx context.Context, texts []string) (<-chan []*answer.StockUpdate, error) {
	at, err := r.at(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := watched(texts)
	if err != nil {
		return nil, err
	}
	w, stop := r.stock.watch(at.Market, ids)
	out := make(chan []*answer.StockUpdate, 1)
	go func() {
		defer stop()
		defer close(out)
		said := saying{asked: ids, shown: map[listing.VariantID]answer.StockUpdate{}, due: map[listing.VariantID]bool{}}
		for {
			select {
			case <-ctx.Done():
				return
			case seen := <-w.seen:
				fresh := said.next(seen)
				if len(fresh) == 0 {
					continue
				}
				select {
				case <-ctx.Done():
					return
				case out <- fresh:
				}
			}
		}
	}()
	return out, nil
}

// saying is what a subscription was told.
type saying struct {
	asked []listing.VariantID // each once
	shown map[listing.VariantID]answer.StockUpdate
	due   map[listing.VariantID]bool
}

// next gives what was not told so before, in the order that was asked for.
// Nothing is told until everything is known.
func (s *saying) next(seen []answer.StockUpdate) []*answer.StockUpdate {
	for _, u := range seen {
		if was, known := s.shown[u.VariantID]; !known || !was.Same(u) {
			s.due[u.VariantID] = true
		}
		s.shown[u.VariantID] = u
	}
	if len(s.shown) < len(s.asked) {
		return nil
	}
	var out []*answer.StockUpdate
	for _, id := range s.asked {
		if s.due[id] {
			u := s.shown[id]
			out = append(out, &u)
		}
	}
	clear(s.due)
	return out
}

// watched reads the ids of a subscription.
func watched(texts []string) ([]listing.VariantID, error) {
	switch {
	case len(texts) == 0:
		return nil, errWatchNone
	case len(texts) > mostWatched:
		return nil, errWatchMany
	}
	ids := idsOf[listing.VariantID]("ProductVariant", texts)
	if i := slices.Index(ids, 0); i >= 0 {
		return nil, errWatchID.At(place("variantIds", i)...)
	}
	var once []listing.VariantID
	for _, id := range ids {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once, nil
}

// lookAtStock reads stock as buyers in a market see it.
func (r *Resolver) lookAtStock(ctx context.Context, id int64, ids []listing.VariantID) (stockSeen, error) {
	at, err := r.Buyers.In(market.ID(id), locale.Unknown, "", r.Clock.Now())
	if err != nil {
		return stockSeen{}, err
	}
	seen := stockSeen{parts: map[listing.VariantID][]listing.VariantID{}}
	if seen.variants, err = r.Listing.VariantsByIDs(ctx, at, ids, listing.Need{}); err != nil || r.Bundles == nil {
		return seen, err
	}
	bundles, err := r.Bundles.ByVariants(ctx, ids)
	for id, b := range bundles {
		for _, s := range b.Slots {
			for _, c := range s.Choices {
				seen.parts[id] = append(seen.parts[id], c.Variant)
			}
		}
	}
	return seen, err
}
