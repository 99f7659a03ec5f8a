package checkout

import (
	"context"
	"time"

	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// activity begins the time for which a buyer's steps prolong the hold: with the
// first of them, and again after a pause.
func (r *row) activity(now time.Time, cfg Config) {
	if cfg.HoldMost > 0 && r.paused(now, cfg) {
		end := now.Add(cfg.HoldMost)
		r.activeUntil = &end
	}
}

// paused reports whether as much time as one hold lasts has gone by since steps
// prolonged it: whoever keeps a checkout busy without buying lets others have a
// chance in between.
func (r *row) paused(now time.Time, cfg Config) bool {
	return cfg.HoldMost > 0 && (r.activeUntil == nil || !now.Before(r.activeUntil.Add(cfg.Hold)))
}

// holdUntil is how long a step of the buyer holds the stock; a time that is over
// means that it holds nothing.
func (s *Service) holdUntil(r *row, now time.Time) time.Time {
	until := now.Add(s.cfg.Hold)
	if r.activeUntil != nil && until.After(*r.activeUntil) {
		return *r.activeUntil
	}
	return until
}

// demand is what a checkout asks of the stock: by its market's policy, in the
// name of its client and, as soon as he is known, of its customer.
func (s *Service) demand(ctx context.Context, r *row, lines []Line, until time.Time) (inventory.Hold, error) {
	policy, err := s.rooms.Stock.PolicyOf(ctx, r.market)
	return inventory.Hold{
		Checkout: inventory.CheckoutID(r.id), Client: r.client, Customer: inventory.CustomerKey(r.email),
		Market: r.market, Caps: s.rooms.Stock.Caps(policy), Wants: r.wants(lines), Until: until,
	}, err
}

// hold holds the stock of a checkout that may still be changed, outside of any
// transaction, and gives the checkout as it stands then. A crash before it
// leaves a checkout without stock, which the next change of it holds; a crash
// behind it leaves a hold that its time releases.
func (s *Service) hold(ctx context.Context, id ID) (Checkout, error) {
	return s.holdFor(ctx, id, s.holdUntil)
}

// regain holds the stock of a checkout that is being submitted, also when its
// buyer took longer than his steps could prolong the hold.
func (s *Service) regain(ctx context.Context, id ID) error {
	c, err := s.holdFor(ctx, id, func(_ *row, now time.Time) time.Time { return now.Add(s.cfg.Hold) })
	if err == nil && !c.held {
		err = outOfStock()
	}
	return err
}

func (s *Service) holdFor(ctx context.Context, id ID, ends func(*row, time.Time) time.Time) (Checkout, error) {
	r, err := s.read(ctx, id)
	if err != nil {
		return Checkout{}, err
	}
	now := s.db.Now(ctx)
	until := ends(r, now)
	if !r.state.Editable() || !until.After(now) {
		return s.view(ctx, r)
	}
	c := s.shell(r)
	if err := s.price(ctx, r, &c); err != nil {
		return Checkout{}, err
	}
	var refused *fault.Error
	if c.short, refused, err = s.reserve(ctx, r, c.Lines, until); err != nil {
		return Checkout{}, err
	}
	return s.afterHold(ctx, r, c, refused)
}

// reserve asks for the stock of lines. A refusal by the caps, or because the
// checkout is being paid for, is given apart.
func (s *Service) reserve(ctx context.Context, r *row, lines []Line, until time.Time) ([]inventory.Shortage, *fault.Error, error) {
	asked, err := s.demand(ctx, r, lines, until)
	if err != nil {
		return nil, nil, err
	}
	short, err := s.rooms.Stock.Reserve(ctx, asked)
	if fault.Is(err, holdLimit) || fault.Is(err, inventory.ErrCommitted.Reason) {
		refused, _ := fault.As(err)
		return nil, refused, nil
	}
	return short, nil, err
}

// holdLimit is the reason of a refusal by the caps.
const holdLimit = "hold_limit"

// afterHold gives a checkout after stock was held for it. One that moved on
// meanwhile, in another tab, is given as it is. One that holds more than it may
// by now, since its buyer became known or the caps were lowered, must let go.
func (s *Service) afterHold(ctx context.Context, r *row, c Checkout, refused *fault.Error) (Checkout, error) {
	version, err := s.letGo(ctx, r.id)
	if err != nil {
		return Checkout{}, err
	}
	if version != r.version {
		if r, err = s.read(ctx, r.id); err != nil {
			return Checkout{}, err
		}
		return s.view(ctx, r)
	}
	if err := s.finish(ctx, r, &c); err != nil {
		return Checkout{}, err
	}
	if c.held && refused != nil && refused.Reason == holdLimit {
		c.held, c.HeldUntil = false, nil
		if err := s.rooms.Stock.Release(ctx, inventory.CheckoutID(r.id)); err != nil {
			return Checkout{}, err
		}
	}
	if refused != nil && !c.held {
		c.Problems = append(c.Problems, Problem{Code: OutOfStock, Step: lifecycle.Review, Message: refused.Message})
	}
	return c, nil
}

// letGo gives back what was held for a checkout that ended meanwhile, and tells
// the checkout's version.
func (s *Service) letGo(ctx context.Context, id ID) (int64, error) {
	state, version, err := s.stateOf(ctx, id)
	if err != nil || !state.Ended() {
		return version, err
	}
	return version, s.rooms.Stock.Release(ctx, inventory.CheckoutID(id))
}

// prolong lets the hold of a locked checkout last longer, since its buyer is
// there.
func (s *Service) prolong(ctx context.Context, r *row, c *Checkout) error {
	until := s.holdUntil(r, s.db.Now(ctx))
	if c.HeldUntil == nil || !until.After(*c.HeldUntil) {
		return nil
	}
	c.HeldUntil = &until
	return s.rooms.Stock.Extend(ctx, inventory.CheckoutID(r.id), until)
}

// admit asks for what a checkout holds in the name of a customer, before he is
// written down. One who has too much elsewhere is refused, and nothing changes.
func (s *Service) admit(ctx context.Context, ref Ref, email string) error {
	id, err := s.allowed(ref)
	if err != nil {
		return err
	}
	r, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	now := s.db.Now(ctx)
	until := s.holdUntil(r, now)
	known := inventory.CustomerKey(r.email) == inventory.CustomerKey(email)
	editable := r.editable(ref.Expected, now) == nil // else the step itself says why not
	if known || !editable || !until.After(now) {
		return nil
	}
	c := s.shell(r)
	if err := s.price(ctx, r, &c); err != nil {
		return err
	}
	r.email = email
	_, refused, err := s.reserve(ctx, r, c.Lines, until)
	if err == nil && refused != nil && refused.Reason == holdLimit {
		return refused.At("email")
	}
	return err
}
