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
		fresh, stale, err := b.agree(ctx, o, l, docs, refused[l])
		if err != nil {
			return err
		}
		if stale*10 > len(docs) { // a few may have changed this moment
			return fmt.Errorf("%d of %d sampled documents differ from the new search index (%s)", stale, len(docs), l)
		}
		items := spread(fresh, knownItem)
		missing, err := b.missing(ctx, o, l, items)
		if err != nil {
			return err
		}
		if missing*10 > len(items) {
			return fmt.Errorf("%d of %d products are not found by their title in the new search index (%s)", missing, len(items), l)
		}
	}
	return nil
}

// missing counts those of the products that are not found by their titles. As
// in agree, one that is not is read once more.
func (b *builder) missing(ctx context.Context, o *opened, l locale.Language, items []*listing.Document) (int, error) {
	for round := 0; ; round++ {
		missing, err := o.missing(ctx, l, items)
		if err != nil || len(missing) == 0 || round == rounds {
			return len(missing), err
		}
		if !pause(ctx, round) {
			return 0, ctx.Err()
		}
		if items, err = b.s.rooms.Listing.Documents(ctx, missing); err != nil {
			return 0, err
		}
	}
}

// agree gives the documents that the index has as they are, and how many it has
// otherwise. One that differs is read once more: it may have changed since, and
// the index hears of that a moment later than the database.
func (b *builder) agree(ctx context.Context, o *opened, l locale.Language, docs []*listing.Document, refused versions) (all []*listing.Document, stale int, err error) {
	for round := 0; ; round++ {
		fresh, differ, err := o.fresh(ctx, l, docs, refused)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, fresh...)
		if len(differ) == 0 || round == rounds {
			return all, len(differ), nil
		}
		if !pause(ctx, round) {
			return nil, 0, ctx.Err()
		}
		if docs, err = b.s.rooms.Listing.Documents(ctx, differ); err != nil {
			return nil, 0, err
		}
	}
}

// spread picks at most n, evenly.
func spread[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	out := make([]T, n)
	for i := range out {
		out[i] = all[i*len(all)/n]
	}
	return out
}

// fresh gives those of the documents that the index has as they are, and the
// products of those that it has otherwise; of those that were refused it is not
// asked.
func (o *opened) fresh(ctx context.Context, l locale.Language, docs []*listing.Document, refused versions) (same []*listing.Document, differ []ProductID, err error) {
	for _, d := range docs {
		want := Version{ID: d.ID, Version: prepare(d, l).Version}
		if refused[d.ID] == want.Version {
			continue
		}
		err := o.use(l, func(index Index) error {
			found, err := index.Versions(ctx, d.ID-1, 1)
			switch {
			case err != nil:
			case len(found) == 1 && found[0] == want:
				same = append(same, d)
			default:
				differ = append(differ, d.ID)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return same, differ, nil
}

// missing looks for documents by their titles and gives those that it does not
// find.
func (o *opened) missing(ctx context.Context, l locale.Language, docs []*listing.Document) ([]ProductID, error) {
	u := understanding.Understanding{Language: l, Vocabulary: understanding.NewVocabulary(l)}
	for _, d := range docs {
		p := prepare(d, l)
		u.Vocabulary.Put(int64(d.ID), p.strong, p.weak)
	}
	var out []ProductID
	for _, d := range docs {
		for reading := range u.Readings(textsOf(d, l).title, false) {
			if reading.Stage != understanding.AsTyped || len(reading.Groups) == 0 {
				break // a title without words
			}
			err := o.use(l, func(index Index) error {
				c, err := index.Candidates(ctx, queryOf(reading))
				if err == nil && !slices.Contains(c.IDs, d.ID) {
					out = append(out, d.ID)
				}
				return err
			})
			if err != nil {
				return nil, err
			}
			break
		}
	}
	return out, nil
}

// drop takes the indexes of a build that failed away.
func (b *builder) drop(ctx context.Context) error {
	var all []error
	for _, l := range b.s.mirror.spoken() {
		all = append(all, b.s.rooms.Engine.Drop(ctx, indexName(b.g.ID, l)))
	}
	return errors.Join(all...)
}
