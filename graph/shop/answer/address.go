package answer

import (
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
)

// MailingAddress is a postal address as the schema shows it; what is empty is
// nil.
type MailingAddress struct {
	ID            string
	Address1      *string
	Address2      *string
	City          *string
	Company       *string
	Country       *string
	CountryCodeV2 *locale.Country
	FirstName     *string
	Formatted     []string // as on a parcel, without the name
	FormattedArea *string
	LastName      *string
	Latitude      *float64 // nobody looks addresses up on a map
	Longitude     *float64
	Name          *string
	Phone         *string
	Province      *string
	ProvinceCode  *string
	Zip           *string
}

// NewMailingAddress shows an address under an id; nil when there is none.
func NewMailingAddress(id string, of *postal.Address) *MailingAddress {
	if of == nil {
		return nil
	}
	a := &MailingAddress{
		ID: id, Address1: filled(of.Address1), Address2: filled(of.Address2), City: filled(of.City), Company: filled(of.Company),
		FirstName: filled(of.FirstName), LastName: filled(of.LastName), Name: filled(strings.TrimSpace(of.FirstName + " " + of.LastName)),
		Phone: filled(of.Phone), Province: filled(of.ZoneCode), ProvinceCode: filled(of.Place().Zone), Zip: filled(of.Zip),
	}
	if of.Country != "" && of.Country != locale.Unknown {
		a.CountryCodeV2, a.Country = &of.Country, filled(of.Country.Name())
	}
	if zone, ok := postal.FindZone(of.Country, of.ZoneCode); ok {
		a.Province = filled(zone.Name)
	}
	nameless := *of
	nameless.FirstName, nameless.LastName = "", ""
	a.Formatted = append([]string{}, postal.Lines(nameless)...)
	a.FormattedArea = area(a.City, a.Province, a.Country)
	return a
}

func area(parts ...*string) *string {
	var words []string
	for _, part := range parts {
		if part != nil {
			words = append(words, *part)
		}
	}
	return filled(strings.Join(words, ", "))
}
