package quote

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room. Lines and items are named by their id, deliveries
// by their shipment, adjustments and credits by where they stand.
var (
	ErrAmount     = fault.New(fault.Invalid, "amount_out_of_range", "The amount is negative or too large.")
	ErrQuantity   = fault.Newf(fault.Invalid, "invalid_quantity", "A quantity is between 1 and %d.", MaxQuantity)
	ErrNotForSale = fault.New(fault.Conflict, "not_for_sale", "This cannot be bought here.")
	ErrNoPrice    = fault.New(fault.Conflict, "no_price", "This has no price for the quantity here.")
	// ErrBundle refuses a bundle whose recipe has changed since its components were
	// chosen.
	ErrBundle   = fault.New(fault.Conflict, "bundle_changed", "What is in this bundle has changed.")
	errCurrency = fault.New(fault.Invalid, "invalid_currency", "This is no ISO 4217 currency code.")
	errID       = fault.New(fault.Invalid, "invalid_id", "An id is needed, and each only once.")
	errRate     = fault.New(fault.Invalid, "invalid_rate", "A tax rate is negative, or the rates are too high together.")
	errTarget   = fault.New(fault.Invalid, "unknown_target", "An adjustment is of one line or one delivery that is there.")
)
