package answer

import (
	"encoding/json"

	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
)

// PaymentMethod is a way to pay.
type PaymentMethod struct {
	Handle       string
	Kind         payment.Kind
	PublicConfig any
	Title        string
}

// Payment is an attempt to pay.
type Payment struct {
	ID            string
	Amount        money.Money
	DeclineReason *string
	Method        PaymentMethod
	NextAction    *PaymentAction
	State         lifecycle.State
}

// PaymentAction is what the buyer must do.
type PaymentAction struct {
	Data any
	Kind payment.ActionKind
	URL  *string
}

// PaymentType is the type of the ids of attempts to pay.
const PaymentType = "CheckoutPayment"

// Payments shows attempts to pay, made by some of the methods.
func Payments(of []payment.Payment, methods []payment.Method) []Payment {
	out := make([]Payment, len(of))
	for i, p := range of {
		out[i] = Payment{ID: gid.Format(PaymentType, int64(p.ID)), Amount: p.Amount, DeclineReason: filled(p.DeclineReason),
			Method: methodOf(p.Method, methods), State: p.State}
		if a := p.Action; a != nil && p.State == lifecycle.RequiresAction {
			out[i].NextAction = &PaymentAction{Data: raw(a.Data), Kind: a.Kind, URL: filled(a.URL)}
		}
	}
	return out
}

// methodOf finds a method. One that the shop no longer offers is shown by its
// handle.
func methodOf(handle string, methods []payment.Method) PaymentMethod {
	for _, m := range methods {
		if m.Handle == handle {
			return paymentMethod(m)
		}
	}
	return PaymentMethod{Handle: handle, Kind: payment.Manual, Title: handle}
}

func paymentMethods(of []payment.Method) []PaymentMethod {
	out := make([]PaymentMethod, len(of))
	for i, m := range of {
		out[i] = paymentMethod(m)
	}
	return out
}

func paymentMethod(m payment.Method) PaymentMethod {
	return PaymentMethod{Handle: m.Handle, Kind: m.Kind, PublicConfig: raw(m.PublicConfig), Title: m.Title}
}

// raw gives JSON as a value, nil when there is none.
func raw(text json.RawMessage) any {
	if len(text) == 0 {
		return nil
	}
	return text
}
