package tax

import (
	"context"
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/taxrate"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Filter narrows a list; zero fields do not.
type Filter struct {
	Country locale.Country
	Active  *bool
	Text    string // part of the name or the tax code, whatever the case
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("tax_rate r")
	if f.Country != "" {
		q.Where("r.country = ?", string(f.Country))
	}
	if f.Active != nil {
		q.Where("r.active = ?", *f.Active)
	}
	if f.Text != "" {
		text := strings.ToLower(f.Text)
		q.Where("(strpos(lower(r.name), ?) > 0 OR strpos(lower(r.tax_code), ?) > 0)", text, text)
	}
	return q
}

// byPlace sorts rates by country, subdivision, sort of goods and name.
var byPlace = keyset.Order{
	Expr: `concat_ws(E'\t', r.country, r.zone, r.tax_code, r.name) COLLATE "C"`, Type: "text", ID: "r.id",
}

// Page gives one page of the rates, by place.
func (s *Service) Page(ctx context.Context, f Filter, args page.Args) (page.Slice[Rate], error) {
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Rate]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, byPlace)
	if err != nil {
		return page.Slice[Rate]{}, err
	}
	rates, err := s.ByIDs(ctx, keyset.IDs[RateID](ids))
	if err != nil {
		return page.Slice[Rate]{}, err
	}
	return keyset.Fill(ids, rates), nil
}

// Count tells how many rates there are.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

// ByIDs gives rates by id; those that are gone are missing.
func (s *Service) ByIDs(ctx context.Context, ids []RateID) (map[RateID]Rate, error) {
	rows, err := s.db.Ent(ctx).TaxRate.Query().Where(postgres.Any(taxrate.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read tax rates: %w", postgres.Fault(err))
	}
	out := make(map[RateID]Rate, len(rows))
	for _, r := range rows {
		out[RateID(r.ID)] = rateOf(r)
	}
	return out, nil
}

// ByID gives one rate.
func (s *Service) ByID(ctx context.Context, id RateID) (Rate, error) {
	row, err := s.db.Ent(ctx).TaxRate.Get(ctx, int64(id))
	if ent.IsNotFound(err) {
		return Rate{}, ErrNotFound
	}
	if err != nil {
		return Rate{}, fmt.Errorf("read tax rate: %w", postgres.Fault(err))
	}
	return rateOf(row), nil
}

// active gives the rates in force, in the order in which levies are shown.
func (s *Service) active(ctx context.Context) ([]Rate, error) {
	rows, err := s.db.Ent(ctx).TaxRate.Query().Where(taxrate.Active(true)).
		Order(taxrate.ByName(), taxrate.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tax rates: %w", postgres.Fault(err))
	}
	out := make([]Rate, len(rows))
	for i, r := range rows {
		out[i] = rateOf(r)
	}
	return out, nil
}

// lock takes a rate and compares its version.
func (s *Service) lock(ctx context.Context, id RateID, version int64) (Rate, error) {
	row, err := s.db.Ent(ctx).TaxRate.Query().Where(taxrate.ID(int64(id))).ForUpdate().Only(ctx)
	if ent.IsNotFound(err) {
		return Rate{}, ErrNotFound
	}
	if err != nil {
		return Rate{}, fmt.Errorf("lock tax rate: %w", postgres.Fault(err))
	}
	if row.Version != version {
		return Rate{}, ErrStale
	}
	return rateOf(row), nil
}

func (s *Service) insert(ctx context.Context, in Input) (Rate, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).TaxRate.Create().
		SetCountry(string(in.Country)).SetZone(in.Zone).SetTaxCode(in.TaxCode).SetName(in.Name).
		SetRatePpm(in.PPM).SetDelivery(in.Delivery).SetActive(in.Active).
		SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return Rate{}, fmt.Errorf("create tax rate: %w", postgres.Conflict(err, byConstraint))
	}
	return rateOf(row), nil
}

func (s *Service) update(ctx context.Context, id RateID, in Input) (Rate, error) {
	row, err := s.db.Ent(ctx).TaxRate.UpdateOneID(int64(id)).
		SetCountry(string(in.Country)).SetZone(in.Zone).SetTaxCode(in.TaxCode).SetName(in.Name).
		SetRatePpm(in.PPM).SetDelivery(in.Delivery).SetActive(in.Active).
		SetUpdatedAt(s.db.Now(ctx)).AddVersion(1).Save(ctx)
	if err != nil {
		return Rate{}, fmt.Errorf("update tax rate: %w", postgres.Conflict(err, byConstraint))
	}
	return rateOf(row), nil
}

func (s *Service) delete(ctx context.Context, id RateID) error {
	if err := s.db.Ent(ctx).TaxRate.DeleteOneID(int64(id)).Exec(ctx); err != nil {
		return fmt.Errorf("delete tax rate: %w", postgres.Fault(err))
	}
	return nil
}
