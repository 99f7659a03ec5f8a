package shop

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// shelf is what a fake look sees, and how often it was looked at.
type shelf struct {
	mu    sync.Mutex
	stock map[listing.VariantID]int
	parts map[listing.VariantID][]listing.VariantID
	looks [][]listing.VariantID
	fail  int
}

func (s *shelf) look(_ context.Context, market int64, ids []listing.VariantID) (stockSeen, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sorted := slices.Sorted(slices.Values(ids))
	s.looks = append(s.looks, sorted)
	if s.fail > 0 {
		s.fail--
		return stockSeen{}, errors.New("down")
	}
	seen := stockSeen{variants: map[listing.VariantID]*listing.Variant{}, parts: s.parts}
	for _, id := range ids {
		if n, ok := s.stock[id]; ok {
			seen.variants[id] = &listing.Variant{ID: id, Product: &listing.Product{ID: listing.ProductID(id * 100)}, InStock: &n, Available: n > 0}
		}
	}
	return seen, nil
}

func (s *shelf) set(id listing.VariantID, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stock[id] = n
}

func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.looks)
}

func fact(t *testing.T, topic string, about map[string]int64) event.Envelope {
	t.Helper()
	payload, err := json.Marshal(about)
	if err != nil {
		t.Fatal(err)
	}
	return event.Envelope{Topic: topic, Payload: payload}
}

// told waits for the next word to a watcher: pieces by variant.
func told(t *testing.T, w *stockWatcher) map[listing.VariantID]int {
	t.Helper()
	select {
	case all := <-w.seen:
		out := map[listing.VariantID]int{}
		for _, u := range all {
			out[u.VariantID] = -1
			if u.InStock != nil {
				out[u.VariantID] = *u.InStock
			}
		}
		return out
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was told")
		return nil
	}
}

// buyerOf is a subscription as its client sees it.
type buyerOf struct {
	*stockWatcher
	saying
}

func newBuyerOf(w *stockWatcher, ids ...listing.VariantID) *buyerOf {
	return &buyerOf{w, saying{asked: ids, shown: map[listing.VariantID]answer.StockUpdate{}, due: map[listing.VariantID]bool{}}}
}

// told waits for the next message.
func (b *buyerOf) told(t *testing.T) map[listing.VariantID]int {
	t.Helper()
	for {
		select {
		case seen := <-b.seen:
			if fresh := b.next(seen); len(fresh) > 0 {
				out := map[listing.VariantID]int{}
				for _, u := range fresh {
					out[u.VariantID] = *u.InStock
				}
				return out
			}
		case <-time.After(20 * time.Second):
			t.Fatal("nothing was told")
		}
	}
}

// However many watch a variant, a market looks at it once for all.
func TestStockHub_looksOnceForAll(t *testing.T) {
	t.Parallel()
	s := &shelf{stock: map[listing.VariantID]int{1: 5, 2: 7}}
	h := newStockHub(s.look)
	var all []*buyerOf
	var leave []func()
	for range 100 {
		w, stop := h.watch(1, []listing.VariantID{1, 2})
		all, leave = append(all, newBuyerOf(w, 1, 2)), append(leave, stop)
	}
	for _, b := range all {
		if got := b.told(t); len(got) != 2 {
			t.Fatal(got)
		}
	}
	before := s.count()
	if before > 10 {
		t.Errorf("%d looks for 100 who came at once", before)
	}
	s.set(1, 4)
	h.hear([]event.Envelope{fact(t, "stock.changed", map[string]int64{"variant": 1, "product": 100}), fact(t, "stock.changed", map[string]int64{"variant": 1, "product": 100}),
		fact(t, "stock.changed", map[string]int64{"variant": 3, "product": 300}), {Topic: "stock.changed", Payload: []byte("{")}, fact(t, "order.placed", nil)})
	for _, b := range all {
		if got := b.told(t); len(got) != 1 || got[1] != 4 {
			t.Fatalf("%v", got)
		}
	}
	s.mu.Lock()
	if last := s.looks[len(s.looks)-1]; len(s.looks)-before > 2 || !slices.Equal(last, []listing.VariantID{1}) {
		t.Errorf("%v", s.looks[before:])
	}
	s.mu.Unlock()
	for _, stop := range leave {
		stop()
	}
	if h.mu.Lock(); len(h.watchers)+len(h.pending)+len(h.products)+len(h.parts) > 0 {
		t.Error("something is kept of those who are gone")
	}
	h.mu.Unlock()
}

func TestStockHub_hearsOfProductsPartsAndEverything(t *testing.T) {
	t.Parallel()
	s := &shelf{stock: map[listing.VariantID]int{1: 5, 2: 7, 9: 1}, parts: map[listing.VariantID][]listing.VariantID{9: {2, 4}}}
	h := newStockHub(s.look)
	w, stop := h.watch(1, []listing.VariantID{1, 2, 9, 404})
	defer stop()
	if got := told(t, w); len(got) != 4 || got[404] != -1 {
		t.Fatalf("%v", got)
	}
	for name, c := range map[string]struct {
		fact event.Envelope
		want []listing.VariantID
	}{
		"a part of a bundle": {fact(t, "stock.changed", map[string]int64{"variant": 4, "product": 400}), []listing.VariantID{9}},
		"a product":          {fact(t, "product.updated", map[string]int64{"product": 100}), []listing.VariantID{1, 404}}, // whose product is not known yet
		"a place":            {fact(t, "location.changed", map[string]int64{"location": 1}), []listing.VariantID{1, 2, 9, 404}},
	} {
		h.hear([]event.Envelope{c.fact})
		got := told(t, w)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for _, id := range c.want {
			if _, ok := got[id]; !ok {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}

// What could not be read is read again, and one who begins when the last one
// leaves is not forgotten.
func TestStockHub_goesOn(t *testing.T) {
	t.Parallel()
	s := &shelf{stock: map[listing.VariantID]int{1: 5}, fail: 1}
	h := newStockHub(s.look)
	w, stop := h.watch(1, []listing.VariantID{1})
	if got := told(t, w); got[1] != 5 {
		t.Errorf("%v", got)
	}
	for range 20 {
		stop()
		w, stop = h.watch(1, []listing.VariantID{1})
	}
	if got := told(t, w); got[1] != 5 {
		t.Errorf("%v", got)
	}
	stop()
}
