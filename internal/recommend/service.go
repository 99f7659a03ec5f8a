package recommend

import (
	"context"
	"log/slog"
	"math"

	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/search"
)

// Rooms are what the service works with.
type Rooms struct {
	DB     *postgres.DB
	Events *event.Outbox
	Search search.Finder
	Log    *slog.Logger // nil is silent
}

// Service holds the use cases.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	search search.Finder
	log    *slog.Logger
}

// NewService wires the room.
func NewService(rooms Rooms) *Service {
	if rooms.Log == nil {
		rooms.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: rooms.DB, events: rooms.Events, search: rooms.Search, log: rooms.Log}
}

// What scores are made of.
const (
	scoreDays  = 90 // that count
	halfLife   = 30 // days after which something counts half
	trendDays  = 7  // that are set against
	beforeDays = 28 // the days before them
	// doubt is how many points a trend must outweigh, so that the first three
	// views of a product are none.
	doubt = 20
	// stir is by which part a score must differ from the one that is known to
	// take its place: documents are not written anew for less.
	stir = 20
)

// points say how much what was done with a product counts. Each visit and each
// order counts once a day.
var points = struct{ view, click, cart, order int64 }{1, 2, 8, 30}

// What goes together.
const (
	boughtDays   = 365
	viewedDays   = 28
	boughtLeast  = 2  // orders with both
	viewedLeast  = 3  // visits with both
	basketMost   = 50 // products; larger ones say nothing
	mostTogether = 24 // others of one product
	shrink       = 5  // orders or visits that are thought to speak against
)

// Compute counts scores and what goes together anew, and tells whose score is
// another.
func (s *Service) Compute(ctx context.Context) error {
	if err := s.computeScores(ctx); err != nil {
		return err
	}
	if err := s.computeBought(ctx); err != nil {
		return err
	}
	return s.computeViewed(ctx)
}

// decay gives the weight of each day by its age, in millionths.
func decay() []int64 {
	weights := make([]int64, scoreDays)
	for age := range weights {
		weights[age] = int64(math.Round(1_000_000 * math.Exp2(-float64(age)/halfLife)))
	}
	return weights
}
