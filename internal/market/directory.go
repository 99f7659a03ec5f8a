package market

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Directory keeps the shop and its active markets in memory, since every
// request needs them. It reads them anew when told that they changed.
type Directory struct {
	service    *Service
	storefront string
	current    atomic.Pointer[snapshot]
}

type snapshot struct {
	shop      Shop
	markets   []Market
	fallback  *Market
	byCountry map[locale.Country]*Market
	byHost    map[string]*Market
}

// NewDirectory gives an empty directory; call Refresh before use. storefront is
// the absolute address that counts as the shop's until it names its own.
func NewDirectory(service *Service, storefront string) *Directory {
	d := &Directory{service: service, storefront: storefront}
	d.current.Store(newSnapshot(Shop{}, nil))
	return d
}

// Refresh reads the shop and its markets.
func (d *Directory) Refresh(ctx context.Context) error {
	shop, err := d.service.Shop(ctx)
	if err != nil {
		return err
	}
	markets, err := d.service.List(ctx)
	if err != nil {
		return err
	}
	if shop.PrimaryDomain == "" {
		shop.PrimaryDomain = d.storefront
	}
	d.current.Store(newSnapshot(shop, markets))
	return nil
}

func newSnapshot(shop Shop, markets []Market) *snapshot {
	s := &snapshot{shop: shop, byCountry: map[locale.Country]*Market{}, byHost: map[string]*Market{}}
	s.markets = slices.DeleteFunc(slices.Clone(markets), func(m Market) bool { return !m.Active })
	for i := range s.markets {
		m := &s.markets[i]
		if m.Default {
			s.fallback = m
		}
		for _, c := range m.Countries {
			s.byCountry[c] = m
		}
		for _, h := range m.Domains {
			s.byHost[h] = m
		}
	}
	return s
}

// Shop gives the facts about the shop.
func (d *Directory) Shop() Shop { return d.current.Load().shop }

// Active gives the active markets in their order. The caller does not change
// them.
func (d *Directory) Active() []Market { return d.current.Load().markets }

// Wish is what a request says of its buyer; every part may be empty.
type Wish struct {
	Country  locale.Country
	Language locale.Language
	Host     string
}

// Choice is the market a request is served in.
type Choice struct {
	Market   Market
	Country  locale.Country
	Language locale.Language
}

// Resolve finds the market: by country, else by host name, else the default
// one. The language is the wished one where the market has it, or a wider form
// of it ("pt" for "pt-br"), else the market's first. It reports false before the shop
// has a market.
func (d *Directory) Resolve(w Wish) (Choice, bool) {
	s := d.current.Load()
	m := s.byCountry[w.Country]
	if m == nil {
		host, _, _ := strings.Cut(strings.ToLower(w.Host), ":")
		m = s.byHost[host]
	}
	if m == nil {
		m = s.fallback
	}
	if m == nil {
		return Choice{}, false
	}
	return Choice{Market: *m, Country: s.country(m, w.Country), Language: language(m, w.Language)}, true
}

// country keeps the wished country where the market serves it.
func (s *snapshot) country(m *Market, wish locale.Country) locale.Country {
	switch {
	case slices.Contains(m.Countries, wish):
		return wish
	case slices.Contains(m.Countries, s.shop.Country):
		return s.shop.Country
	case len(m.Countries) > 0:
		return m.Countries[0]
	}
	return s.shop.Country
}

func language(m *Market, wish locale.Language) locale.Language {
	if slices.Contains(m.Languages, wish) {
		return wish
	}
	for _, l := range locale.Fallbacks(wish) {
		if slices.Contains(m.Languages, l) {
			return l
		}
	}
	if len(m.Languages) > 0 {
		return m.Languages[0]
	}
	return wish
}
