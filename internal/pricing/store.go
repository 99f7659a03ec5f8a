package pricing

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/price"
	"github.com/souk-commerce/souk/ent/pricelist"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// pageSize and maxPage bound the lists of this room.
const (
	pageSize = 50
	maxPage  = 250
)

func (s *Service) exec(ctx context.Context, what, sql string, args ...any) error {
	if _, err := s.db.Conn(ctx).Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("%s: %w", what, postgres.Conflict(err, byConstraint))
	}
	return nil
}

// Lists gives every price list, the base one first.
func (s *Service) Lists(ctx context.Context) ([]List, error) {
	rows, err := s.db.Ent(ctx).PriceList.Query().
		Order(pricelist.ByBase(sql.OrderDesc()), pricelist.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list price lists: %w", postgres.Fault(err))
	}
	out := make([]List, len(rows))
	for i, r := range rows {
		out[i] = listOf(r)
	}
	return out, nil
}

// ListByID gives one price list.
func (s *Service) ListByID(ctx context.Context, id ListID) (List, error) {
	row, err := s.db.Ent(ctx).PriceList.Get(ctx, int64(id))
	if ent.IsNotFound(err) {
		return List{}, ErrNotFound
	}
	if err != nil {
		return List{}, fmt.Errorf("read price list: %w", postgres.Fault(err))
	}
	return listOf(row), nil
}

// ListsByIDs gives those lists that exist.
func (s *Service) ListsByIDs(ctx context.Context, ids []ListID) (map[ListID]List, error) {
	rows, err := s.db.Ent(ctx).PriceList.Query().Where(postgres.Any(pricelist.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read price lists: %w", postgres.Fault(err))
	}
	out := make(map[ListID]List, len(rows))
	for _, r := range rows {
		out[ListID(r.ID)] = listOf(r)
	}
	return out, nil
}

// ListFor gives the list that serves a market: its own, else the base one.
func (s *Service) ListFor(ctx context.Context, id market.ID) (List, error) {
	row, err := s.db.Ent(ctx).PriceList.Query().
		Where(pricelist.Or(pricelist.MarketID(int64(id)), pricelist.Base(true))).
		Order(pricelist.ByBase()).First(ctx)
	if ent.IsNotFound(err) {
		return List{}, ErrNoBase
	}
	if err != nil {
		return List{}, fmt.Errorf("read price list: %w", postgres.Fault(err))
	}
	return listOf(row), nil
}

// PricesOf gives all prices of variants in a list, by quantity, in two
// statements.
func (s *Service) PricesOf(ctx context.Context, id ListID, variants []catalog.VariantID) (map[catalog.VariantID][]Price, error) {
	l, err := s.ListByID(ctx, id)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Ent(ctx).Price.Query().
		Where(price.PriceListID(int64(id)), postgres.Any(price.FieldVariantID, variants)).
		Order(price.ByVariantID(), price.ByMinQuantity()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", postgres.Fault(err))
	}
	out := make(map[catalog.VariantID][]Price, len(variants))
	for _, r := range rows {
		p := priceOf(r, l.Currency)
		out[p.Variant] = append(out[p.Variant], p)
	}
	return out, nil
}

// ListPrices gives one page of a list's prices.
func (s *Service) ListPrices(ctx context.Context, id ListID, f Filter, by Sort, args page.Args) (page.Slice[Price], error) {
	l, err := s.ListByID(ctx, id)
	if err != nil {
		return page.Slice[Price]{}, err
	}
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Price]{}, err
	}
	ids, err := f.query(id).Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Price]{}, err
	}
	rows, err := s.db.Ent(ctx).Price.Query().
		Where(postgres.Any(price.FieldID, keyset.IDs[int64](ids))).All(ctx)
	if err != nil {
		return page.Slice[Price]{}, fmt.Errorf("read prices: %w", postgres.Fault(err))
	}
	found := make(map[int64]Price, len(rows))
	for _, r := range rows {
		found[r.ID] = priceOf(r, l.Currency)
	}
	return keyset.Fill(ids, found), nil
}

