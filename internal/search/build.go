package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

const (
	portion   = 5_000           // documents that are tried again together
	patience  = 2 * time.Minute // how long a builder waits for an engine that does not answer
	rounds    = 5               // of comparing and repairing before a build has failed
	samples   = 100             // documents compared with the database one by one
	knownItem = 20              // products that must be found by their own title
	breath    = time.Minute     // after a build that failed, before the next by itself
)

// builder builds one claimed generation.
type builder struct {
	s    *Service
	tell func(Generation)

	mu sync.Mutex
	g  Generation
}

// claimAndBuild builds the generation that waits, if there is one.
func (s *Service) claimAndBuild(ctx context.Context, tell func(Generation)) (did bool, err error) {
	silent := s.rooms.DB.Now(ctx).Add(-s.cfg.Lease)
	if !s.shared { // nobody else builds ours: who was at it is dead
		silent = s.rooms.DB.Now(ctx)
	}
	g, ok, err := s.store.claim(ctx, s.instance(), s.mapping, silent)
	if err != nil || !ok {
		return false, err
	}
	b := &builder{s: s, g: g, tell: tell}
	return true, b.run(ctx)
}

func (b *builder) run(outside context.Context) error {
	ctx, stop := context.WithCancelCause(outside)
	var beats sync.WaitGroup
	beats.Go(func() { b.live(ctx, stop) })
	err := b.build(ctx)
	if lost := context.Cause(ctx); err != nil && errors.Is(lost, errLost) {
		err = lost
	}
	stop(nil)
	beats.Wait()
	if err == nil || outside.Err() != nil || errors.Is(err, errLost) {
		return err // somebody goes on, or does already
	}
	b.s.log.ErrorContext(outside, "search index could not be built", "generation", b.g.ID, "error", err)
	return errors.Join(err, b.s.store.fail(outside, b.g, err), b.drop(outside))
}

// live shows that the builder lives, and stops it when another has taken over.
func (b *builder) live(ctx context.Context, stop context.CancelCauseFunc) {
	for (bell{}).wait(ctx, b.s.cfg.Lease/3) {
		if err := b.note(ctx, func(*Generation) {}); errors.Is(err, errLost) {
			stop(err)
		}
	}
}

// note says how far it has come.
func (b *builder) note(ctx context.Context, change func(*Generation)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.g)
	if b.tell != nil {
		b.tell(b.g)
	}
	return b.s.store.progress(ctx, b.g)
}

func (b *builder) build(ctx context.Context) error {
	s, started := b.s, b.s.rooms.DB.Now(ctx)
	var o *opened
	err := b.stubborn(ctx, func() (err error) {
		o, err = create(ctx, s.rooms.Engine, b.g, s.mirror.spoken())
		return err
	})
	if err != nil {
		return err
	}
	s.feed(o)
	s.cfg.Fail.Hit("search.created")
	err = b.fill(ctx, o)
	if err == nil {
		s.cfg.Fail.Hit("search.filled")
		err = b.verify(ctx, o)
	}
	if err == nil {
		s.cfg.Fail.Hit("search.verified")
		err = b.flip(ctx, o)
	}
	if err != nil {
		s.feed(nil)
		return errors.Join(err, o.close())
	}
	s.figures.built.Observe(s.rooms.DB.Now(ctx).Sub(started).Seconds())
	return nil
}

// flip makes what was built the live generation, in the database first.
func (b *builder) flip(ctx context.Context, o *opened) error {
	s := b.s
	s.switching.Lock()
	defer s.switching.Unlock()
	err := s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.alone(ctx, b.g.Instance); err != nil {
			return err
		}
		if err := b.note(ctx, func(g *Generation) { g.Error = "" }); err != nil {
			return err
		}
		if err := s.store.flip(ctx, b.g); err != nil {
			return err
		}
		return s.rooms.Events.Record(ctx, GenerationChanged{Generation: b.g.ID, State: Live})
	})
	if err != nil {
		return err
	}
	s.cfg.Fail.Hit("search.flipped")
	s.tend.ring()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.building = nil
	return s.answerWith(o)
}

// stubborn tries again while the engine or the database does not answer, for a
// while.
func (b *builder) stubborn(ctx context.Context, try func() error) error {
	var since time.Time
	for failures := 0; ; failures++ {
		err := try()
		if fault.KindOf(err) != fault.Unavailable {
			return err
		}
		now := b.s.rooms.DB.Now(ctx)
		if since.IsZero() {
			since = now
		}
		if now.Sub(since) > patience {
			return err
		}
		if err := b.note(ctx, func(g *Generation) { g.Error = err.Error() }); err != nil {
			return err
		}
		if !pause(ctx, failures) {
			return ctx.Err()
		}
	}
}

