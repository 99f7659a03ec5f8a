package inventory

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// CreateLocation makes a place.
func (s *Service) CreateLocation(ctx context.Context, in NewLocation) (Location, error) {
	c, err := in.change().checked()
	if err != nil {
		return Location{}, err
	}
	return s.saveLocation(ctx, "location.create", in.Default, func(ctx context.Context) (LocationID, any, error) {
		id, err := s.insertLocation(ctx, c)
		if err != nil {
			return 0, nil, err
		}
		return id, nil, s.writeServed(ctx, id, c)
	})
}

// UpdateLocation changes the place if version is the current one.
func (s *Service) UpdateLocation(ctx context.Context, id LocationID, version int64, c LocationChange) (Location, error) {
	c, err := c.checked()
	if err != nil {
		return Location{}, err
	}
	crown := c.Default != nil && *c.Default
	return s.saveLocation(ctx, "location.update", crown, func(ctx context.Context) (LocationID, any, error) {
		before, err := s.LocationByID(ctx, id)
		if err != nil {
			return 0, nil, err
		}
		if err := before.allows(c); err != nil {
			return 0, nil, err
		}
		if err := s.updateLocation(ctx, id, version, c); err != nil {
			return 0, nil, err
		}
		return id, before, s.writeServed(ctx, id, c)
	})
}

// checked gives the change as it is written.
func (c LocationChange) checked() (LocationChange, error) {
	c = c.normalized()
	return c, c.Validate()
}

// allows refuses what would leave the shop without an active default place.
func (l Location) allows(c LocationChange) error {
	off := func(b *bool) bool { return b != nil && !*b }
	switch {
	case l.Default && (off(c.Default) || off(c.Active)):
		return ErrNeedsDefault
	case c.Default != nil && *c.Default && !l.Active && (c.Active == nil || !*c.Active):
		return ErrInactive.At("default")
	}
	return nil
}

// saveLocation runs one write with its audit row and its fact. Writers of the
// default mark wait for each other.
func (s *Service) saveLocation(ctx context.Context, action string, crown bool, write func(context.Context) (LocationID, any, error)) (Location, error) {
	var after Location
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.db.Conn(ctx).Exec(ctx, `SELECT FROM location WHERE is_default FOR UPDATE`); err != nil {
			return fmt.Errorf("lock default location: %w", postgres.Fault(err))
		}
		id, before, err := write(ctx)
		if err != nil {
			return err
		}
		if crown {
			if err := s.crown(ctx, id); err != nil {
				return err
			}
		}
		if after, err = s.LocationByID(ctx, id); err != nil {
			return err
		}
		entry := audit.Entry{Action: action, SubjectKind: "location", SubjectID: int64(id), Before: before, After: after}
		if err := s.audit.Record(ctx, entry); err != nil {
			return err
		}
		return s.events.Record(ctx, LocationChanged{Location: id, Version: after.Version})
	})
	return after, err
}
