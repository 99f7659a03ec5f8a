package postal

import (
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Names of address fields, as the shop API spells them.
const (
	FirstName         = "firstName"
	LastName          = "lastName"
	Company           = "company"
	Address1          = "address1"
	Address2          = "address2"
	DependentLocality = "dependentLocality"
	City              = "city"
	SortingCode       = "sortingCode"
	ZoneCode          = "zoneCode"
	Zip               = "zip"
	Phone             = "phone"
)

// Format says how an address of one country is asked for.
type Format struct {
	Country locale.Country
	// Fields stand in the order in which people of the country write them. The
	// phone is always last and never required: the post does not need it.
	Fields []Field
	// Zones are the choices for the zone field; without any it is free text.
	Zones []Zone
	// PostalCodePattern is a regular expression for a whole postal code, nil
	// where codes are unknown or not used.
	PostalCodePattern  *string
	PostalCodeExamples []string
}

// Field is one field of a form.
type Field struct {
	Name     string
	Label    string // English, in the country's own trade: "ZIP code", "Prefecture"
	Required bool   // by the post; whose name must be given is the checkout's rule
}

// Zone is a first-level subdivision, such as a state.
type Zone struct {
	Code      string // ISO 3166-2 without the country where there is one, unique in its country
	Name      string // as people of the country write it
	LatinName string // in Latin letters; the same as Name where that is written so
}

// FormatOf gives the format of a country. ZZ and unknown countries get a default
// that asks for little.
func FormatOf(country locale.Country) Format {
	e := find(country)
	f := Format{
		Country:            country,
		Fields:             e.fields(),
		Zones:              make([]Zone, len(e.zones)),
		PostalCodeExamples: e.Examples,
	}
	for i, z := range e.zones {
		f.Zones[i] = z.Zone
	}
	if e.Zip != "" {
		f.PostalCodePattern = &e.Zip
	}
	return f
}

// FindZone finds a zone by its code, with or without the country ("CA",
// "US-CA"), or by one of its names, in any case.
func FindZone(country locale.Country, text string) (Zone, bool) {
	z := find(country).zone(text)
	if z == nil {
		return Zone{}, false
	}
	return z.Zone, true
}

// fields reads the order of fields from the format.
func (e *entry) fields() []Field {
	var all []Field
	for _, letter := range e.letters() {
		switch letter {
		case 'N':
			all = append(all, e.personFields()...)
		case 'A':
			all = append(all,
				Field{Name: Address1, Label: "Address", Required: e.requires('A')},
				Field{Name: Address2, Label: "Apartment, suite, etc."})
		default:
			all = append(all, Field{Name: nameOf[letter], Label: e.label(letter), Required: e.requires(letter)})
		}
	}
	return append(all, Field{Name: Phone, Label: "Phone"})
}

// familyNameFirst lists the countries whose people write the family name before
// the given name. The source does not say it.
const familyNameFirst = "CN HK HU JP KR MO TW VN"

func (e *entry) personFields() []Field {
	first, last := Field{Name: FirstName, Label: "First name"}, Field{Name: LastName, Label: "Last name"}
	if strings.Contains(familyNameFirst, e.Code) {
		return []Field{last, first}
	}
	return []Field{first, last}
}

// letters gives the field letters of the format, each once.
func (e *entry) letters() []byte {
	var seen []byte
	for _, part := range strings.Split(e.Format, "%")[1:] {
		letter := part[0]
		if letter != 'n' && !strings.ContainsRune(string(seen), rune(letter)) {
			seen = append(seen, letter)
		}
	}
	return seen
}

// requires tells whether the country as a whole demands the field, and has it.
func (e *entry) requires(letter byte) bool { return strings.IndexByte(e.Require, letter) >= 0 }

// nameOf maps the letters of the table to names of fields.
var nameOf = map[byte]string{
	'O': Company, 'A': Address1, 'D': DependentLocality, 'C': City, 'S': ZoneCode, 'Z': Zip, 'X': SortingCode,
}

// label gives the English label of a field.
func (e *entry) label(letter byte) string {
	kind := e.Labels[string(letter)]
	if text, ok := labelOf[kind]; ok {
		return text
	}
	switch letter {
	case 'O':
		return "Company"
	case 'C':
		return "City"
	case 'D':
		return "Suburb"
	case 'X':
		return "Sorting code"
	case 'Z':
		return "Postal code"
	default:
		return "Province"
	}
}

// labelOf maps the source's kinds of fields to English labels.
var labelOf = map[string]string{
	"area": "Area", "county": "County", "department": "Department", "district": "District",
	"do_si": "Province or city", "emirate": "Emirate", "island": "Island", "oblast": "Oblast",
	"parish": "Parish", "prefecture": "Prefecture", "province": "Province", "state": "State",
	"neighborhood": "Neighborhood", "village_township": "Village or township",
	"eircode": "Eircode", "pin": "PIN code", "postal": "Postal code", "zip": "ZIP code",
}
