package shipping

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
)

// The bounds of a zone.
const (
	MaxAreas   = 2_000
	MaxMethods = 50
	MaxRates   = 500 // of a method
	MaxDays    = 365
	MaxGrams   = 1_000_000_000     // a thousand tonnes
	MaxAmount  = 1_000_000_000_000 // minor units

	maxName = 255   // bytes
	maxText = 5_000 // bytes
)

// ZoneInput is what a zone is made of. Updates replace the whole: methods get
// new ids, those of the input are not read.
type ZoneInput struct {
	Name    string
	Areas   []Area
	Methods []Method
}

// Validate reports every fault of the input at once.
func (in ZoneInput) Validate() error {
	var faults fault.List
	faults.Add(checkText(in.Name, maxName, "name"))
	faults.Add(atMost(len(in.Areas), MaxAreas, "areas"))
	faults.Add(atMost(len(in.Methods), MaxMethods, "methods"))
	areas := map[Area]bool{}
	for i, a := range in.Areas[:min(len(in.Areas), MaxAreas)] {
		at := []string{"areas", strconv.Itoa(i)}
		faults.Add(a.check(at))
		if areas[a] {
			faults.Add(fault.New(fault.Invalid, "listed_twice", "The area is in the list already.").At(at...))
		}
		areas[a] = true
	}
	handles := map[string]bool{}
	for i, m := range in.Methods[:min(len(in.Methods), MaxMethods)] {
		at := []string{"methods", strconv.Itoa(i)}
		faults = append(faults, m.check(at)...)
		if handles[m.Handle] {
			faults.Add(fault.New(fault.Invalid, "handle_taken", "Another method of the zone has this handle.").At(below(at, "handle")...))
		}
		handles[m.Handle] = true
	}
	return faults.Err()
}

func (a Area) check(at []string) *fault.Error {
	switch {
	case a.Country == Everywhere && a.Subdivision == "":
		return nil
	case a.Country == Everywhere:
		return fault.New(fault.Invalid, "invalid_area", "Everywhere has no subdivisions.").At(below(at, "subdivision")...)
	case !a.Country.Valid() || a.Country == locale.Unknown:
		return fault.Newf(fault.Invalid, "invalid_country", "%q is no ISO 3166-1 country code.", string(a.Country)).At(below(at, "country")...)
	case !knownZone(a.Country, a.Subdivision):
		return postal.ErrUnknownZone.At(below(at, "subdivision")...)
	}
	return nil
}

// knownZone tells whether the country has the subdivision. Where we know none
// at all, any code may be meant.
func knownZone(c locale.Country, zone string) bool {
	if zone == "" || len(postal.FormatOf(c).Zones) == 0 {
		return len(zone) <= maxName
	}
	_, ok := postal.FindZone(c, zone)
	return ok
}

var handlePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (m Method) check(at []string) (faults fault.List) {
	if !handlePattern.MatchString(m.Handle) || len(m.Handle) > maxName {
		faults.Add(fault.New(fault.Invalid, "invalid_handle",
			"A handle is made of small letters and digits, with single hyphens between them.").At(below(at, "handle")...))
	}
	faults.Add(checkText(m.Title, maxName, below(at, "title")...))
	if len(m.Description) > maxText {
		faults.Add(tooLong(maxText).At(below(at, "description")...))
	}
	faults.Add(m.checkDays(at))
	faults.Add(atMost(len(m.Rates), MaxRates, below(at, "rates")...))
	return append(faults, checkRates(m.Rates[:min(len(m.Rates), MaxRates)], at)...)
}

func (m Method) checkDays(at []string) *fault.Error {
	refusal := fault.Newf(fault.Invalid, "invalid_days",
		"Days are between 0 and %d, the least not above the most; the most may stand alone, the least may not.", MaxDays)
	switch {
	case m.MinDays == nil && m.MaxDays == nil:
		return nil
	case m.MaxDays == nil || *m.MaxDays < 0 || *m.MaxDays > MaxDays:
		return refusal.At(below(at, "maxDays")...)
	case m.MinDays != nil && (*m.MinDays < 0 || *m.MinDays > *m.MaxDays):
		return refusal.At(below(at, "minDays")...)
	}
	return nil
}

func checkText(text string, limit int, at ...string) *fault.Error {
	switch {
	case strings.TrimSpace(text) == "":
		return fault.New(fault.Invalid, "required", "This must be filled in.").At(at...)
	case len(text) > limit:
		return tooLong(limit).At(at...)
	}
	return nil
}

func tooLong(limit int) *fault.Error {
	return fault.Newf(fault.Invalid, "too_long", "It has at most %d bytes.", limit)
}

func atMost(n, limit int, at ...string) *fault.Error {
	if n <= limit {
		return nil
	}
	return fault.Newf(fault.Invalid, "too_many", "There are at most %d.", limit).At(at...)
}

// below gives the path of a field below at.
func below(at []string, names ...string) []string { return append(at[:len(at):len(at)], names...) }

// normalized writes the input in its one form, in lists of its own.
func (in ZoneInput) normalized() ZoneInput {
	in.Name = strings.TrimSpace(in.Name)
	areas := make([]Area, len(in.Areas))
	for i, a := range in.Areas {
		areas[i] = areaOf(a.Country, a.Subdivision)
	}
	methods := make([]Method, len(in.Methods))
	for i, m := range in.Methods {
		m.Title = strings.TrimSpace(m.Title)
		methods[i] = m
	}
	in.Areas, in.Methods = areas, methods
	return in
}

// areaOf writes an area as zones are kept and found by it.
func areaOf(c locale.Country, subdivision string) Area {
	c = locale.Country(strings.ToUpper(string(c)))
	if z, ok := postal.FindZone(c, subdivision); ok {
		return Area{c, z.Code}
	}
	return Area{c, strings.ToUpper(strings.TrimSpace(subdivision))}
}
