package checkout

import (
	"context"
	"errors"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	paying "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/track"
)

// Settle asks the provider what became of a payment and draws the conclusion:
// an order, another try, or money back. It is safe to repeat, at any time and in
// several processes at once; whoever comes second finds the work done. When the
// provider does not answer, the payment is under way and a later Settle ends it.
func (s *Service) Settle(ctx context.Context, id payment.ID) error {
	_, err := s.settle(ctx, question{payment: payment.Payment{ID: id}})
	return err
}

// ruling is where a settlement left a checkout; without a row nothing changed.
type ruling struct {
	row   *row
	order *order.Order // if it made one
}

// question is a payment to be settled, with what is known of it: everything
// after its id may be missing.
type question struct {
	payment payment.Payment
	token   string  // of a payment that was opened just now
	cart    cart.ID // of its checkout
}

// settle is Settle with what is known already.
func (s *Service) settle(ctx context.Context, q question) (ruling, error) {
	verdict, err := s.ask(ctx, &q)
	if err != nil {
		s.rooms.Log.WarnContext(ctx, "a payment has no verdict yet", "payment", q.payment.ID, "checkout", q.payment.Checkout, "error", err)
	}
	switch {
	case err == nil:
	case !fault.Is(err, payment.ErrUnknown.Reason):
		return ruling{}, err
	case q.payment.State != paying.Created || ctx.Err() != nil:
		return ruling{}, ctx.Err() // we know as much as before
	default:
		verdict = payment.Verdict{State: paying.Processing}
	}
	if verdict.State == "" {
		return ruling{}, nil
	}
	s.points.Hit("payment.answered")
	return s.conclude(ctx, q.payment, q.cart, verdict)
}

// ask puts the question to the provider. There is no verdict on a payment that
// has one: what follows from it was done with it.
func (s *Service) ask(ctx context.Context, q *question) (payment.Verdict, error) {
	if q.payment.State == paying.Created {
		return s.rooms.Payments.AskFirst(ctx, q.payment, q.token)
	}
	if q.payment.State == "" {
		p, err := s.rooms.Payments.ByID(ctx, q.payment.ID)
		if err != nil {
			return payment.Verdict{}, err
		}
		q.payment = p
	}
	if p := q.payment; !p.State.Open() && p.State != paying.Expired && p.State != paying.Cancelled {
		return payment.Verdict{}, nil
	}
	return s.rooms.Payments.Ask(ctx, q.payment.ID)
}

// errLate says that money came for a checkout that had expired: its stock must
// be held anew, outside of the transaction, before it can become an order.
var errLate = errors.New("late payment")

// conclude writes the verdict down together with what follows from it.
func (s *Service) conclude(ctx context.Context, p payment.Payment, of cart.ID, v payment.Verdict) (ruling, error) {
	if of == 0 {
		var err error
		if of, err = s.cartOf(ctx, ID(p.Checkout)); err != nil {
			return ruling{}, err
		}
	}
	made, err := s.decide(ctx, p, of, v, false)
	if errors.Is(err, errLate) {
		if err = s.regainLate(ctx, ID(p.Checkout)); err == nil || fault.Is(err, "out_of_stock") {
			made, err = s.decide(ctx, p, of, v, true)
		}
	}
	if err == nil {
		s.points.Hit("checkout.concluded")
	}
	return made, err
}

// decide is one transaction, with the locks in the house's order: cart,
// checkout, payment, order. tried says that stock was held anew if it could be.
func (s *Service) decide(ctx context.Context, p payment.Payment, of cart.ID, v payment.Verdict, tried bool) (made ruling, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		made = ruling{}
		if err := s.rooms.Carts.Hold(ctx, of); err != nil {
			return err
		}
		r, err := s.lockRow(ctx, ID(p.Checkout))
		if err != nil {
			return err
		}
		p, err := s.rooms.Payments.Record(ctx, p.ID, v)
		if err != nil {
			return err
		}
		if made.order, err = s.follow(ctx, r, p, tried); err != nil {
			return err
		}
		made.row = r
		s.points.Hit("checkout.concluding")
		return nil
	})
	return made, err
}

// pays reports whether a payment is the attempt that the checkout was submitted
// with. One that was given up before may still bring news, and even money: it
// was asked for another quote.
func (r *row) pays(p payment.Payment) bool { return r.frozen != nil && r.frozen.Payment == p.ID }

// follow does what a payment's state means for its checkout, and gives the
// order if that is one.
func (s *Service) follow(ctx context.Context, r *row, p payment.Payment, tried bool) (*order.Order, error) {
	waiting := r.pays(p) && (r.state == lifecycle.Submitting || r.state == lifecycle.AwaitingAction)
	switch {
	case p.State.Good() && waiting:
		c := s.submitted(r)
		placed, err := s.place(ctx, r, &c, p)
		return &placed, err
	case p.State.Good():
		return s.late(ctx, r, p, tried)
	case p.State == paying.RequiresAction && waiting && r.state == lifecycle.Submitting:
		return nil, s.apply(ctx, r, lifecycle.Challenge, lifecycle.Facts{}, "")
	case !p.State.Open() && waiting:
		return nil, s.declined(ctx, r, p)
	}
	return nil, nil
}

