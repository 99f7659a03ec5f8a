package seed

import (
	"context"

	"github.com/souk-commerce/souk/internal/app/sample"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
)

func (s *seeder) writeTaxes(ctx context.Context) error {
	for _, r := range s.shop.Trade.Taxes {
		_, err := s.Taxes.Create(ctx, tax.Input{Country: r.Country, Zone: r.Zone, Name: r.Name, PPM: r.PPM, Delivery: true, Active: true})
		if err != nil {
			return errIn(r.Name, err)
		}
	}
	return nil
}

func (s *seeder) writeDelivery(ctx context.Context) error {
	for _, z := range s.shop.Trade.Delivery {
		in := shipping.ZoneInput{Name: z.Name}
		for _, c := range z.Areas {
			in.Areas = append(in.Areas, shipping.Area{Country: c})
		}
		for i, m := range z.Methods {
			in.Methods = append(in.Methods, deliveryMethod(i, m))
		}
		if _, err := s.Delivery.CreateZone(ctx, in); err != nil {
			return errIn(z.Name, err)
		}
	}
	return nil
}

func deliveryMethod(position int, m sample.DeliveryMethod) shipping.Method {
	method := shipping.Method{Handle: m.Handle, Title: m.Title, Description: m.Description, MinDays: m.MinDays, MaxDays: m.MaxDays,
		Position: position, Active: true}
	for _, r := range m.Rates {
		method.Rates = append(method.Rates, shipping.Rate(r))
	}
	return method
}
