package shop

import (
	"context"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/graph/shop/answer"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/order"
)

// trackOrder finds a guest's order by what its confirmation says.
func (r *Resolver) trackOrder(ctx context.Context, number, email string) (order.Order, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(number), "#"), 10, 64)
	if err != nil || n <= 0 {
		n = 0 // there is no such order, but the attempt counts
	}
	return r.Orders.Track(ctx, n, email, r.client(ctx))
}

// order shows an order that was looked for; nil when there is none.
func (r *Resolver) order(ctx context.Context, found order.Order, err error) (*answer.Order, error) {
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r.showOrder(ctx, found, selected(ctx))
}

// showOrder loads what the selections ask of an order and shows it.
func (r *Resolver) showOrder(ctx context.Context, o order.Order, asked ...selection) (*answer.Order, error) {
	var goods map[listing.VariantID]*listing.Variant
	if need, wanted := orderNeed(asked); wanted {
		var ids []listing.VariantID
		for i := range o.Lines {
			ids = append(ids, o.Lines[i].Variant)
			for _, part := range o.Lines[i].Components {
				ids = append(ids, part.Variant)
			}
		}
		var err error
		if goods, err = r.goods(ctx, o.Country, o.Language, ids, need); err != nil {
			return nil, err
		}
	}
	shown := answer.NewOrder(o, r.Orders.Token(o), goods, r.Site)
	for _, s := range asked {
		if err := r.history(ctx, o, s, shown); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// history loads how an order was paid and what happened to it, as far as that is
// the buyer's business.
func (r *Resolver) history(ctx context.Context, o order.Order, asked selection, shown *answer.Order) error {
	if len(asked.inside("payments")) > 0 && shown.Payments == nil {
		found, err := r.Payments.OfOrders(ctx, []int64{int64(o.ID)})
		if err != nil {
			return err
		}
		shown.Payments = answer.Payments(found[int64(o.ID)], r.Payments.Methods())
	}
	if len(asked.inside("timeline")) > 0 && shown.Timeline == nil {
		found, err := r.Orders.Timeline(ctx, []order.ID{o.ID})
		if err != nil {
			return err
		}
		shown.Timeline = []order.Entry{}
		for _, e := range found[o.ID] {
			if e.Public {
				shown.Timeline = append(shown.Timeline, e)
			}
		}
	}
	return nil
}

// orderNeed tells what of the variants in an order is needed; false when nothing.
func orderNeed(asked []selection) (need listing.Need, wanted bool) {
	for _, s := range asked {
		for _, list := range s.inside("lineItems") {
			for _, l := range list.nodes("OrderLineItemConnection", "OrderLineItemEdge") {
				need, wanted = lineNeed(need, wanted, l)
			}
		}
	}
	return need, wanted
}
