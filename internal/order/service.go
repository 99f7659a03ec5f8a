package order

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	paymentstate "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

// Limits of looking an order up by number and e-mail address.
const (
	triesPerNumber = 10
	triesPerClient = 30
	triesWithin    = 15 * time.Minute
)

// Rooms is what this one stands on.
type Rooms struct {
	DB        *postgres.DB
	Events    *event.Outbox
	Audit     *audit.Log
	Inventory *inventory.Service
	Payments  *payment.Service
	Attempts  redis.Store
	Key       secret.Key
}

// Service holds the use cases.
type Service struct {
	db                       *postgres.DB
	events                   *event.Outbox
	audit                    *audit.Log
	inventory                *inventory.Service
	payments                 *payment.Service
	key                      secret.Key
	numberTries, clientTries *redis.Attempts
}

// NewService wires the room.
func NewService(r Rooms) *Service {
	return &Service{
		db: r.DB, events: r.Events, audit: r.Audit, inventory: r.Inventory, payments: r.Payments, key: r.Key,
		numberTries: redis.NewAttempts(r.Attempts, "order look-up, by number", triesPerNumber, triesWithin),
		clientTries: redis.NewAttempts(r.Attempts, "order look-up, by client", triesPerClient, triesWithin),
	}
}

// Hold stops an order until somebody has looked at it.
func (s *Service) Hold(ctx context.Context, id ID, version int64, reason string) (Order, error) {
	return s.apply(ctx, change{id: id, version: version, action: "order.hold", event: lifecycle.Hold, reason: reason})
}

// Resume lets an order that was held go on.
func (s *Service) Resume(ctx context.Context, id ID, version int64) (Order, error) {
	return s.apply(ctx, change{id: id, version: version, action: "order.resume", event: lifecycle.Resume})
}

// Cancel calls an order off: its pieces go back on sale and money that came for
// it is owed to the buyer, in the same transaction.
func (s *Service) Cancel(ctx context.Context, id ID, version int64, why lifecycle.CancelReason, note string) (Order, error) {
	if !why.Valid() {
		return Order{}, ErrReason
	}
	c := change{id: id, version: version, action: "order.cancel", event: lifecycle.Cancel, reason: note, cancel: why, do: s.callOff}
	var o Order
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.ByID(ctx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return ErrStale
		}
		if _, err := s.judge(ctx, before, c.event); err != nil {
			return err
		}
		// Stock is locked before orders everywhere, so it goes first; should the
		// order be found changed under its lock, all is undone.
		if err := s.giveBack(ctx, before); err != nil {
			return err
		}
		o, err = s.apply(ctx, c)
		return err
	})
	return o, err
}

func (s *Service) giveBack(ctx context.Context, o Order) error {
	if o.Checkout == 0 {
		return nil
	}
	if err := s.inventory.Deallocate(ctx, inventory.CheckoutID(o.Checkout)); err != nil {
		return fmt.Errorf("give the pieces of order %d back: %w", o.Number, err)
	}
	return nil
}

// callOff marks the lines and owes the money back.
func (s *Service) callOff(ctx context.Context, o Order) error {
	if err := s.cancelLines(ctx, o.ID); err != nil {
		return err
	}
	payments, err := s.paymentsOf(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, p := range payments {
		if err := s.forgo(ctx, o, p); err != nil {
			return fmt.Errorf("give up payment %d of order %d: %w", p.ID, o.Number, err)
		}
	}
	return nil
}

// forgo gives a payment up. Money that was to come later and has not come is no
// longer asked for; all other money goes back.
func (s *Service) forgo(ctx context.Context, o Order, p payment.Payment) error {
	switch {
	case !p.State.Good() || p.RefundOwed:
		return nil
	case o.PayLater && p.Captured == 0:
		_, err := s.payments.Record(ctx, p.ID, payment.Verdict{State: paymentstate.Voided})
		return err
	}
	return s.payments.OweRefund(ctx, p.ID, "order_cancelled")
}

// MarkPaid says that money which was to come later has come. An order that
// waited for it is confirmed.
func (s *Service) MarkPaid(ctx context.Context, id ID, version int64) (Order, error) {
	var o Order
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		now, err := s.ByID(ctx, id)
		if err != nil {
			return err
		}
		c := change{id: id, version: version, action: "order.mark_paid", event: settle, do: s.collect}
		if now.State == lifecycle.Pending {
			c.event = lifecycle.Confirm
		}
		o, err = s.apply(ctx, c)
		return err
	})
	return o, err
}

