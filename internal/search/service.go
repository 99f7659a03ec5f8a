package search

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/failpoint"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// Find asks for the products that somebody means by words.
type Find struct {
	Language locale.Language
	Words    string
	Prefix   bool                   // the last word may be unfinished
	Lexicon  *understanding.Lexicon // synonyms and stop words; nil is none
	// Seen tells whether whoever asks may see any of these products; nil: any
	// will do. What was found goes on being read differently until it may. It is
	// asked once for each reading that finds something.
	Seen func([]ProductID) bool
	// NoRescue gives up after the words as typed, for lists that must not be
	// read otherwise.
	NoRescue bool
}

// Found is what the engine found, with what was made of the words. It is shared
// with others who ask the same: whoever gets it does not change it.
type Found struct {
	IDs        []ProductID // best first, all that match, whoever may see them
	Reading    understanding.Reading
	Generation int64 // of the index that answered
}

// Finder is what the rooms above ask. [Service] is it.
type Finder interface {
	// Find gives ErrUnavailable while there is no index or no engine. Without
	// words it finds nothing and asks nobody.
	Find(ctx context.Context, in Find) (Found, error)
	// Table is what is known of every product in this process; ErrUnavailable
	// until it has been read.
	Table() (*table.Table, error)
	// Vocabulary is the words of a language's documents.
	Vocabulary(language locale.Language) *understanding.Vocabulary
}

// Rooms are those that the service works with.
type Rooms struct {
	DB      *postgres.DB
	Events  *event.Outbox
	Audit   *audit.Log
	Listing *listing.Service
	Markets *market.Directory
	Engine  Engine
	Log     *slog.Logger          // nil is silent
	Metrics prometheus.Registerer // nil keeps the figures to itself
}

// Config of the service; its zero value works.
type Config struct {
	Limit time.Duration // how long an engine may think about one search; 0: 1.5 s
	Check time.Duration // how often index and documents are compared; 0: 5 minutes
	Keep  time.Duration // how long one can go back to the generation before; 0: 24 hours
	Poll  time.Duration // how often it looks by itself for what there is to do; 0: 2 s
	Lease time.Duration // for how long a builder may be silent before another takes over; 0: 30 s
	Fail  failpoint.Points

	settle time.Duration // after which what differs is looked at a second time
}

func (c Config) withDefaults() Config {
	c.Limit = cmp.Or(c.Limit, 1500*time.Millisecond)
	c.Check = cmp.Or(c.Check, 5*time.Minute)
	c.Keep = cmp.Or(c.Keep, 24*time.Hour)
	c.Poll = cmp.Or(c.Poll, 2*time.Second)
	c.Lease = cmp.Or(c.Lease, 30*time.Second)
	c.settle = cmp.Or(c.settle, min(3*time.Second, 10*c.Poll))
	return c
}

// Service keeps search right in this process and answers.
type Service struct {
	rooms   Rooms
	cfg     Config
	log     *slog.Logger
	store   store
	figures figures
	shared  bool
	mapping string // of the indexes that this program makes
	claimed atomic.Pointer[string]

	mirror  *mirror
	dirty   dirty
	live    atomic.Pointer[opened] // answers
	cache   *cache
	guard   guard
	tend    bell        // there may be another generation
	work    bell        // there may be one to build
	unsure  atomic.Bool // the index may lack something
	running atomic.Bool // Run has begun
	tidied  time.Time   // when it was, by the one who does

	letterCount atomic.Int64 // by the last count

	// switching is held by who changes what answers.
	switching sync.Mutex

	// writing is held by who reads documents and writes them; fed and building
	// belong to it.
	writing  sync.Mutex
	fed      []*opened // where changes go, those of a local engine or of the last batch
	building *opened

	mu        sync.Mutex // of what follows
	lags      lags
	drift     int
	checkedAt time.Time
	complaint string // what the engine said last
}

