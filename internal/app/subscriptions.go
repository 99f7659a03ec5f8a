package app

import (
	"context"
	"errors"
	"slices"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/job"
)

// subscribe says who must know of which facts. All subscriptions stand here.
func (a *App) subscribe(ctx context.Context) error {
	membership := catalog.NewMembership(a.catalog, a.listing)
	err := a.ordered.Add(ctx, event.Consumer{
		Name: "collection-membership",
		Topics: []string{"product.created", "product.updated", "price.changed", "stock.changed",
			"metafield.changed", "category.changed", "collection.changed", "bundle.changed"},
		Handle: func(ctx context.Context, batch []event.Envelope) error {
			return a.reviseMembers(ctx, membership, batch)
		},
		Rebuild: membership.RebuildAll,
	})
	if err != nil {
		return err
	}
	if err := a.ordered.Add(ctx, a.jobs.Effects(append(a.mails.Subscribers(), a.paymentSubscribers()...)...)); err != nil {
		return err
	}
	for name, watch := range map[string]func(context.Context, []event.Envelope) error{"restock": a.restock.Watch, "replenish": a.replenish.Watch} {
		if err := a.ordered.Add(ctx, event.Consumer{Name: name, Topics: []string{"stock.changed"}, Transactional: true, Handle: watch}); err != nil {
			return err
		}
	}
	return a.everywhere.Add(ctx,
		event.Consumer{
			Name:      "memory",
			Topics:    slices.Concat(marketTopics, tradeTopics, goodsTopics),
			Broadcast: true,
			Handle:    a.refreshMemory,
		},
		event.Consumer{Name: "reconciled", Topics: []string{inventory.Reconciled{}.Topic()}, Broadcast: true, Handle: a.reconciler.Handle},
		event.Consumer{Name: "live", Topics: live.Topics(), Broadcast: true, Handle: a.live.Handle})
}

// reviseMembers lets collections by rule choose anew after facts. What is in a
// bundle has a say in the bundle's stock.
func (a *App) reviseMembers(ctx context.Context, m *catalog.Membership, batch []event.Envelope) error {
	if err := m.Handle(ctx, batch...); err != nil {
		return err
	}
	bundles, err := a.bundles.Affected(ctx, batch...)
	if err != nil || len(bundles) == 0 {
		return err
	}
	return m.Refresh(ctx, bundles, []catalog.Aspect{catalog.AspectStock})
}

// paymentSubscribers do what a provider's word and a debt call for, at once; the
// periodic jobs do it, too, should a job be lost.
func (a *App) paymentSubscribers() []job.Subscriber {
	return []job.Subscriber{
		{Name: "settle payment", Topics: []string{payment.TopicHeard}, Queue: job.Critical,
			Handle: func(ctx context.Context, e event.Envelope) error {
				var heard payment.Heard
				if err := e.Decode(&heard); err != nil {
					return err
				}
				return a.checkouts.Settle(ctx, heard.Payment)
			}},
		{Name: "pay back", Topics: []string{payment.TopicRefundOwed}, Queue: job.Critical,
			Handle: func(ctx context.Context, e event.Envelope) error {
				var owed payment.RefundOwed
				if err := e.Decode(&owed); err != nil {
					return err
				}
				return a.payments.PayBack(ctx, owed.Payment)
			}},
	}
}

// What each process keeps in memory, and the facts that make it old.
var (
	marketTopics = []string{"market.changed", "price_list.changed"}
	tradeTopics  = []string{"tax_rate.changed", "delivery_zone.changed", "stock_policy.changed"}
	goodsTopics  = []string{"product.created", "product.updated", "product.archived", "price.changed", "stock.changed", "bundle.changed", "location.changed"}
)

// refreshMemory reads anew what the facts made old, and only then tells the
// cached carts that prices are newer.
func (a *App) refreshMemory(ctx context.Context, batch []event.Envelope) error {
	told := func(topics []string) bool {
		return slices.ContainsFunc(batch, func(e event.Envelope) bool { return slices.Contains(topics, e.Topic) })
	}
	if told(marketTopics) {
		if err := a.refreshMarkets(ctx); err != nil {
			return err
		}
	}
	if told(tradeTopics) {
		if err := a.refreshTrade(ctx); err != nil {
			return err
		}
	}
	for _, e := range slices.Backward(batch) {
		if counts, err := changesCarts(e); err != nil || counts {
			a.prices.Advance(e.Position())
			return err
		}
	}
	return nil
}

// changesCarts reports whether a cart may look different after the fact. Of
// stock only what begins or ceases to be available counts, and what is scarce: a
// cart says what is missing, not how much is left.
func changesCarts(e event.Envelope) (bool, error) {
	if e.Topic != "stock.changed" {
		return true, nil
	}
	var stock inventory.StockChanged
	err := e.Decode(&stock)
	return stock.Scarce || stock.WasAvailable != stock.NowAvailable, err
}

func isNoShop(err error) bool { return errors.Is(err, market.ErrNoShop) }
