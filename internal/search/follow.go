package search

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// wordless are the facts that change what the table says and no entry.
var wordless = []string{"price.changed", "price_list.changed", "stock.changed", "location.changed", "bundle.changed", "recommend.computed"}

// Consumers are those who hear of changes: everywhere ones belong into each
// process that serves, ordered ones where all processes do the work once. The
// latter are none where processes do not share an index.
func (s *Service) Consumers() (everywhere, ordered []event.Consumer) {
	everywhere = []event.Consumer{{
		Name: "search", Broadcast: true, Handle: s.hear, Timeout: 45 * time.Second,
		Topics: append(slices.Clone(listing.DocumentTopics), GenerationChanged{}.Topic(), retryLetter{}.Topic()),
	}}
	if s.shared {
		worded := slices.DeleteFunc(slices.Clone(listing.DocumentTopics), func(t string) bool { return slices.Contains(wordless, t) })
		ordered = []event.Consumer{{
			Name: "search-index", Topics: worded, Handle: s.index, Timeout: 45 * time.Second,
			Rebuild: func(ctx context.Context) error { _, err := s.mend(ctx); return err },
		}}
	}
	return everywhere, ordered
}

// hear follows the changes in this process. Nothing of it is lost if the process
// dies, since the next one reads everything.
func (s *Service) hear(ctx context.Context, batch []event.Envelope) error {
	if !s.running.Load() { // Run reads everything; a worker never does, and has nothing to follow with
		return nil
	}
	changes := make([]event.Envelope, 0, len(batch))
	for _, e := range batch {
		switch e.Topic {
		case GenerationChanged{}.Topic():
			s.tend.ring()
			continue
		case retryLetter{}.Topic():
			if err := s.heedRetry(ctx, e); err != nil {
				return err
			}
			continue
		case market.Changed{}.Topic():
			if err := s.relearn(ctx); err != nil {
				return err
			}
		}
		changes = append(changes, e)
	}
	if len(changes) == 0 {
		return nil
	}
	ids, all, err := s.touched(ctx, changes)
	if err != nil {
		return err
	}
	since := changes[0].RecordedAt
	if all {
		s.dirty.addAll(since)
	}
	if !s.mirror.read.Load() || len(ids) > mostAtOnce {
		s.dirty.add(since, ids)
		return nil
	}
	return s.follow(ctx, since, ids)
}

