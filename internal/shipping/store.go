package shipping

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/deliveryarea"
	"github.com/souk-commerce/souk/ent/deliverymethod"
	"github.com/souk-commerce/souk/ent/deliveryrate"
	"github.com/souk-commerce/souk/ent/deliveryzone"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// List gives every zone by name, in four statements.
func (s *Service) List(ctx context.Context) ([]Zone, error) {
	rows, err := s.db.Ent(ctx).DeliveryZone.Query().Order(deliveryzone.ByName(), deliveryzone.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list delivery zones: %w", postgres.Fault(err))
	}
	return s.withParts(ctx, rows)
}

// Page gives one page of the zones, by name.
func (s *Service) Page(ctx context.Context, args page.Args) (page.Slice[Zone], error) {
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Zone]{}, err
	}
	order := keyset.Order{Expr: "z.name", Type: "text", ID: "z.id"}
	ids, err := keyset.From("delivery_zone z").Page(ctx, s.db.Conn(ctx), w, order)
	if err != nil {
		return page.Slice[Zone]{}, err
	}
	zones, err := s.ByIDs(ctx, keyset.IDs[ZoneID](ids))
	if err != nil {
		return page.Slice[Zone]{}, err
	}
	return keyset.Fill(ids, zones), nil
}

// Count tells how many zones there are.
func (s *Service) Count(ctx context.Context) (int64, error) {
	return keyset.From("delivery_zone z").Count(ctx, s.db.Conn(ctx))
}

// ByIDs gives zones by id; those that are gone are missing.
func (s *Service) ByIDs(ctx context.Context, ids []ZoneID) (map[ZoneID]Zone, error) {
	rows, err := s.db.Ent(ctx).DeliveryZone.Query().Where(postgres.Any(deliveryzone.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read delivery zones: %w", postgres.Fault(err))
	}
	zones, err := s.withParts(ctx, rows)
	out := make(map[ZoneID]Zone, len(zones))
	for _, z := range zones {
		out[z.ID] = z
	}
	return out, err
}

// ByID gives one zone.
func (s *Service) ByID(ctx context.Context, id ZoneID) (Zone, error) {
	found, err := s.ByIDs(ctx, []ZoneID{id})
	if err != nil {
		return Zone{}, err
	}
	if z, ok := found[id]; ok {
		return z, nil
	}
	return Zone{}, ErrNotFound
}

func (s *Service) withParts(ctx context.Context, rows []*ent.DeliveryZone) ([]Zone, error) {
	client, zones := s.db.Ent(ctx), make([]int64, len(rows))
	for i, r := range rows {
		zones[i] = r.ID
	}
	var p parts
	var err error
	p.areas, err = client.DeliveryArea.Query().Where(postgres.Any(deliveryarea.FieldZoneID, zones)).
		Order(deliveryarea.ByCountry(), deliveryarea.BySubdivision()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read delivery areas: %w", postgres.Fault(err))
	}
	p.methods, err = client.DeliveryMethod.Query().Where(postgres.Any(deliverymethod.FieldZoneID, zones)).
		Order(deliverymethod.ByPosition(), deliverymethod.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read delivery methods: %w", postgres.Fault(err))
	}
	methods := make([]int64, len(p.methods))
	for i, m := range p.methods {
		methods[i] = m.ID
	}
	p.rates, err = client.DeliveryRate.Query().Where(postgres.Any(deliveryrate.FieldMethodID, methods)).
		Order(deliveryrate.ByCurrency(), deliveryrate.ByFromGrams()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read delivery rates: %w", postgres.Fault(err))
	}
	return assemble(rows, p), nil
}

// lock takes a zone and compares its version. Whoever writes a part of a zone
// holds it.
func (s *Service) lock(ctx context.Context, id ZoneID, version int64) (Zone, error) {
	row, err := s.db.Ent(ctx).DeliveryZone.Query().Where(deliveryzone.ID(int64(id))).ForUpdate().Only(ctx)
	if ent.IsNotFound(err) {
		return Zone{}, ErrNotFound
	}
	if err != nil {
		return Zone{}, fmt.Errorf("lock delivery zone: %w", postgres.Fault(err))
	}
	if row.Version != version {
		return Zone{}, ErrStale
	}
	zones, err := s.withParts(ctx, []*ent.DeliveryZone{row})
	if err != nil {
		return Zone{}, err
	}
	return zones[0], nil
}

func (s *Service) insert(ctx context.Context, in ZoneInput) (ZoneID, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).DeliveryZone.Create().SetName(in.Name).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("create delivery zone: %w", postgres.Conflict(err, byConstraint))
	}
	return ZoneID(row.ID), s.insertParts(ctx, ZoneID(row.ID), in)
}