// NewService wires the room. It does nothing until Run.
func NewService(rooms Rooms, cfg Config) *Service {
	if rooms.Log == nil {
		rooms.Log = slog.New(slog.DiscardHandler)
	}
	if rooms.Metrics == nil {
		rooms.Metrics = prometheus.NewRegistry()
	}
	s := &Service{
		rooms: rooms, cfg: cfg.withDefaults(), log: rooms.Log, shared: rooms.Engine.Shared(),
		store: store{db: rooms.DB, engine: rooms.Engine.Kind()}, mapping: mappingOf(rooms.Engine),
		mirror: newMirror(), cache: newCache(), tend: newBell(), work: newBell(),
	}
	s.dirty.bell = newBell()
	s.figures = newFigures(rooms.Metrics, s)
	s.mirror.speak(s.spoken())
	return s
}

// mappingOf names how indexes are made: by the engine, of entries of a format.
func mappingOf(e Engine) string {
	if m, ok := e.(Mapped); ok {
		return entryFormat + "/" + m.Mapping()
	}
	return entryFormat
}

// Run reads every document, opens the index and keeps both right until ctx
// ends. It belongs into each process that serves, after [Service.Consumers]
// have been added to their dispatchers, so that no change is missed.
func (s *Service) Run(ctx context.Context) error {
	s.running.Store(true)
	defer func() { s.writing.Lock(); defer s.writing.Unlock(); s.shut() }()
	if !s.insist(ctx, "the documents of search were not read", s.load) {
		return nil
	}
	if !s.insist(ctx, "no place for a search index", s.claim) {
		return nil
	}
	var group sync.WaitGroup
	group.Go(func() {
		s.again(ctx, s.tend, "search has no right generation", s.adopt)
	})
	group.Go(func() {
		s.again(ctx, s.work, "no search index was built", func(ctx context.Context) error {
			_, err := s.claimAndBuild(ctx, nil)
			return err
		})
	})
	group.Go(func() { s.again(ctx, s.dirty.bell, "search lags behind", s.catchUp) })
	group.Go(func() { s.again(ctx, bell{}, "search was not kept tidy", s.tidy) })
	group.Go(func() { s.patrols(ctx) })
	group.Wait()
	return nil
}

// claim takes what indexes of this process are kept in.
func (s *Service) claim(context.Context) error {
	local, ok := s.rooms.Engine.(Local)
	if s.shared || !ok {
		return nil
	}
	name, err := local.Claim()
	if err == nil {
		s.claimed.Store(&name)
	}
	return err
}

// instance names the process whose indexes these are; it is empty where all
// share them.
func (s *Service) instance() string {
	if name := s.claimed.Load(); name != nil {
		return *name
	}
	return ""
}

// again does something whenever the bell rings, and by itself.
func (s *Service) again(ctx context.Context, b bell, otherwise string, do func(context.Context) error) {
	for s.insist(ctx, otherwise, do) && b.wait(ctx, s.cfg.Poll) {
	}
}

// insist does something until it succeeds, with growing pauses; it reports
// whether it did before ctx ended.
func (s *Service) insist(ctx context.Context, otherwise string, do func(context.Context) error) bool {
	for failures := 0; ; failures++ {
		err := do(ctx)
		if ctx.Err() != nil {
			return false
		}
		if err == nil {
			return true
		}
		s.log.ErrorContext(ctx, otherwise, "error", err)
		if !pause(ctx, failures) {
			return false
		}
	}
}

func (s *Service) ring() { s.tend.ring(); s.work.ring() }

// Ready reports whether Find answers: the documents were read and an index is
// open.
func (s *Service) Ready() bool { return s.mirror.read.Load() && s.live.Load() != nil }

// Table gives what is known of every product.
func (s *Service) Table() (*table.Table, error) {
	if !s.mirror.read.Load() {
		return nil, ErrUnavailable
	}
	return s.mirror.table, nil
}

// Vocabulary gives the words of a language's documents, or of the language that
// stands in for it.
func (s *Service) Vocabulary(language locale.Language) *understanding.Vocabulary {
	if _, t := s.mirror.nearest(language, s.rooms.Markets.Shop().Language); t != nil {
		return t.words
	}
	return understanding.NewVocabulary(language)
}
