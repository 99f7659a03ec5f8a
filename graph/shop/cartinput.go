package shop

import (
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
)

// The refusals of inputs that clients know and the shop does not.
var (
	errPlan    = fault.New(fault.Invalid, "selling_plan_not_applicable", "The shop sells no subscriptions.")
	errParent  = fault.New(fault.Invalid, "parent_line_invalid_reference", "Lines hang on no others.")
	errCompany = fault.New(fault.Invalid, "invalid_company_location", "There is no such company location.")
	errAccount = fault.New(fault.Invalid, "invalid_delivery_address_id", "There is no such address.")
	errEmpty   = fault.New(fault.Invalid, "address_field_required", "Give an address.")
	errOwners  = fault.New(fault.Invalid, "metafield_owners", "All metafields are of the same cart.")
	errCard    = fault.New(fault.Invalid, "gift_card_not_found", "The cart has no such gift card.")
)

// place gives the path of a field of the i-th thing in a list.
func place(list string, i int, field ...string) []string {
	return append([]string{list, strconv.Itoa(i)}, field...)
}

// values gives what pointers lead to.
func values[T any](all []*T) []T {
	if all == nil {
		return nil
	}
	out := make([]T, len(all))
	for i, v := range all {
		out[i] = *v
	}
	return out
}

// idOf reads an id of a type; what is none is the id of nothing.
func idOf[ID ~int64](typ, text string) ID {
	n, _ := numberOf(typ, &text)
	return ID(n)
}

func idsOf[ID ~int64](typ string, texts []string) []ID {
	out := make([]ID, len(texts))
	for i, text := range texts {
		out[i] = idOf[ID](typ, text)
	}
	return out
}

func newCart(in *model.CartInput) (cart.New, error) {
	if in == nil {
		return cart.New{}, nil
	}
	var faults fault.List
	out := cart.New{
		Lines: newLines(in.Lines, &faults), Note: either(in.Note, ""), Attributes: values(in.Attributes),
		Codes: in.DiscountCodes, GiftCards: in.GiftCardCodes,
	}
	if in.BuyerIdentity != nil {
		out.Buyer = buyerChange(*in.BuyerIdentity, &faults)
	}
	if in.Delivery != nil {
		out.Addresses = newAddresses(in.Delivery.Addresses, &faults)
	}
	for _, m := range in.Metafields {
		name := metafieldName(m.Key)
		out.Metafields = append(out.Metafields, cart.Metafield{Namespace: name.Namespace, Key: name.Key, Type: m.Type, Value: m.Value})
	}
	return out, faults.Err()
}

func newLines(in []*model.CartLineInput, faults *fault.List) []cart.NewLine {
	out := make([]cart.NewLine, len(in))
	for i, l := range in {
		out[i] = cart.NewLine{Variant: idOf[listing.VariantID]("ProductVariant", l.MerchandiseID), Quantity: either(l.Quantity, 1), Attributes: values(l.Attributes)}
		if picked := components(l.Components); picked != nil {
			out[i].Components = *picked
		}
		if l.SellingPlanID != nil {
			faults.Add(errPlan.At(place("lines", i, "sellingPlanId")...))
		}
		if l.Parent != nil && (l.Parent.LineID != nil || l.Parent.MerchandiseID != nil) {
			faults.Add(errParent.At(place("lines", i, "parent")...))
		}
	}
	return out
}

// components reads what is picked for a bundle; nil when nothing is said of it.
func components(in []*model.CartLineComponentInput) *[]bundle.Component {
	if in == nil {
		return nil
	}
	out := make([]bundle.Component, len(in))
	for i, c := range in {
		out[i] = bundle.Component{Variant: idOf[listing.VariantID]("ProductVariant", c.MerchandiseID), Quantity: c.Quantity}
	}
	return &out
}

func lineChanges(in []*model.CartLineUpdateInput, faults *fault.List) []cart.LineChange {
	out := make([]cart.LineChange, len(in))
	for i, l := range in {
		out[i] = cart.LineChange{ID: idOf[cart.LineID]("CartLine", l.ID), Quantity: l.Quantity, Components: components(l.Components)}
		if l.MerchandiseID != nil {
			variant := idOf[listing.VariantID]("ProductVariant", *l.MerchandiseID)
			out[i].Variant = &variant
		}
		if l.Attributes != nil {
			attributes := values(l.Attributes)
			out[i].Attributes = &attributes
		}
		if l.SellingPlanID != nil {
			faults.Add(errPlan.At(place("lines", i, "sellingPlanId")...))
		}
	}
	return out
}

func buyerChange(in model.CartBuyerIdentityInput, faults *fault.List) cart.BuyerChange {
	if in.CompanyLocationID != nil {
		faults.Add(errCompany.At("buyerIdentity", "companyLocationId"))
	}
	out := cart.BuyerChange{Email: in.Email, Phone: in.Phone, Country: in.CountryCode, CustomerToken: in.CustomerAccessToken}
	if in.DeliveryAddressPreferences != nil {
		addresses := olderAddresses(in.DeliveryAddressPreferences, faults)
		out.Addresses = &addresses
	}
	if p := in.Preferences; p != nil {
		out.Preferences = &cart.Preferences{Wallets: p.Wallet}
		if d := p.Delivery; d != nil {
			out.Preferences.DeliveryMethods, out.Preferences.PickupHandles = d.DeliveryMethod, d.PickupHandle
			out.Preferences.Coordinates = coordinates(d.Coordinates)
		}
	}
	return out
}

