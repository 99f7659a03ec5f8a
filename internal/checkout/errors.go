package checkout

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrNotFound     = fault.New(fault.NotFound, "checkout_not_found", "There is no such checkout.")
	ErrStale        = fault.New(fault.Conflict, "stale_version", "It was changed elsewhere meanwhile; look at it again.").At("ref", "expectedVersion")
	ErrQuoteChanged = fault.New(fault.Conflict, "quote_changed", "What it costs has changed; look at it again before you buy.").At("quoteHash")
	ErrInProgress   = fault.New(fault.Conflict, "in_progress", "The payment is under way.")
	ErrEnded        = fault.New(fault.Conflict, "invalid_transition", "This checkout has ended.")
	ErrExpired      = fault.New(fault.Conflict, "checkout_expired", "This checkout has expired; start again from the cart.")
	ErrCartEmpty    = fault.New(fault.Invalid, "cart_empty", "There is nothing in the cart.").At("input", "cartId")
	ErrKeyRequired  = fault.New(fault.Invalid, "idempotency_key_required", "An idempotency key is needed.").At("idempotencyKey")
	ErrMethod       = fault.New(fault.Invalid, "payment_method_unknown", "There is no such way to pay.").At("payment", "methodHandle")
	ErrReturnURL    = fault.New(fault.Invalid, "return_url_invalid", "The buyer cannot be sent back to this address.").At("payment", "returnUrl")
	ErrPayment      = fault.New(fault.NotFound, "payment_not_found", "There is no such payment.").At("paymentId")
	ErrCode         = fault.New(fault.NotFound, "discount_not_found", "This code gives no discount.").At("code")
	ErrGiftCard     = fault.New(fault.NotFound, "gift_cards_unavailable", "The shop takes no gift cards.").At("code")
	ErrDelivery     = fault.New(fault.Invalid, "delivery_method_unknown", "This way of delivery is not on offer.")

	errEmail = fault.New(fault.Invalid, "email_invalid", "This is not an e-mail address.").At("email")
	errPhone = fault.New(fault.Invalid, "phone_invalid", "This is not a phone number.").At("phone")
	errLong  = fault.New(fault.Invalid, "address_field_too_long", "This is too long.")
	errName  = fault.New(fault.Invalid, "address_field_required", "This field is required.")
)
