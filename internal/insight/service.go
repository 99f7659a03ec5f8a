package insight

import (
	"context"
	"log/slog"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Items makes what an accepted proposal says. [merchandising.Service] is it.
type Items interface {
	Save(ctx context.Context, in merchandising.Save) (merchandising.Item, error)
	Publish(ctx context.Context, id merchandising.ItemID, number int, version int64) (merchandising.Item, error)
}

// Rooms are what the service works with.
type Rooms struct {
	DB     *postgres.DB
	Events *event.Outbox
	Audit  *audit.Log
	Items  Items
	Log    *slog.Logger // nil is silent
}

// Config says how much must be seen before something is concluded; zero fields
// have defaults.
type Config struct {
	Sessions      int   // that did the same, before it is proposed; 5
	IntentClicks  int64 // before a query has an intent; 20
	IntentPPM     int64 // of them in one category; 600,000
	LowClickLeast int64 // tracked searches before few clicks say something; 20
	ArmVisits     int64 // of each arm of an experiment; 500
	ArmEvents     int64 // of both arms together; 20
}

func (c Config) withDefaults() Config {
	or := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	if c.Sessions <= 0 {
		c.Sessions = 5
	}
	or(&c.IntentClicks, 20)
	or(&c.IntentPPM, 600_000)
	or(&c.LowClickLeast, 20)
	or(&c.ArmVisits, 500)
	or(&c.ArmEvents, 20)
	return c
}

// Service holds the use cases.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
	items  Items
	log    *slog.Logger
	cfg    Config
	pace   pace
}

// NewService wires the room.
func NewService(rooms Rooms, cfg Config) *Service {
	if rooms.Log == nil {
		rooms.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: rooms.DB, events: rooms.Events, audit: rooms.Audit, items: rooms.Items, log: rooms.Log, cfg: cfg.withDefaults()}
}
