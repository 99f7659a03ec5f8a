package tax

import (
	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/kernel/locale"
)

func rateOf(r *ent.TaxRate) Rate {
	return Rate{
		ID:        RateID(r.ID),
		Country:   locale.Country(r.Country),
		Zone:      r.Zone,
		TaxCode:   r.TaxCode,
		Name:      r.Name,
		PPM:       r.RatePpm,
		Delivery:  r.Delivery,
		Active:    r.Active,
		Version:   r.Version,
		CreatedAt: r.CreatedAt,
		UpdatedAt: r.UpdatedAt,
	}
}
