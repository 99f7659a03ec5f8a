package checkout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

// claim is what a submission did, remembered under its key.
type claim struct {
	Cart    cart.ID    `json:"cart"`
	Payment payment.ID `json:"payment,omitempty"` // the attempt it opened
	Order   order.ID   `json:"order,omitempty"`   // the order that was there, or that needed no payment

	opened payment.Payment // as it was opened just now; not remembered
}

// errFree says that nothing is due for the checkout of a cart.
type errFree struct{ cart cart.ID }

func (errFree) Error() string { return "nothing is due" }

// errCartChanged says that the cart is no longer what the checkout took over.
var errCartChanged = errors.New("the cart has changed")

// takeOver brings a checkout to what its cart says now, which its buyer has not
// agreed to yet, and says so.
func (s *Service) takeOver(ctx context.Context, id ID) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		of, err := s.cartOf(ctx, id)
		if err != nil {
			return err
		}
		from, err := s.rooms.Carts.LockByID(ctx, of)
		if err != nil {
			return err
		}
		r, err := s.lock(ctx, id)
		if err != nil {
			return err
		}
		if err := r.editable(nil, s.db.Now(ctx)); err != nil {
			return err
		}
		if from.State != cart.Active {
			return ErrEnded
		}
		return s.retake(ctx, r, from, Start{})
	})
	if err != nil {
		return err
	}
	if _, err := s.hold(ctx, id); err != nil {
		return err
	}
	return ErrQuoteChanged
}

// errUnheld says that stock must be held anew before a submission.
var errUnheld = errors.New("stock is not held")

// Complete submits a checkout: it holds the buyer to the quote that he agreed
// to, asks the payment provider, and places the order. Repeated under the same
// key it goes on where the first try ended, in whatever process, and gives the
// same outcome.
func (s *Service) Complete(ctx context.Context, in Submission) (Outcome, error) {
	if in.Key == "" {
		return Outcome{}, ErrKeyRequired
	}
	id, err := s.allowed(in.Ref)
	if err != nil {
		return Outcome{}, err
	}
	var free errFree
	made, again, err := s.claim(ctx, id, in, free.cart)
	if errors.As(err, &free) {
		made, again, err = s.claim(ctx, id, in, free.cart)
	}
	if errors.Is(err, errUnheld) {
		if err = s.regain(ctx, id); err == nil {
			made, again, err = s.claim(ctx, id, in, free.cart)
		}
	}
	switch {
	case errors.Is(err, errUnheld):
		return Outcome{}, outOfStock()
	case errors.Is(err, errCartChanged):
		return Outcome{}, s.takeOver(ctx, id)
	case errors.Is(err, errAwaiting):
		return s.another(ctx, id, in)
	case err != nil:
		return Outcome{}, err
	}
	s.points.Hit("checkout.claimed")
	var known ruling
	if made.Payment != 0 {
		ask := question{payment: payment.Payment{ID: made.Payment}, cart: made.Cart}
		if !again {
			ask.payment, ask.token = made.opened, in.Token
		}
		if known, err = s.settleNow(ctx, ask); err != nil {
			return Outcome{}, err
		}
	}
	return s.outcome(ctx, id, made.Payment, known)
}

// patience is how long a settlement goes on that nobody waits for any more.
const patience = 15 * time.Second

// settleNow settles a payment to its end, even if its buyer hangs up.
func (s *Service) settleNow(ctx context.Context, ask question) (ruling, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return s.settle(ctx, ask)
}

func outOfStock() *fault.Error {
	return fault.New(fault.Conflict, "out_of_stock", "Something in it is no longer there in this quantity.")
}

// errAwaiting says that the buyer of a submitted checkout wants to pay in
// another way than he began to.
var errAwaiting = errors.New("a payment waits for the buyer")

