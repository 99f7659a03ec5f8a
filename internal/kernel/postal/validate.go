package postal

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Address is an address as a buyer gives it.
type Address struct {
	FirstName, LastName, Company string
	Address1, Address2           string
	DependentLocality, City      string
	SortingCode, ZoneCode, Zip   string
	Phone                        string
	Country                      locale.Country
}

// The refusals of an address. Each carries the field as its path.
var (
	ErrRequired    = fault.New(fault.Invalid, "address_field_required", "This field is required.")
	ErrZip         = fault.New(fault.Invalid, "postal_code_invalid", "This is not a postal code of the country.")
	ErrZipZone     = fault.New(fault.Invalid, "postal_code_not_in_zone", "This postal code does not belong to the chosen region.")
	ErrUnknownZone = fault.New(fault.Invalid, "zone_unknown", "The country has no such region.")
)

// Validate checks what the post of the country demands: required fields, the
// postal code, the zone, and that the two agree. Fields that the country does
// not use are ignored. It gives all faults at once, none when all is well.
func Validate(a Address) fault.List {
	e := find(a.Country)
	var faults fault.List
	zone := e.zone(a.ZoneCode)
	if len(e.zones) > 0 && zone == nil && strings.TrimSpace(a.ZoneCode) != "" {
		faults.Add(ErrUnknownZone.At(ZoneCode))
	}
	required := e.Require
	if zone != nil {
		required = zone.require
	}
	for _, letter := range e.letters() {
		if strings.IndexByte(required, letter) >= 0 && strings.TrimSpace(a.text(letter)) == "" {
			faults.Add(ErrRequired.At(nameOf[letter]))
		}
	}
	faults.Add(e.checkZip(zone, a.Zip))
	return faults
}

// checkZip holds a postal code, where one is given, against the patterns of the
// country and of the zone.
func (e *entry) checkZip(zone *zoneEntry, zip string) *fault.Error {
	code := e.plainZip(zip)
	switch {
	case code == "" || strings.IndexByte(string(e.letters()), 'Z') < 0:
		return nil
	case zone != nil && zone.alone:
		if !zone.zip.matches(code) {
			return ErrZip.At(Zip)
		}
		return nil
	case !e.zip.matches(code):
		return ErrZip.At(Zip)
	case zone != nil && !zone.zip.matches(code):
		return ErrZipZone.At(Zip)
	}
	return nil
}

// dashes are what keyboards of the world produce where a postal code has a
// hyphen.
var dashes = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "−", "-", "ー", "-")

// plainZip brings a postal code into the form of the patterns: capitals, plain
// digits and hyphens, no prefix of international mail.
func (e *entry) plainZip(zip string) string {
	code := strings.ToUpper(dashes.Replace(norm.NFKC.String(strings.TrimSpace(zip))))
	if e.Prefix != "" && !e.zip.matches(code) {
		code = strings.TrimSpace(strings.TrimPrefix(code, strings.TrimSpace(e.Prefix)))
	}
	return code
}

// text gives the text of the field with that letter; a letter that joins two
// fields gives the one that counts.
func (a Address) text(letter byte) string {
	switch letter {
	case 'N':
		return strings.TrimSpace(a.FirstName + " " + a.LastName)
	case 'O':
		return a.Company
	case 'A':
		return a.Address1
	case 'D':
		return a.DependentLocality
	case 'C':
		return a.City
	case 'S':
		return a.ZoneCode
	case 'Z':
		return a.Zip
	case 'X':
		return a.SortingCode
	default:
		return ""
	}
}
