package shop

import (
	"context"

	"github.com/souk-commerce/souk/graph/shop/model"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/restock"
)

// errNoRestock refuses where nobody is told of stock that comes.
var errNoRestock = fault.New(fault.Unavailable, "not_available", "The shop tells nobody of stock that comes.")

// notify asks for a mail when a variant is in stock again.
func (r *Resolver) notify(ctx context.Context, variant, email string) error {
	if r.Restock == nil {
		return errNoRestock
	}
	at, err := r.at(ctx)
	if err != nil {
		return err
	}
	return r.Restock.Subscribe(ctx, at, restock.Wish{Variant: idOf[listing.VariantID]("ProductVariant", variant), Email: email, Client: r.client(ctx)})
}

// notifyNoMore ends what an address asked for.
func (r *Resolver) notifyNoMore(ctx context.Context, token string) error {
	if r.Restock == nil {
		return errNoRestock
	}
	return r.Restock.Unsubscribe(ctx, token, r.client(ctx))
}

// settled says whether something was done.
func settled(err error) (*model.DonePayload, error) {
	refused, err := shopRefusals(err)
	if err != nil {
		return nil, err
	}
	return &model.DonePayload{Done: len(refused) == 0, UserErrors: refused}, nil
}
