package paymenttest_test

import (
	"testing"

	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/paymenttest"
)

func TestFake_conforms(t *testing.T) {
	t.Parallel()
	for _, takes := range []string{paymenttest.Takes, paymenttest.Sets} {
		paymenttest.Conform(t, func(*testing.T) paymenttest.Subject {
			fake := paymenttest.NewFake(payment.Method{Handle: "fake", Title: "Fake", Kind: payment.Card})
			return paymenttest.Subject{Provider: fake, Takes: takes, Declines: paymenttest.Declines, Challenges: paymenttest.Challenges}
		})
	}
}
