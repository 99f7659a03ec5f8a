package tax

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
)

// Directory keeps the active rates in memory, since every quote needs them. It
// reads them anew when told that they changed.
type Directory struct {
	service *Service
	reading sync.Mutex // so that what was read last is what stays
	current atomic.Pointer[snapshot]
}

// snapshot is the levies of all places.
type snapshot struct {
	goods    map[sort][]Levy
	delivery map[area][]Levy
}

// area is a country or, with a zone, one of its subdivisions.
type area struct {
	country locale.Country
	zone    string
}

// sort is the goods of one tax code in an area; without a code whatever no
// other names.
type sort struct {
	area
	code string
}

// NewDirectory gives an empty directory; call Refresh before use.
func NewDirectory(service *Service) *Directory {
	d := &Directory{service: service}
	d.current.Store(newSnapshot(nil))
	return d
}

// Refresh reads the rates.
func (d *Directory) Refresh(ctx context.Context) error {
	d.reading.Lock()
	defer d.reading.Unlock()
	rates, err := d.service.active(ctx)
	if err != nil {
		return err
	}
	d.current.Store(newSnapshot(rates))
	return nil
}

func newSnapshot(rates []Rate) *snapshot {
	s := &snapshot{goods: map[sort][]Levy{}, delivery: map[area][]Levy{}}
	for _, r := range rates {
		at := area{r.Country, r.Zone}
		of := sort{at, r.TaxCode}
		levy := Levy{Name: r.Name, PPM: r.PPM}
		s.goods[of] = append(s.goods[of], levy)
		if r.Delivery && r.TaxCode == "" {
			s.delivery[at] = append(s.delivery[at], levy)
		}
	}
	return s
}

// Goods gives the levies on goods that are brought to a place: those of its
// country, then those of its subdivision. Within each of the two, rates with
// the goods' tax code stand in place of those without.
func (d *Directory) Goods(to postal.Place, taxCode string) []Levy {
	s := d.current.Load()
	var out []Levy
	for _, a := range areasOf(to) {
		levies, own := s.goods[sort{a, taxCode}]
		if !own {
			levies = s.goods[sort{area: a}]
		}
		out = append(out, levies...)
	}
	return out
}

// Delivery gives the levies on bringing goods to a place.
func (d *Directory) Delivery(to postal.Place) []Levy {
	s := d.current.Load()
	var out []Levy
	for _, a := range areasOf(to) {
		out = append(out, s.delivery[a]...)
	}
	return out
}

// areasOf gives the areas that a place lies in, the widest first.
func areasOf(to postal.Place) []area {
	areas := []area{{country: to.Country}}
	if zone := zoneCode(to.Country, to.Zone); zone != "" {
		areas = append(areas, area{to.Country, zone})
	}
	return areas
}
