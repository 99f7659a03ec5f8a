package listing

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// ErrNoPrices refuses reads while the shop has neither a market nor prices.
var ErrNoPrices = fault.New(fault.Unavailable, "shop_not_ready", "The shop has no market or no price list yet.")

// Buyers makes the context that reads are answered for. It keeps the ids of
// the price lists in memory and reads them anew when told that they changed.
type Buyers struct {
	db      *postgres.DB
	markets *market.Directory
	lists   atomic.Pointer[priceLists]
}

type priceLists struct {
	base     priceList
	byMarket map[market.ID]priceList
}

type priceList struct {
	id       int64
	currency money.Currency
}

// NewBuyers wires it to the directory of markets; call Refresh before use.
func NewBuyers(db *postgres.DB, markets *market.Directory) *Buyers {
	b := &Buyers{db: db, markets: markets}
	b.lists.Store(&priceLists{})
	return b
}

// Refresh reads the price lists.
func (b *Buyers) Refresh(ctx context.Context) error {
	rows, err := b.db.Conn(ctx).Query(ctx, "SELECT id, currency, base, market_id FROM price_list")
	if err != nil {
		return fmt.Errorf("read price lists: %w", postgres.Fault(err))
	}
	defer rows.Close()
	lists := &priceLists{byMarket: map[market.ID]priceList{}}
	for rows.Next() {
		var l priceList
		var base bool
		var of *market.ID
		if err := rows.Scan(&l.id, &l.currency, &base, &of); err != nil {
			return fmt.Errorf("read price lists: %w", err)
		}
		if base {
			lists.base = l
		}
		if of != nil {
			lists.byMarket[*of] = l
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read price lists: %w", postgres.Fault(err))
	}
	b.lists.Store(lists)
	return nil
}

// Context gives the context for a buyer's wish: market, prices, language.
func (b *Buyers) Context(wish market.Wish, now time.Time) (Context, error) {
	choice, ok := b.markets.Resolve(wish)
	if !ok {
		return Context{}, ErrNoPrices
	}
	return b.in(choice, now)
}

// In gives the context for somebody who was in a market before; ErrNoPrices
// when it is there no more.
func (b *Buyers) In(id market.ID, country locale.Country, language locale.Language, now time.Time) (Context, error) {
	for _, m := range b.markets.Active() {
		if m.ID == id {
			return b.in(market.Choice{Market: m, Country: country, Language: language}, now)
		}
	}
	return Context{}, ErrNoPrices
}

func (b *Buyers) in(choice market.Choice, now time.Time) (Context, error) {
	lists := b.lists.Load()
	list, ok := lists.byMarket[choice.Market.ID]
	if !ok {
		list = lists.base
	}
	if list.id == 0 {
		return Context{}, ErrNoPrices
	}
	shop := b.markets.Shop()
	return Context{
		Market: int64(choice.Market.ID), PriceList: list.id, Currency: list.currency, PricesIncludeTax: choice.Market.PricesIncludeTax,
		Country: choice.Country, Language: choice.Language, Translations: translations(choice.Language, shop.Language),
		StoreURL: shop.PrimaryDomain, Now: now,
	}, nil
}

// translations lists the languages to look for texts in, up to the one that the
// catalog is written in.
func translations(wanted, written locale.Language) []locale.Language {
	if wanted == "" {
		return nil
	}
	all := append([]locale.Language{wanted}, locale.Fallbacks(wanted)...)
	if i := slices.Index(all, written); i >= 0 {
		all = all[:i]
	}
	return all
}
