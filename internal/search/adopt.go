package search

import (
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// adopt opens the generation that the database says is live, asks for another
// one where it does not do, and makes right what may be wrong with it.
func (s *Service) adopt(ctx context.Context) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	if !s.unsure.Load() || s.live.Load() == nil {
		return nil
	}
	if _, err := s.mend(ctx); err != nil {
		return err
	}
	s.unsure.Store(false)
	return nil
}

// look sees to it that the live generation answers.
func (s *Service) look(ctx context.Context) error {
	s.switching.Lock()
	defer s.switching.Unlock()
	g, ok, err := s.store.one(ctx, `AND instance = $2 AND state = 'live'`, s.instance())
	if err != nil {
		return err
	}
	if !ok {
		return s.need(ctx, g)
	}
	languages := s.mirror.spoken()
	if now := s.live.Load(); now != nil && now.ID == g.ID && now.speaks(languages) {
		return nil
	}
	err = s.exchange(ctx, g, languages)
	if err != nil {
		s.heard(err)
	}
	return err
}

// exchange opens a generation and lets it answer.
func (s *Service) exchange(ctx context.Context, g Generation, languages []locale.Language) error {
	o, missing, err := open(ctx, s.rooms.Engine, g, languages)
	if err != nil {
		return err
	}
	if missing || g.Mapping != s.mapping {
		if err := s.need(ctx, g); err != nil {
			return err
		}
	}
	if len(o.indexes) == 0 { // those of an older program, or lost: the one asked for will answer
		o = nil
	}
	s.unsure.Store(true)
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.answerWith(o)
}

// answerWith has searches answered by a generation; nil is none. What this
// process alone writes to hears of changes from now on. The caller has the lock.
func (s *Service) answerWith(o *opened) error {
	if o != nil && !s.shared && o.given == nil {
		o.given = map[locale.Language]versions{}
	}
	old := s.live.Swap(o)
	s.feedLocked(s.building)
	if old == o {
		return nil
	}
	return old.close()
}

// feed has a generation that is being built hear of changes, too; nil is none.
// Builders of a shared engine have all processes told by its row.
func (s *Service) feed(o *opened) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.feedLocked(o)
}

func (s *Service) feedLocked(o *opened) {
	s.building = o
	if s.shared {
		return
	}
	s.fed = nil
	if live := s.live.Load(); live != nil {
		s.fed = append(s.fed, live)
	}
	if o != nil {
		if o.given == nil {
			o.given = map[locale.Language]versions{}
		}
		s.fed = append(s.fed, o)
	}
}

// speaks reports whether a generation was opened in these languages.
func (o *opened) speaks(languages []locale.Language) bool {
	return slices.Equal(o.languages, languages)
}

// need asks for a generation in place of the live one, unless another has taken
// its place already, one is on its way, or one has just failed.
func (s *Service) need(ctx context.Context, instead Generation) error {
	err := s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.alone(ctx, s.instance()); err != nil {
			return err
		}
		live, _, err := s.store.one(ctx, `AND instance = $2 AND state = 'live'`, s.instance())
		if err != nil || live.ID != instead.ID {
			return err
		}
		last, ok, err := s.store.one(ctx, `AND instance = $2 AND state IN ('requested', 'building', 'failed')`, s.instance())
		if err != nil || ok && (last.State != Failed || s.rooms.DB.Now(ctx).Sub(last.UpdatedAt) < breath) {
			return err
		}
		g, _, err := s.store.request(ctx, s.instance(), "")
		if err != nil {
			return err
		}
		return s.rooms.Events.Record(ctx, GenerationChanged{Generation: g.ID, State: g.State})
	})
	s.work.ring()
	return err
}

const (
	tidyEvery = time.Minute
	forgetRow = 30 * 24 * time.Hour
)

// tidy shows that this process lives and takes away what nobody needs any more.
func (s *Service) tidy(ctx context.Context) error {
	now := s.rooms.DB.Now(ctx)
	if now.Sub(s.tidied) < tidyEvery {
		return nil
	}
	if err := s.store.beat(ctx, s.instance()); err != nil {
		return err
	}
	if err := s.store.unspoken(ctx, s.instance(), s.mirror.spoken()); err != nil {
		return err
	}
	if err := s.store.retire(ctx, s.instance(), now.Add(-s.cfg.Keep), now.Add(-forgetRow)); err != nil {
		return err
	}
	if err := s.dropUnneeded(ctx); err != nil {
		return err
	}
	n, err := s.store.countLetters(ctx)
	s.letterCount.Store(n)
	s.tidied = now
	return err
}

// dropUnneeded takes away indexes whose generation has ended. Of a shared engine
// those without a row stay: they may be another shop's.
func (s *Service) dropUnneeded(ctx context.Context) error {
	names, err := s.rooms.Engine.Names(ctx)
	if err != nil {
		return err
	}
	rows, err := s.store.generations(ctx, `AND instance = $2`, s.instance())
	if err != nil {
		return err
	}
	for _, name := range names {
		id := generationOf(name)
		if id == 0 {
			continue
		}
		at := slices.IndexFunc(rows, func(g Generation) bool { return g.ID == id })
		if at < 0 && s.shared || at >= 0 && rows[at].State != Dropped && rows[at].State != Failed {
			continue
		}
		if err := s.rooms.Engine.Drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// shut closes everything. The caller has the lock.
func (s *Service) shut() {
	for _, o := range append(s.fed, s.live.Swap(nil), s.building) {
		_ = o.close()
	}
	s.fed, s.building = nil, nil
}