func (s *Service) update(ctx context.Context, id ZoneID, in ZoneInput) error {
	err := s.db.Ent(ctx).DeliveryZone.UpdateOneID(int64(id)).
		SetName(in.Name).SetUpdatedAt(s.db.Now(ctx)).AddVersion(1).Exec(ctx)
	if err != nil {
		return fmt.Errorf("update delivery zone: %w", postgres.Conflict(err, byConstraint))
	}
	client := s.db.Ent(ctx)
	if _, err := client.DeliveryArea.Delete().Where(deliveryarea.ZoneID(int64(id))).Exec(ctx); err != nil {
		return fmt.Errorf("replace delivery areas: %w", postgres.Fault(err))
	}
	if _, err := client.DeliveryMethod.Delete().Where(deliverymethod.ZoneID(int64(id))).Exec(ctx); err != nil {
		return fmt.Errorf("replace delivery methods: %w", postgres.Fault(err))
	}
	return s.insertParts(ctx, id, in)
}

// delete takes a zone away; its parts go with it.
func (s *Service) delete(ctx context.Context, id ZoneID) error {
	if err := s.db.Ent(ctx).DeliveryZone.DeleteOneID(int64(id)).Exec(ctx); err != nil {
		return fmt.Errorf("delete delivery zone: %w", postgres.Fault(err))
	}
	return nil
}

func (s *Service) insertParts(ctx context.Context, id ZoneID, in ZoneInput) error {
	if err := s.refuseTaken(ctx, id, in.Areas); err != nil {
		return err
	}
	client := s.db.Ent(ctx)
	areas := make([]*ent.DeliveryAreaCreate, len(in.Areas))
	for i, a := range in.Areas {
		areas[i] = client.DeliveryArea.Create().SetZoneID(int64(id)).SetCountry(string(a.Country)).SetSubdivision(a.Subdivision)
	}
	if err := client.DeliveryArea.CreateBulk(areas...).Exec(ctx); err != nil {
		return fmt.Errorf("write delivery areas: %w", postgres.Conflict(err, byConstraint))
	}
	methods := make([]*ent.DeliveryMethodCreate, len(in.Methods))
	for i, m := range in.Methods {
		methods[i] = client.DeliveryMethod.Create().SetZoneID(int64(id)).
			SetHandle(m.Handle).SetTitle(m.Title).SetDescription(m.Description).
			SetNillableMinDays(m.MinDays).SetNillableMaxDays(m.MaxDays).SetPosition(m.Position).SetActive(m.Active).
			SetCreatedAt(s.db.Now(ctx)).SetUpdatedAt(s.db.Now(ctx))
	}
	rows, err := client.DeliveryMethod.CreateBulk(methods...).Save(ctx)
	if err != nil {
		return fmt.Errorf("write delivery methods: %w", postgres.Conflict(err, byConstraint))
	}
	return s.insertRates(ctx, rows, in.Methods)
}

// insertRates writes the rates of methods; rows are those of the methods.
func (s *Service) insertRates(ctx context.Context, rows []*ent.DeliveryMethod, methods []Method) error {
	var values [][]any
	for i, m := range methods {
		for _, r := range m.Rates {
			values = append(values, []any{rows[i].ID, string(r.Currency), r.FromGrams, r.BelowGrams, r.Amount, r.FreeFrom})
		}
	}
	columns := []string{"method_id", "currency", "from_grams", "below_grams", "amount", "free_from"}
	_, err := s.db.Conn(ctx).CopyFrom(ctx, pgx.Identifier{"delivery_rate"}, columns, pgx.CopyFromRows(values))
	if err != nil {
		return fmt.Errorf("write delivery rates: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// refuseTaken names every area that another zone serves. Should one be taken
// between this look and the writing, the table's index refuses it.
func (s *Service) refuseTaken(ctx context.Context, id ZoneID, areas []Area) error {
	countries, subdivisions := make([]string, len(areas)), make([]string, len(areas))
	for i, a := range areas {
		countries[i], subdivisions[i] = string(a.Country), a.Subdivision
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT country, subdivision FROM delivery_area
		JOIN unnest($1::text[], $2::text[]) AS wanted (country, subdivision) USING (country, subdivision)
		WHERE zone_id <> $3`, countries, subdivisions, int64(id))
	if err != nil {
		return fmt.Errorf("look for taken areas: %w", postgres.Fault(err))
	}
	taken, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Area, err error) {
		var country string
		err = row.Scan(&country, &a.Subdivision)
		a.Country = locale.Country(country)
		return a, err
	})
	if err != nil {
		return fmt.Errorf("look for taken areas: %w", postgres.Fault(err))
	}
	return refusalOf(taken, areas)
}

func refusalOf(taken, areas []Area) error {
	var faults fault.List
	known := make(map[Area]bool, len(taken))
	for _, a := range taken {
		known[a] = true
	}
	for i, a := range areas {
		if known[a] {
			faults.Add(ErrAreaTaken.At("areas", strconv.Itoa(i)))
		}
	}
	return faults.Err()
}
