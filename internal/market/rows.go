package market

import (
	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

func shopOf(r *ent.ShopSetting) Shop {
	return Shop{
		Name:          r.Name,
		Description:   r.Description,
		Email:         r.Email,
		Currency:      money.Currency(r.Currency),
		Language:      locale.Language(r.Language),
		Country:       locale.Country(r.Country),
		PrimaryDomain: r.PrimaryDomain,
		LogoMediaID:   r.LogoMediaID,
		Version:       r.Version,
		UpdatedAt:     r.UpdatedAt,
	}
}

func assemble(rows []*ent.Market, countries []*ent.MarketCountry, languages []*ent.MarketLanguage, domains []*ent.MarketDomain) []Market {
	out := make([]Market, len(rows))
	at := make(map[int64]*Market, len(rows))
	for i, r := range rows {
		out[i] = Market{
			ID:               ID(r.ID),
			Handle:           r.Handle,
			Name:             r.Name,
			Currency:         money.Currency(r.Currency),
			PricesIncludeTax: r.PricesIncludeTax,
			Default:          r.IsDefault,
			Active:           r.Active,
			Position:         r.Position,
			Version:          r.Version,
			CreatedAt:        r.CreatedAt,
			UpdatedAt:        r.UpdatedAt,
		}
		at[r.ID] = &out[i]
	}
	for _, c := range countries {
		m := at[c.MarketID]
		m.Countries = append(m.Countries, locale.Country(c.Country))
	}
	for _, l := range languages {
		m := at[l.MarketID]
		m.Languages = append(m.Languages, locale.Language(l.Language))
	}
	for _, d := range domains {
		m := at[d.MarketID]
		m.Domains = append(m.Domains, d.Host)
	}
	return out
}
