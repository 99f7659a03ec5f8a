package cart

import (
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// The refusals of this room. Those of input carry the path of what is refused,
// such as ["lines", "0", "quantity"].
var (
	// ErrNotFound is the one answer for carts that are not there, are over, or
	// were asked for with another secret.
	ErrNotFound = fault.New(fault.NotFound, "cart_not_found", "There is no such cart.")
	// ErrCompleted refuses to make a second order of a cart.
	ErrCompleted = fault.New(fault.Conflict, "cart_completed", "The cart has become an order already.")
	// ErrSame refuses to merge a cart with itself.
	ErrSame = fault.New(fault.Invalid, "merge_same_cart", "A cart cannot be merged with itself.")
	// ErrHasCart refuses a second cart of a customer; the first one is theirs.
	ErrHasCart = fault.New(fault.Conflict, "customer_has_cart", "The customer has a cart already.")

	errNoBundle   = fault.New(fault.Invalid, "invalid_components", "This is no bundle; nothing can be chosen for it.")
	errTooLarge   = fault.Newf(fault.Invalid, "cart_too_large", "A cart has at most %d lines.", MaxLines)
	errTooHeavy   = fault.Newf(fault.Invalid, "cart_too_large", "The texts of a cart have at most %d bytes together.", maxBytes)
	errLine       = fault.New(fault.NotFound, "invalid_merchandise_line", "The cart has no such line.")
	errGoods      = fault.New(fault.NotFound, "merchandise_not_found", "There is no such merchandise on sale here.")
	errQuantity   = fault.New(fault.Invalid, "invalid_quantity", "The quantity is 1 at least.")
	errNegative   = fault.New(fault.Invalid, "invalid_quantity", "The quantity is not negative; 0 removes the line.")
	errPieces     = fault.Newf(fault.Invalid, "maximum_exceeded", "The quantity is %d at most.", MaxQuantity)
	errAttributes = fault.Newf(fault.Invalid, "too_many_attributes", "There are at most %d attributes.", MaxAttributes)
	errKey        = fault.Newf(fault.Invalid, "invalid_attribute_key", "A key has 1 to %d characters.", maxKey)
	errLong       = fault.New(fault.Invalid, "too_long", "This text is too long.")
	errText       = fault.New(fault.Invalid, "invalid_text", "The text holds what is no character.")
	errNote       = fault.Newf(fault.Invalid, "note_too_long", "A note has at most %d characters.", MaxNote)
	errCodes      = fault.Newf(fault.Invalid, "too_many_codes", "There are at most %d discount codes.", MaxCodes)
	errMetafields = fault.Newf(fault.Invalid, "too_many_metafields", "There are at most %d metafields.", maxMetafields)
	errMetafield  = fault.New(fault.NotFound, "metafield_not_found", "The cart has no such metafield.")

	errEmail       = fault.New(fault.Invalid, "invalid_email", "This is no e-mail address.")
	errPhone       = fault.New(fault.Invalid, "invalid_phone", "This is no phone number.")
	errCountry     = fault.New(fault.Invalid, "invalid_country", "This is no ISO 3166-1 country code.")
	errToken       = fault.New(fault.Invalid, "customer_access_token_invalid", "The access token is not valid.")
	errPreferences = fault.New(fault.Invalid, "invalid_preferences", "The preferences cannot be read.")

	errAddresses  = fault.Newf(fault.Invalid, "too_many_delivery_addresses", "A cart has at most %d addresses.", MaxAddresses)
	errAddress    = fault.New(fault.NotFound, "invalid_delivery_address_id", "The cart has no such address.")
	errSelected   = fault.New(fault.Invalid, "only_one_delivery_address_can_be_selected", "Only one address can be selected.")
	errFieldLong  = fault.Newf(fault.Invalid, "address_field_too_long", "This field has at most %d characters.", maxField)
	errDestiny    = fault.New(fault.Invalid, "address_field_required", "An address needs a country.")
	errShipment   = fault.New(fault.NotFound, "invalid_delivery_group", "The cart has no such delivery group.")
	errNoDelivery = fault.New(fault.Invalid, "invalid_delivery_option", "This way of delivery is not on offer.")
)

// byConstraint says what a broken constraint means.
var byConstraint = map[string]*fault.Error{"cart_one_of_customer": ErrHasCart}

func errMinimum(least int) *fault.Error {
	return fault.Newf(fault.Invalid, "minimum_not_met", "The quantity is %d at least.", least)
}

func errMaximum(most int) *fault.Error {
	return fault.Newf(fault.Invalid, "maximum_exceeded", "The quantity is %d at most.", most)
}

func errIncrement(step int) *fault.Error {
	return fault.Newf(fault.Invalid, "invalid_increment", "The quantity is a multiple of %d.", step)
}

// at gives the path of a field of the i-th thing in a list.
func at(list string, i int, field ...string) []string {
	return append([]string{list, strconv.Itoa(i)}, field...)
}

// below puts a path before those of faults.
func below(faults fault.List, path ...string) fault.List {
	out := make(fault.List, len(faults))
	for i, f := range faults {
		out[i] = f.At(append(append([]string{}, path...), f.Path...)...)
	}
	return out
}