func coordinates(in *model.CartDeliveryCoordinatesPreferenceInput) *cart.Coordinates {
	if in == nil {
		return nil
	}
	text := func(degrees float64) string { return strconv.FormatFloat(degrees, 'f', -1, 64) }
	return &cart.Coordinates{Country: in.CountryCode, Latitude: text(in.Latitude), Longitude: text(in.Longitude)}
}

func newAddresses(in []*model.CartSelectableAddressInput, faults *fault.List) []cart.NewAddress {
	out := make([]cart.NewAddress, len(in))
	for i, a := range in {
		out[i] = cart.NewAddress{Selected: either(a.Selected, false), OneTimeUse: either(a.OneTimeUse, false), Strategy: either(a.ValidationStrategy, cart.CountryOnly)}
		out[i].Postal = either(postalAddress(a.Address, place("addresses", i, "address"), faults), postal.Address{})
	}
	return out
}

func addressChanges(in []*model.CartSelectableAddressUpdateInput, faults *fault.List) []cart.AddressChange {
	out := make([]cart.AddressChange, len(in))
	for i, a := range in {
		out[i] = cart.AddressChange{ID: idOf[cart.AddressID](answer.AddressType, a.ID), Selected: a.Selected, OneTimeUse: a.OneTimeUse, Strategy: either(a.ValidationStrategy, cart.CountryOnly)}
		if a.Address != nil {
			out[i].Postal = postalAddress(a.Address, place("addresses", i, "address"), faults)
		}
	}
	return out
}

func postalAddress(in *model.CartAddressInput, path []string, faults *fault.List) *postal.Address {
	if in.CopyFromCustomerAddressID != nil {
		faults.Add(errAccount.At(append(path, "copyFromCustomerAddressId")...))
		return nil
	}
	a := in.DeliveryAddress
	if a == nil {
		faults.Add(errEmpty.At(append(path, "deliveryAddress")...))
		return nil
	}
	return &postal.Address{
		FirstName: either(a.FirstName, ""), LastName: either(a.LastName, ""), Company: either(a.Company, ""),
		Address1: either(a.Address1, ""), Address2: either(a.Address2, ""), City: either(a.City, ""),
		ZoneCode: either(a.ProvinceCode, ""), Zip: either(a.Zip, ""), Phone: either(a.Phone, ""), Country: either(a.CountryCode, ""),
	}
}

// olderAddresses reads addresses as older clients send them. The first is the
// selected one.
func olderAddresses(in []*model.DeliveryAddressInput, faults *fault.List) []cart.NewAddress {
	out := make([]cart.NewAddress, len(in))
	for i, a := range in {
		path := append([]string{"buyerIdentity"}, place("deliveryAddressPreferences", i)...)
		switch {
		case a.CustomerAddressID != nil:
			faults.Add(errAccount.At(append(path, "customerAddressId")...))
		case a.DeliveryAddress == nil:
			faults.Add(errEmpty.At(append(path, "deliveryAddress")...))
		default:
			out[i] = cart.NewAddress{Postal: mailing(*a.DeliveryAddress), Selected: i == 0, OneTimeUse: either(a.OneTimeUse, false),
				Strategy: either(a.DeliveryAddressValidationStrategy, cart.CountryOnly)}
		}
	}
	return out
}

func mailing(a model.MailingAddressInput) postal.Address {
	return postal.Address{
		FirstName: either(a.FirstName, ""), LastName: either(a.LastName, ""), Company: either(a.Company, ""),
		Address1: either(a.Address1, ""), Address2: either(a.Address2, ""), City: either(a.City, ""),
		ZoneCode: either(a.Province, ""), Zip: either(a.Zip, ""), Phone: either(a.Phone, ""), Country: countryNamed(either(a.Country, "")),
	}
}

// countryNamed finds a country by its code or its English name; what is neither
// stays as it is, for the room to refuse.
func countryNamed(text string) locale.Country {
	text = strings.TrimSpace(text)
	if code := locale.Country(strings.ToUpper(text)); code.Valid() {
		return code
	}
	for _, c := range locale.Countries() {
		if strings.EqualFold(c.Name(), text) {
			return c
		}
	}
	return locale.Country(text)
}

// deliveryChoices reads choices. A group that is none of this cart's is a
// shipment that it does not have.
func deliveryChoices(ref cart.Ref, in []*model.CartSelectedDeliveryOptionInput) []cart.Choice {
	out := make([]cart.Choice, len(in))
	for i, c := range in {
		out[i].Method = c.DeliveryOptionHandle
		if id, err := gid.Parse(c.DeliveryGroupID); err == nil && id.Type == answer.GroupType && id.Number == int64(ref.ID) {
			out[i].Shipment = id.Key
		}
	}
	return out
}

// metafieldName takes namespace.key apart.
func metafieldName(text string) listing.MetafieldKey {
	if namespace, key, ok := strings.Cut(text, "."); ok {
		return listing.MetafieldKey{Namespace: namespace, Key: key}
	}
	return listing.MetafieldKey{Namespace: listing.DefaultNamespace, Key: text}
}
