package shop

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// missing reports that there is no such thing.
func missing(err error) bool { return fault.KindOf(err) == fault.NotFound }

// refusals gives what of an error a client can do something about: that is data,
// its fields under the part of the input that they are in. If any part of the
// error is something else, it stays an error as a whole.
func refusals(err error, under []string) ([]*fault.Error, error) {
	all := slices.Clone(fault.All(err))
	if len(all) == 0 {
		return nil, err
	}
	for i, f := range all {
		switch f.Kind {
		case fault.Invalid, fault.NotFound, fault.Conflict, fault.Exhausted:
			if len(under) > 0 {
				all[i] = f.At(slices.Concat(under, f.Path)...)
			}
		default:
			return nil, err
		}
	}
	return all, nil
}

func cartRefusals(err error, under []string) ([]answer.CartUserError, error) {
	all, err := refusals(err, under)
	if err != nil {
		return nil, err
	}
	out := make([]answer.CartUserError, len(all))
	for i, f := range all {
		out[i] = answer.CartUserError{Code: cartCode(f), Field: cartField(f.Path), Message: f.Message}
		if f.Reason == cart.ErrNotFound.Reason {
			out[i].Field = []string{"cartId"}
		}
	}
	return out, nil
}

// cartField spells the path of a field of a cart as the inputs do: what a room
// calls an address and its zone have several names there.
func cartField(path []string) []string {
	i := slices.Index(path, "address")
	if i < 0 {
		return path
	}
	out, rest := slices.Clone(path[:i]), slices.Clone(path[i+1:])
	if slices.Contains(out, "deliveryAddressPreferences") {
		return append(append(out, "deliveryAddress"), renamed(rest, map[string]string{"zoneCode": "province", "countryCode": "country"})...)
	}
	if len(out) > 0 && out[0] == "input" {
		out = slices.Insert(out, 1, "delivery")
	}
	out = append(out, "address")
	if len(rest) > 0 && rest[0] != "deliveryAddress" && rest[0] != "copyFromCustomerAddressId" {
		out = append(out, "deliveryAddress")
	}
	return append(out, renamed(rest, map[string]string{"zoneCode": "provinceCode"})...)
}

func renamed(path []string, names map[string]string) []string {
	for i, name := range path {
		if other, ok := names[name]; ok {
			path[i] = other
		}
	}
	return path
}

// cartCodes are the codes of refusals by their reasons. What is not among them is
// INVALID.
var cartCodes = map[string]answer.Word{
	"address_field_required":                    "ADDRESS_FIELD_IS_REQUIRED",
	"address_field_too_long":                    "ADDRESS_FIELD_IS_TOO_LONG",
	"cart_too_large":                            "CART_TOO_LARGE",
	"invalid_company_location":                  "INVALID_COMPANY_LOCATION",
	"invalid_delivery_address_id":               "INVALID_DELIVERY_ADDRESS_ID",
	"invalid_delivery_group":                    "INVALID_DELIVERY_GROUP",
	"invalid_delivery_option":                   "INVALID_DELIVERY_OPTION",
	"invalid_increment":                         "INVALID_INCREMENT",
	"invalid_merchandise_line":                  "INVALID_MERCHANDISE_LINE",
	"invalid_quantity":                          "MINIMUM_NOT_MET",
	"maximum_exceeded":                          "MAXIMUM_EXCEEDED",
	"merchandise_not_found":                     "MERCHANDISE_NOT_APPLICABLE",
	"minimum_not_met":                           "MINIMUM_NOT_MET",
	"note_too_long":                             "NOTE_TOO_LONG",
	"only_one_delivery_address_can_be_selected": "ONLY_ONE_DELIVERY_ADDRESS_CAN_BE_SELECTED",
	"parent_line_invalid_reference":             "PARENT_LINE_INVALID_REFERENCE",
	"postal_code_invalid":                       "INVALID_ZIP_CODE_FOR_COUNTRY",
	"postal_code_not_in_zone":                   "INVALID_ZIP_CODE_FOR_PROVINCE",
	"selling_plan_not_applicable":               "SELLING_PLAN_NOT_APPLICABLE",
	"too_many_delivery_addresses":               "TOO_MANY_DELIVERY_ADDRESSES",
	"too_many_metafields":                       "INVALID_METAFIELDS",
	"zone_unknown":                              "PROVINCE_NOT_FOUND",
}

