package search

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
)

// Whoever writes reads the documents and sends them under one lock. So of two
// who write the same product the later one sends what is newer, and an index
// ends with the newest whatever the order of events, builders and repairs.

const (
	chunkSize  = 1_000   // products that are read and sent at once
	chunkBytes = 5 << 20 // of these, what is sent to an engine at once
	inFlight   = 4       // writes that are on their way at once
)

// writing says what becomes of documents that are read.
type writing struct {
	mirror bool                                     // they go into this process's table
	to     func(context.Context) ([]*opened, error) // and into these indexes; nil: none
	force  bool                                     // even what the index was given already
	// chunked hears how many products were sent, and how many entries have been
	// refused so far.
	chunked func(ids, refused int) error
}

// written is what came of it.
type written struct {
	dead  int   // entries that were refused
	cause error // why an index does not have everything; nil: it does
}

// write reads products anew and puts them where they belong. What an index
// cannot take does not hold up the table. An error says that the database did
// not answer.
func (s *Service) write(ctx context.Context, ids []ProductID, w writing) (written, error) {
	c := &convoy{s: s, force: w.force}
	for chunk := range slices.Chunk(ids, chunkSize) {
		if err := s.chunk(ctx, c, chunk, w); err != nil {
			return written{}, err
		}
		if err := c.settle(ctx, max(0, inFlight-len(s.mirror.spoken()))); err != nil { // before the lock is taken for the next ones
			return written{}, err
		}
		if w.chunked != nil && c.cause == nil {
			if err := w.chunked(len(chunk), c.dead); err != nil {
				return written{}, err
			}
		}
	}
	if err := c.settle(ctx, 0); err != nil {
		return written{}, err
	}
	return written{dead: c.dead, cause: c.cause}, c.clear(ctx)
}

func (s *Service) chunk(ctx context.Context, c *convoy, ids []ProductID, w writing) error {
	sends := w.to != nil && c.cause == nil
	return s.exclusively(ctx, sends, func(ctx context.Context) error {
		b, err := s.read(ctx, ids)
		if err != nil {
			return err
		}
		if w.mirror {
			s.mirror.put(b, s.now())
		}
		if !sends {
			return nil
		}
		to, err := w.to(ctx)
		if err != nil {
			c.failed(err)
			return nil
		}
		c.load(ctx, b, to)
		return nil
	})
}

// exclusively keeps all others from writing: those of this process and, where
// an index is shared and written to, those of all.
func (s *Service) exclusively(ctx context.Context, index bool, fn func(context.Context) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if !s.shared || !index {
		return fn(ctx)
	}
	return s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.lock(ctx, "write "+s.store.engine); err != nil {
			return err
		}
		return fn(ctx)
	})
}

// read reads documents and makes entries of them in every language.
func (s *Service) read(ctx context.Context, ids []ProductID) (*batch, error) {
	var docs []*listing.Document
	for some := range slices.Chunk(ids, listing.MaxDocuments) {
		found, err := s.rooms.Listing.Documents(ctx, some)
		if err != nil {
			return nil, err
		}
		docs = append(docs, found...)
	}
	return newBatch(ids, docs, s.mirror.spoken()), nil
}

// convoy is writes on their way, in the order in which they were sent.
type convoy struct {
	s       *Service
	force   bool
	sent    []*flight
	arrived map[locale.Language][]ProductID
	dead    int
	cause   error // the first that is not the entries' fault
}

// flight is one write: entries, or products to delete.
type flight struct {
	to       *opened
	language locale.Language
	entries  []prepared
	gone     []ProductID
	task     Task // nil: nothing to wait for
	waited   bool
	err      error
}

// ids lists the products that it is about.
func (f *flight) ids() []ProductID {
	ids := slices.Clone(f.gone)
	for i := range f.entries {
		ids = append(ids, f.entries[i].ID)
	}
	return ids
}

// load sends a batch to indexes.
func (c *convoy) load(ctx context.Context, b *batch, to []*opened) {
	for _, o := range to {
		for l, entries := range b.entries {
			if !o.has(l) {
				continue
			}
			entries, gone := c.news(o, l, entries, b.gone)
			for _, part := range parts(entries) {
				c.send(ctx, &flight{to: o, language: l, entries: part})
			}
			if len(gone) > 0 {
				c.send(ctx, &flight{to: o, language: l, gone: gone})
			}
		}
	}
}

// news leaves out what the index was given already.
func (c *convoy) news(o *opened, l locale.Language, entries []prepared, gone []ProductID) ([]prepared, []ProductID) {
	given := o.given[l]
	if c.force || o.given == nil {
		return entries, gone
	}
	var fresh []prepared
	for i := range entries {
		if given[entries[i].ID] != entries[i].Version {
			fresh = append(fresh, entries[i])
		}
	}
	there := func(id ProductID) bool { _, ok := given[id]; return !ok }
	return fresh, slices.DeleteFunc(slices.Clone(gone), there)
}