// another gives up the attempt that waits for the buyer, and submits anew. The
// buyer may have paid meanwhile: then that is the outcome.
func (s *Service) another(ctx context.Context, id ID, in Submission) (Outcome, error) {
	if err := s.giveUp(ctx, id); err != nil {
		return Outcome{}, err
	}
	r, err := s.read(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	if r.state == lifecycle.AwaitingAction {
		return Outcome{}, ErrInProgress
	}
	in.Ref.Expected = nil // it is we who changed it
	return s.Complete(ctx, in)
}

// claim submits the checkout once under the key of the submission. The effect,
// the key and what the provider is going to be asked commit together. Where
// nothing is due the order comes with it, so that the cart is locked first.
func (s *Service) claim(ctx context.Context, id ID, in Submission, free cart.ID) (made claim, again bool, err error) {
	asked := idempotency.Request{Scope: fmt.Sprintf("checkout/%d", id), Operation: "checkoutComplete", Key: in.Key,
		Input: []any{in.QuoteHash, in.Method, secret.Hash(in.Token), in.ReturnURL}}
	return idempotency.Do(ctx, s.rooms.Keys, asked, func(ctx context.Context) (claim, error) {
		if free != 0 {
			if err := s.rooms.Carts.Hold(ctx, free); err != nil {
				return claim{}, err
			}
		}
		made, err := s.submit(ctx, id, in, free != 0)
		if err == nil {
			s.points.Hit("checkout.claiming")
		}
		return made, err
	})
}

// submit takes the checkout from ready to submitting and opens the attempt to
// pay it.
func (s *Service) submit(ctx context.Context, id ID, in Submission, free bool) (claim, error) {
	r, err := s.lock(ctx, id)
	if err != nil {
		return claim{}, err
	}
	made := claim{Cart: r.cart, Order: r.order}
	switch {
	case r.state == lifecycle.Completed:
		return made, nil
	case r.state == lifecycle.AwaitingAction:
		return claim{}, errAwaiting
	}
	if err := r.editable(in.Ref.Expected, s.db.Now(ctx)); err != nil {
		return claim{}, err
	}
	now, err := s.rooms.Carts.Version(ctx, r.cart)
	if err != nil {
		return claim{}, err
	}
	if now != r.cartVersion {
		return claim{}, errCartChanged
	}
	c := s.shell(r)
	if err := s.price(ctx, r, &c); err != nil {
		return claim{}, err
	}
	s.judge(r, &c)
	if err := s.agreed(&c, in); err != nil {
		return claim{}, err
	}
	due := money.New(c.Priced.Quote.Due, c.Currency)
	if due.Minor == 0 && !free {
		return claim{}, errFree{r.cart}
	}
	if due.Minor > 0 {
		made.opened, err = s.rooms.Payments.Open(ctx,
			payment.New{Checkout: int64(id), Method: in.Method, Amount: due, Token: in.Token, ReturnURL: in.ReturnURL})
		if err != nil {
			return claim{}, err
		}
		made.Payment = made.opened.ID
	}
	if err := s.freeze(ctx, r, &c, made.Payment); err != nil {
		return claim{}, err
	}
	if due.Minor == 0 {
		placed, err := s.place(ctx, r, &c, payment.Payment{})
		made.Order = placed.ID
		return made, err
	}
	return made, nil
}

// agreed refuses a submission of something else than what the checkout is now.
func (s *Service) agreed(c *Checkout, in Submission) error {
	var faults fault.List
	for _, p := range c.Problems {
		faults = append(faults, fault.New(fault.Invalid, string(p.Code), p.Message).At("checkout", string(p.Step)))
	}
	if err := faults.Err(); err != nil {
		return err
	}
	if in.QuoteHash != c.QuoteHash {
		return ErrQuoteChanged
	}
	if c.Priced.Quote.Due == 0 {
		return nil
	}
	if _, ok := s.rooms.Payments.Method(in.Method); !ok {
		return ErrMethod
	}
	if !s.mayReturn(in.ReturnURL) {
		return ErrReturnURL
	}
	return nil
}

// freeze commits the stock and keeps what the buyer agreed to, for one attempt to
// pay it.
func (s *Service) freeze(ctx context.Context, r *row, c *Checkout, attempt payment.ID) error {
	err := s.rooms.Stock.Commit(ctx, inventory.CheckoutID(r.id), r.wants(c.Lines))
	if errors.Is(err, inventory.ErrNotHeld) {
		return errUnheld
	}
	if err != nil {
		return err
	}
	c.held = true
	facts := c.facts()
	facts.QuoteAgreed = true
	r.frozen = &frozen{Priced: c.Priced, Lines: c.Lines, Payment: attempt}
	r.hash = c.QuoteHash
	r.expiresAt = s.db.Now(ctx).Add(s.cfg.Await)
	if r.state == lifecycle.Open { // whatever was missing is there now
		if err := s.apply(ctx, r, lifecycle.Amend, facts, ""); err != nil {
			return err
		}
	}
	return s.apply(ctx, r, lifecycle.Submit, facts, "")
}

// outcome tells where a submission stands now. What was just ruled need not be
// read again.
func (s *Service) outcome(ctx context.Context, id ID, attempt payment.ID, known ruling) (Outcome, error) {
	if known.row == nil || known.row.frozen == nil && len(known.row.lines) == 0 {
		var err error
		if known.row, err = s.read(ctx, id); err != nil {
			return Outcome{}, err
		}
	}
	c, err := s.view(ctx, known.row)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Checkout: c, Order: known.order}
	for i := range c.Payments {
		if p := &c.Payments[i]; p.ID == attempt && !p.State.Good() && !p.State.Open() {
			out.Declined, out.Why = true, p.DeclineReason
		}
	}
	if c.Order == 0 {
		return out, nil
	}
	out.Declined = false
	if out.Order == nil {
		placed, err := s.rooms.Orders.ByID(ctx, c.Order)
		if err != nil {
			return Outcome{}, err
		}
		out.Order = &placed
	}
	return out, nil
}

