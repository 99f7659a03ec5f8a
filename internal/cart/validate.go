package cart

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
)

// The bounds of texts, in characters, and of lists.
const (
	maxKey         = 255 // of an attribute's key, a code, a preference
	maxValue       = 5_000
	maxField       = 255 // of an address
	maxPreferences = 20
	maxMetafields  = 50
	maxEntered     = 5 * MaxCodes // codes in one call, before equal ones become one
	maxBytes       = 512 << 10    // all texts of a cart that are the shop's own
)

// checkText takes any text that can be stored: markup and pictograms are just
// that. What shows it escapes it.
func checkText(text string, most int) *fault.Error {
	switch {
	case !utf8.ValidString(text), strings.ContainsRune(text, 0):
		return errText
	case utf8.RuneCountInString(text) > most:
		return errLong
	}
	return nil
}

func checkAdded(n int, path []string) *fault.Error {
	switch {
	case n < 1:
		return errQuantity.At(path...)
	case n > MaxQuantity:
		return errPieces.At(path...)
	}
	return nil
}

func checkUpdated(n int, path []string) *fault.Error {
	switch {
	case n < 0:
		return errNegative.At(path...)
	case n > MaxQuantity:
		return errPieces.At(path...)
	}
	return nil
}

// checkAttributes looks at attributes of the thing at a path.
func checkAttributes(in []Attribute, path ...string) (faults fault.List) {
	if len(in) > MaxAttributes {
		faults.Add(errAttributes.At("attributes"))
		return below(faults, path...)
	}
	for i, a := range in {
		if f := checkText(a.Key, maxKey); f != nil || a.Key == "" {
			faults.Add(errKey.At(at("attributes", i, "key")...))
		}
		if f := checkText(a.Value, maxValue); f != nil {
			faults.Add(f.At(at("attributes", i, "value")...))
		}
	}
	return below(faults, path...)
}

// bytes sums the texts that the shop hangs on a cart and its lines. Each is
// bounded, but together they could become more than a reader should carry.
func (d *draft) bytes() (n int) {
	for _, a := range d.Attributes {
		n += len(a.Key) + len(a.Value)
	}
	for _, l := range d.lines {
		for _, a := range l.attributes {
			n += len(a.Key) + len(a.Value)
		}
	}
	for _, m := range d.Metafields {
		n += len(m.Value)
	}
	return n
}

func (in BuyerChange) check() (faults fault.List) {
	if in.Email != nil && *in.Email != "" && !contact.IsEmail(contact.Email(*in.Email)) { // an empty one takes it away
		faults.Add(errEmail.At("email"))
	}
	if in.Phone != nil && *in.Phone != "" && !contact.IsPhone(contact.Phone(*in.Phone)) {
		faults.Add(errPhone.At("phone"))
	}
	if in.Country != nil && *in.Country != "" && *in.Country != locale.Unknown && !in.Country.Valid() {
		faults.Add(errCountry.At("countryCode"))
	}
	if in.CustomerToken != nil {
		faults.Add(errToken.At("customerAccessToken"))
	}
	if in.Preferences != nil && !in.Preferences.valid() {
		faults.Add(errPreferences.At("preferences"))
	}
	return faults
}

// degrees are a latitude or a longitude.
var degrees = regexp.MustCompile(`^-?\d{1,3}(\.\d{1,15})?$`)

func (p Preferences) valid() bool {
	for _, list := range [][]string{p.DeliveryMethods, p.PickupHandles, p.Wallets} {
		long := func(text string) bool { return checkText(text, maxKey) != nil }
		if len(list) > maxPreferences || slices.ContainsFunc(list, long) {
			return false
		}
	}
	c := p.Coordinates
	return c == nil || c.Country.Valid() && degrees.MatchString(c.Latitude) && degrees.MatchString(c.Longitude)
}

func checkMetafields(in []Metafield) (faults fault.List) {
	if len(in) > maxMetafields {
		faults.Add(errMetafields.At("metafields"))
		return faults
	}
	for i, m := range in {
		value := metafield.Input{Namespace: m.Namespace, Key: m.Key, Type: m.Type, Value: m.Value, Visibility: metafield.Public}
		faults = append(faults, below(fault.All(value.Validate()), at("metafields", i)...)...)
		if m.Value == "" || checkText(m.Value, len(m.Value)) != nil {
			faults.Add(errText.At(at("metafields", i, "value")...))
		}
	}
	return faults
}

// checkAddress looks at an address as closely as was asked.
func checkAddress(a postal.Address, strategy Strategy) (faults fault.List) {
	for _, f := range fields(&a) {
		switch fault := checkText(*f.text, maxField); {
		case fault == nil:
		case fault.Reason == errLong.Reason:
			faults.Add(errFieldLong.At(f.name))
		default:
			faults.Add(fault.At(f.name))
		}
	}
	switch {
	case a.Country == "" || a.Country == locale.Unknown:
		faults.Add(errDestiny.At("countryCode"))
	case !a.Country.Valid():
		faults.Add(errCountry.At("countryCode"))
	case strategy == Strict && len(faults) == 0:
		faults = postal.Validate(a)
	}
	return faults
}

type field struct {
	name string
	text *string
}

// fields gives the texts of an address by their names.
func fields(a *postal.Address) []field {
	return []field{
		{postal.FirstName, &a.FirstName}, {postal.LastName, &a.LastName}, {postal.Company, &a.Company},
		{postal.Address1, &a.Address1}, {postal.Address2, &a.Address2}, {postal.DependentLocality, &a.DependentLocality},
		{postal.City, &a.City}, {postal.SortingCode, &a.SortingCode}, {postal.ZoneCode, &a.ZoneCode}, {postal.Zip, &a.Zip},
		{postal.Phone, &a.Phone},
	}
}

// offered tells why a choice cannot be made.
func offered(priced quote.Priced, c Choice) *fault.Error {
	for _, shipment := range priced.Shipments {
		if shipment.ID != c.Shipment {
			continue
		}
		if slices.ContainsFunc(shipment.Options, func(o shipping.Option) bool { return o.Handle == c.Method }) {
			return nil
		}
		return errNoDelivery.At("deliveryOptionHandle")
	}
	return errShipment.At("deliveryGroupId")
}
