package search

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// State is how far a generation has come.
type State string

// The states of a generation.
const (
	Requested State = "requested" // waits for a process that writes
	Building  State = "building"  // is being written, and follows the changes
	Live      State = "live"      // answers
	Previous  State = "previous"  // can be gone back to
	Dropped   State = "dropped"
	Failed    State = "failed"
)

// Generation is one build of the index, in all languages.
type Generation struct {
	ID          int64
	Instance    string // whose index it is; empty where all processes share one
	Engine      string
	State       State
	Mapping     string // of the program that it was made by
	Documents   int64  // how many there are to write
	Done        int64  // how many were written
	Dead        int64  // how many could not be
	Error       string // what went wrong last
	RequestedBy string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	StartedAt   *time.Time
	BuiltAt     *time.Time
	LiveAt      *time.Time
	RetiredAt   *time.Time
}

// Ended reports whether nothing more will become of it by itself.
func (g Generation) Ended() bool { return g.State != Requested && g.State != Building }

// GenerationChanged says that another generation is live, or that one was
// asked for.
type GenerationChanged struct {
	Generation int64 `json:"generation"`
	State      State `json:"state"`
}

// Topic names the fact.
func (GenerationChanged) Topic() string { return "search.generation" }

// Aggregate says whose fact it is.
func (g GenerationChanged) Aggregate() (string, int64) { return "search_generation", g.Generation }

var (
	// ErrNothingToReturnTo refuses to go back where there is no generation before.
	ErrNothingToReturnTo = fault.New(fault.Conflict, "search_no_previous", "There is no earlier search index to go back to.")
	// ErrOtherMapping refuses to go back to what this program does not read well.
	ErrOtherMapping = fault.New(fault.Conflict, "search_other_mapping", "The earlier search index was made by another version of the program.")
	// ErrBuildFailed says that an index could not be built.
	ErrBuildFailed = fault.New(fault.Unavailable, "search_build_failed", "The search index could not be built.")
	errLost        = fault.New(fault.Conflict, "search_build_lost", "Another process builds this search index.")
)

// aliveFor is how long after its last sign of life a process counts as one that
// has an index of its own.
const aliveFor = 3 * time.Minute

// Request asks for the index to be built anew, while the live one answers. One
// that waits or is being built already is given instead. Where processes do not
// share an index each is asked to build its own; what is given is this one's.
func (s *Service) Request(ctx context.Context, by string) (Generation, error) {
	asked, err := s.request(ctx, by, true)
	if err != nil {
		return Generation{}, err
	}
	if len(asked) == 0 { // nobody has an index yet, and this process keeps none
		return Generation{}, ErrUnavailable
	}
	return asked[max(0, slices.IndexFunc(asked, func(g Generation) bool { return g.Instance == s.instance() }))], nil
}

// request asks all processes that have an index, and this one with own, or
// where there is no other.
func (s *Service) request(ctx context.Context, by string, own bool) (asked []Generation, err error) {
	err = s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		asked = nil
		instances, err := s.instances(ctx)
		if err != nil {
			return err
		}
		if len(instances) == 0 && !own {
			if err := s.claim(ctx); err != nil {
				return err
			}
		}
		if (own || len(instances) == 0) && s.keeps() && !slices.Contains(instances, s.instance()) {
			instances = append(instances, s.instance())
		}
		slices.Sort(instances) // locks are taken in one order
		for _, instance := range instances {
			g, fresh, err := s.store.request(ctx, instance, by)
			if err != nil {
				return err
			}
			if asked = append(asked, g); !fresh {
				continue
			}
			if err := s.tell(ctx, "search.reindex", g); err != nil {
				return err
			}
		}
		return nil
	})
	s.ring()
	return asked, err
}

// keeps reports whether this process has a place for an index.
func (s *Service) keeps() bool {
	_, local := s.rooms.Engine.(Local)
	return s.shared || !local || s.claimed.Load() != nil
}

