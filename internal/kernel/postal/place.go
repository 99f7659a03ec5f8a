package postal

import "github.com/souk-commerce/souk/internal/kernel/locale"

// Place is as much of an address as taxes and delivery depend on.
type Place struct {
	Country locale.Country
	Zone    string // code of the subdivision, "" when it is not known
	Zip     string
}

// Place gives the place of the address.
func (a Address) Place() Place {
	zone := a.ZoneCode
	if z, ok := FindZone(a.Country, zone); ok {
		zone = z.Code
	}
	return Place{Country: a.Country, Zone: zone, Zip: a.Zip}
}
