package shop_test

import (
	"fmt"
	"strings"
	"testing"
)

// Whatever stands in an argument of a purchase, the answer is a refusal with a
// code and never a failure of ours.
func TestPurchase_takesHostileTextAsText(t *testing.T) {
	t.Parallel()
	s := openTill(t)
	s.newCart()
	s.ask(`mutation { checkoutStart(input: { cartId: "{{cart}}", idempotencyKey: "k" }) { checkout { id token quoteHash shipments { id } } userErrors { code } } }`)
	long := strings.Repeat("x", 6_000)
	for _, text := range []string{`\u0000`, `'; SELECT 1; --`, `{"a":1}`, `\u202e%_\\`, "-1", long, ""} {
		text = strings.ReplaceAll(text, `{"a":1}`, `{\"a\":1}`)
		for _, operation := range []string{
			`mutation { cartLinesAdd(cartId: "%s", lines: [{ merchandiseId: "%s" }]) { cart { id } userErrors { code } } }`,
			`mutation { cartLinesAdd(cartId: "{{cart}}", lines: [{ merchandiseId: "{{mug}}", attributes: [{ key: "%s", value: "%s" }] }]) { cart { id } userErrors { code } } }`,
			`mutation { cartNoteUpdate(cartId: "{{cart}}", note: "%s") { cart { id } userErrors { code } } }`,
			`mutation { cartDiscountCodesUpdate(cartId: "{{cart}}", discountCodes: ["%s"]) { cart { id } userErrors { code } } }`,
			`mutation { cartGiftCardCodesUpdate(cartId: "{{cart}}", giftCardCodes: ["%s"]) { cart { id } userErrors { code } } }`,
			`mutation { cartBuyerIdentityUpdate(cartId: "{{cart}}", buyerIdentity: { email: "%s", phone: "%s", preferences: { wallet: ["%s"], delivery: { pickupHandle: ["%s"] } } }) { cart { id } userErrors { code } } }`,
			`mutation { cartDeliveryAddressesAdd(cartId: "{{cart}}", addresses: [{ address: { deliveryAddress: { address1: "%s", provinceCode: "%s", zip: "%s", countryCode: US } } }]) { cart { id } userErrors { code } } }`,
			`mutation { cartSelectedDeliveryOptionsUpdate(cartId: "{{cart}}", selectedDeliveryOptions: [{ deliveryGroupId: "%s", deliveryOptionHandle: "%s" }]) { cart { id } userErrors { code } } }`,
			`mutation { cartMetafieldsSet(metafields: [{ ownerId: "{{cart}}", key: "%s", type: "%s", value: "%s" }]) { metafields { id } userErrors { code } } }`,
			`mutation { cartMetafieldDelete(input: { ownerId: "%s", key: "%s" }) { deletedId userErrors { code } } }`,
			`mutation { checkoutStart(input: { cartId: "{{cart}}", idempotencyKey: "%s", email: "%s", phone: "%s" }) { checkout { id } userErrors { code } } }`,
			`mutation { checkoutSetContact(ref: { id: "%s", token: "%s" }, email: "%s", phone: "%s") { checkout { id } userErrors { code } } }`,
			`mutation { checkoutSetContact(ref: { id: "{{checkout}}" }, email: "a@example.com", phone: "%s") { checkout { id } userErrors { code } } }`,
			`mutation { checkoutSetShippingAddress(ref: { id: "{{checkout}}" }, address: { firstName: "%s", lastName: "%s", address1: "%s", city: "%s", zoneCode: "%s", zip: "%s", countryCode: FR }) { checkout { id } userErrors { code } } }`,
			`mutation { checkoutSetBillingAddress(ref: { id: "{{checkout}}" }, address: { lastName: "%s", address1: "%s", city: "%s", sortingCode: "%s", dependentLocality: "%s", countryCode: FR }) { checkout { id } userErrors { code } } }`,
			`mutation { checkoutSelectShipping(ref: { id: "{{checkout}}" }, choices: [{ shipmentId: "{{shipment}}", methodHandle: "%s" }]) { checkout { id } userErrors { code } } }`,
			`mutation { checkoutApplyDiscountCode(ref: { id: "{{checkout}}" }, code: "%s") { checkout { id } userErrors { code } } }`,
			`mutation { checkoutComplete(ref: { id: "{{checkout}}" }, quoteHash: "%s", idempotencyKey: "%s", payment: { methodHandle: "%s", token: "%s" }) { checkout { id } userErrors { code } } }`,
			`mutation { checkoutConfirmPayment(ref: { id: "{{checkout}}" }, paymentId: "%s") { checkout { id } userErrors { code } } }`,
			`{ cart(id: "%s") { id } checkout(id: "%s", token: "%s") { id } orderByAccessToken(token: "%s") { id } trackOrder(number: "%s", email: "%s") { id } node(id: "gid://souk/Order/1?key=%s") { id } }`,
		} {
			query := strings.ReplaceAll(operation, "%s", text)
			a := s.ask(query)
			if a.header.Get("Content-Type") == "" || strings.Contains(a.body, `"INTERNAL"`) || strings.Contains(a.body, `"data":null`) && !strings.Contains(a.body, "BODY_TOO_LARGE") {
				t.Errorf("%s: %s", fmt.Sprintf("%.200s", query), a.body[:min(len(a.body), 400)])
			}
		}
	}
}
