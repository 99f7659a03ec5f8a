package shipping

import (
	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// parts is what zones are made of, each list in its order.
type parts struct {
	areas   []*ent.DeliveryArea
	methods []*ent.DeliveryMethod
	rates   []*ent.DeliveryRate
}

func assemble(rows []*ent.DeliveryZone, p parts) []Zone {
	rates := map[int64][]Rate{}
	for _, r := range p.rates {
		rates[r.MethodID] = append(rates[r.MethodID], rateOf(r))
	}
	methods := map[int64][]Method{}
	for _, m := range p.methods {
		methods[m.ZoneID] = append(methods[m.ZoneID], methodOf(m, rates[m.ID]))
	}
	areas := map[int64][]Area{}
	for _, a := range p.areas {
		areas[a.ZoneID] = append(areas[a.ZoneID], Area{locale.Country(a.Country), a.Subdivision})
	}
	zones := make([]Zone, len(rows))
	for i, z := range rows {
		zones[i] = Zone{
			ID:        ZoneID(z.ID),
			Name:      z.Name,
			Areas:     areas[z.ID],
			Methods:   methods[z.ID],
			Version:   z.Version,
			CreatedAt: z.CreatedAt,
			UpdatedAt: z.UpdatedAt,
		}
	}
	return zones
}

func methodOf(m *ent.DeliveryMethod, rates []Rate) Method {
	return Method{
		ID:          MethodID(m.ID),
		Handle:      m.Handle,
		Title:       m.Title,
		Description: m.Description,
		MinDays:     m.MinDays,
		MaxDays:     m.MaxDays,
		Position:    m.Position,
		Active:      m.Active,
		Rates:       rates,
	}
}

func rateOf(r *ent.DeliveryRate) Rate {
	return Rate{
		Currency:   money.Currency(r.Currency),
		FromGrams:  r.FromGrams,
		BelowGrams: r.BelowGrams,
		Amount:     r.Amount,
		FreeFrom:   r.FreeFrom,
	}
}