func (s *Service) collect(ctx context.Context, o Order) error {
	if !o.PayLater || o.State.Over() {
		return ErrNothingOwed
	}
	payments, err := s.paymentsOf(ctx, o.ID)
	if err != nil {
		return err
	}
	marked := false
	for _, p := range payments {
		if p.State.Good() && p.Captured < p.Amount.Minor && !p.RefundOwed {
			if _, err := s.payments.MarkPaid(ctx, p.ID); err != nil {
				return fmt.Errorf("mark payment of order %d: %w", o.Number, err)
			}
			marked = true
		}
	}
	if !marked {
		return ErrNothingOwed
	}
	return nil
}

// change is one thing done to an order that exists.
type change struct {
	id      ID
	version int64 // that was seen
	action  string
	event   lifecycle.Event // a step of the machine, or one that leaves the state
	reason  string          // staff's words
	cancel  lifecycle.CancelReason
	do      func(ctx context.Context, o Order) error // what goes with it, under the lock
}

// apply is the only way by which a placed order changes: lock, facts, next
// state, row, history, audit, fact.
func (s *Service) apply(ctx context.Context, c change) (Order, error) {
	var after Order
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lock(ctx, c.id, c.version)
		if err != nil {
			return err
		}
		if c.do != nil {
			if err := c.do(ctx, before); err != nil {
				return err
			}
		}
		next, err := s.judge(ctx, before, c.event)
		if err != nil {
			return err
		}
		if err := s.save(ctx, before, next, c); err != nil {
			return err
		}
		if after, err = s.ByID(ctx, c.id); err != nil {
			return err
		}
		return s.note(ctx, c, before, after)
	})
	return after, err
}

// judge gives the state that an event leads to.
func (s *Service) judge(ctx context.Context, o Order, e lifecycle.Event) (lifecycle.State, error) {
	if stays(e) {
		return o.State, nil
	}
	payments, err := s.paymentsOf(ctx, o.ID)
	if err != nil {
		return o.State, err
	}
	return lifecycle.Transitions().Next(o.State, e, o.facts(payments))
}

// facts are what the guards of the machine look at.
func (o *Order) facts(payments []payment.Payment) lifecycle.Facts {
	f := lifecycle.Facts{Paid: o.covered(payments), Fulfilled: true}
	for _, l := range o.Lines {
		f.Fulfilled = f.Fulfilled && l.Fulfilled >= l.Quantity-l.Cancelled
		f.Shipped = f.Shipped || l.Fulfilled > 0
	}
	return f
}

// covered reports whether what is due is ours or set aside for us. What is to
// come later by agreement counts only when it has come.
func (o *Order) covered(payments []payment.Payment) bool {
	due := o.Total - o.Credit
	for _, p := range payments {
		switch {
		case !p.State.Good() || p.RefundOwed || p.Amount.Currency != o.Currency:
		case o.PayLater:
			due -= p.Captured - p.Refunded
		default:
			due -= p.Amount.Minor - p.Refunded
		}
	}
	return due <= 0
}

// trail is what an audit row tells of an order: nothing of the buyer's.
type trail struct {
	Number       int64                  `json:"number"`
	Version      int64                  `json:"version"`
	State        lifecycle.State        `json:"state"`
	CancelReason lifecycle.CancelReason `json:"cancel_reason,omitempty"`
	Captured     int64                  `json:"captured"`
	Tags         []string               `json:"tags"`
}

func (o *Order) trail() trail {
	return trail{Number: o.Number, Version: o.Version, State: o.State, CancelReason: o.CancelReason, Captured: o.Captured, Tags: o.Tags}
}

// note writes what staff did into the audit log, and the fact.
func (s *Service) note(ctx context.Context, c change, before, after Order) error {
	if actor.From(ctx).Kind == actor.Staff {
		err := s.audit.Record(ctx, audit.Entry{Action: c.action, SubjectKind: "order", SubjectID: int64(c.id),
			Before: before.trail(), After: after.trail(), Reason: c.reason})
		if err != nil {
			return err
		}
	}
	return s.events.Record(ctx, Changed{Order: c.id, Version: after.Version, Event: c.event, State: after.State})
}