// instances lists those that have a live generation and somebody to serve it.
func (s *Service) instances(ctx context.Context) ([]string, error) {
	if s.shared {
		return []string{""}, nil
	}
	return s.store.alive(ctx, s.rooms.DB.Now(ctx).Add(-aliveFor))
}

// tell records what became of a generation, for all processes and, where
// somebody did it, for the books.
func (s *Service) tell(ctx context.Context, action string, g Generation) error {
	if err := s.rooms.Events.Record(ctx, GenerationChanged{Generation: g.ID, State: g.State}); err != nil {
		return err
	}
	if actor.From(ctx).Kind == actor.Anonymous { // the program by itself
		return nil
	}
	return s.rooms.Audit.Record(ctx, audit.Entry{Action: action, SubjectKind: "search_generation", SubjectID: g.ID, After: g})
}

// Rollback makes the generation before live again, at once; what changed since
// is written to it then.
func (s *Service) Rollback(ctx context.Context) (Generation, error) {
	var back Generation
	err := s.rooms.DB.InTx(ctx, func(ctx context.Context) error {
		back = Generation{}
		instances, err := s.instances(ctx)
		if err != nil {
			return err
		}
		for _, instance := range instances {
			g, ok, err := s.rollback(ctx, instance)
			if err != nil {
				return err
			}
			if ok && (back.ID == 0 || instance == s.instance()) {
				back = g
			}
		}
		if back.ID == 0 {
			return ErrNothingToReturnTo
		}
		return nil
	})
	s.ring()
	return back, err
}

func (s *Service) rollback(ctx context.Context, instance string) (g Generation, ok bool, err error) {
	if err := s.store.alone(ctx, instance); err != nil {
		return g, false, err
	}
	g, ok, err = s.store.one(ctx, `AND instance = $2 AND state = 'previous'`, instance)
	if err != nil || !ok {
		return g, false, err
	}
	if g.Mapping != s.mapping {
		return g, false, ErrOtherMapping
	}
	if err := s.store.flip(ctx, g); err != nil {
		return g, false, err
	}
	if g, _, err = s.store.one(ctx, `AND id = $2`, g.ID); err != nil {
		return g, false, err
	}
	return g, true, s.tell(ctx, "search.rollback", g)
}

// Generations lists the latest ones of every instance, newest first.
func (s *Service) Generations(ctx context.Context) ([]Generation, error) {
	return s.store.generations(ctx, `ORDER BY id DESC LIMIT 100`)
}

const (
	followEvery = 250 * time.Millisecond
	unclaimed   = 40 // looks after which nobody will claim a generation any more
)

// Reindex builds the index anew and tells how it goes until it is live. Where
// no process claims the work within ten seconds it does it itself.
func (s *Service) Reindex(ctx context.Context, by string, progress func(Generation)) error {
	asked, err := s.request(ctx, by, false)
	if err != nil {
		return err
	}
	var failed []error
	for _, g := range asked {
		if err := s.attend(ctx, g, progress); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// attend tells of a generation until it has ended.
func (s *Service) attend(ctx context.Context, g Generation, progress func(Generation)) error {
	progress(g)
	for looks := 0; ; looks++ {
		if looks == unclaimed && g.State == Requested {
			if err := s.claim(ctx); err != nil {
				return err
			}
			if g.Instance != s.instance() {
				return s.store.abandon(ctx, g, errors.New("the process whose index it is does not answer"))
			}
			if err := s.relearn(ctx); err != nil {
				return err
			}
			if _, err := s.claimAndBuild(ctx, progress); err != nil {
				return err
			}
		}
		now, ok, err := s.store.one(ctx, `AND id = $2`, g.ID)
		if err != nil {
			return err
		}
		if ok && (now.State != g.State || !now.UpdatedAt.Equal(g.UpdatedAt)) {
			g = now
			progress(g)
		}
		switch {
		case !ok || g.State == Failed:
			return ErrBuildFailed.Wrap(errors.New(g.Error))
		case g.Ended():
			return nil
		}
		if !(bell{}).wait(ctx, followEvery) {
			return ctx.Err()
		}
	}
}
