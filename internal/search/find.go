package search

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// Find finds products by words.
func (s *Service) Find(ctx context.Context, in Find) (Found, error) {
	words := strings.Join(strings.Fields(in.Words), " ")
	if words == "" {
		return Found{Reading: understanding.Reading{Stage: understanding.AsTyped}}, nil
	}
	o := s.live.Load()
	if o == nil || !s.mirror.read.Load() {
		return Found{}, ErrUnavailable
	}
	language, tongue := s.mirror.nearest(in.Language, s.rooms.Markets.Shop().Language)
	if tongue == nil {
		return Found{}, ErrUnavailable
	}
	k := key{o.ID, s.mirror.sequence.Load(), in.Lexicon.Version(), language, words, in.Prefix, in.NoRescue}
	if found, ok := s.cache.get(k, s.now()); ok && in.sees(found.IDs) {
		s.figures.asked(found.Reading.Stage)
		return found, nil
	}
	began := s.now()
	found, err := s.ladder(ctx, o, understanding.Understanding{Language: language, Vocabulary: tongue.words, Lexicon: in.Lexicon}, k, in.sees)
	if err != nil {
		s.figures.unanswered.Inc()
		return Found{}, err
	}
	s.figures.asked(found.Reading.Stage)
	s.figures.took(found.Reading.Stage, s.now().Sub(began))
	return found, nil
}

// sees reports whether who asks may see any of what was found. Nothing is what
// everybody sees.
func (in *Find) sees(ids []ProductID) bool { return in.Seen == nil || len(ids) == 0 || in.Seen(ids) }

// ladder tries one reading after another until something is found that can be
// seen. What the first one finds is remembered for everybody.
func (s *Service) ladder(ctx context.Context, o *opened, u understanding.Understanding, k key, sees func([]ProductID) bool) (Found, error) {
	if !s.guard.admits(s.now()) {
		return Found{}, ErrUnavailable
	}
	limited, cancel := context.WithTimeout(ctx, s.cfg.Limit)
	defer cancel()
	nothing := Found{Generation: o.ID, Reading: understanding.Reading{Stage: understanding.Nothing, Used: k.words}}
	known := false
	for reading := range u.Readings(k.words, k.prefix) {
		if reading.Stage == understanding.Nothing || k.noRescue && reading.Stage != understanding.AsTyped {
			break
		}
		ids, err := s.candidates(limited, o, u.Language, queryOf(reading))
		if err != nil {
			return Found{}, s.unanswered(ctx, err)
		}
		if len(ids) == 0 {
			continue
		}
		found := Found{Generation: o.ID, Reading: reading, IDs: ids}
		if !known {
			s.remember(k, found)
			known = true
		}
		if sees(ids) {
			s.guard.answered()
			return found, nil
		}
	}
	if s.guard.answered(); !known {
		s.remember(k, nothing)
	}
	return nothing, nil
}

// unanswered notes that the engine failed, unless who asked has gone or the
// language is so new that it has no index.
func (s *Service) unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !errors.Is(err, ErrNoIndex) {
		s.guard.failed(s.now())
		s.heard(err)
	}
	return ErrUnavailable.Wrap(err)
}

// candidates asks the engine. If another generation has just taken over, that
// one is asked.
func (s *Service) candidates(ctx context.Context, o *opened, l locale.Language, q Query) (ids []ProductID, err error) {
	ask := func(index Index) error {
		c, err := index.Candidates(ctx, q)
		ids = c.IDs
		return err
	}
	err = o.use(l, ask)
	for errors.Is(err, errClosed) {
		now := s.live.Load()
		if now == nil || now == o {
			return nil, ErrUnavailable
		}
		o, err = now, now.use(l, ask)
	}
	return ids, err
}

func queryOf(r understanding.Reading) Query {
	q := Query{Groups: make([]Group, len(r.Groups)), Least: r.Least}
	for i, g := range r.Groups {
		q.Groups[i] = Group(g)
	}
	return q
}

// unsettled is for how long what a shared engine found is likely to be older
// than what the table says, and repeat is for how long it is answered again
// meanwhile. An engine may take longer: nothing of it is believed for more than
// believed.
const (
	unsettled = 5 * time.Second
	repeat    = time.Second
	believed  = 30 * time.Second
)

// remember keeps what was found until words change. A shared engine learns of
// changes later than this process does.
func (s *Service) remember(k key, found Found) {
	until := time.Time{}
	if s.shared {
		now := s.now()
		if until = now.Add(believed); now.Sub(s.mirror.changedAt()) < unsettled {
			until = now.Add(repeat)
		}
	}
	s.cache.put(k, found, until)
}

// guard keeps searches from waiting, one after the other, for an engine that
// does not answer: after a few in a row that it did not, only one in a while
// asks it.
type guard struct {
	failures atomic.Int32
	nextAt   atomic.Int64
}

const (
	patientFor = 3
	probeEvery = 500 * time.Millisecond
)

func (g *guard) admits(now time.Time) bool {
	if g.failures.Load() < patientFor {
		return true
	}
	next := g.nextAt.Load()
	return now.UnixNano() >= next && g.nextAt.CompareAndSwap(next, now.Add(probeEvery).UnixNano())
}

func (g *guard) failed(now time.Time) {
	if g.failures.Add(1) == patientFor {
		g.nextAt.Store(now.Add(probeEvery).UnixNano())
	}
}

func (g *guard) answered() {
	if g.failures.Load() != 0 {
		g.failures.Store(0)
	}
}

func (s *Service) now() time.Time { return s.rooms.DB.Clock().Now() }
