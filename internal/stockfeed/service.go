package stockfeed

import (
	"context"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

// Rooms are what feeds are taken in with.
type Rooms struct {
	Catalog *catalog.Service
	Stock   *inventory.Service
	Key     secret.Key
	// Loopback lets feeds be fetched from this machine, and without TLS: for
	// development.
	Loopback bool
}

// Service holds the use cases of feeds.
type Service struct {
	db      *postgres.DB
	events  *event.Outbox
	audit   *audit.Log
	rooms   Rooms
	fetcher *fetcher
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log, rooms Rooms) *Service {
	return &Service{db: db, events: events, audit: log, rooms: rooms, fetcher: newFetcher(rooms.Loopback)}
}

// Create makes a feed. The secret, of a webhook only, is shown this once.
func (s *Service) Create(ctx context.Context, in Input) (Feed, string, error) {
	in = in.normalized()
	if err := in.validate(s.rooms.Loopback); err != nil {
		return Feed{}, "", err
	}
	var keep salts
	if in.Kind == Webhook {
		keep = newSalts()
	}
	after, err := s.save(ctx, "stock_feed.create", func(ctx context.Context) (ID, any, error) {
		id, err := s.insert(ctx, in, keep)
		return id, nil, err
	})
	if err != nil {
		return Feed{}, "", err
	}
	return after, s.shown(keep), nil
}

// Update changes the feed if version is the current one.
func (s *Service) Update(ctx context.Context, id ID, version int64, c Change) (Feed, error) {
	return s.save(ctx, "stock_feed.update", func(ctx context.Context) (ID, any, error) {
		before, _, err := s.lock(ctx, id)
		if err != nil {
			return 0, nil, err
		}
		if before.Version != version {
			return 0, nil, ErrStale
		}
		after := c.on(before)
		if err := after.input().validate(s.rooms.Loopback); err != nil {
			return 0, nil, err
		}
		if after.Kind == Pull && after.Active && (c.URL != nil || c.EveryMinutes != nil || !before.Active) {
			now := s.db.Now(ctx)
			after.NextPullAt = &now
		}
		return id, before, s.update(ctx, after)
	})
}

// RotateSecret gives a webhook a new secret, which is shown this once, if
// version is the current one. The old one holds for Overlap, so that the sender
// can change it in peace; the one before it no longer does.
func (s *Service) RotateSecret(ctx context.Context, id ID, version int64) (Feed, string, error) {
	var keep salts
	after, err := s.save(ctx, "stock_feed.rotate_secret", func(ctx context.Context) (ID, any, error) {
		before, old, err := s.lock(ctx, id)
		switch {
		case err != nil:
			return 0, nil, err
		case before.Kind != Webhook:
			return 0, nil, ErrUnsigned
		case before.Version != version:
			return 0, nil, ErrStale
		}
		keep = old.rotated(s.db.Now(ctx))
		return id, before, s.storeSalts(ctx, id, keep)
	})
	if err != nil {
		return Feed{}, "", err
	}
	return after, s.shown(keep), nil
}

// save runs one write with its audit row and its fact.
func (s *Service) save(ctx context.Context, action string, write func(context.Context) (ID, any, error)) (Feed, error) {
	var after Feed
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		id, before, err := write(ctx)
		if err != nil {
			return err
		}
		if after, err = s.ByID(ctx, id); err != nil {
			return err
		}
		entry := audit.Entry{Action: action, SubjectKind: "stock_feed", SubjectID: int64(id), Before: before, After: after}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, FeedChanged{Feed: id, Version: after.Version})
	})
	return after, err
}
