package inventory

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/location"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Locations gives every location, in the order in which they are asked.
func (s *Service) Locations(ctx context.Context) ([]Location, error) {
	rows, err := s.db.Ent(ctx).Location.Query().Order(location.ByPriority(), location.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list locations: %w", postgres.Fault(err))
	}
	out := make([]Location, len(rows))
	for i, r := range rows {
		out[i] = locationOf(r)
	}
	return out, nil
}

// LocationsByIDs gives those locations that exist.
func (s *Service) LocationsByIDs(ctx context.Context, ids []LocationID) (map[LocationID]Location, error) {
	rows, err := s.db.Ent(ctx).Location.Query().
		Where(postgres.Any(location.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", postgres.Fault(err))
	}
	out := make(map[LocationID]Location, len(rows))
	for _, r := range rows {
		out[LocationID(r.ID)] = locationOf(r)
	}
	return out, nil
}

// LocationByID gives one location.
func (s *Service) LocationByID(ctx context.Context, id LocationID) (Location, error) {
	found, err := s.LocationsByIDs(ctx, []LocationID{id})
	if err != nil {
		return Location{}, err
	}
	if l, ok := found[id]; ok {
		return l, nil
	}
	return Location{}, ErrLocationNotFound
}

// CreateLocation makes a place.
func (s *Service) CreateLocation(ctx context.Context, in NewLocation) (Location, error) {
	if in.Kind == "" {
		in.Kind = Warehouse
	}
	active := true
	check := LocationChange{
		Handle: &in.Handle, Name: &in.Name, Kind: &in.Kind, Country: &in.Country, Default: &in.Default, Active: &active,
	}
	if err := check.Validate(); err != nil {
		return Location{}, err
	}
	return s.saveLocation(ctx, "location.create", in.Default, func(ctx context.Context) (LocationID, any, error) {
		id, err := s.insertLocation(ctx, in)
		return id, nil, err
	})
}

// UpdateLocation changes the place if version is the current one.
func (s *Service) UpdateLocation(ctx context.Context, id LocationID, version int64, c LocationChange) (Location, error) {
	if err := c.Validate(); err != nil {
		return Location{}, err
	}
	crown := c.Default != nil && *c.Default
	return s.saveLocation(ctx, "location.update", crown, func(ctx context.Context) (LocationID, any, error) {
		before, err := s.LocationByID(ctx, id)
		if err != nil {
			return 0, nil, err
		}
		if before.Default && (c.Default != nil && !*c.Default || c.Active != nil && !*c.Active) {
			return 0, nil, ErrNeedsDefault
		}
		if crown && !before.Active && (c.Active == nil || !*c.Active) {
			return 0, nil, ErrInactive.At("default")
		}
		return id, before, s.updateLocation(ctx, id, version, c)
	})
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

// crown gives the default mark to a location, and takes it from the other.
func (s *Service) crown(ctx context.Context, id LocationID) error {
	for _, statement := range []string{
		`UPDATE location SET is_default = false WHERE is_default AND id <> $1`,
		`UPDATE location SET is_default = true WHERE id = $1`,
	} {
		if _, err := s.db.Conn(ctx).Exec(ctx, statement, int64(id)); err != nil {
			return fmt.Errorf("mark default location: %w", postgres.Fault(err))
		}
	}
	return nil
}

func (s *Service) insertLocation(ctx context.Context, in NewLocation) (LocationID, error) {
	now := s.db.Now(ctx)
	create := s.db.Ent(ctx).Location.Create().
		SetHandle(in.Handle).SetName(in.Name).SetKind(string(in.Kind)).SetPriority(in.Priority).
		SetCreatedAt(now).SetUpdatedAt(now)
	if in.Country != "" {
		create.SetCountry(string(in.Country))
	}
	row, err := create.Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("create location: %w", postgres.Conflict(err, byConstraint))
	}
	return LocationID(row.ID), nil
}

func (s *Service) updateLocation(ctx context.Context, id LocationID, version int64, c LocationChange) error {
	u := s.db.Ent(ctx).Location.Update().Where(location.ID(int64(id)), location.Version(version)).
		SetNillableHandle(c.Handle).SetNillableName(c.Name).SetNillableKind((*string)(c.Kind)).
		SetNillablePriority(c.Priority).SetNillableActive(c.Active).
		AddVersion(1).SetUpdatedAt(s.db.Now(ctx))
	if c.Country != nil && *c.Country == "" {
		u.ClearCountry()
	} else {
		u.SetNillableCountry((*string)(c.Country))
	}
	n, err := u.Save(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return fmt.Errorf("update location: %w", postgres.Conflict(err, byConstraint))
	}
	if n == 0 {
		return ErrStale
	}
	return nil
}

var handlePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Validate reports every fault of the change at once.
func (c LocationChange) Validate() error {
	var faults fault.List
	if c.Handle != nil && !handlePattern.MatchString(*c.Handle) {
		faults.Add(fault.New(fault.Invalid, "invalid_handle",
			"A handle is made of small letters and digits, with single hyphens between them.").At("handle"))
	}
	if c.Name != nil && strings.TrimSpace(*c.Name) == "" {
		faults.Add(fault.New(fault.Invalid, "required", "A location needs a name.").At("name"))
	}
	if c.Kind != nil && *c.Kind != Warehouse && *c.Kind != Store && *c.Kind != Supplier {
		faults.Add(fault.Newf(fault.Invalid, "invalid_value", "%q is no kind of location.", string(*c.Kind)).At("kind"))
	}
	if c.Country != nil && *c.Country != "" && !validCountry(*c.Country) {
		faults.Add(fault.Newf(fault.Invalid, "invalid_country", "%q is no ISO 3166-1 country code.", string(*c.Country)).At("country"))
	}
	return faults.Err()
}

func validCountry(c locale.Country) bool { return c.Valid() && c != "ZZ" }
