package search

import (
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Status is how search is doing, as this process sees it.
type Status struct {
	Engine      string
	Instance    string
	Shared      bool
	Ready       bool  // the table was read and an index answers
	Generation  int64 // the one that answers; 0 is none
	Documents   int   // products in the table
	Languages   []locale.Language
	LagP50      time.Duration // from a change to when it can be found, of late
	LagP99      time.Duration
	Oldest      time.Duration // age of the oldest change that cannot be found yet
	Pending     int           // products that wait to be written
	DeadLetters int64         // of all instances
	Drift       int           // entries that the last check had to repair
	CheckedAt   time.Time     // zero before the first check
	Error       string        // what the engine said last, empty while it is well
}

// Status tells how search is doing.
func (s *Service) Status(ctx context.Context) (Status, error) {
	out := Status{
		Engine: s.store.engine, Instance: s.instance(), Shared: s.shared, Ready: s.Ready(),
		Documents: s.mirror.count(), Languages: s.mirror.spoken(),
	}
	if live := s.live.Load(); live != nil {
		out.Generation = live.ID
	}
	out.Pending, out.Oldest = s.behind()
	s.mu.Lock()
	out.LagP50, out.LagP99 = s.lags.percentile(50), s.lags.percentile(99)
	out.Drift, out.CheckedAt, out.Error = s.drift, s.checkedAt, s.complaint
	s.mu.Unlock()
	n, err := s.store.countLetters(ctx)
	out.DeadLetters = n
	return out, err
}

// behind says how many products wait to be written, and how long the first of
// them has waited.
func (s *Service) behind() (n int, oldest time.Duration) {
	n, since := s.dirty.waiting()
	if !since.IsZero() {
		oldest = max(0, s.now().Sub(since))
	}
	return n, oldest
}

// visible notes that what changed can be found.
func (s *Service) visible(since time.Time, products int) {
	if products == 0 {
		return
	}
	lag := max(0, s.now().Sub(since))
	s.figures.lag.Observe(lag.Seconds())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lags.add(lag)
}

// heard notes what the engine said; nil is that all is well.
func (s *Service) heard(err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if text != "" && s.complaint == "" {
		s.log.Error("search engine", "error", err)
	}
	s.complaint = text
}

// lags are the last lags.
type lags struct {
	last [512]time.Duration
	n    int
}

func (l *lags) add(d time.Duration) {
	l.last[l.n%len(l.last)] = d
	l.n++
}

func (l *lags) percentile(p int) time.Duration {
	some := slices.Clone(l.last[:min(l.n, len(l.last))])
	if len(some) == 0 {
		return 0
	}
	slices.Sort(some)
	return some[(len(some)-1)*p/100]
}
