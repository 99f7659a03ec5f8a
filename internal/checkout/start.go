package checkout

import (
	"cmp"
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

// Start freezes the lines of a cart into a checkout and holds their stock. The
// cart's open checkout is taken up again, with the lines as the cart has them
// now. What could not be held is a problem of the checkout and no refusal.
func (s *Service) Start(ctx context.Context, in Start) (Checkout, error) {
	if in.Key == "" {
		return Checkout{}, ErrKeyRequired
	}
	in.Email, in.Phone = contact.Email(in.Email), contact.Phone(in.Phone)
	if err := contactFaults(in.Email, in.Phone, true); err != nil {
		return Checkout{}, err
	}
	asked := idempotency.Request{Scope: fmt.Sprintf("cart/%d/%x", in.Cart.ID, secret.Hash(in.Cart.Key)), Operation: "checkoutStart", Key: in.Key,
		Input: []any{in.Cart.ID, in.Email, in.Phone, in.Language, in.Country}}
	id, _, err := idempotency.Do(ctx, s.rooms.Keys, asked, func(ctx context.Context) (ID, error) { return s.take(ctx, in) })
	if err != nil {
		return Checkout{}, err
	}
	return s.hold(ctx, id)
}

// take makes a checkout of the cart, or brings the open one up to date.
func (s *Service) take(ctx context.Context, in Start) (ID, error) {
	from, err := s.rooms.Carts.Lock(ctx, in.Cart)
	if err != nil {
		return 0, err
	}
	return s.takeOf(ctx, from, in)
}

// takeOf is take of a locked cart.
func (s *Service) takeOf(ctx context.Context, from cart.Cart, in Start) (ID, error) {
	live, err := s.liveOf(ctx, from.ID)
	if err != nil {
		return 0, err
	}
	if live == 0 {
		return s.begin(ctx, from, in)
	}
	r, err := s.lock(ctx, live)
	if err != nil {
		return 0, err
	}
	switch {
	case r.state.Editable() && !r.expiresAt.After(s.db.Now(ctx)):
		if err := s.expire(ctx, r); err != nil {
			return 0, err
		}
		return s.begin(ctx, from, in)
	case !r.state.Editable(), r.cartVersion == from.Version && in.says(r) && !r.paused(s.db.Now(ctx), s.cfg):
		return r.id, nil
	}
	return r.id, s.retake(ctx, r, from, in)
}

// says reports whether a start brings nothing new.
func (in Start) says(r *row) bool {
	return (in.Email == "" || in.Email == r.email) && (in.Phone == "" || in.Phone == r.phone) &&
		(in.Language == "" || in.Language == r.language) && (in.Country == "" || in.Country == r.country)
}

func (s *Service) begin(ctx context.Context, from cart.Cart, in Start) (ID, error) {
	if len(from.Lines) == 0 {
		return 0, ErrCartEmpty
	}
	now := s.db.Now(ctx)
	r := &row{cart: from.ID, cartVersion: from.Version, state: lifecycle.Open, market: from.Market, country: from.Country,
		language: from.Language, currency: from.Currency, email: from.Email, phone: from.Phone, note: from.Note, attributes: from.Attributes,
		codes: from.Codes, same: true, choices: map[string]string{}, client: in.Client,
		expiresAt: now.Add(s.cfg.Life), createdAt: now, updatedAt: now}
	if from.Customer != 0 {
		r.customer = &from.Customer
	}
	r.shipping = usable(from.Addresses)
	for shipment, method := range from.Choices {
		r.choices[shipment] = method
	}
	in.onto(r)
	r.activity(now, s.cfg)
	if err := s.insert(ctx, r); err != nil {
		return 0, err
	}
	if err := s.takeLines(ctx, r, from.Lines, nil); err != nil {
		return 0, err
	}
	return r.id, s.events.Record(ctx, Changed{Checkout: r.id, Version: r.version, State: r.state})
}

// retake brings a checkout to what its cart says now.
func (s *Service) retake(ctx context.Context, r *row, from cart.Cart, in Start) error {
	if len(from.Lines) == 0 {
		return ErrCartEmpty
	}
	r.cartVersion, r.country, r.language, r.market = from.Version, from.Country, from.Language, from.Market
	r.note, r.attributes, r.codes = from.Note, from.Attributes, from.Codes
	r.email, r.phone = cmp.Or(r.email, from.Email), cmp.Or(r.phone, from.Phone)
	in.onto(r)
	if err := s.takeLines(ctx, r, from.Lines, r.lines); err != nil {
		return err
	}
	return s.amended(ctx, r)
}

// onto writes what a start says of the buyer.
func (in Start) onto(r *row) {
	if in.Email != "" {
		r.email = in.Email
	}
	if in.Phone != "" {
		r.phone = in.Phone
	}
	if in.Language != "" {
		r.language = in.Language
	}
	if in.Country != "" {
		r.country = in.Country
	}
}

// usable gives the selected address of a cart if a parcel can be sent to it.
func usable(all []cart.Address) *postal.Address {
	for i := range all {
		if a := all[i].Postal; all[i].Selected && addressFaults(a).Err() == nil {
			return &a
		}
	}
	return nil
}
