package bundle

import (
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// The refusals of this room. Those of input carry the path of what is refused.
var (
	// ErrNotFound says that the variant is no bundle.
	ErrNotFound = fault.New(fault.NotFound, "bundle_not_found", "This variant is no bundle.")
	// ErrNoVariant says that what should become a bundle is not there.
	ErrNoVariant = fault.New(fault.NotFound, "variant_not_found", "There is no such variant.")
	// ErrStale refuses a change of a bundle that has changed since it was read.
	ErrStale = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	// ErrIsPart refuses to make a bundle of what is a part of one.
	ErrIsPart = fault.New(fault.Conflict, "variant_in_bundle", "This variant is a part of a bundle, and cannot be one itself.")
	// ErrInUse refuses to delete what bundles consist of.
	ErrInUse = fault.New(fault.Conflict, "variant_in_bundle", "This variant is a part of a bundle; take it out of there first.")

	errKind     = fault.New(fault.Invalid, "invalid_kind", "A bundle is fixed, or the buyer picks.")
	errPricing  = fault.New(fault.Invalid, "invalid_pricing", "A bundle has a price of its own, or costs the sum of its parts.")
	errDiscount = fault.New(fault.Invalid, "invalid_discount", "The discount is between nothing and the whole of a sum; a price of its own has none.")
	errTooMany  = fault.Newf(fault.Invalid, "bundle_too_large", "A bundle has at most %d slots and %d choices in all.", MaxSlots, MaxChoices)
	errEmpty    = fault.New(fault.Invalid, "bundle_empty", "A bundle has a slot that must be filled.")
	errTitle    = fault.Newf(fault.Invalid, "invalid_title", "A title has at most %d characters.", MaxTitle)
	errPieces   = fault.Newf(fault.Invalid, "invalid_quantity", "Choices are made at least 0 times, at most %d times, and not fewer at most than at least.", MaxPieces)
	errFixed    = fault.New(fault.Invalid, "invalid_slot", "A slot of a fixed bundle has one choice, made once.")
	errNoChoice = fault.New(fault.Invalid, "invalid_slot", "A slot needs a choice.")
	errQuantity = fault.Newf(fault.Invalid, "invalid_quantity", "A quantity is between 1 and %d.", MaxPieces)
	errTwice    = fault.New(fault.Invalid, "variant_twice", "A variant stands in a bundle once; raise its quantity instead.")
	errUnknown  = fault.New(fault.NotFound, "variant_not_found", "There is no such variant.")
	errNested   = fault.New(fault.Invalid, "nested_bundle", "A bundle cannot be a part of a bundle.")
	errItself   = fault.New(fault.Invalid, "nested_bundle", "A bundle cannot be a part of itself.")

	errNothingToPick = fault.New(fault.Invalid, "invalid_components", "What is in this bundle cannot be chosen.")
	errNotAChoice    = fault.New(fault.NotFound, "merchandise_not_found", "This cannot be chosen for the bundle.")
	errTooManyPicks  = fault.Newf(fault.Invalid, "invalid_components", "At most %d components are named.", MaxChoices)
)

// errChoices says how often choices are made in a slot, and how often they were.
func errChoices(s Slot, made int) *fault.Error {
	how := "between " + strconv.Itoa(s.Least) + " and " + strconv.Itoa(s.Most)
	if s.Least == s.Most {
		how = strconv.Itoa(s.Least)
	}
	what := "The bundle"
	if s.Title != "" {
		what = "“" + s.Title + "”"
	}
	return fault.Newf(fault.Invalid, "invalid_components", "%s takes %s; %d were chosen.", what, how, made)
}

func errPicked(c Choice) *fault.Error {
	if c.Quantity > 1 {
		return fault.Newf(fault.Invalid, "invalid_quantity", "The quantity is %d or a multiple of it.", c.Quantity)
	}
	return fault.New(fault.Invalid, "invalid_quantity", "The quantity is 1 at least.")
}