func (by Sort) order() keyset.Order {
	switch by {
	case ByAmount:
		return keyset.Order{Expr: "p.amount", Type: "bigint", ID: "p.id"}
	case ByUpdate:
		return keyset.Order{Expr: "p.updated_at", Type: "timestamptz", ID: "p.id"}
	}
	return keyset.Order{Expr: "p.variant_id * 1000000000::numeric + p.min_quantity", Type: "numeric", ID: "p.id"}
}

// CountPrices tells how long the list is.
func (s *Service) CountPrices(ctx context.Context, id ListID, f Filter) (int64, error) {
	return f.query(id).Count(ctx, s.db.Conn(ctx))
}

func (f Filter) query(id ListID) *keyset.Query {
	q := keyset.From("price p")
	q.Where("p.price_list_id = ?", int64(id))
	if len(f.Variants) > 0 {
		q.Where("p.variant_id = ANY(?::bigint[])", raw(f.Variants))
	}
	if f.Fixed {
		q.Where("NOT p.derived")
	}
	return q
}

// RangesOf gives the spans of products' prices in a list; a product without a
// price there is missing.
func (s *Service) RangesOf(ctx context.Context, id ListID, products []catalog.ProductID) (map[catalog.ProductID]Range, error) {
	l, err := s.ListByID(ctx, id)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT product_id, min_amount, max_amount, min_compare_at, max_compare_at, on_sale
		FROM price_range WHERE price_list_id = $1 AND product_id = ANY($2)`, int64(id), raw(products))
	if err != nil {
		return nil, fmt.Errorf("read price ranges: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := make(map[catalog.ProductID]Range, len(products))
	for rows.Next() {
		r, err := scanRange(rows, l)
		if err != nil {
			return nil, fmt.Errorf("read price ranges: %w", err)
		}
		out[r.Product] = r
	}
	return out, postgres.Fault(rows.Err())
}

func (s *Service) insertList(ctx context.Context, in NewList, currency money.Currency) (ListID, error) {
	now := s.db.Now(ctx)
	create := s.db.Ent(ctx).PriceList.Create().
		SetName(in.Name).SetCurrency(string(currency)).SetBase(in.Base).SetCreatedAt(now).SetUpdatedAt(now)
	if in.MarketID != nil {
		create.SetMarketID(int64(*in.MarketID))
	}
	if r := in.Rule; r != nil {
		create.SetFactorPpm(r.FactorPPM).SetRoundTo(int(r.Step)).SetRoundEnding(int(r.Ending))
	}
	row, err := create.Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("create price list: %w", postgres.Conflict(err, byConstraint))
	}
	return ListID(row.ID), nil
}

func (s *Service) updateList(ctx context.Context, id ListID, c ListChange) error {
	u := s.db.Ent(ctx).PriceList.Update().Where(pricelist.ID(int64(id))).
		SetNillableName(c.Name).AddVersion(1).SetUpdatedAt(s.db.Now(ctx))
	if r := c.Rule; r != nil && *r != (Rule{}) {
		u.SetFactorPpm(r.FactorPPM).SetRoundTo(int(r.Step)).SetRoundEnding(int(r.Ending))
	} else if r != nil {
		u.ClearFactorPpm().SetRoundTo(1).SetRoundEnding(0)
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("update price list: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// lockFollowing takes a list and, if it is the base one, those that follow it.
func (s *Service) lockFollowing(ctx context.Context, id ListID) ([]List, error) {
	return s.locked(ctx, `
		SELECT id FROM price_list
		WHERE id = $1 OR factor_ppm IS NOT NULL AND (SELECT base FROM price_list WHERE id = $1)
		ORDER BY id FOR UPDATE`, int64(id))
}

// lockAll takes every list.
func (s *Service) lockAll(ctx context.Context) ([]List, error) {
	return s.locked(ctx, `SELECT id FROM price_list ORDER BY id FOR UPDATE`)
}

func (s *Service) locked(ctx context.Context, sql string, args ...any) ([]List, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("lock price lists: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ListID])
	if err != nil {
		return nil, fmt.Errorf("lock price lists: %w", postgres.Fault(err))
	}
	if len(ids) == 0 && len(args) > 0 {
		return nil, ErrNotFound
	}
	found, err := s.ListsByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]List, len(ids))
	for i, id := range ids {
		out[i] = found[id]
	}
	return out, nil
}

// countUp counts the lists' versions up and gives the new ones.
func (s *Service) countUp(ctx context.Context, ids []ListID) (map[ListID]int64, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		UPDATE price_list SET version = version + 1, updated_at = $2 WHERE id = ANY($1) RETURNING id, version`,
		raw(ids), s.db.Now(ctx))
	if err != nil {
		return nil, fmt.Errorf("count price list up: %w", postgres.Fault(err))
	}
	defer rows.Close()
	versions := make(map[ListID]int64, len(ids))
	for rows.Next() {
		var id ListID
		var version int64
		if err := rows.Scan(&id, &version); err != nil {
			return nil, fmt.Errorf("count price list up: %w", err)
		}
		versions[id] = version
	}
	return versions, postgres.Fault(rows.Err())
}

