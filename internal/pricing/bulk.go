package pricing

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Bulk reads and writes the prices of thousands of variants at once, in the
// caller's transaction. Derived prices and the ranges of products follow in the
// same transaction.
type Bulk struct {
	db     *postgres.DB
	events *event.Outbox
	sums   Sums // nil: there are none
}

// NewBulk wires the bulk operations.
func NewBulk(db *postgres.DB, events *event.Outbox) *Bulk { return &Bulk{db: db, events: events} }

// BulkList is a price list as files see it: the base one, or a market's.
type BulkList struct {
	ID       ListID
	Base     bool
	Market   market.ID // 0: none
	Currency money.Currency
}

// BulkKey names a price.
type BulkKey struct {
	List    ListID
	Variant catalog.VariantID
}

// BulkPrice is the price of one piece, in minor units of the list's currency.
type BulkPrice struct {
	BulkKey
	Amount    int64
	CompareAt *int64
}

// Lists gives the lists, the base one first.
func (b *Bulk) Lists(ctx context.Context) ([]BulkList, error) {
	rows, err := b.db.Conn(ctx).Query(ctx,
		`SELECT id, base, COALESCE(market_id, 0), currency FROM price_list WHERE base OR market_id IS NOT NULL ORDER BY base DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("read price lists: %w", postgres.Fault(err))
	}
	lists, err := pgx.CollectRows(rows, pgx.RowToStructByPos[BulkList])
	if err != nil {
		return nil, fmt.Errorf("read price lists: %w", postgres.Fault(err))
	}
	if len(lists) == 0 || !lists[0].Base {
		return nil, ErrNoBase
	}
	return lists, nil
}

// Fixed gives the prices of one piece that are set and not derived.
func (b *Bulk) Fixed(ctx context.Context, variants []catalog.VariantID) (map[BulkKey]BulkPrice, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `
		SELECT price_list_id, variant_id, amount, compare_at FROM price
		WHERE variant_id = ANY($1) AND min_quantity = 1 AND NOT derived`, variants)
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := make(map[BulkKey]BulkPrice, len(variants))
	for rows.Next() {
		var p BulkPrice
		if err := rows.Scan(&p.List, &p.Variant, &p.Amount, &p.CompareAt); err != nil {
			return nil, fmt.Errorf("read prices: %w", err)
		}
		out[p.BulkKey] = p
	}
	return out, postgres.Fault(rows.Err())
}

// Used gives the lists that hold a price which is set and not derived.
func (b *Bulk) Used(ctx context.Context) ([]ListID, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `
		SELECT id FROM price_list l
		WHERE EXISTS (SELECT FROM price p WHERE p.price_list_id = l.id AND p.min_quantity = 1 AND NOT p.derived)`)
	if err != nil {
		return nil, fmt.Errorf("look over price lists: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ListID])
	return ids, postgres.Fault(err)
}

// Set writes prices, each key once. Refs are all variants of the products that
// are concerned: their ranges are found anew.
func (b *Bulk) Set(ctx context.Context, prices []BulkPrice, refs []catalog.VariantRef) error {
	if len(prices) == 0 {
		return nil
	}
	s := &Service{db: b.db, events: b.events, sums: b.sums}
	lists, err := s.lockAll(ctx)
	if err != nil {
		return err
	}
	if err := b.upsert(ctx, prices); err != nil {
		return err
	}
	written := map[ListID]bool{}
	for _, p := range prices {
		written[p.List] = true
	}
	base := slices.ContainsFunc(lists, func(l List) bool { return l.Base && written[l.ID] })
	concerned := slices.DeleteFunc(lists, func(l List) bool { return !written[l.ID] && (l.Rule == nil || !base) })
	return s.follow(ctx, concerned, refs)
}

// upsert writes fixed prices; a derived one in the way becomes fixed.
func (b *Bulk) upsert(ctx context.Context, prices []BulkPrice) error {
	var lists, variants, amounts []int64
	var before []*int64
	for _, p := range prices {
		lists, variants = append(lists, int64(p.List)), append(variants, int64(p.Variant))
		amounts, before = append(amounts, p.Amount), append(before, p.CompareAt)
	}
	_, err := b.db.Conn(ctx).Exec(ctx, `
		INSERT INTO price AS p (price_list_id, variant_id, min_quantity, amount, compare_at, derived, updated_at)
		SELECT n.list, n.variant, 1, n.amount, n.compare_at, false, $5
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n(list, variant, amount, compare_at)
		ON CONFLICT (variant_id, price_list_id, min_quantity)
		DO UPDATE SET amount = excluded.amount, compare_at = excluded.compare_at, derived = false, updated_at = excluded.updated_at`,
		lists, variants, amounts, before, b.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("write prices: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}
