package inventory

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/market"
)

// The bounds of one location.
const (
	MaxZones       = 500
	maxPostalChars = 20
)

// LocationKind is the sort of place.
type LocationKind string

// The kinds.
const (
	Warehouse LocationKind = "warehouse"
	Store     LocationKind = "store"
	Supplier  LocationKind = "supplier"
)

// Location is a place that holds stock.
type Location struct {
	ID                  LocationID
	Handle              string
	Name                string
	Kind                LocationKind
	Country             *locale.Country
	Address             *postal.Address
	Latitude, Longitude *float64 // degrees (WGS 84), both or none
	Priority            int      // the lowest is asked first
	Default             bool     // where stock goes that names no place; at most one is
	Active              bool     // an inactive one takes nothing in and serves nobody
	Markets             []market.ID
	Zones               []sourcing.Zone // what it is near to; the first is the nearest
	Version             int64
	CreatedAt           time.Time
	UpdatedAt           time.Time
}

// Serves reports whether buyers of a market are served from here: one that
// names no market serves all of them.
func (l Location) Serves(m market.ID) bool {
	return l.Active && (len(l.Markets) == 0 || slices.Contains(l.Markets, m))
}

// Point is where it is, nil where that is not known.
func (l Location) Point() *sourcing.Point {
	if l.Latitude == nil || l.Longitude == nil {
		return nil
	}
	return &sourcing.Point{Latitude: *l.Latitude, Longitude: *l.Longitude}
}

// NewLocation is a place to make.
type NewLocation struct {
	Handle              string
	Name                string
	Kind                LocationKind // empty: a warehouse
	Country             locale.Country
	Address             *postal.Address
	Latitude, Longitude *float64
	Priority            int
	Default             bool            // takes the mark from the one that has it
	Markets             []market.ID     // none: all
	Zones               []sourcing.Zone // the nearest first
}

// Coordinates say where a location is, in degrees (WGS 84): both or none.
type Coordinates struct{ Latitude, Longitude *float64 }

// LocationChange changes what is not nil. An empty country, an empty address,
// and coordinates of which neither is known, take away what there was. Markets
// and zones replace the whole list; a list of none takes them all away. The
// default place stays so, and active, until another one is.
type LocationChange struct {
	Handle   *string
	Name     *string
	Kind     *LocationKind
	Country  *locale.Country
	Address  *postal.Address
	At       *Coordinates
	Priority *int
	Default  *bool
	Active   *bool
	Markets  *[]market.ID
	Zones    *[]sourcing.Zone
}

// change is the whole of a new location.
func (in NewLocation) change() LocationChange {
	active := true
	c := LocationChange{
		Handle: &in.Handle, Name: &in.Name, Kind: &in.Kind, Country: &in.Country, Address: in.Address,
		At: &Coordinates{in.Latitude, in.Longitude}, Priority: &in.Priority, Default: &in.Default, Active: &active, Markets: &in.Markets, Zones: &in.Zones,
	}
	if in.Kind == "" {
		kind := Warehouse
		c.Kind = &kind
	}
	return c
}

// normalized brings provinces to their codes, postal prefixes to capitals
// without blanks and hyphens, and markets into an order.
func (c LocationChange) normalized() LocationChange {
	if c.Markets != nil {
		markets := slices.Clone(*c.Markets)
		slices.Sort(markets)
		markets = slices.Compact(markets)
		c.Markets = &markets
	}
	if c.Zones != nil {
		zones := slices.Clone(*c.Zones)
		for i := range zones {
			z := &zones[i]
			z.Province, z.PostalPrefix = strings.TrimSpace(z.Province), plainPostal(z.PostalPrefix)
			if known, ok := postal.FindZone(z.Country, z.Province); ok && z.Province != "" {
				z.Province = known.Code
			}
		}
		c.Zones = &zones
	}
	return c
}

func plainPostal(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "").Replace(code))
}

var handlePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Validate reports every fault of the change at once.
func (c LocationChange) Validate() error {
	var faults fault.List
	if c.Handle != nil && !handlePattern.MatchString(*c.Handle) {
		faults.Add(fault.New(fault.Invalid, "invalid_handle",
			"A handle is made of small letters and digits, with single hyphens between them.").At("handle"))
	}
	if c.Name != nil && strings.TrimSpace(*c.Name) == "" {
		faults.Add(fault.New(fault.Invalid, "required", "A location needs a name.").At("name"))
	}
	if c.Kind != nil && *c.Kind != Warehouse && *c.Kind != Store && *c.Kind != Supplier {
		faults.Add(fault.Newf(fault.Invalid, "invalid_value", "%q is no kind of location.", string(*c.Kind)).At("kind"))
	}
	if c.Country != nil && *c.Country != "" && !validCountry(*c.Country) {
		faults.Add(errCountry(*c.Country).At("country"))
	}
	if c.At != nil && !c.At.valid() {
		faults.Add(fault.New(fault.Invalid, "invalid_coordinates",
			"Coordinates are a latitude from -90 to 90 and a longitude from -180 to 180, both or none.").At("coordinates"))
	}
	c.validateAddress(&faults)
	c.validateZones(&faults)
	return faults.Err()
}

func (c LocationChange) validateAddress(faults *fault.List) {
	if c.Address == nil || *c.Address == (postal.Address{}) {
		return
	}
	if !validCountry(c.Address.Country) {
		faults.Add(errCountry(c.Address.Country).At("address", "country"))
		return
	}
	for _, f := range postal.Validate(*c.Address) {
		faults.Add(f.At(append([]string{"address"}, f.Path...)...))
	}
}

func (c LocationChange) validateZones(faults *fault.List) {
	if c.Zones == nil {
		return
	}
	if len(*c.Zones) > MaxZones {
		faults.Add(fault.Newf(fault.Invalid, "too_many", "A location has at most %d zones.", MaxZones).At("zones"))
		return
	}
	seen := map[sourcing.Zone]bool{}
	for i, z := range *c.Zones {
		at := strconv.Itoa(i)
		if !validCountry(z.Country) {
			faults.Add(errCountry(z.Country).At("zones", at, "country"))
		} else if _, known := postal.FindZone(z.Country, z.Province); z.Province != "" && !known && len(postal.FormatOf(z.Country).Zones) > 0 {
			faults.Add(postal.ErrUnknownZone.At("zones", at, "province"))
		}
		if len(z.PostalPrefix) > maxPostalChars {
			faults.Add(fault.New(fault.Invalid, "too_long", "No postal code is that long.").At("zones", at, "postalPrefix"))
		}
		if seen[z] {
			faults.Add(fault.New(fault.Invalid, "duplicate_zone", "The same zone stands twice.").At("zones", at))
		}
		seen[z] = true
	}
}

func (at Coordinates) valid() bool {
	if at.Latitude == nil || at.Longitude == nil {
		return at.Latitude == nil && at.Longitude == nil
	}
	within := func(v, most float64) bool { return v >= -most && v <= most } // false of what is no number
	return within(*at.Latitude, 90) && within(*at.Longitude, 180)
}

func validCountry(c locale.Country) bool { return c.Valid() && c != locale.Unknown }

func errCountry(c locale.Country) *fault.Error {
	return fault.Newf(fault.Invalid, "invalid_country", "%q is no ISO 3166-1 country code.", string(c))
}
