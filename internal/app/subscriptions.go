package app

import (
	"context"
	"errors"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// subscribe says who must know of which facts. All subscriptions stand here.
func (a *App) subscribe(ctx context.Context) error {
	membership := catalog.NewMembership(a.catalog, a.listing)
	err := a.ordered.Add(ctx, event.Consumer{
		Name: "collection-membership",
		Topics: []string{"product.created", "product.updated", "price.changed", "stock.changed",
			"metafield.changed", "category.changed", "collection.changed"},
		Handle:  func(ctx context.Context, batch []event.Envelope) error { return membership.Handle(ctx, batch...) },
		Rebuild: membership.RebuildAll,
	})
	if err != nil {
		return err
	}
	return a.everywhere.Add(ctx, event.Consumer{
		Name:      "market-directory",
		Topics:    []string{"market.changed", "price_list.changed"},
		Broadcast: true,
		Handle:    func(ctx context.Context, _ []event.Envelope) error { return a.refreshMarkets(ctx) },
	})
}

func isNoShop(err error) bool { return errors.Is(err, market.ErrNoShop) }