// writePrices sets and takes away fixed prices. A derived price in the way
// becomes the fixed one.
func (s *Service) writePrices(ctx context.Context, id ListID, changes []Change) error {
	var goneVariants, variants, amounts []int64
	var goneQuantities, quantities []int
	var compare []*int64
	for _, c := range changes {
		if c.Amount == nil {
			goneVariants, goneQuantities = append(goneVariants, int64(c.Variant)), append(goneQuantities, c.MinQuantity)
			continue
		}
		variants, quantities = append(variants, int64(c.Variant)), append(quantities, c.MinQuantity)
		amounts, compare = append(amounts, c.Amount.Minor), append(compare, minor(c.CompareAt))
	}
	err := s.exec(ctx, "take prices away", `
		DELETE FROM price p USING unnest($2::bigint[], $3::int[]) AS c(variant_id, min_quantity)
		WHERE p.price_list_id = $1 AND NOT p.derived AND p.variant_id = c.variant_id AND p.min_quantity = c.min_quantity`,
		int64(id), goneVariants, goneQuantities)
	if err != nil {
		return err
	}
	return s.exec(ctx, "set prices", `
		INSERT INTO price AS p (price_list_id, variant_id, min_quantity, amount, compare_at, derived, updated_at)
		SELECT $1, c.variant_id, c.min_quantity, c.amount, c.compare_at, false, $6
		FROM unnest($2::bigint[], $3::int[], $4::bigint[], $5::bigint[]) AS c(variant_id, min_quantity, amount, compare_at)
		ORDER BY c.variant_id, c.min_quantity
		ON CONFLICT (variant_id, price_list_id, min_quantity) DO UPDATE
		SET amount = excluded.amount, compare_at = excluded.compare_at, derived = false, updated_at = excluded.updated_at
		WHERE p.derived OR (p.amount, p.compare_at) IS DISTINCT FROM (excluded.amount, excluded.compare_at)`,
		int64(id), variants, quantities, amounts, compare, s.db.Now(ctx))
}

// refuseNoFirstTier refuses variants that cost something for many only.
func (s *Service) refuseNoFirstTier(ctx context.Context, lists []List, variants []catalog.VariantID) error {
	ids := make([]ListID, len(lists))
	for i, l := range lists {
		ids[i] = l.ID
	}
	var found bool
	err := s.db.Conn(ctx).QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM price WHERE price_list_id = ANY($1) AND variant_id = ANY($2)
			GROUP BY price_list_id, variant_id HAVING min(min_quantity) > 1
		)`, raw(ids), raw(variants)).Scan(&found)
	if err != nil {
		return fmt.Errorf("look for first tiers: %w", postgres.Fault(err))
	}
	if found {
		return ErrNoFirstTier
	}
	return nil
}

func minor(m *money.Money) *int64 {
	if m == nil {
		return nil
	}
	return &m.Minor
}

// raw turns typed ids into what the driver takes.
func raw[ID ~int64](ids []ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}
