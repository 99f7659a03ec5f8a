package shipping

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
)

// Directory keeps the zones in memory, since every quote needs them. It reads
// them anew when told that they changed.
type Directory struct {
	service *Service
	reading sync.Mutex // so that what was read last is what stays
	current atomic.Pointer[methodsByArea]
}

// methodsByArea holds the active methods of each area in their order.
type methodsByArea map[Area][]Method

// NewDirectory gives an empty directory; call Refresh before use.
func NewDirectory(service *Service) *Directory {
	d := &Directory{service: service}
	d.current.Store(&methodsByArea{})
	return d
}

// Refresh reads the zones, all as they are at one moment. It cannot run inside
// a transaction.
func (d *Directory) Refresh(ctx context.Context) error {
	d.reading.Lock()
	defer d.reading.Unlock()
	var zones []Zone
	err := d.service.db.Snapshot(ctx, func(ctx context.Context) (err error) {
		zones, err = d.service.List(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("read delivery zones into memory: %w", err)
	}
	all := methodsByArea{}
	for _, z := range zones {
		active := slices.DeleteFunc(z.Methods, func(m Method) bool { return !m.Active })
		for _, a := range z.Areas {
			all[a] = active
		}
	}
	d.current.Store(&all)
	return nil
}

// Options gives the ways of bringing a parcel to a place, the cheapest first,
// then by the position of the method. The narrowest area that holds the place
// decides its zone, also when that zone has no way for this parcel. A method
// without a rate for the weight in the parcel's currency is not offered. To a
// country that is not known nothing is brought.
func (d *Directory) Options(to postal.Place, p Parcel) []Option {
	var out []Option
	for _, m := range d.current.Load().serving(to) {
		price, ok := m.priceFor(p)
		if !ok {
			continue
		}
		out = append(out, Option{
			Handle:      m.Handle,
			Title:       m.Title,
			Description: m.Description,
			Price:       price,
			MinDays:     m.MinDays,
			MaxDays:     m.MaxDays,
		})
	}
	slices.SortStableFunc(out, func(a, b Option) int { return cmp.Compare(a.Price.Minor, b.Price.Minor) })
	return out
}

// serving gives the methods of the place's zone.
func (all methodsByArea) serving(to postal.Place) []Method {
	if !to.Country.Valid() || to.Country == locale.Unknown {
		return nil
	}
	for _, a := range []Area{areaOf(to.Country, to.Zone), {Country: to.Country}, {Country: Everywhere}} {
		if methods, ok := all[a]; ok {
			return methods
		}
	}
	return nil
}
