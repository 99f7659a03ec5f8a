package main

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/kernel/gid"
)

// buyer asks for things one after the other and insists on good answers.
type buyer struct {
	*api
	books *books
}

// ready is a checkout that only needs to be completed.
type ready struct {
	checkout, quote string
	bought          []int64 // one piece of each
}

func lines(variants []int64) []map[string]any {
	all := make([]map[string]any, len(variants))
	for i, id := range variants {
		all[i] = map[string]any{"merchandiseId": gid.Format("ProductVariant", id), "quantity": 1}
	}
	return all
}

// cart makes an empty cart, puts articles in, and reads it.
func (b buyer) cart(ctx context.Context, from shelf) error {
	made, err := b.ask(ctx, "cartCreate", map[string]any{"input": map[string]any{"buyerIdentity": map[string]any{"countryCode": "US"}}})
	if err != nil {
		return err
	}
	picked, id := from.pick(), made.Cart.ID
	added, err := b.ask(ctx, "cartLinesAdd", map[string]any{"cart": id, "lines": lines(picked)})
	if err != nil {
		return err
	}
	read, err := b.ask(ctx, "cart", map[string]any{"cart": id})
	if err != nil {
		return err
	}
	if read.ID != id || added.Cart.TotalQuantity != len(picked) || read.TotalQuantity != len(picked) {
		return fmt.Errorf("a cart holds %d pieces and reads as %d, not %d", added.Cart.TotalQuantity, read.TotalQuantity, len(picked))
	}
	return nil
}

// checkout goes from a cart to an order.
func (b buyer) checkout(ctx context.Context, from shelf) error {
	r, err := b.prepare(ctx, from)
	if err != nil {
		return err
	}
	return b.complete(ctx, r)
}

// prepare goes from a cart to a checkout that lacks nothing.
func (b buyer) prepare(ctx context.Context, from shelf) (ready, error) {
	r := ready{bought: from.pick()}
	made, err := b.ask(ctx, "cartCreate", map[string]any{"input": map[string]any{
		"lines": lines(r.bought), "buyerIdentity": map[string]any{"countryCode": "US"}}})
	if err != nil {
		return r, err
	}
	begun, err := b.ask(ctx, "checkoutStart", map[string]any{"cart": made.Cart.ID})
	if err != nil {
		return r, err
	}
	r.checkout = begun.Checkout.ID
	return r, b.fill(ctx, &r)
}

// fill walks through the steps.
func (b buyer) fill(ctx context.Context, r *ready) error {
	ref := map[string]any{"id": r.checkout}
	if _, err := b.ask(ctx, "checkoutSetContact", map[string]any{"ref": ref, "email": "buyer@example.com"}); err != nil {
		return err
	}
	addressed, err := b.ask(ctx, "checkoutSetShippingAddress", map[string]any{"ref": ref, "address": map[string]any{
		"firstName": "Ada", "lastName": "Lovelace", "address1": "1 Market Street", "city": "San Francisco", "zoneCode": "CA", "zip": "94105", "countryCode": "US"}})
	if err != nil {
		return err
	}
	var choices []map[string]any
	for _, s := range addressed.Checkout.Shipments {
		if len(s.Methods) == 0 {
			return fmt.Errorf("nothing brings the goods to the buyer: %+v", addressed.Checkout)
		}
		choices = append(choices, map[string]any{"shipmentId": s.ID, "methodHandle": s.Methods[0].Handle})
	}
	last, err := b.ask(ctx, "checkoutSelectShipping", map[string]any{"ref": ref, "choices": choices})
	if err != nil {
		return err
	}
	if last.Checkout.State != "READY" || len(last.Checkout.Problems) > 0 {
		return fmt.Errorf("a checkout with everything said is not ready: %+v", last.Checkout)
	}
	r.quote = last.Checkout.QuoteHash
	return nil
}

// complete pays, and enters the order into the books.
func (b buyer) complete(ctx context.Context, r ready) error {
	done, err := b.ask(ctx, "checkoutComplete", map[string]any{"ref": map[string]any{"id": r.checkout}, "quote": r.quote})
	if err != nil {
		return err
	}
	if done.Checkout.State != "COMPLETED" || done.Order.OrderNumber == 0 {
		return fmt.Errorf("a completion without an order: %+v", done)
	}
	return b.books.enter(done.Order.OrderNumber, r.bought)
}
