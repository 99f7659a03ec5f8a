package shop

import (
	"context"
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// filling makes a change of what is in a cart, once for its key, and holds stock
// for it where the market does so from the cart on. What cannot be held is a
// warning: the change is made.
func (r *Resolver) filling(ctx context.Context, ref cart.Ref, change func(ctx context.Context) (cart.Change, error)) (cart.Change, error) {
	made, err := r.once(ctx, ref, change)
	if err != nil {
		return made, err
	}
	short, err := r.Checkouts.Hold(ctx, cart.Ref{ID: made.Cart.ID, Key: made.Cart.Key}, r.client(ctx))
	if f, ok := fault.As(err); ok && f.Kind == fault.Exhausted {
		made.Warnings = append(made.Warnings, cart.Warning{Code: cart.NotEnoughStock, Message: f.Message})
	} else if err != nil {
		graphql.AddError(ctx, fmt.Errorf("hold stock for a cart: %w", err))
	}
	made.Warnings = withShorts(made.Warnings, short)
	return made, nil
}

// withShorts adds what is short to the warnings about lines that have none yet.
func withShorts(warnings []cart.Warning, short []checkout.Short) []cart.Warning {
	for _, s := range short {
		known := func(w cart.Warning) bool {
			return w.Line == s.CartLine && (w.Code == cart.OutOfStock || w.Code == cart.NotEnoughStock)
		}
		if slices.ContainsFunc(warnings, known) {
			continue
		}
		w := cart.Warning{Code: cart.NotEnoughStock, Line: s.CartLine, Message: fmt.Sprintf("Only %d could be held.", s.Available)}
		if s.Available == 0 {
			w.Code, w.Message = cart.OutOfStock, "There are no pieces left to hold."
		}
		warnings = append(warnings, w)
	}
	return warnings
}