// fill writes all documents. Those that change meanwhile are written by whoever
// follows the changes, too.
func (b *builder) fill(ctx context.Context, o *opened) error {
	ids, err := b.s.documentIDs(ctx)
	if err != nil {
		return err
	}
	if err := b.note(ctx, func(g *Generation) { g.Documents = int64(len(ids)) }); err != nil {
		return err
	}
	done, dead := int64(0), int64(0)
	for part := range slices.Chunk(ids, portion) {
		var w written
		err := b.stubborn(ctx, func() (err error) {
			n := done
			w, err = b.s.write(ctx, part, writing{to: only(o), chunked: func(ids, refused int) error {
				n += int64(ids)
				return b.note(ctx, func(g *Generation) { g.Done, g.Dead = n, dead+int64(refused) })
			}})
			return errors.Join(err, w.cause)
		})
		if err != nil {
			return err
		}
		done, dead = done+int64(len(part)), dead+int64(w.dead)
	}
	return b.note(ctx, func(g *Generation) { g.Done, g.Dead, g.Error = done, dead, "" })
}

func only(o *opened) func(context.Context) ([]*opened, error) {
	return func(context.Context) ([]*opened, error) { return []*opened{o}, nil }
}

// verify makes sure that the index has what it should and that it can be found.
// What is repaired goes into the table as well: from then on both follow the
// changes in step, however many there are.
func (b *builder) verify(ctx context.Context, o *opened) error {
	for round := 0; ; round++ {
		var d difference
		err := b.stubborn(ctx, func() (err error) {
			if d, err = b.s.differing(ctx, o, b.s.shared && round > 0); err != nil || len(d.ids) == 0 || round == rounds {
				return err
			}
			w, err := b.s.write(ctx, d.ids, writing{mirror: b.s.mirror.read.Load(), to: only(o), force: true})
			return errors.Join(err, w.cause)
		})
		if err != nil {
			return err
		}
		if len(d.ids) == 0 {
			return b.stubborn(ctx, func() error { return b.sample(ctx, o) })
		}
		if round == rounds {
			return fmt.Errorf("after %d repairs %d entries of the new search index differ from their documents", rounds, d.entries)
		}
	}
}

// sample compares some documents of the database with the index, and has some
// of them found by their title.
func (b *builder) sample(ctx context.Context, o *opened) error {
	ids, err := b.s.documentIDs(ctx)
	if err != nil {
		return err
	}
	refused, err := b.s.store.refused(ctx, b.g.Instance)
	if err != nil {
		return err
	}
	docs, err := b.s.rooms.Listing.Documents(ctx, spread(ids, samples))
	if err != nil {
		return err
	}
	for _, l := range b.s.mirror.spoken() {
		fresh, err := o.fresh(ctx, l, docs, refused[l])
		if err != nil {
			return err
		}
		if stale := len(docs) - len(refused[l]) - len(fresh); stale*10 > len(docs) { // a few may have changed this moment
			return fmt.Errorf("%d of %d sampled documents differ from the new search index (%s)", stale, len(docs), l)
		}
		asked, found, err := o.known(ctx, l, fresh)
		if err != nil {
			return err
		}
		if found*10 < asked*9 {
			return fmt.Errorf("only %d of %d products are found by their title in the new search index (%s)", found, asked, l)
		}
	}
	return nil
}

// spread picks at most n, evenly.
func spread(ids []ProductID, n int) []ProductID {
	if len(ids) <= n {
		return ids
	}
	out := make([]ProductID, n)
	for i := range out {
		out[i] = ids[i*len(ids)/n]
	}
	return out
}

// fresh gives those of the documents that the index has as they are; of those
// that were refused it is not asked.
func (o *opened) fresh(ctx context.Context, l locale.Language, docs []*listing.Document, refused versions) ([]*listing.Document, error) {
	var out []*listing.Document
	for _, d := range docs {
		want := Version{ID: d.ID, Version: prepare(d, l).Version}
		if refused[d.ID] == want.Version {
			continue
		}
		err := o.use(l, func(index Index) error {
			found, err := index.Versions(ctx, d.ID-1, 1)
			if err == nil && len(found) == 1 && found[0] == want {
				out = append(out, d)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// known looks for some of the documents by their titles: how many were asked
// for, and how many of them found.
func (o *opened) known(ctx context.Context, l locale.Language, docs []*listing.Document) (asked, found int, err error) {
	u := understanding.Understanding{Language: l, Vocabulary: understanding.NewVocabulary(l)}
	for _, d := range docs {
		p := prepare(d, l)
		u.Vocabulary.Put(int64(d.ID), p.strong, p.weak)
	}
	for i := 0; i < len(docs); i += max(1, len(docs)/knownItem) {
		for reading := range u.Readings(textsOf(docs[i], l).title, false) {
			if reading.Stage != understanding.AsTyped || len(reading.Groups) == 0 {
				break // a title without words
			}
			asked++
			err = o.use(l, func(index Index) error {
				c, err := index.Candidates(ctx, queryOf(reading))
				if slices.Contains(c.IDs, docs[i].ID) {
					found++
				}
				return err
			})
			break
		}
		if err != nil {
			return asked, found, err
		}
	}
	return asked, found, nil
}

// drop takes the indexes of a build that failed away.
func (b *builder) drop(ctx context.Context) error {
	var all []error
	for _, l := range b.s.mirror.spoken() {
		all = append(all, b.s.rooms.Engine.Drop(ctx, indexName(b.g.ID, l)))
	}
	return errors.Join(all...)
}