// declined gives the checkout back to its buyer.
func (s *Service) declined(ctx context.Context, r *row, p payment.Payment) error {
	now := s.db.Now(ctx)
	if err := s.rooms.Stock.Uncommit(ctx, inventory.CheckoutID(r.id), now.Add(s.cfg.Hold)); err != nil {
		return err
	}
	r.lines, r.frozen, r.hash = bare(r.frozen.Lines), nil, ""
	r.expiresAt = now.Add(s.cfg.Life)
	if err := s.apply(ctx, r, lifecycle.Decline, lifecycle.Facts{}, p.DeclineReason); err != nil {
		return err
	}
	return s.amended(ctx, r)
}

// bare gives lines without what was known of their goods when they were frozen.
func bare(lines []Line) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		out[i] = Line{ID: l.ID, CartLine: l.CartLine, Variant: l.Variant, Quantity: l.Quantity, Attributes: l.Attributes, Title: l.Title,
			Components: quote.Components(nil, partsOf(l.Components))}
	}
	return out
}

// late decides on money for a checkout that no longer waits for it: the order
// is made after all when the checkout had only expired and everything could be
// had again; else the money goes back.
func (s *Service) late(ctx context.Context, r *row, p payment.Payment, tried bool) (*order.Order, error) {
	if p.Order != 0 || p.RefundOwed || p.Refunded > 0 {
		return nil, nil // decided before
	}
	live, err := s.liveOf(ctx, r.cart)
	if err != nil {
		return nil, err
	}
	if r.state != lifecycle.Expired || live != 0 || !r.pays(p) {
		return nil, s.sendBack(ctx, r, p)
	}
	if !tried {
		return nil, errLate
	}
	c := s.submitted(r)
	wants := r.wants(c.Lines)
	_, held, err := s.rooms.Stock.CheckHeld(ctx, inventory.CheckoutID(r.id), wants)
	if err != nil {
		return nil, err
	}
	if !held {
		return nil, s.sendBack(ctx, r, p)
	}
	if err := s.rooms.Stock.Commit(ctx, inventory.CheckoutID(r.id), wants); err != nil {
		return nil, err // the hold ended between the two: the next Settle tries again
	}
	placed, err := s.place(ctx, r, &c, p)
	if err != nil {
		return nil, err
	}
	return &placed, s.events.Record(ctx, LatePayment{Checkout: r.id, Version: r.version, Payment: int64(p.ID), Accepted: true})
}

func (s *Service) sendBack(ctx context.Context, r *row, p payment.Payment) error {
	if err := s.rooms.Payments.OweRefund(ctx, p.ID, "the checkout had ended"); err != nil {
		return err
	}
	return s.events.Record(ctx, LatePayment{Checkout: r.id, Version: r.version, Payment: int64(p.ID)})
}

// regainLate holds the frozen lines of an expired checkout anew.
func (s *Service) regainLate(ctx context.Context, id ID) error {
	r, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	c := s.submitted(r)
	asked, err := s.demand(ctx, r, c.Lines, s.db.Now(ctx).Add(s.cfg.Hold))
	if err != nil {
		return err
	}
	asked.Client, asked.Customer = "", "" // it is paid: nobody hoards it
	short, err := s.rooms.Stock.Reserve(ctx, asked)
	if err == nil && len(short) > 0 {
		return outOfStock()
	}
	return err
}

// Confirm asks for the verdict on a payment of the buyer's own checkout, after
// he came back from the provider.
func (s *Service) Confirm(ctx context.Context, ref Ref, attempt payment.ID) (Outcome, error) {
	id, err := s.allowed(ref)
	if err != nil {
		return Outcome{}, err
	}
	p, err := s.rooms.Payments.ByID(ctx, attempt)
	if err != nil || p.Checkout != int64(id) {
		return Outcome{}, ErrPayment
	}
	made, err := s.settleNow(ctx, question{payment: payment.Payment{ID: attempt}})
	if err != nil {
		return Outcome{}, err
	}
	return s.outcome(ctx, id, attempt, made)
}

func (s *Service) trackPurchase(ctx context.Context, r *row, placed order.Order) error {
	return s.rooms.Track.Record(ctx, []track.Event{
		stepEvent(r.id, lifecycle.Payment),
		{Kind: track.Purchase, Payload: eventPayload(map[string]any{
			"order": placed.ID, "checkout": r.id, "total": placed.Total, "currency": placed.Currency})},
	})
}