// place makes the order of a submitted checkout, in the caller's transaction.
func (s *Service) place(ctx context.Context, r *row, c *Checkout, p payment.Payment) (order.Order, error) {
	err := s.rooms.Stock.Source(ctx, inventory.Sourcing{Checkout: inventory.CheckoutID(r.id), Market: r.market, To: r.sendTo()})
	if err != nil {
		return order.Order{}, err
	}
	placed, err := s.rooms.Orders.Place(ctx, s.placement(r, c, p))
	if err != nil {
		return order.Order{}, err
	}
	s.points.Hit("checkout.placing")
	facts := c.facts()
	facts.PaymentGood, facts.StockRegained = true, true
	r.order = placed.ID
	if err := s.apply(ctx, r, lifecycle.Place, facts, ""); err != nil {
		return order.Order{}, err
	}
	if err := s.rooms.Carts.Complete(ctx, r.cart); err != nil {
		return order.Order{}, err
	}
	return placed, s.trackPurchase(ctx, r, placed)
}

// placement is what the order is made of: what was frozen, nothing else.
func (s *Service) placement(r *row, c *Checkout, p payment.Payment) order.Placement {
	in := order.Placement{
		Checkout: int64(r.id), Market: r.market, MarketHandle: s.handleOf(r), Country: r.country, Language: r.language, Email: r.email,
		Phone: r.phone, AcceptsMarketing: r.marketing, Note: r.note, ShippingAddress: r.shipping, BillingAddress: c.BillingAddress,
		Quote: r.frozen.Priced.Quote, Payment: p, Customer: c.Customer,
	}
	if method, ok := s.rooms.Payments.Method(p.Method); ok {
		in.PayLater = method.PayLater
	}
	if !c.sent() {
		in.ShippingAddress = nil
	}
	for _, a := range r.attributes {
		in.Attributes = append(in.Attributes, order.Attribute(a))
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		item := order.Item{Line: int64(l.ID), Goods: l.Goods, Components: l.Components}
		for _, a := range l.Attributes {
			item.Attributes = append(item.Attributes, order.Attribute(a))
		}
		in.Items = append(in.Items, item)
	}
	for _, sh := range r.frozen.Priced.Shipments {
		if sh.Selected != nil {
			in.Deliveries = append(in.Deliveries, order.Chosen{Shipment: sh.ID, Title: sh.Selected.Title, MinDays: sh.Selected.MinDays, MaxDays: sh.Selected.MaxDays})
		}
	}
	return in
}

func (s *Service) handleOf(r *row) string {
	for _, m := range s.rooms.Markets.Active() {
		if m.ID == r.market {
			return m.Handle
		}
	}
	return ""
}
