package search

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Mapped is an engine that tells how its indexes are made. One that is made in
// another way is replaced by a new generation; until then it answers, if the
// engine can open it.
type Mapped interface {
	Mapping() string
}

// Local is an engine whose indexes are this process's alone. It is claimed
// before it is used, and names the process by what it got.
type Local interface {
	Claim() (instance string, err error)
}

// indexName is how engines know the index of a generation in a language.
func indexName(generation int64, l locale.Language) string {
	return fmt.Sprintf("g%d-%s", generation, l)
}

// generationOf reads the name back; 0 where it is no such name.
func generationOf(name string) (id int64) {
	if _, err := fmt.Sscanf(name, "g%d-", &id); err != nil {
		return 0
	}
	return id
}

// opened is a generation with its indexes.
type opened struct {
	Generation
	languages []locale.Language // that it was opened in, be there an index or not

	// mu is held by those who use an index, and alone by who closes them.
	mu      sync.RWMutex
	closed  bool
	indexes map[locale.Language]Index
	// given is the version of each entry that the engine was given last, where
	// only this process writes: what is there already is not written again. A
	// version that was refused counts, too. nil: not known.
	given map[locale.Language]versions
}

// open opens what there is of a generation; missing says whether a language is.
func open(ctx context.Context, engine Engine, g Generation, languages []locale.Language) (o *opened, missing bool, err error) {
	o = &opened{Generation: g, languages: languages, indexes: map[locale.Language]Index{}}
	for _, l := range languages {
		index, err := engine.Open(ctx, indexName(g.ID, l), l)
		switch {
		case err == nil:
			o.indexes[l] = index
		case errors.Is(err, ErrNoIndex):
			missing = true
		default:
			return nil, false, errors.Join(fmt.Errorf("open search index %s: %w", indexName(g.ID, l), err), o.close())
		}
	}
	return o, missing, nil
}

// create makes the empty indexes of a generation.
func create(ctx context.Context, engine Engine, g Generation, languages []locale.Language) (*opened, error) {
	o := &opened{Generation: g, languages: languages, indexes: map[locale.Language]Index{}}
	for _, l := range languages {
		index, err := engine.Create(ctx, indexName(g.ID, l), l)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("create search index %s: %w", indexName(g.ID, l), err), o.close())
		}
		o.indexes[l] = index
	}
	return o, nil
}

// use calls fn with an index that is not closed meanwhile; ErrNoIndex where
// there is none, errClosed where another generation has taken over.
func (o *opened) use(l locale.Language, fn func(Index) error) error {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if o.closed {
		return errClosed
	}
	index := o.indexes[l]
	if index == nil {
		return ErrNoIndex
	}
	return fn(index)
}

var errClosed = errors.New("search index is closed")

// has tells whether there is an index in a language.
func (o *opened) has(l locale.Language) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.indexes[l] != nil
}

// close waits for those who use an index.
func (o *opened) close() error {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	var all []error
	for _, index := range o.indexes {
		all = append(all, index.Close())
	}
	o.indexes = nil
	return errors.Join(all...)
}

// versionsPage is how many entries are compared at once.
const versionsPage = 1_000

// versions reads what an index has.
func (o *opened) versions(ctx context.Context, l locale.Language) (versions, error) {
	out := versions{}
	after := ProductID(0)
	for {
		var found []Version
		err := o.use(l, func(index Index) (err error) {
			found, err = index.Versions(ctx, after, versionsPage)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read versions of search index: %w", err)
		}
		for _, v := range found {
			out[v.ID] = v.Version
		}
		if len(found) < versionsPage {
			return out, nil
		}
		after = found[len(found)-1].ID
	}
}
