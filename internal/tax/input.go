package tax

import (
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
)

// MaxPPM is the highest rate: as much again as the goods cost.
const MaxPPM = 1_000_000

// maxText bounds names and codes.
const maxText = 255

// Input is what a rate is made of. Updates replace the whole.
type Input struct {
	Country  locale.Country
	Zone     string // code or name of the subdivision; "" is the whole country
	TaxCode  string
	Name     string
	PPM      int64
	Delivery bool // counts only without a tax code
	Active   bool
}

// Validate reports every fault of the input at once.
func (in Input) Validate() error {
	var faults fault.List
	if !in.Country.Valid() || in.Country == locale.Unknown {
		faults.Add(fault.Newf(fault.Invalid, "invalid_country", "%q is no ISO 3166-1 country code.", string(in.Country)).At("country"))
	} else if !knownZone(in.Country, in.Zone) {
		faults.Add(postal.ErrUnknownZone.At("subdivision"))
	}
	if strings.TrimSpace(in.Name) == "" {
		faults.Add(fault.New(fault.Invalid, "required", "A tax needs a name.").At("name"))
	}
	if in.PPM < 0 || in.PPM > MaxPPM {
		faults.Add(fault.Newf(fault.Invalid, "out_of_range", "A rate is between 0 and %d parts per million.", MaxPPM).At("rate"))
	}
	faults.Add(tooLong("name", in.Name))
	faults.Add(tooLong("taxCode", in.TaxCode))
	faults.Add(tooLong("subdivision", in.Zone))
	return faults.Err()
}

func tooLong(name, text string) *fault.Error {
	if len(text) <= maxText {
		return nil
	}
	return fault.Newf(fault.Invalid, "too_long", "It has at most %d bytes.", maxText).At(name)
}

// knownZone tells whether the country has the subdivision. Where we know none
// at all, any code may be meant.
func knownZone(c locale.Country, zone string) bool {
	if zone == "" || len(postal.FormatOf(c).Zones) == 0 {
		return true
	}
	_, ok := postal.FindZone(c, zone)
	return ok
}

// normalize writes texts in their one form.
func (in *Input) normalize() {
	in.Country = locale.Country(strings.ToUpper(string(in.Country)))
	in.Zone = zoneCode(in.Country, in.Zone)
	in.TaxCode, in.Name = strings.TrimSpace(in.TaxCode), strings.TrimSpace(in.Name)
	in.Delivery = in.Delivery && in.TaxCode == ""
}

// zoneCode writes a subdivision as rates are kept and found by it.
func zoneCode(c locale.Country, zone string) string {
	if z, ok := postal.FindZone(c, zone); ok {
		return z.Code
	}
	return strings.ToUpper(strings.TrimSpace(zone))
}
