package market

import (
	"context"
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/market"
	"github.com/souk-commerce/souk/ent/marketcountry"
	"github.com/souk-commerce/souk/ent/marketdomain"
	"github.com/souk-commerce/souk/ent/marketlanguage"
	"github.com/souk-commerce/souk/ent/shopsetting"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// shopID is the id of the one row of shop_setting.
const shopID = 1

// Shop gives the facts about the shop, or ErrNoShop.
func (s *Service) Shop(ctx context.Context) (Shop, error) {
	row, err := s.db.Ent(ctx).ShopSetting.Get(ctx, shopID)
	if ent.IsNotFound(err) {
		return Shop{}, ErrNoShop
	}
	if err != nil {
		return Shop{}, fmt.Errorf("read shop: %w", postgres.Fault(err))
	}
	return shopOf(row), nil
}

func (s *Service) insertShop(ctx context.Context, f Founding) (bool, error) {
	now := s.db.Now(ctx)
	n, err := s.db.Ent(ctx).ShopSetting.Query().Where(shopsetting.ID(shopID)).Count(ctx)
	if err != nil {
		return false, fmt.Errorf("look for shop: %w", postgres.Fault(err))
	}
	if n > 0 {
		return false, nil
	}
	err = s.db.Ent(ctx).ShopSetting.Create().SetID(shopID).
		SetName(f.Shop.Name).SetDescription(f.Shop.Description).SetEmail(f.Shop.Email).
		SetCurrency(string(f.Currency)).SetLanguage(string(f.Shop.Language)).SetCountry(string(f.Shop.Country)).
		SetPrimaryDomain(f.Shop.PrimaryDomain).SetNillableLogoMediaID(f.Shop.LogoMediaID).
		SetCreatedAt(now).SetUpdatedAt(now).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("found shop: %w", postgres.Fault(err))
	}
	return true, nil
}

func (s *Service) updateShop(ctx context.Context, version int64, in ShopInput) error {
	update := s.db.Ent(ctx).ShopSetting.Update().
		Where(shopsetting.ID(shopID), shopsetting.Version(version)).
		SetName(in.Name).SetDescription(in.Description).SetEmail(in.Email).
		SetPrimaryDomain(in.PrimaryDomain).SetCountry(string(in.Country)).SetLanguage(string(in.Language)).
		SetUpdatedAt(s.db.Now(ctx)).AddVersion(1)
	if in.LogoMediaID == nil {
		update.ClearLogoMediaID()
	} else {
		update.SetLogoMediaID(*in.LogoMediaID)
	}
	n, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("update shop: %w", postgres.Fault(err))
	}
	if n == 0 {
		return ErrStale
	}
	return nil
}

// List gives every market in its order, in four statements.
func (s *Service) List(ctx context.Context) ([]Market, error) {
	rows, err := s.db.Ent(ctx).Market.Query().Order(market.ByPosition(), market.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list markets: %w", postgres.Fault(err))
	}
	return s.withParts(ctx, rows)
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Active *bool
	Text   string // part of the name or the handle, whatever the case
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("market m")
	if f.Active != nil {
		q.Where("m.active = ?", *f.Active)
	}
	if f.Text != "" {
		text := strings.ToLower(f.Text)
		q.Where("(strpos(lower(m.name), ?) > 0 OR strpos(m.handle, ?) > 0)", text, text)
	}
	return q
}

// Sort is the order of a list; ties go by id.
type Sort string

// The orders. The zero value is by position.
const (
	ByPosition Sort = "position"
	ByName     Sort = "name"
	ByHandle   Sort = "handle"
)

func (by Sort) order() keyset.Order {
	switch by {
	case ByName, ByHandle:
		return keyset.Order{Expr: "m." + string(by), Type: "text", ID: "m.id"}
	}
	return keyset.Order{Expr: "m.position", Type: "bigint", ID: "m.id"}
}

// Page gives one page of the markets.
func (s *Service) Page(ctx context.Context, f Filter, by Sort, args page.Args) (page.Slice[Market], error) {
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Market]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Market]{}, err
	}
	markets, err := s.ByIDs(ctx, keyset.IDs[ID](ids))
	if err != nil {
		return page.Slice[Market]{}, err
	}
	return keyset.Fill(ids, markets), nil
}

// Count tells how many markets there are.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

