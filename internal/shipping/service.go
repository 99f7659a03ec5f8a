package shipping

import (
	"context"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the use cases of delivery zones.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log) *Service {
	return &Service{db: db, events: events, audit: log}
}

// CreateZone makes a zone with all that belongs to it.
func (s *Service) CreateZone(ctx context.Context, in ZoneInput) (Zone, error) {
	return s.save(ctx, "delivery_zone.create", in, func(ctx context.Context, in ZoneInput) (ZoneID, any, error) {
		id, err := s.insert(ctx, in)
		return id, nil, err
	})
}

// UpdateZone replaces a zone, its areas, methods and rates, if version is the
// current one.
func (s *Service) UpdateZone(ctx context.Context, id ZoneID, version int64, in ZoneInput) (Zone, error) {
	return s.save(ctx, "delivery_zone.update", in, func(ctx context.Context, in ZoneInput) (ZoneID, any, error) {
		before, err := s.lock(ctx, id, version)
		if err != nil {
			return 0, nil, err
		}
		return id, before, s.update(ctx, id, in)
	})
}

// save runs one write with its audit row and its fact.
func (s *Service) save(ctx context.Context, action string, in ZoneInput, write func(context.Context, ZoneInput) (ZoneID, any, error)) (Zone, error) {
	in = in.normalized()
	if err := in.Validate(); err != nil {
		return Zone{}, err
	}
	var after Zone
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		id, before, err := write(ctx, in)
		if err != nil {
			return err
		}
		if after, err = s.ByID(ctx, id); err != nil {
			return err
		}
		return s.note(ctx, ZoneChanged{id, after.Version}, audit.Entry{Action: action, Before: before, After: after})
	})
	return after, err
}

// DeleteZone takes a zone away if version is the current one. Its areas are
// served by whichever wider area there is, or not at all.
func (s *Service) DeleteZone(ctx context.Context, id ZoneID, version int64) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lock(ctx, id, version)
		if err != nil {
			return err
		}
		if err := s.delete(ctx, id); err != nil {
			return err
		}
		return s.note(ctx, ZoneChanged{id, version + 1}, audit.Entry{Action: "delivery_zone.delete", Before: before})
	})
}

// note writes the books of a change.
func (s *Service) note(ctx context.Context, fact ZoneChanged, entry audit.Entry) error {
	entry.SubjectKind, entry.SubjectID = "delivery_zone", int64(fact.Zone)
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, fact)
}
