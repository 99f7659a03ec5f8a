package checkout

import (
	"context"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
)

// Short says that a line of a cart cannot have what it needs.
type Short struct {
	CartLine  cart.LineID
	Variant   listing.VariantID // of a bundle's line, that of its component
	Wanted    int64
	Available int64 // never negative
}

// Hold brings what is held for a cart to what its lines say, where its market
// holds stock from the cart on; elsewhere it does nothing. It starts or amends
// the checkout of the cart, and gives up that of a cart that is empty. What is
// short is told and no refusal: then what was held before is still held. More
// than the caps allow is one, hold_limit; what had been held in full before its
// customer was known is given back then.
func (s *Service) Hold(ctx context.Context, of cart.Ref, client string) ([]Short, error) {
	if some, err := s.holdsCarts(ctx); err != nil || !some {
		return nil, err
	}
	var id ID
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		id, err = s.takeCart(ctx, of, client)
		return err
	})
	if err != nil || id == 0 {
		return nil, err
	}
	r, err := s.read(ctx, id)
	now := s.db.Now(ctx)
	if err != nil || !r.state.Editable() || !s.holdUntil(r, now).After(now) {
		return nil, err
	}
	c := s.shell(r)
	if err := s.price(ctx, r, &c); err != nil {
		return nil, err
	}
	short, refused, err := s.reserve(ctx, r, c.Lines, s.holdUntil(r, now))
	if err != nil {
		return nil, err
	}
	if _, err := s.letGo(ctx, id); err != nil {
		return nil, err
	}
	if refused != nil && refused.Reason == holdLimit {
		return nil, s.forgo(ctx, r, &c, refused)
	}
	return c.shorts(short), nil
}

// forgo gives back what is held in full for a checkout that may not hold it any
// more, and gives the refusal.
func (s *Service) forgo(ctx context.Context, r *row, c *Checkout, refused *fault.Error) error {
	of := inventory.CheckoutID(r.id)
	_, all, err := s.rooms.Stock.CheckHeld(ctx, of, r.wants(c.Lines))
	if err == nil && all {
		err = s.rooms.Stock.Release(ctx, of)
	}
	if err != nil {
		return err
	}
	return refused
}

// takeCart takes a cart over, or gives its checkout up when nothing is in it; 0
// is that nothing is to be held.
func (s *Service) takeCart(ctx context.Context, of cart.Ref, client string) (ID, error) {
	from, err := s.rooms.Carts.Lock(ctx, of)
	if err != nil {
		return 0, err
	}
	policy, err := s.rooms.Stock.PolicyOf(ctx, from.Market)
	if err != nil || policy.ReserveAt != inventory.ReserveAtCart {
		return 0, err
	}
	if len(from.Lines) > 0 {
		return s.takeOf(ctx, from, Start{Client: client})
	}
	live, err := s.liveOf(ctx, from.ID)
	if err != nil || live == 0 {
		return 0, err
	}
	r, err := s.lock(ctx, live)
	if err != nil || !r.state.Editable() {
		return 0, err
	}
	if err := s.apply(ctx, r, lifecycle.Cancel, lifecycle.Facts{}, "the cart is empty"); err != nil {
		return 0, err
	}
	return 0, s.rooms.Stock.Release(ctx, inventory.CheckoutID(r.id))
}

// shorts tells shortages by the lines of the cart.
func (c *Checkout) shorts(found []inventory.Shortage) []Short {
	lines := make(map[int64]cart.LineID, len(c.Lines))
	for i := range c.Lines {
		lines[int64(c.Lines[i].ID)] = c.Lines[i].CartLine
	}
	var out []Short
	for _, f := range found {
		out = append(out, Short{CartLine: lines[f.Line], Variant: f.Variant, Wanted: f.Wanted, Available: f.Available})
	}
	return out
}

// HeldFor tells how many pieces are held for a cart that is being checked out,
// or whose market holds stock from the cart on: they are not on offer to others,
// but they are to it.
func (s *Service) HeldFor(ctx context.Context, id cart.ID) (map[listing.VariantID]int64, error) {
	live, err := s.liveOf(ctx, id)
	if err != nil || live == 0 {
		return nil, err
	}
	of := inventory.CheckoutID(live)
	all, err := s.rooms.Stock.ReservationsOf(ctx, []inventory.CheckoutID{of})
	if err != nil {
		return nil, err
	}
	held, now := map[listing.VariantID]int64{}, s.db.Now(ctx)
	for _, r := range all[of] {
		if r.State == inventory.Committed || r.State == inventory.Held && r.ExpiresAt.After(now) {
			held[r.Variant] += r.Quantity
		}
	}
	return held, nil
}

// holdsCarts reports whether any market holds stock from the cart on.
func (s *Service) holdsCarts(ctx context.Context) (bool, error) {
	for _, m := range s.rooms.Markets.Active() {
		policy, err := s.rooms.Stock.PolicyOf(ctx, m.ID)
		if err != nil || policy.ReserveAt == inventory.ReserveAtCart {
			return err == nil, err
		}
	}
	return false, nil
}
