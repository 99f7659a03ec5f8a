package e2e_test

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

const confirmPayment = `mutation($ref: CheckoutRef!, $payment: ID!) { checkoutConfirmPayment(ref: $ref, paymentId: $payment) {
	` + fields + ` order { id orderNumber status } orderAccessToken } }`

// challenged submits a purchase whose buyer must act with the provider first.
func challenged(t *testing.T, s *shop, variant, key string) (b *buyer, payment node) {
	t.Helper()
	b = prepare(t, s, variant, key)
	c := b.read(t, s.query(t, complete, b.submission("challenge", key)).at("checkoutComplete"))
	if payment = c.at("payments", 0); c.at("state").text() != "AWAITING_ACTION" || payment.at("id").text() == "" {
		t.Fatal(c.json())
	}
	return b, payment
}

// The buyer approves, his storefront confirms three times and submits once more,
// and the provider gives notice, all at once: one order, one charge.
func TestPayment_noticeConfirmsAndRetryAtOnce(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	s := startAt(t, h.dir, h.settings)
	before := s.left(t, h.variant)
	rounds := 5
	if prove() {
		rounds = 200
	}
	for round := range rounds {
		key := fmt.Sprint("at-once-", round)
		b, paid := challenged(t, s, h.variant, key)
		c := caller{url: s.url}
		errs := make(chan error, 4)
		var all sync.WaitGroup
		for i := range cap(errs) {
			all.Go(func() {
				query, variables := confirmPayment, map[string]any{"ref": b.ref(), "payment": paid.at("id").v}
				if i == 0 {
					query, variables = complete, b.submission("challenge", key)
				}
				_, err := c.ask(t.Context(), query, variables)
				errs <- err
			})
		}
		approve(t, s, paid)
		all.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		last := s.query(t, confirmPayment, map[string]any{"ref": b.ref(), "payment": paid.at("id").v}).at("checkoutConfirmPayment")
		if b.read(t, last); last.at("order", "orderNumber").number() <= 0 || last.at("orderAccessToken").text() == "" {
			t.Fatal(last.json())
		}
		if got := h.orders(t); got != round+1 {
			t.Fatalf("%d orders of %d purchases", got, round+1)
		}
	}
	if got := s.left(t, h.variant); got != before-rounds {
		t.Errorf("%d left of %d", got, before)
	}
	mailed := func() bool { return count(t, h.db, `SELECT count(*) FROM mail_message WHERE state = 'sent'`) == rounds }
	eventually(t, "mails", 30*time.Second, mailed)
	h.onceAll(t, 0)
	h.sound(t)
}

// A payment that is not decided yet makes no order, however often it is asked
// about, and uses no order number up.
func TestPayment_undecidedMakesNoOrder(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	s := startAt(t, h.dir, h.settings)
	c := caller{url: s.url}
	bought := func(key string) int {
		got, err := c.buy(t.Context(), h.variant, "ok", key)
		if err != nil {
			t.Fatal(err)
		}
		return got.at("order", "orderNumber").number()
	}
	number := bought("before")
	b, open := challenged(t, s, h.variant, "open")
	for range 5 {
		got := s.query(t, confirmPayment, map[string]any{"ref": b.ref(), "payment": open.at("id").v}).at("checkoutConfirmPayment")
		if c := b.read(t, got); c.at("state").text() != "AWAITING_ACTION" || got.at("order").v != nil || got.at("orderAccessToken").v != nil {
			t.Fatal(got.json())
		}
	}
	again := s.query(t, complete, b.submission("challenge", "open")).at("checkoutComplete")
	if again.at("order").v != nil || again.at("checkout", "payments", 0, "id").text() != open.at("id").text() || len(again.at("checkout", "payments").list()) != 1 {
		t.Error(again.json())
	}
	if got := h.orders(t); got != 1 {
		t.Errorf("%d orders", got)
	}
	if next := bought("after"); next != number+1 {
		t.Errorf("the order after %d is %d", number, next)
	}
	approve(t, s, open)
	eventually(t, "the order", 30*time.Second, func() bool { return h.orders(t) == 3 })
	if last := s.query(t, confirmPayment, map[string]any{"ref": b.ref(), "payment": open.at("id").v}).at("checkoutConfirmPayment"); last.at("order", "orderNumber").number() != number+2 {
		t.Error(last.json())
	}
	h.onceAll(t, 0)
}
