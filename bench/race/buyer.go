package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const shopPath = "/shop/graphql"

// What buyers ask for.
const (
	createCart = `mutation($input: CartInput!) { cartCreate(input: $input) { cart { id
		deliveryGroups(first: 5) { nodes { id deliveryOptions { handle } } } }` + refused + `} }`
	chooseDelivery = `mutation($cart: ID!, $choices: [CartSelectedDeliveryOptionInput!]!) {
		cartSelectedDeliveryOptionsUpdate(cartId: $cart, selectedDeliveryOptions: $choices) { cart { id }` + refused + `} }`
	startCheckout = `mutation($input: CheckoutStartInput!) { checkoutStart(input: $input) {
		checkout { id token state quoteHash problems { code message } }` + refused + `} }`
	complete = `mutation($ref: CheckoutRef!, $quote: String!, $key: String!) { checkoutComplete(ref: $ref, quoteHash: $quote, idempotencyKey: $key,
		payment: { methodHandle: "sandbox", token: "ok" }) { checkout { id state problems { code message } } order { orderNumber }` + refused + `} }`
)

// buyer has a cart and wants one piece.
type buyer struct {
	*api
	number int
	key    string // names his requests
	cart   string
}

// verdict is how a purchase ended: with an order, or with a coded refusal.
type verdict struct {
	order int64
	code  string
}

func (b *buyer) ask(ctx context.Context, field, query string, variables map[string]any) (payload, error) {
	var p payload
	n := b.number
	err := b.api.ask(ctx, request{path: shopPath, server: n, from: fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255),
		field: field, query: query, variables: variables}, &p)
	return p, err
}

func (b *buyer) email() string { return fmt.Sprintf("%s@example.com", b.key) }

// prepare makes a cart to which nothing is missing.
func (b *buyer) prepare(ctx context.Context, variant string, address map[string]any) error {
	made, err := b.ask(ctx, "cartCreate", createCart, map[string]any{"input": map[string]any{
		"lines":         []any{map[string]any{"merchandiseId": variant, "quantity": 1}},
		"buyerIdentity": map[string]any{"countryCode": address["countryCode"], "email": b.email()},
		"delivery":      map[string]any{"addresses": []any{map[string]any{"selected": true, "address": map[string]any{"deliveryAddress": address}}}}}})
	if err != nil {
		return err
	}
	if b.cart = made.Cart.ID; b.cart == "" || len(made.UserErrors) > 0 {
		return fmt.Errorf("cartCreate: %v", made.UserErrors)
	}
	var choices []any
	for _, g := range made.Cart.DeliveryGroups.Nodes {
		if len(g.DeliveryOptions) == 0 {
			return errors.New("nothing brings the article to the buyer: see -address")
		}
		choices = append(choices, map[string]any{"deliveryGroupId": g.ID, "deliveryOptionHandle": g.DeliveryOptions[0].Handle})
	}
	if len(choices) == 0 {
		return errors.New("the cart has no delivery: see -address")
	}
	chosen, err := b.ask(ctx, "cartSelectedDeliveryOptionsUpdate", chooseDelivery, map[string]any{"cart": b.cart, "choices": choices})
	if err == nil && len(chosen.UserErrors) > 0 {
		err = fmt.Errorf("cartSelectedDeliveryOptionsUpdate: %v", chosen.UserErrors)
	}
	return err
}

// buy starts a checkout and completes it. Who is told that there is nothing left
// asks all the same, and must be refused.
func (b *buyer) buy(ctx context.Context) (verdict, error) {
	begun, err := b.ask(ctx, "checkoutStart", startCheckout, map[string]any{"input": map[string]any{
		"cartId": b.cart, "email": b.email(), "idempotencyKey": b.key + "-start"}})
	if err != nil {
		return verdict{}, err
	}
	if code := first(begun.UserErrors); code != "" {
		return verdict{code: code}, nil
	}
	short := first(begun.Checkout.Problems)
	done, err := b.submit(ctx, begun)
	if err != nil {
		return verdict{}, err
	}
	code := first(done.UserErrors)
	switch {
	case code != "":
		return verdict{code: code}, nil
	case done.Order.OrderNumber == 0 || done.Checkout.State != "COMPLETED":
		return verdict{}, fmt.Errorf("a completion without an order: %+v", done)
	case short != "":
		return verdict{}, fmt.Errorf("order %d of a checkout that was short (%s)", done.Order.OrderNumber, short)
	}
	return verdict{order: done.Order.OrderNumber}, nil
}

// submit completes a checkout. An answer that an earlier try is still under way
// can only follow one that the shop was too busy to answer.
func (b *buyer) submit(ctx context.Context, begun payload) (payload, error) {
	variables := map[string]any{"key": b.key + "-pay", "quote": begun.Checkout.QuoteHash,
		"ref": map[string]any{"id": begun.Checkout.ID, "token": begun.Checkout.Token}}
	for try := 1; ; try++ {
		done, err := b.ask(ctx, "checkoutComplete", complete, variables)
		if err != nil || first(done.UserErrors) != "IN_PROGRESS" || try == tries {
			return done, err
		}
		time.Sleep(pause)
	}
}

func first(all []refusal) string {
	if len(all) == 0 {
		return ""
	}
	return all[0].Code
}
