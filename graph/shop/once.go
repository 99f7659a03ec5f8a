package shop

import (
	"context"
	"encoding/hex"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

// done is what is remembered of a change of a cart that came under a key: no
// secret, no prices. The answer is made anew of it.
type done struct {
	Cart     cart.ID
	Warnings []cart.Warning
}

// once makes a change of a cart, once for each key in the header
// Idempotency-Key; without a key it just makes it.
func (r *Resolver) once(ctx context.Context, ref cart.Ref, change func(ctx context.Context) (cart.Change, error)) (cart.Change, error) {
	request, err := onceRequest(ctx, ref)
	if err != nil {
		return cart.Change{}, err
	}
	if request.Key == "" {
		return change(ctx)
	}
	var made cart.Change
	then, again, err := idempotency.Do(ctx, r.Keys, request, func(ctx context.Context) (done, error) {
		var err error
		made, err = change(ctx)
		return done{made.Cart.ID, made.Warnings}, err
	})
	if err != nil || !again {
		return made, err
	}
	if ref == (cart.Ref{}) {
		made.Cart, err = r.Carts.ByID(ctx, then.Cart)
	} else {
		made.Cart, err = r.Carts.ByRef(ctx, ref)
	}
	return cart.Change{Cart: made.Cart, Warnings: then.Warnings}, err
}

// shortest is the least length of a key that a cart is made under.
const shortest = 16

var errShortKey = fault.Newf(fault.Invalid, "idempotency_key_invalid",
	"A key that a cart is made under has %d characters or more and is random: whoever knows it gets the cart.", shortest)

// onceRequest says under which key the field being resolved is asked. A cart
// that is there has keys of its own. One that is to be made has nobody yet whose
// keys they could be, so that the key itself must be a secret.
func onceRequest(ctx context.Context, ref cart.Ref) (idempotency.Request, error) {
	field := resolved(ctx)
	request := idempotency.Request{
		Scope: "cart", Operation: "shop." + field.Name + "." + field.Alias, Key: idempotency.Key(ctx),
		Input: field.ArgumentMap(graphql.GetOperationContext(ctx).Variables),
	}
	switch {
	case field.Name != "cartCreate":
		request.Scope = "cart:" + hex.EncodeToString(secret.Hash(ref.Key))
	case request.Key != "" && len(request.Key) < shortest:
		return request, errShortKey
	}
	return request, nil
}
