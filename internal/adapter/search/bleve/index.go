package bleve

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	upstream "github.com/blevesearch/bleve/v2"
	blevindex "github.com/blevesearch/bleve_index_api"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/scoring"
)

const markKey = "souk"

// mark says what an index was made for. Raise its number when entries are
// written differently; weights may change without.
func mark(language locale.Language) []byte {
	names := []string{"souk 1", string(language)}
	for _, f := range append(scoring.Fields(), beginnings()...) {
		names = append(names, f.Name)
	}
	return []byte(strings.Join(names, " "))
}

// index is one of bleve's, open.
type index struct {
	users   int // handles, counted by the engine
	scratch sync.Pool

	mu    sync.RWMutex // held for reading by whoever works on raw
	raw   upstream.Index
	ended bool
}

func newIndex(raw upstream.Index) *index {
	return &index{raw: raw, scratch: sync.Pool{New: func() any { return new(tally) }}}
}

func (x *index) marked(language locale.Language) bool {
	have, err := x.raw.GetInternal([]byte(markKey))
	return err == nil && string(have) == string(mark(language))
}

func (x *index) end() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended = true
	return x.raw.Close()
}

// use keeps the index open as long as work goes on.
func (x *index) use(ctx context.Context, work func() error) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.ended {
		return search.ErrUnavailable.Wrap(errors.New("the search index was closed"))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return work()
}

// read works on the index as it is now, whatever is written meanwhile.
func (x *index) read(ctx context.Context, work func(blevindex.IndexReader) error) error {
	return x.use(ctx, func() (err error) {
		inner, err := x.raw.Advanced()
		if err != nil {
			return fmt.Errorf("reach search index: %w", err)
		}
		reader, err := inner.Reader()
		if err != nil {
			return fmt.Errorf("read search index: %w", err)
		}
		defer func() { err = errors.Join(err, reader.Close()) }()
		return work(reader)
	})
}

// handle is an index that somebody opened.
type handle struct {
	*index
	once     sync.Once
	giveBack func() error
}

// Candidates implements search.Index.
func (h *handle) Candidates(ctx context.Context, q search.Query) (found search.Candidates, err error) {
	q = q.Sound()
	if len(q.Groups) == 0 {
		return search.Candidates{}, ctx.Err()
	}
	err = h.read(ctx, func(reader blevindex.IndexReader) error {
		t := h.scratch.Get().(*tally) //nolint:forcetypeassert // the pool makes nothing else
		defer h.scratch.Put(t.reset())
		found, err = (&scan{ctx: ctx, reader: reader, tally: t}).answer(q)
		return err
	})
	return found, err
}

// Put implements search.Index. All entries come in at once or none.
func (h *handle) Put(ctx context.Context, entries []search.Entry) (search.Task, error) {
	return done{}, h.use(ctx, func() error {
		batch := h.raw.NewBatch()
		for i := range entries {
			if err := entries[i].Check(); err != nil {
				return err
			}
			if err := batch.IndexAdvanced(newDocument(&entries[i])); err != nil {
				return fmt.Errorf("prepare search entry %d: %w", entries[i].ID, err)
			}
		}
		return h.apply(batch)
	})
}

// Delete implements search.Index.
func (h *handle) Delete(ctx context.Context, ids []search.ProductID) (search.Task, error) {
	return done{}, h.use(ctx, func() error {
		batch := h.raw.NewBatch()
		for _, id := range ids {
			batch.Delete(key(id))
		}
		return h.apply(batch)
	})
}

// apply returns when the batch is on disk.
func (x *index) apply(batch *upstream.Batch) error {
	if batch.Size() == 0 {
		return nil
	}
	if err := x.raw.Batch(batch); err != nil {
		return search.ErrUnavailable.Wrap(fmt.Errorf("write search index: %w", err))
	}
	return nil
}

// Close gives the handle back.
func (h *handle) Close() (err error) {
	h.once.Do(func() { err = h.giveBack() })
	return err
}

// done is a task that is over.
type done struct{}

// Wait implements search.Task.
func (done) Wait(context.Context) error { return nil }
