package manual_test

import (
	"testing"

	"github.com/souk-commerce/souk/internal/adapter/payment/manual"
	"github.com/souk-commerce/souk/internal/payment/paymenttest"
)

func TestProvider_conforms(t *testing.T) {
	t.Parallel()
	paymenttest.Conform(t, func(*testing.T) paymenttest.Subject { return paymenttest.Subject{Provider: manual.New()} })
}
