package gql

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
)

// The ids of the rooms that a purchase goes through. Carts, checkouts and orders
// are not all among them: in the shop schema their ids carry a secret.

// MarshalCartLineID writes the public id of a line of a cart.
func MarshalCartLineID(id cart.LineID) graphql.Marshaler { return MarshalGID("CartLine", int64(id)) }

// UnmarshalCartLineID reads the public id of a line of a cart.
func UnmarshalCartLineID(v any) (cart.LineID, error) { return read[cart.LineID](v, "CartLine") }

// MarshalCheckoutLineID writes the public id of a line of a checkout.
func MarshalCheckoutLineID(id checkout.LineID) graphql.Marshaler {
	return MarshalGID("CheckoutLine", int64(id))
}

// UnmarshalCheckoutLineID reads the public id of a line of a checkout.
func UnmarshalCheckoutLineID(v any) (checkout.LineID, error) {
	return read[checkout.LineID](v, "CheckoutLine")
}

// MarshalPaymentID writes the public id of an attempt to pay.
func MarshalPaymentID(id payment.ID) graphql.Marshaler {
	return MarshalGID("CheckoutPayment", int64(id))
}

// UnmarshalPaymentID reads the public id of an attempt to pay.
func UnmarshalPaymentID(v any) (payment.ID, error) { return read[payment.ID](v, "CheckoutPayment") }

// MarshalOrderID writes the public id of an order.
func MarshalOrderID(id order.ID) graphql.Marshaler { return MarshalGID("Order", int64(id)) }

// UnmarshalOrderID reads the public id of an order.
func UnmarshalOrderID(v any) (order.ID, error) { return read[order.ID](v, "Order") }

// MarshalOrderLineID writes the public id of a line of an order.
func MarshalOrderLineID(id order.LineID) graphql.Marshaler {
	return MarshalGID("OrderLineItem", int64(id))
}

// UnmarshalOrderLineID reads the public id of a line of an order.
func UnmarshalOrderLineID(v any) (order.LineID, error) {
	return read[order.LineID](v, "OrderLineItem")
}

// MarshalOrderDeliveryID writes the public id of a delivery of an order.
func MarshalOrderDeliveryID(id order.DeliveryID) graphql.Marshaler {
	return MarshalGID("OrderDelivery", int64(id))
}

// UnmarshalOrderDeliveryID reads the public id of a delivery of an order.
func UnmarshalOrderDeliveryID(v any) (order.DeliveryID, error) {
	return read[order.DeliveryID](v, "OrderDelivery")
}

// MarshalOrderNoteID writes the public id of a note to an order.
func MarshalOrderNoteID(id order.NoteID) graphql.Marshaler {
	return MarshalGID("OrderNote", int64(id))
}

// UnmarshalOrderNoteID reads the public id of a note to an order.
func UnmarshalOrderNoteID(v any) (order.NoteID, error) { return read[order.NoteID](v, "OrderNote") }

// MarshalTaxRateID writes the public id of a tax rate.
func MarshalTaxRateID(id tax.RateID) graphql.Marshaler { return MarshalGID("TaxRate", int64(id)) }

// UnmarshalTaxRateID reads the public id of a tax rate.
func UnmarshalTaxRateID(v any) (tax.RateID, error) { return read[tax.RateID](v, "TaxRate") }

// MarshalDeliveryZoneID writes the public id of a delivery zone.
func MarshalDeliveryZoneID(id shipping.ZoneID) graphql.Marshaler {
	return MarshalGID("DeliveryZone", int64(id))
}

// UnmarshalDeliveryZoneID reads the public id of a delivery zone.
func UnmarshalDeliveryZoneID(v any) (shipping.ZoneID, error) {
	return read[shipping.ZoneID](v, "DeliveryZone")
}

// MarshalDeliveryMethodID writes the public id of a delivery method.
func MarshalDeliveryMethodID(id shipping.MethodID) graphql.Marshaler {
	return MarshalGID("DeliveryMethod", int64(id))
}

// UnmarshalDeliveryMethodID reads the public id of a delivery method.
func UnmarshalDeliveryMethodID(v any) (shipping.MethodID, error) {
	return read[shipping.MethodID](v, "DeliveryMethod")
}
