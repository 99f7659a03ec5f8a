// Package manual takes payments whose money comes beside the shop: by bank
// transfer, or in cash at the door. The order is placed with everything still
// due, and staff mark it paid when the money is there.
package manual

import (
	"context"

	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
)

// Handle names the method.
const Handle = "manual"

// Provider agrees to everything and remembers nothing: the shop's own books say
// all there is to know.
type Provider struct{}

var _ payment.Provider = (*Provider)(nil)

// New gives the provider.
func New() *Provider { return &Provider{} }

// Method names it.
func (*Provider) Method() payment.Method {
	return payment.Method{Handle: Handle, Title: "Pay later by bank transfer or in cash", Kind: payment.Manual, PayLater: true}
}

// Authorize agrees that the money comes later.
func (*Provider) Authorize(_ context.Context, r payment.Request) (payment.Verdict, error) {
	return payment.Verdict{State: lifecycle.Authorized, Amount: r.Amount}, nil
}

// Find has heard of nothing, so that an attempt whose verdict was lost is
// agreed to again.
func (*Provider) Find(context.Context, string) (payment.Verdict, bool, error) {
	return payment.Verdict{}, false, nil
}

// Cancel agrees as well.
func (*Provider) Cancel(context.Context, string) (payment.Verdict, error) {
	return payment.Verdict{State: lifecycle.Cancelled}, nil
}

// Refund lets an agreement go. Money that has come is given back by hand, which
// the room knows.
func (*Provider) Refund(context.Context, payment.Refund) error { return nil }