// parts cuts entries into what may be sent at once.
func parts(entries []prepared) [][]prepared {
	var out [][]prepared
	from, size := 0, 0
	for i := range entries {
		n := entries[i].size()
		if i > from && size+n > chunkBytes {
			out = append(out, entries[from:i])
			from, size = i, 0
		}
		size += n
	}
	if from < len(entries) {
		out = append(out, entries[from:])
	}
	return out
}

// send hands a write to the engine, once there is room for one more.
func (c *convoy) send(ctx context.Context, f *flight) {
	c.room(ctx)
	f.to.note(f)
	f.err = f.to.use(f.language, func(index Index) (err error) {
		if len(f.gone) > 0 {
			f.task, err = index.Delete(ctx, f.gone)
			return err
		}
		entries := make([]Entry, len(f.entries))
		for i := range f.entries {
			entries[i] = f.entries[i].Entry
		}
		f.task, err = index.Put(ctx, entries)
		return err
	})
	if f.err != nil || f.task == nil {
		f.waited = true
	}
	c.s.figures.tasks.Inc()
	c.sent = append(c.sent, f)
}

// room waits until fewer than a few are on their way.
func (c *convoy) room(ctx context.Context) {
	under := 0
	for _, f := range slices.Backward(c.sent) {
		if f.waited {
			continue
		}
		if under++; under >= inFlight {
			f.wait(ctx)
		}
	}
}

func (f *flight) wait(ctx context.Context) {
	if !f.waited {
		f.waited, f.err = true, f.task.Wait(ctx)
	}
}

// settle sees to all writes but the last few. It takes the lock where entries
// were refused, so whoever calls it does not have it.
func (c *convoy) settle(ctx context.Context, but int) error {
	for len(c.sent) > but {
		f := c.sent[0]
		c.sent = c.sent[1:]
		if err := c.outcome(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (c *convoy) outcome(ctx context.Context, f *flight) error {
	f.wait(ctx)
	switch {
	case f.err == nil:
		if c.arrived == nil {
			c.arrived = map[locale.Language][]ProductID{}
		}
		c.arrived[f.language] = append(c.arrived[f.language], f.ids()...)
		c.s.mirror.advance(c.s.now())
		return nil
	case errors.Is(f.err, errClosed): // another generation has taken over
		return nil
	case errors.Is(f.err, ErrNoIndex): // somebody took it away
		c.s.unsure.Store(true)
		return nil
	case errors.Is(f.err, ErrRefused) && len(f.entries) == 1:
		return c.bury(ctx, f)
	case errors.Is(f.err, ErrRefused) && len(f.entries) > 1:
		return c.halve(ctx, f)
	}
	c.s.figures.failed.Inc()
	c.failed(f.err)
	c.s.writing.Lock()
	defer c.s.writing.Unlock()
	f.to.forget(f)
	return nil
}

func (c *convoy) failed(err error) {
	if c.cause == nil {
		c.cause = err
	}
}

// halve sends the two halves of what was refused by themselves, until the
// entry at fault is alone.
func (c *convoy) halve(ctx context.Context, f *flight) error {
	ids := f.ids()
	for _, half := range [][]ProductID{ids[:len(ids)/2], ids[len(ids)/2:]} {
		again := &flight{to: f.to, language: f.language}
		err := c.s.exclusively(ctx, true, func(ctx context.Context) error {
			b, err := c.s.read(ctx, half) // anew: others may have sent what is newer
			if err != nil {
				return err
			}
			if again.entries = b.entries[f.language]; len(again.entries) > 0 {
				c.send(ctx, again)
				c.sent = c.sent[:len(c.sent)-1] // it is seen to here
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(again.entries) > 0 {
			if err := c.outcome(ctx, again); err != nil {
				return err
			}
		}
	}
	return nil
}

// bury writes a letter about an entry that the engine will not take.
func (c *convoy) bury(ctx context.Context, f *flight) error {
	e := &f.entries[0]
	c.dead++
	c.s.log.WarnContext(ctx, "search engine refuses a document", "product", e.ID, "language", f.language, "error", f.err)
	err := c.s.store.bury(ctx, DeadLetter{
		Instance: c.s.instance(), Language: f.language, Product: e.ID, Error: f.err.Error(), PayloadHash: e.sum[:],
	})
	if err != nil {
		return fmt.Errorf("product %d: %w", e.ID, err)
	}
	return nil
}

// clear takes away the letters of what arrived.
func (c *convoy) clear(ctx context.Context) error {
	return c.s.store.taken(ctx, c.s.instance(), c.arrived)
}

// note remembers what the index is given, before it is: whoever comes next
// under the lock compares with it.
func (o *opened) note(f *flight) {
	if o.given == nil {
		return
	}
	of := o.given[f.language]
	if of == nil {
		of = versions{}
		o.given[f.language] = of
	}
	for i := range f.entries {
		of[f.entries[i].ID] = f.entries[i].Version
	}
	for _, id := range f.gone {
		delete(of, id)
	}
}

// forget makes sure that what did not arrive is sent again.
func (o *opened) forget(f *flight) {
	if o.given == nil || o.given[f.language] == nil {
		return
	}
	for _, id := range f.ids() {
		o.given[f.language][id] = ""
	}
}