// touched says whose documents may be others. Where all may be, it still names
// those of the other facts, so that they need not wait for all.
func (s *Service) touched(ctx context.Context, batch []event.Envelope) (ids []ProductID, all bool, err error) {
	if ids, all, err = s.rooms.Listing.Touched(ctx, batch); err != nil || !all {
		return ids, all, err
	}
	byTopic := map[string][]event.Envelope{}
	for _, e := range batch {
		byTopic[e.Topic] = append(byTopic[e.Topic], e)
	}
	for _, some := range byTopic {
		of, _, err := s.rooms.Listing.Touched(ctx, some)
		if err != nil {
			return nil, true, err
		}
		ids = append(ids, of...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), true, nil
}

// mostAtOnce is how many products one delivery of events may take over itself;
// more are left to whoever catches up, and the next events are not kept waiting.
const mostAtOnce = 2_000

// follow takes changes over at once. What an index cannot take now is tried
// again by and by; the table has it.
func (s *Service) follow(ctx context.Context, since time.Time, ids []ProductID) error {
	w, err := s.write(ctx, ids, s.reflecting(false))
	if err != nil {
		return err
	}
	if s.heard(w.cause); w.cause == nil {
		s.visible(since, len(ids))
	} else {
		s.dirty.add(since, ids)
	}
	return nil
}

// reflecting puts documents into this process's table and into the indexes that
// only it writes.
func (s *Service) reflecting(force bool) writing {
	w := writing{mirror: true, force: force}
	if !s.shared {
		w.to = s.own
	}
	return w
}

// own gives the indexes of this process.
func (s *Service) own(context.Context) ([]*opened, error) { return s.fed, nil }

// index writes changes to a shared engine. Its cursor waits until they can be
// found.
func (s *Service) index(ctx context.Context, batch []event.Envelope) error {
	if err := s.relearn(ctx); err != nil {
		return err
	}
	ids, _, err := s.touched(ctx, batch) // what touches all changes no words
	if err == nil && len(ids) > mostAtOnce {
		ids, err = s.stale(ctx, ids)
	}
	if err != nil || len(ids) == 0 {
		return err
	}
	w, err := s.write(ctx, ids, writing{to: s.everyones})
	if err != nil {
		return err
	}
	s.heard(w.cause)
	if w.cause != nil {
		return w.cause
	}
	for _, e := range batch {
		s.visible(e.RecordedAt, 1)
	}
	return nil
}

// everyones gives the indexes of a shared engine that are written to, as the
// database says at this moment. The caller has the lock.
func (s *Service) everyones(ctx context.Context) ([]*opened, error) {
	rows, err := s.store.generations(ctx, `AND instance = '' AND state IN ('live', 'building') ORDER BY id`)
	if err != nil {
		return nil, err
	}
	languages := s.mirror.spoken()
	keep := s.fed[:0:0]
	for _, g := range rows {
		at := slices.IndexFunc(s.fed, func(o *opened) bool { return o.ID == g.ID && len(o.indexes) == len(languages) })
		if at >= 0 {
			keep = append(keep, s.fed[at])
			continue
		}
		o, _, err := open(ctx, s.rooms.Engine, g, languages)
		if err != nil {
			return nil, err
		}
		keep = append(keep, o)
	}
	for _, o := range s.fed {
		if !slices.Contains(keep, o) {
			_ = o.close()
		}
	}
	s.fed = keep
	return keep, nil
}

// relearn asks which languages the shop speaks. A new one has every document
// read again and needs a new generation.
func (s *Service) relearn(ctx context.Context) error {
	if err := s.rooms.Markets.Refresh(ctx); err != nil {
		if errors.Is(err, market.ErrNoShop) {
			return nil
		}
		return err
	}
	if s.mirror.speak(s.spoken()) && s.mirror.read.Load() {
		s.dirty.addAll(s.rooms.DB.Now(ctx))
		s.tend.ring()
	}
	return nil
}

// spoken lists the languages of the active markets and the shop's own.
func (s *Service) spoken() []locale.Language {
	var out []locale.Language
	if l := s.rooms.Markets.Shop().Language; l != "" {
		out = append(out, l)
	}
	for _, m := range s.rooms.Markets.Active() {
		out = append(out, m.Languages...)
	}
	if len(out) == 0 { // a shop that has not been set up yet
		return []locale.Language{"en"}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// load reads all documents for the first time.
func (s *Service) load(ctx context.Context) error {
	if err := s.relearn(ctx); err != nil {
		return err
	}
	if err := s.sweep(ctx); err != nil {
		return err
	}
	s.mirror.read.Store(true)
	return nil
}

// sweep reads all documents, and takes out those that are no more.
func (s *Service) sweep(ctx context.Context) error {
	ids, err := s.documentIDs(ctx)
	if err != nil {
		return err
	}
	return s.reread(ctx, append(ids, s.mirror.known()...))
}

// reread takes products over, whether they have changed or not. What an index
// did not take is found by comparing it.
func (s *Service) reread(ctx context.Context, ids []ProductID) error {
	slices.Sort(ids)
	w, err := s.write(ctx, slices.Compact(ids), s.reflecting(false))
	if err != nil {
		return err
	}
	if s.heard(w.cause); w.cause != nil {
		s.unsure.Store(true)
	}
	return nil
}

// documentIDs lists all products that have a document.
func (s *Service) documentIDs(ctx context.Context) ([]ProductID, error) {
	const page = 10_000
	var all []ProductID
	after := ProductID(0)
	for {
		ids, err := s.rooms.Listing.DocumentIDs(ctx, after, page)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
		if len(ids) < page {
			return all, nil
		}
		after = ids[len(ids)-1]
	}
}

// catchUp sees to what has to be done again, a portion at a time.
func (s *Service) catchUp(ctx context.Context) error {
	for ctx.Err() == nil {
		ids, since, all := s.dirty.take(listing.MaxDocuments)
		var err error
		switch {
		case all:
			err = s.sweep(ctx)
		case len(ids) == 0:
			return nil
		default:
			var w written
			w, err = s.write(ctx, ids, s.reflecting(false))
			s.heard(w.cause)
			err = errors.Join(err, w.cause)
		}
		s.dirty.done(ids, since, all, err == nil)
		if err != nil {
			return err
		}
		s.visible(since, len(ids))
	}
	return ctx.Err()
}

// dirty is the products that have changed since they were written.
type dirty struct {
	mu    sync.Mutex
	since map[ProductID]time.Time
	all   time.Time // all have, since then; zero: they have not
	bell  bell
	taken time.Time // since when what is being done just now is; zero: nothing
	doing int
}

func (d *dirty) add(since time.Time, ids []ProductID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addLocked(since, ids)
}

func (d *dirty) addLocked(since time.Time, ids []ProductID) {
	if len(ids) == 0 {
		return
	}
	if d.since == nil {
		d.since = map[ProductID]time.Time{}
	}
	for _, id := range ids {
		if at, known := d.since[id]; !known || since.Before(at) {
			d.since[id] = since
		}
	}
	d.bell.ring()
}

func (d *dirty) addAll(since time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addAllLocked(since)
}

func (d *dirty) addAllLocked(since time.Time) {
	if d.all.IsZero() || since.Before(d.all) {
		d.all = since
	}
	d.bell.ring()
}

// take gives what is to do, everything or some products, and since when. Who
// takes it says when it is done.
func (d *dirty) take(limit int) (ids []ProductID, since time.Time, all bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if since = d.all; !since.IsZero() {
		d.doing, d.taken = len(d.since)+1, since
		d.all, d.since = time.Time{}, nil
		return nil, since, true
	}
	for id, at := range d.since {
		if ids = append(ids, id); since.IsZero() || at.Before(since) {
			since = at
		}
		if delete(d.since, id); len(ids) == limit {
			break
		}
	}
	slices.Sort(ids)
	d.doing, d.taken = len(ids), since
	return ids, since, false
}

// done says what became of what was taken. What did not succeed waits again.
func (d *dirty) done(ids []ProductID, since time.Time, all, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.doing, d.taken = 0, time.Time{}
	switch {
	case ok:
	case all:
		d.addAllLocked(since)
	default:
		d.addLocked(since, ids)
	}
}

// waiting says how many there are, and since when.
func (d *dirty) waiting() (n int, since time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, since = len(d.since)+d.doing, d.taken
	if !d.all.IsZero() && (since.IsZero() || d.all.Before(since)) {
		n, since = n+1, d.all
	}
	for _, at := range d.since {
		if since.IsZero() || at.Before(since) {
			since = at
		}
	}
	return n, since
}

// bell wakes one who waits.
type bell struct{ c chan struct{} }

func newBell() bell { return bell{make(chan struct{}, 1)} }

func (b bell) ring() {
	select {
	case b.c <- struct{}{}:
	default:
	}
}

// wait returns when the bell rings, the time is over or ctx ends; it reports
// whether ctx still lives.
func (b bell) wait(ctx context.Context, atMost time.Duration) bool {
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-b.c:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

const (
	firstPause = 100 * time.Millisecond
	longPause  = 10 * time.Second
)

// pause waits before something is tried again: longer each time, and never for
// the same time as everybody else.
func pause(ctx context.Context, failures int) bool {
	most := min(firstPause<<min(failures, 10), longPause)
	return bell{}.wait(ctx, most/2+rand.N(most/2)) //nolint:gosec // a pause, no secret
}
