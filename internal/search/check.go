package search

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// slicesOfAll is in how many checks each document is read anew. What changed
// without a fact that says so is found after so many of them.
const slicesOfAll = 12

// difference is the products of which an index has another entry than it should.
type difference struct {
	ids     []ProductID
	entries int // each language counts
}

// differing compares an index with what its entries should be, and what seems to
// differ with the documents themselves. Patient, it looks a second time: what is
// another entry by then was on its way.
func (s *Service) differing(ctx context.Context, o *opened, patient bool) (difference, error) {
	first, err := s.compare(ctx, o)
	if err != nil || len(first) == 0 || !patient {
		return first.sum(), err
	}
	if !(bell{}).wait(ctx, s.cfg.settle) {
		return difference{}, ctx.Err()
	}
	second, err := s.compare(ctx, o)
	if err != nil {
		return difference{}, err
	}
	maps.DeleteFunc(second, func(k pair, has string) bool { had, before := first[k]; return !before || had != has })
	return second.sum(), nil
}

// pair is one entry.
type pair struct {
	language locale.Language
	product  ProductID
}

// pairs are entries with the versions that an index has, empty where it has none.
type pairs map[pair]string

func (p pairs) sum() difference { return difference{ids: p.products(), entries: len(p)} }

func (p pairs) products() (ids []ProductID) {
	for k := range p {
		ids = append(ids, k.product)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (s *Service) compare(ctx context.Context, o *opened) (pairs, error) {
	if !s.mirror.read.Load() { // a process that serves nobody
		want, err := s.scan(ctx)
		if err != nil {
			return nil, err
		}
		return s.against(ctx, o, want)
	}
	if s.shared {
		return s.against(ctx, o, s.mirror.wanted())
	}
	s.writing.Lock() // so that table and index stand still
	defer s.writing.Unlock()
	return s.against(ctx, o, s.mirror.wanted())
}

// against compares an index with versions; what was refused is as it should be.
func (s *Service) against(ctx context.Context, o *opened, want map[locale.Language]versions) (pairs, error) {
	refused, err := s.store.refused(ctx, s.instance())
	if err != nil {
		return nil, err
	}
	differ := pairs{}
	for l, want := range want {
		if !o.has(l) {
			continue
		}
		there, err := o.versions(ctx, l)
		if err != nil {
			return nil, err
		}
		for id, v := range want {
			if there[id] != v && refused[l][id] != v {
				differ[pair{l, id}] = there[id]
			}
		}
		for id, v := range there {
			if _, wanted := want[id]; !wanted {
				differ[pair{l, id}] = v
			}
		}
		if !s.shared {
			maps.Copy(there, refused[l])
			o.given[l] = there
		}
	}
	return differ, s.confirm(ctx, differ, refused)
}

// confirm leaves those out that are as their documents are: the index may know
// of a change that this process has not heard of yet.
func (s *Service) confirm(ctx context.Context, differ pairs, refused map[locale.Language]versions) error {
	for ids := range slices.Chunk(differ.products(), chunkSize) {
		b, err := s.read(ctx, ids)
		if err != nil {
			return err
		}
		for l, entries := range b.entries {
			for i := range entries {
				k := pair{l, entries[i].ID}
				if has, asked := differ[k]; asked && (has == entries[i].Version || refused[l][k.product] == entries[i].Version) {
					delete(differ, k)
				}
			}
			for _, id := range b.gone {
				if differ[pair{l, id}] == "" {
					delete(differ, pair{l, id})
				}
			}
		}
	}
	return nil
}

// stale gives those of many products that the live index has otherwise. Should
// writing them take longer than an event may, the next try finds fewer.
func (s *Service) stale(ctx context.Context, ids []ProductID) ([]ProductID, error) {
	o, err := s.answering(ctx)
	if err != nil || o == nil {
		return ids, err
	}
	differ := pairs{}
	for _, l := range s.mirror.spoken() {
		if !o.has(l) {
			continue
		}
		there, err := o.versions(ctx, l)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			differ[pair{l, id}] = there[id]
		}
	}
	err = s.confirm(ctx, differ, nil)
	return differ.products(), err
}

// scan reads the versions of all entries from the database.
func (s *Service) scan(ctx context.Context) (map[locale.Language]versions, error) {
	ids, err := s.documentIDs(ctx)
	if err != nil {
		return nil, err
	}
	out := map[locale.Language]versions{}
	for _, l := range s.mirror.spoken() {
		out[l] = versions{}
	}
	for chunk := range slices.Chunk(ids, chunkSize) {
		b, err := s.read(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for l, entries := range b.entries {
			for i := range entries {
				out[l][entries[i].ID] = entries[i].Version
			}
		}
	}
	return out, nil
}

// mend makes the live index what it should be and tells how many entries were
// not.
func (s *Service) mend(ctx context.Context) (int, error) {
	o, err := s.answering(ctx)
	if err != nil || o == nil {
		return 0, err
	}
	d, err := s.differing(ctx, o, true)
	if errors.Is(err, ErrNoIndex) { // somebody took it away
		return 0, s.need(ctx, o.Generation)
	}
	if err != nil || len(d.ids) == 0 {
		s.heard(err)
		return 0, err
	}
	s.log.WarnContext(ctx, "search index is not what it should be", "generation", o.ID, "entries", d.entries)
	w, err := s.write(ctx, d.ids, writing{mirror: s.mirror.read.Load(), to: only(o), force: true})
	if err == nil {
		s.heard(w.cause)
		err = w.cause
	}
	return d.entries, err
}

// answering gives the live generation to write to, nil where there is none.
func (s *Service) answering(ctx context.Context) (*opened, error) {
	if !s.shared {
		return s.live.Load(), nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	fed, err := s.everyones(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range fed {
		if o.State == Live {
			return o, nil
		}
	}
	return nil, nil
}

// Check compares every document with the table and the index, repairs what
// differs and tells how many entries did. It runs by itself every few minutes,
// with a part of the documents. What changes meanwhile may count.
func (s *Service) Check(ctx context.Context) (drift int, err error) {
	if !s.mirror.read.Load() {
		return 0, ErrUnavailable
	}
	return s.check(ctx, s.sweep)
}

// patrol checks the part of the documents whose turn it is, all that are
// missing and all that should not be there.
func (s *Service) patrol(ctx context.Context, turn int) (int, error) {
	return s.check(ctx, func(ctx context.Context) error {
		ids, err := s.documentIDs(ctx)
		if err != nil {
			return err
		}
		known := map[ProductID]bool{}
		for _, id := range s.mirror.known() {
			known[id] = true
		}
		var look []ProductID
		for _, id := range ids {
			if !known[id] || int(id)%slicesOfAll == turn%slicesOfAll {
				look = append(look, id)
			}
			delete(known, id)
		}
		return s.reread(ctx, slices.AppendSeq(look, maps.Keys(known)))
	})
}

func (s *Service) check(ctx context.Context, reread func(context.Context) error) (int, error) {
	before := s.mirror.wanted()
	if err := reread(ctx); err != nil {
		return 0, err
	}
	drift := changes(before, s.mirror.wanted())
	n, err := s.mend(ctx)
	if err != nil {
		return 0, err
	}
	s.unsure.Store(false)
	s.checked(ctx, drift+n)
	return drift + n, nil
}

// changes counts the entries that are others.
func changes(before, after map[locale.Language]versions) int {
	n := 0
	for l, now := range after {
		for id, v := range now {
			if before[l][id] != v {
				n++
			}
		}
		for id := range before[l] {
			if _, there := now[id]; !there {
				n++
			}
		}
	}
	return n
}

// checked notes what a check found.
func (s *Service) checked(ctx context.Context, drift int) {
	at := s.rooms.DB.Now(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drift, s.checkedAt = drift, at
	s.figures.drift.Add(float64(drift))
}

// patrols checks every few minutes until ctx ends.
func (s *Service) patrols(ctx context.Context) {
	for turn := 0; ; turn++ {
		if !(bell{}).wait(ctx, s.cfg.Check*7/8+rand.N(s.cfg.Check/4+1)) { //nolint:gosec // not all processes at once; no secret
			return
		}
		if _, err := s.patrol(ctx, turn); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "search index was not checked", "error", err)
		}
	}
}
