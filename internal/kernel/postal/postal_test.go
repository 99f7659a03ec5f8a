package postal

import (
	"slices"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// filled is an address in which every field has some text.
func filled(country locale.Country) Address {
	return Address{
		FirstName: "Ada", LastName: "Byron", Company: "Engines", Address1: "Street 1", City: "Town",
		DependentLocality: "Part", SortingCode: "7", Country: country,
	}
}

// accepts tells whether the address is fine with that zone and postal code. A
// zone may be missing while only the country's own codes are looked at.
func accepts(country locale.Country, zone, zip string) fault.List {
	a := filled(country)
	a.ZoneCode, a.Zip = zone, zip
	return slices.DeleteFunc(Validate(a), func(f *fault.Error) bool {
		return zone == "" && f.Reason == ErrRequired.Reason
	})
}

func TestValidate_acceptsEveryCommittedExample(t *testing.T) {
	t.Parallel()
	count := 0
	for code, e := range entries() {
		for _, zip := range e.Examples {
			count++
			if faults := accepts(code, "", zip); len(faults) > 0 {
				t.Errorf("%s %q: %v", code, zip, faults)
			}
		}
		for _, z := range e.Country.Zones {
			for _, zip := range z.Examples {
				count++
				if faults := accepts(code, z.Code, zip); len(faults) > 0 {
					t.Errorf("%s-%s %q: %v", code, z.Code, zip, faults)
				}
			}
		}
	}
	if count < 700 {
		t.Errorf("only %d examples are committed", count)
	}
}

func TestValidate_refusesAWrongCodeInEveryCountryWithAPattern(t *testing.T) {
	t.Parallel()
	for code, e := range entries() {
		if e.Zip == "" {
			continue
		}
		for _, zip := range []string{"#1", "12345678901234", strings.Join(e.Examples, "x") + "!"} {
			if faults := accepts(code, "", zip); !fault.Is(faults, ErrZip.Reason) {
				t.Errorf("%s takes %q: %v", code, zip, faults)
			}
		}
	}
}

func TestValidate_rules(t *testing.T) {
	t.Parallel()
	us := func(zone, zip string) Address {
		a := filled("US")
		a.ZoneCode, a.Zip = zone, zip
		return a
	}
	with := func(a Address, change func(*Address)) Address { change(&a); return a }
	hongKongInChina := with(filled("CN"), func(a *Address) { a.ZoneCode = "香港" })
	tests := map[string]struct {
		address Address
		want    []string // "path reason"
	}{
		"all is well":                     {us("CA", "95014"), nil},
		"a zone by ISO code":              {us("US-ca", "95014"), nil},
		"a zone by name":                  {us(" california ", "95014"), nil},
		"the code of another state":       {us("NY", "95014"), []string{"zip postal_code_not_in_zone"}},
		"no such state":                   {us("XX", "95014"), []string{"zoneCode zone_unknown"}},
		"all missing":                     {Address{Country: "US"}, []string{"address1 address_field_required", "city address_field_required", "zoneCode address_field_required", "zip address_field_required"}},
		"blanks are nothing":              {with(us("CA", "95014"), func(a *Address) { a.City = "  " }), []string{"city address_field_required"}},
		"a zone where none is used":       {with(filled("DE"), func(a *Address) { a.ZoneCode, a.Zip = "XX", "10115" }), nil},
		"small letters":                   {with(filled("GB"), func(a *Address) { a.Zip = "ec1a1hq" }), nil},
		"a prefix of international mail":  {with(filled("SE"), func(a *Address) { a.Zip = "se-114 55" }), nil},
		"wide digits and a wide dash":     {with(filled("JP"), func(a *Address) { a.ZoneCode, a.Zip = "JP-13", "１５４ー００２３" }), nil},
		"a zone that needs no code":       {hongKongInChina, nil},
		"a zone with a code of its own":   {with(hongKongInChina, func(a *Address) { a.Zip = "100096" }), []string{"zip postal_code_invalid"}},
		"an unknown country asks little":  {Address{Country: locale.Unknown, Address1: "a", City: "b", Zip: "?", ZoneCode: "?"}, nil},
		"a country that nobody has heard": {Address{Country: "QQ", Address1: "a"}, []string{"city address_field_required"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range Validate(test.address) {
				got = append(got, strings.Join(f.Path, ".")+" "+f.Reason)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFormatOf_followsTheCountry(t *testing.T) {
	t.Parallel()
	tests := map[locale.Country]struct{ order, zip, zone string }{
		"US": {"firstName lastName company address1* address2 city* zoneCode* zip* phone", "ZIP code", "State"},
		"GB": {"firstName lastName company address1* address2 city* zoneCode zip* phone", "Postal code", "County"},
		"DE": {"firstName lastName company address1* address2 zip* city* phone", "Postal code", ""},
		"JP": {"zip* zoneCode* city* address1* address2 company lastName firstName phone", "Postal code", "Prefecture"},
		"ZZ": {"firstName lastName company address1* address2 city* phone", "", ""},
		"QQ": {"firstName lastName company address1* address2 city* phone", "", ""},
	}
	for country, want := range tests {
		labels := map[string]string{}
		var order []string
		for _, f := range FormatOf(country).Fields {
			labels[f.Name] = f.Label
			if f.Required {
				f.Name += "*"
			}
			order = append(order, f.Name)
		}
		if got := strings.Join(order, " "); got != want.order {
			t.Errorf("%s asks for %s, want %s", country, got, want.order)
		}
		if labels[Zip] != want.zip || labels[ZoneCode] != want.zone {
			t.Errorf("%s labels zip %q and zone %q", country, labels[Zip], labels[ZoneCode])
		}
	}
}

func TestFormatOf_everyCountryCanBeAskedAndPrinted(t *testing.T) {
	t.Parallel()
	for _, country := range locale.Countries() {
		f := FormatOf(country)
		for _, field := range f.Fields {
			if field.Name == "" || field.Label == "" {
				t.Errorf("%s has a field without a name or label: %+v", country, field)
			}
		}
		if f.PostalCodePattern != nil && !slices.ContainsFunc(f.Fields, func(f Field) bool { return f.Name == Zip }) {
			t.Errorf("%s has a postal-code pattern and no field for it", country)
		}
		for _, z := range f.Zones {
			if found, ok := FindZone(country, z.Code); !ok || found != z {
				t.Errorf("%s: zone %s is found as %+v", country, z.Code, found)
			}
			if found, ok := FindZone(country, z.LatinName); !ok || found.LatinName != z.LatinName {
				t.Errorf("%s: zone %s is found as %+v", country, z.LatinName, found)
			}
		}
		if lines := Lines(filled(country)); len(lines) < 4 {
			t.Errorf("%s prints only %q", country, lines)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		address Address
		want    string
	}{
		{Address{FirstName: "Ada", LastName: "Byron", Address1: "1 Main St", Address2: "Floor 2", City: "Cupertino", ZoneCode: "California", Zip: "95014", Country: "US"},
			"Ada Byron|1 Main St|Floor 2|CUPERTINO CA 95014|United States"},
		{Address{Address1: "Rue 1", City: "Genève", Zip: "1211", Country: "CH"}, "Rue 1|CH-1211 GENÈVE|Switzerland"},
		{Address{Address1: "Rue 1", City: "Genève", Country: "CH"}, "Rue 1|GENÈVE|Switzerland"},
		{Address{FirstName: "太郎", LastName: "山田", Address1: "太子堂1-2", City: "世田谷区", ZoneCode: "13", Zip: "154-0023", Country: "JP"},
			"〒154-0023|東京都世田谷区|太子堂1-2|山田 太郎|Japan"},
		{Address{FirstName: "Taro", LastName: "Yamada", Address1: "Taishido 1-2", City: "Setagaya-ku", ZoneCode: "JP-13", Zip: "154-0023", Country: "JP"},
			"Taro Yamada|Taishido 1-2|Setagaya-ku, TOKYO|154-0023|Japan"},
		{Address{Address1: "Hovedvegen 1", City: "Nassau", Country: "BS"}, "Hovedvegen 1|NASSAU|Bahamas"},
		{Address{Address1: "Somewhere 1", City: "Nowhere", Country: locale.Unknown}, "Somewhere 1|NOWHERE"},
	}
	for _, test := range tests {
		if got := strings.Join(Lines(test.address), "|"); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}
