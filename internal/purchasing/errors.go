package purchasing

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound     = fault.New(fault.NotFound, "purchase_order_not_found", "There is no such purchase order.")
	ErrStale        = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrSamePlace    = fault.New(fault.Invalid, "same_location", "The goods go to another location than the supplier's.").At("location")
	ErrNotSupplier  = fault.New(fault.Invalid, "not_a_supplier", "The location is no supplier.").At("supplier")
	ErrNotDraft     = fault.New(fault.Conflict, "not_draft", "Only a draft's lines can be changed.").At("lines")
	ErrNotListed    = fault.New(fault.Invalid, "not_listed", "The order has no line of this variant.")
	ErrOver         = fault.New(fault.Conflict, "more_than_ordered", "More came than is still to come; say so if it is to be taken in.")
	ErrNothingLeft  = fault.New(fault.Conflict, "nothing_left", "Nothing of the variant is still to come.")
	ErrWholeDraft   = fault.New(fault.Invalid, "whole_draft", "A draft is cancelled as a whole; change its lines instead.").At("variants")
	ErrOnOrder      = fault.New(fault.Conflict, "variant_on_order", "Pieces of the variant are still to come from a supplier.")
	ErrCurrency     = fault.New(fault.Invalid, "currency_mismatch", "The cost is not in the order's currency.")
	errTwice        = fault.New(fault.Invalid, "duplicate_line", "The same variant stands twice.")
	errQuantity     = fault.New(fault.Invalid, "invalid_quantity", "The quantity is outside of what is allowed.")
	errCost         = fault.New(fault.Invalid, "invalid_amount", "The cost is outside of what is allowed.")
	errCurrencyCode = fault.New(fault.Invalid, "invalid_currency", "There is no such currency.").At("currency")
)
