package admin

import (
	"context"
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/graph/admin/answer"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
)

func (r *Resolver) createTaxRate(ctx context.Context, input answer.TaxRateInput) (tax.Rate, error) {
	in, err := taxRate(input)
	if err != nil {
		return tax.Rate{}, err
	}
	return r.rooms.Taxes.Create(ctx, in)
}

func (r *Resolver) updateTaxRate(ctx context.Context, id tax.RateID, version int, input answer.TaxRateInput) (tax.Rate, error) {
	in, err := taxRate(input)
	if err != nil {
		return tax.Rate{}, err
	}
	return r.rooms.Taxes.Update(ctx, id, int64(version), in)
}

// taxRate reads the rate of an input.
func taxRate(input answer.TaxRateInput) (tax.Input, error) {
	ppm, err := answer.ParsePercent(input.Rate)
	in := input.Input
	in.PPM = ppm
	return in, err
}

func (r *Resolver) createZone(ctx context.Context, input answer.DeliveryZoneInput) (shipping.Zone, error) {
	in, err := deliveryZone(input)
	if err != nil {
		return shipping.Zone{}, err
	}
	return r.rooms.Delivery.CreateZone(ctx, in)
}

func (r *Resolver) updateZone(ctx context.Context, id shipping.ZoneID, version int, input answer.DeliveryZoneInput) (shipping.Zone, error) {
	in, err := deliveryZone(input)
	if err != nil {
		return shipping.Zone{}, err
	}
	return r.rooms.Delivery.UpdateZone(ctx, id, int64(version), in)
}

// deliveryZone reads the amounts of an input, each in the currency of its rate,
// and an area without a country as everywhere.
func deliveryZone(input answer.DeliveryZoneInput) (shipping.ZoneInput, error) {
	var faults fault.List
	in := shipping.ZoneInput{Name: input.Name, Areas: input.Areas, Methods: make([]shipping.Method, len(input.Methods))}
	for i, a := range in.Areas {
		if a.Country == "" {
			in.Areas[i].Country = shipping.Everywhere
		}
	}
	for i, m := range input.Methods {
		in.Methods[i] = m.Method
		in.Methods[i].Rates = make([]shipping.Rate, len(m.Rates))
		for j, rate := range m.Rates {
			read, refused := deliveryRate(rate)
			for _, f := range refused {
				faults.Add(f.At(append([]string{"methods", strconv.Itoa(i), "rates", strconv.Itoa(j)}, f.Path...)...))
			}
			in.Methods[i].Rates[j] = read
		}
	}
	return in, faults.Err()
}

func deliveryRate(in answer.DeliveryRateInput) (shipping.Rate, fault.List) {
	var faults fault.List
	amount := func(text, name string) int64 {
		m, err := money.Parse(text, in.Currency)
		if f, ok := fault.As(err); ok {
			faults.Add(f.At(name))
		}
		return m.Minor
	}
	rate := in.Rate
	rate.Amount = amount(in.Amount, "amount")
	if in.FreeFrom != nil {
		free := amount(*in.FreeFrom, "freeFrom")
		rate.FreeFrom = &free
	}
	return rate, faults
}

// settleOrder makes the payload of a change to an order.
func settleOrder(o order.Order, err error) (answer.OrderPayload, error) {
	p, err := settle(o.ID, err)
	return answer.OrderPayload(p), err
}

// settleNote makes the payload of a note that was written.
func settleNote(n order.Note, of order.ID, err error) (answer.OrderNotePayload, error) {
	p, err := settle(n.ID, err)
	return answer.OrderNotePayload{Order: of, Thing: p.Thing, UserErrors: p.UserErrors}, err
}

// noteIn finds a note; nil if it is gone.
func noteIn(notes []order.Note, id order.NoteID) *order.Note {
	i := slices.IndexFunc(notes, func(n order.Note) bool { return n.ID == id })
	if i < 0 {
		return nil
	}
	return &notes[i]
}