func cartCode(f *fault.Error) answer.Word {
	if code, ok := cartCodes[f.Reason]; ok {
		return code
	}
	return "INVALID"
}

// warningCodes are the codes of the warnings of carts.
var warningCodes = map[cart.WarningCode]answer.Word{
	cart.NotEnoughStock:       "MERCHANDISE_NOT_ENOUGH_STOCK",
	cart.OutOfStock:           "MERCHANDISE_OUT_OF_STOCK",
	cart.Unavailable:          "MERCHANDISE_UNAVAILABLE",
	cart.BundleChanged:        "BUNDLE_CHANGED",
	cart.PriceChanged:         "PRICE_CHANGED",
	cart.DiscountNotFound:     "DISCOUNT_NOT_FOUND",
	cart.GiftCardsUnavailable: "PAYMENTS_GIFT_CARDS_UNAVAILABLE",
	cart.DuplicateAddress:     "DUPLICATE_DELIVERY_ADDRESS",
}

// metafieldRefusals gives why metafields were not set. The paths of the faults
// begin with the list and the place in it.
func metafieldRefusals(err error) ([]*model.MetafieldsSetUserError, error) {
	all, err := refusals(err, nil)
	out := make([]*model.MetafieldsSetUserError, len(all))
	for i, f := range all {
		code := metafieldCode(f)
		out[i] = &model.MetafieldsSetUserError{Code: &code, Field: f.Path, Message: f.Message}
		if len(f.Path) > 1 {
			out[i].ElementIndex = whole(json.Number(f.Path[1]))
		}
	}
	return out, err
}

func metafieldCode(f *fault.Error) answer.Word {
	switch f.Reason {
	case cart.ErrNotFound.Reason, errOwners.Reason:
		return "INVALID_OWNER"
	case "invalid_type":
		return "INVALID_TYPE"
	case "too_many_metafields":
		return "LESS_THAN_OR_EQUAL_TO"
	case "too_long":
		return "TOO_LONG"
	}
	return "INVALID_VALUE"
}

// metafieldMisses gives why a metafield was not removed.
func metafieldMisses(err error) ([]*model.MetafieldDeleteUserError, error) {
	all, err := refusals(err, nil)
	out := make([]*model.MetafieldDeleteUserError, len(all))
	for i, f := range all {
		code, field := answer.Word("METAFIELD_DOES_NOT_EXIST"), "key"
		if f.Reason == cart.ErrNotFound.Reason {
			code, field = "INVALID_OWNER", "ownerId"
		}
		out[i] = &model.MetafieldDeleteUserError{Code: &code, Field: []string{"input", field}, Message: f.Message}
	}
	return out, err
}

// shopRefusals gives why something of the shop's own was refused.
func shopRefusals(err error) ([]*answer.ShopUserError, error) {
	all, err := refusals(err, nil)
	out := make([]*answer.ShopUserError, len(all))
	for i, f := range all {
		out[i] = &answer.ShopUserError{Code: shopCode(f), Field: f.Path, Message: f.Message}
	}
	return out, err
}

// shopCodes are the codes of refusals by their reasons. What is not among them
// goes by its kind.
var shopCodes = map[string]answer.Word{
	"address_field_required":   "REQUIRED",
	"address_field_too_long":   "LIMIT_EXCEEDED",
	"checkout_expired":         "EXPIRED",
	"idempotency_key_required": "REQUIRED",
	"idempotency_key_reused":   "IDEMPOTENCY_KEY_REUSED",
	"in_progress":              "IN_PROGRESS",
	"invalid_transition":       "INVALID_TRANSITION",
	"out_of_stock":             "OUT_OF_STOCK",
	"price_changed":            "PRICE_CHANGED",
	"quote_changed":            "QUOTE_CHANGED",
	"rate_limited":             "RATE_LIMITED",
	"required":                 "REQUIRED",
	"stale_version":            "STALE_VERSION",
	"limit_exceeded":           "LIMIT_EXCEEDED",
}

func shopCode(f *fault.Error) answer.Word {
	if code, ok := shopCodes[f.Reason]; ok {
		return code
	}
	switch {
	case f.Kind == fault.NotFound:
		return "NOT_FOUND"
	case f.Kind == fault.Conflict:
		return "CONFLICT"
	case f.Kind == fault.Exhausted, strings.Contains(f.Reason, "too_many"), strings.Contains(f.Reason, "too_long"):
		return "LIMIT_EXCEEDED"
	}
	return "INVALID"
}
