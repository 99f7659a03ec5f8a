package pricing

import (
	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/market"
)

func listOf(r *ent.PriceList) List {
	l := List{
		ID:        ListID(r.ID),
		Name:      r.Name,
		Currency:  money.Currency(r.Currency),
		Base:      r.Base,
		Version:   r.Version,
		CreatedAt: r.CreatedAt,
		UpdatedAt: r.UpdatedAt,
	}
	if r.MarketID != nil {
		id := market.ID(*r.MarketID)
		l.MarketID = &id
	}
	if r.FactorPpm != nil {
		l.Rule = &Rule{FactorPPM: *r.FactorPpm, Step: int64(r.RoundTo), Ending: int64(r.RoundEnding)}
	}
	return l
}

func priceOf(r *ent.Price, c money.Currency) Price {
	return Price{
		List:        ListID(r.PriceListID),
		Variant:     catalog.VariantID(r.VariantID),
		MinQuantity: r.MinQuantity,
		Amount:      money.New(r.Amount, c),
		CompareAt:   optional(r.CompareAt, c),
		Derived:     r.Derived,
		UpdatedAt:   r.UpdatedAt,
	}
}

func scanRange(row pgx.Row, l List) (Range, error) {
	r := Range{List: l.ID}
	var low, high int64
	var compareLow, compareHigh *int64
	if err := row.Scan(&r.Product, &low, &high, &compareLow, &compareHigh, &r.OnSale); err != nil {
		return Range{}, err
	}
	r.Min, r.Max = money.New(low, l.Currency), money.New(high, l.Currency)
	r.MinCompareAt, r.MaxCompareAt = optional(compareLow, l.Currency), optional(compareHigh, l.Currency)
	return r, nil
}

func optional(n *int64, c money.Currency) *money.Money {
	if n == nil {
		return nil
	}
	m := money.New(*n, c)
	return &m
}
