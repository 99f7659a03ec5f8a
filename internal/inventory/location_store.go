package inventory

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/location"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Locations gives every location, in the order in which they are asked.
func (s *Service) Locations(ctx context.Context) ([]Location, error) {
	return s.locations(ctx, s.db.Ent(ctx).Location.Query())
}

// LocationsByIDs gives those locations that exist.
func (s *Service) LocationsByIDs(ctx context.Context, ids []LocationID) (map[LocationID]Location, error) {
	found, err := s.locations(ctx, s.db.Ent(ctx).Location.Query().Where(postgres.Any(location.FieldID, ids)))
	if err != nil {
		return nil, err
	}
	out := make(map[LocationID]Location, len(found))
	for _, l := range found {
		out[l.ID] = l
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

// LocationsOf gives the locations that serve a market, in the order in which
// they are asked.
func (s *Service) LocationsOf(ctx context.Context, m market.ID) ([]Location, error) {
	all, err := s.Locations(ctx)
	if err != nil {
		return nil, err
	}
	var out []Location
	for _, l := range all {
		if l.Serves(m) {
			out = append(out, l)
		}
	}
	return out, nil
}

// locations reads places with the markets they serve and their zones, in three
// statements however many they are.
func (s *Service) locations(ctx context.Context, q *ent.LocationQuery) ([]Location, error) {
	rows, err := q.Order(location.ByPriority(), location.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", postgres.Fault(err))
	}
	out, ids := make([]Location, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		if out[i], err = locationOf(r); err != nil {
			return nil, err
		}
		ids[i] = r.ID
	}
	if len(rows) == 0 {
		return out, nil
	}
	return out, s.addServed(ctx, ids, out)
}

// addServed completes locations with what they serve.
func (s *Service) addServed(ctx context.Context, ids []int64, into []Location) error {
	at := make(map[LocationID]*Location, len(into))
	for i := range into {
		at[into[i].ID] = &into[i]
	}
	var of LocationID
	var m market.ID
	var z sourcing.Zone
	var b pgx.Batch
	b.Queue(`SELECT location_id, market_id FROM location_market WHERE location_id = ANY($1) ORDER BY location_id, market_id`, ids).
		Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&of, &m}, func() error {
				at[of].Markets = append(at[of].Markets, m)
				return nil
			})
			return err
		})
	b.Queue(`SELECT location_id, country, province, postal_prefix FROM location_zone WHERE location_id = ANY($1) ORDER BY location_id, position`, ids).
		Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&of, &z.Country, &z.Province, &z.PostalPrefix}, func() error {
				at[of].Zones = append(at[of].Zones, z)
				return nil
			})
			return err
		})
	if err := s.db.Conn(ctx).SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("read what locations serve: %w", postgres.Fault(err))
	}
	return nil
}

// openPlaces tells of each location that exists whether it is active.
func (s *Service) openPlaces(ctx context.Context, ids []LocationID) (map[LocationID]bool, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT id, active FROM location WHERE id = ANY($1)`, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", postgres.Fault(err))
	}
	out := make(map[LocationID]bool, len(ids))
	var id LocationID
	var active bool
	_, err = pgx.ForEachRow(rows, []any{&id, &active}, func() error {
		out[id] = active
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read locations: %w", postgres.Fault(err))
	}
	return out, nil
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

func (s *Service) insertLocation(ctx context.Context, c LocationChange) (LocationID, error) {
	now := s.db.Now(ctx)
	create := s.db.Ent(ctx).Location.Create().
		SetHandle(*c.Handle).SetName(*c.Name).SetKind(string(*c.Kind)).SetPriority(*c.Priority).
		SetNillableLatitude(c.At.Latitude).SetNillableLongitude(c.At.Longitude).
		SetCreatedAt(now).SetUpdatedAt(now)
	if *c.Country != "" {
		create.SetCountry(string(*c.Country))
	}
	if text, err := addressJSON(c.Address); err != nil {
		return 0, err
	} else if text != nil {
		create.SetAddress(text)
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
	switch {
	case c.Country != nil && *c.Country == "":
		u.ClearCountry()
	default:
		u.SetNillableCountry((*string)(c.Country))
	}
	if err := placed(u, c); err != nil {
		return err
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

// placed adds where the location is to an update.
func placed(u *ent.LocationUpdate, c LocationChange) error {
	switch {
	case c.At == nil:
	case c.At.Latitude == nil:
		u.ClearLatitude().ClearLongitude()
	default:
		u.SetLatitude(*c.At.Latitude).SetLongitude(*c.At.Longitude)
	}
	if c.Address == nil {
		return nil
	}
	text, err := addressJSON(c.Address)
	if text == nil {
		u.ClearAddress()
	} else {
		u.SetAddress(text)
	}
	return err
}

// writeServed replaces the markets and the zones of a location where the change
// names them.
func (s *Service) writeServed(ctx context.Context, id LocationID, c LocationChange) error {
	var b pgx.Batch
	if c.Markets != nil {
		b.Queue(`DELETE FROM location_market WHERE location_id = $1`, int64(id))
		b.Queue(`INSERT INTO location_market (location_id, market_id) SELECT $1, m FROM unnest($2::bigint[]) m`, int64(id), raw(*c.Markets))
	}
	if c.Zones != nil {
		var countries, provinces, prefixes []string
		for _, z := range *c.Zones {
			countries, provinces, prefixes = append(countries, string(z.Country)), append(provinces, z.Province), append(prefixes, z.PostalPrefix)
		}
		b.Queue(`DELETE FROM location_zone WHERE location_id = $1`, int64(id))
		b.Queue(`INSERT INTO location_zone (location_id, position, country, province, postal_prefix)
			SELECT $1, z.place - 1, z.country, z.province, z.prefix
			FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS z(country, province, prefix, place)`,
			int64(id), countries, provinces, prefixes)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := s.db.Conn(ctx).SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("write what a location serves: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// address is a postal address as it is stored.
type address struct {
	FirstName         string         `json:"first_name,omitempty"`
	LastName          string         `json:"last_name,omitempty"`
	Company           string         `json:"company,omitempty"`
	Address1          string         `json:"address1,omitempty"`
	Address2          string         `json:"address2,omitempty"`
	DependentLocality string         `json:"dependent_locality,omitempty"`
	City              string         `json:"city,omitempty"`
	SortingCode       string         `json:"sorting_code,omitempty"`
	ZoneCode          string         `json:"zone_code,omitempty"`
	Zip               string         `json:"zip,omitempty"`
	Phone             string         `json:"phone,omitempty"`
	Country           locale.Country `json:"country,omitempty"`
}

func addressJSON(a *postal.Address) (json.RawMessage, error) {
	if a == nil || *a == (postal.Address{}) {
		return nil, nil
	}
	return json.Marshal(address(*a))
}

func locationOf(r *ent.Location) (Location, error) {
	l := Location{
		ID:        LocationID(r.ID),
		Handle:    r.Handle,
		Name:      r.Name,
		Kind:      LocationKind(r.Kind),
		Country:   (*locale.Country)(r.Country),
		Latitude:  r.Latitude,
		Longitude: r.Longitude,
		Priority:  r.Priority,
		Default:   r.IsDefault,
		Active:    r.Active,
		Version:   r.Version,
		CreatedAt: r.CreatedAt,
		UpdatedAt: r.UpdatedAt,
	}
	if len(r.Address) == 0 {
		return l, nil
	}
	var a address
	if err := json.Unmarshal(r.Address, &a); err != nil {
		return l, fmt.Errorf("read address of location %d: %w", r.ID, err)
	}
	l.Address = (*postal.Address)(&a)
	return l, nil
}
