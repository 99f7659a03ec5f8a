package shop

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
)

// watchCheckout follows the checkout that a token opens.
func (r *Resolver) watchCheckout(ctx context.Context, token string) (<-chan *answer.Checkout, error) {
	asked := selected(ctx)
	of := live.Subject{Kind: live.Checkout, ID: leading(token)}
	return live.Follow(ctx, r.Live, []live.Subject{of}, func(ctx context.Context) (live.Seen[*answer.Checkout], error) {
		c, err := r.Checkouts.ByToken(ctx, token)
		if err != nil {
			return live.Seen[*answer.Checkout]{}, err
		}
		version := fmt.Sprint(c.Version, c.State, c.Order, len(c.Problems))
		for i := range c.Payments {
			version += fmt.Sprint(" ", c.Payments[i].ID, c.Payments[i].Version)
		}
		shown, err := r.showCheckout(ctx, c, asked)
		ended := c.State == lifecycle.Completed || c.State == lifecycle.Cancelled
		return live.Seen[*answer.Checkout]{Thing: shown, Version: version, Ended: ended}, err
	})
}

// watchOrder follows the order that a token opens.
func (r *Resolver) watchOrder(ctx context.Context, token string) (<-chan *answer.Order, error) {
	asked := selected(ctx)
	of := live.Subject{Kind: live.Order, ID: leading(token)}
	return live.Follow(ctx, r.Live, []live.Subject{of}, func(ctx context.Context) (live.Seen[*answer.Order], error) {
		o, err := r.Orders.ByToken(ctx, token)
		if err != nil {
			return live.Seen[*answer.Order]{}, err
		}
		shown, err := r.showOrder(ctx, o, asked)
		return live.Seen[*answer.Order]{Thing: shown, Version: fmt.Sprint(o.Version, o.State, o.Captured, o.Refunded)}, err
	})
}

// leading gives the number that a token begins with, 0 when there is none. That
// the token is right the reads find out.
func leading(token string) int64 {
	text, _, _ := strings.Cut(token, "-")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