// ByIDs gives markets by id; those that are gone are missing.
func (s *Service) ByIDs(ctx context.Context, ids []ID) (map[ID]Market, error) {
	rows, err := s.db.Ent(ctx).Market.Query().Where(postgres.Any(market.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read markets: %w", postgres.Fault(err))
	}
	all, err := s.withParts(ctx, rows)
	out := make(map[ID]Market, len(all))
	for _, m := range all {
		out[m.ID] = m
	}
	return out, err
}

// needDefault refuses a state in which no market serves whoever no other
// claims.
func (s *Service) needDefault(ctx context.Context) error {
	ok, err := s.db.Ent(ctx).Market.Query().Where(market.IsDefault(true)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look for the default market: %w", postgres.Fault(err))
	}
	if !ok {
		return ErrNeedsDefault
	}
	return nil
}

// ByID gives one market.
func (s *Service) ByID(ctx context.Context, id ID) (Market, error) {
	row, err := s.db.Ent(ctx).Market.Get(ctx, int64(id))
	if ent.IsNotFound(err) {
		return Market{}, ErrNotFound
	}
	if err != nil {
		return Market{}, fmt.Errorf("read market: %w", postgres.Fault(err))
	}
	all, err := s.withParts(ctx, []*ent.Market{row})
	if err != nil {
		return Market{}, err
	}
	return all[0], nil
}

func (s *Service) withParts(ctx context.Context, rows []*ent.Market) ([]Market, error) {
	client := s.db.Ent(ctx)
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	countries, err := client.MarketCountry.Query().Where(postgres.Any(marketcountry.FieldMarketID, ids)).
		Order(marketcountry.ByCountry()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read market countries: %w", postgres.Fault(err))
	}
	languages, err := client.MarketLanguage.Query().Where(postgres.Any(marketlanguage.FieldMarketID, ids)).
		Order(marketlanguage.ByPosition(), marketlanguage.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read market languages: %w", postgres.Fault(err))
	}
	domains, err := client.MarketDomain.Query().Where(postgres.Any(marketdomain.FieldMarketID, ids)).
		Order(marketdomain.ByHost()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read market domains: %w", postgres.Fault(err))
	}
	return assemble(rows, countries, languages, domains), nil
}

func (s *Service) insert(ctx context.Context, in Input) (ID, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).Market.Create().
		SetHandle(in.Handle).SetName(in.Name).SetCurrency(string(in.Currency)).
		SetPricesIncludeTax(in.PricesIncludeTax).SetIsDefault(in.Default).SetActive(in.Active).
		SetPosition(in.Position).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("create market: %w", postgres.Conflict(err, byConstraint))
	}
	return ID(row.ID), s.insertParts(ctx, ID(row.ID), in)
}

func (s *Service) update(ctx context.Context, id ID, version int64, in Input) error {
	n, err := s.db.Ent(ctx).Market.Update().
		Where(market.ID(int64(id)), market.Version(version)).
		SetHandle(in.Handle).SetName(in.Name).SetCurrency(string(in.Currency)).
		SetPricesIncludeTax(in.PricesIncludeTax).SetIsDefault(in.Default).SetActive(in.Active).
		SetPosition(in.Position).SetUpdatedAt(s.db.Now(ctx)).AddVersion(1).Save(ctx)
	if err != nil {
		return fmt.Errorf("update market: %w", postgres.Conflict(err, byConstraint))
	}
	if n == 0 {
		return ErrStale
	}
	if err := s.deleteParts(ctx, id); err != nil {
		return err
	}
	return s.insertParts(ctx, id, in)
}

// dethrone takes the default mark away, for another market to get it.
func (s *Service) dethrone(ctx context.Context) error {
	err := s.db.Ent(ctx).Market.Update().Where(market.IsDefault(true)).SetIsDefault(false).Exec(ctx)
	if err != nil {
		return fmt.Errorf("clear default market: %w", postgres.Fault(err))
	}
	return nil
}

func (s *Service) deleteParts(ctx context.Context, id ID) error {
	client := s.db.Ent(ctx)
	if _, err := client.MarketCountry.Delete().Where(marketcountry.MarketID(int64(id))).Exec(ctx); err != nil {
		return fmt.Errorf("replace market countries: %w", postgres.Fault(err))
	}
	if _, err := client.MarketLanguage.Delete().Where(marketlanguage.MarketID(int64(id))).Exec(ctx); err != nil {
		return fmt.Errorf("replace market languages: %w", postgres.Fault(err))
	}
	if _, err := client.MarketDomain.Delete().Where(marketdomain.MarketID(int64(id))).Exec(ctx); err != nil {
		return fmt.Errorf("replace market domains: %w", postgres.Fault(err))
	}
	return nil
}

func (s *Service) insertParts(ctx context.Context, id ID, in Input) error {
	client := s.db.Ent(ctx)
	countries := make([]*ent.MarketCountryCreate, len(in.Countries))
	for i, c := range in.Countries {
		countries[i] = client.MarketCountry.Create().SetMarketID(int64(id)).SetCountry(string(c))
	}
	if err := client.MarketCountry.CreateBulk(countries...).Exec(ctx); err != nil {
		return fmt.Errorf("write market countries: %w", postgres.Conflict(err, byConstraint))
	}
	languages := make([]*ent.MarketLanguageCreate, len(in.Languages))
	for i, l := range in.Languages {
		languages[i] = client.MarketLanguage.Create().SetMarketID(int64(id)).SetLanguage(string(l)).SetPosition(i)
	}
	if err := client.MarketLanguage.CreateBulk(languages...).Exec(ctx); err != nil {
		return fmt.Errorf("write market languages: %w", postgres.Conflict(err, byConstraint))
	}
	domains := make([]*ent.MarketDomainCreate, len(in.Domains))
	for i, d := range in.Domains {
		domains[i] = client.MarketDomain.Create().SetMarketID(int64(id)).SetHost(d)
	}
	if err := client.MarketDomain.CreateBulk(domains...).Exec(ctx); err != nil {
		return fmt.Errorf("write market domains: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}
