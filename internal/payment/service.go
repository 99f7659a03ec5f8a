package payment

import (
	"context"
	"time"

	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
)

// DefaultTimeout bounds a call to a provider where no Config says otherwise.
const DefaultTimeout = 4 * time.Second

// Config of the room.
type Config struct {
	Timeout time.Duration `env:"SOUK_PAYMENT_TIMEOUT" default:"4s" min:"100ms" max:"4s" doc:"how long a payment provider may take to answer, within the 5 seconds of a request; afterwards the outcome counts as not known and is asked for again"`
}

// Service holds the use cases.
type Service struct {
	db        *postgres.DB
	events    *event.Outbox
	providers []Provider
	timeout   time.Duration
}

// NewService wires the room. The methods are offered in the providers' order.
func NewService(db *postgres.DB, events *event.Outbox, providers ...Provider) *Service {
	return &Service{db: db, events: events, providers: providers, timeout: DefaultTimeout}
}

// With gives the service under another configuration.
func (s *Service) With(cfg Config) *Service {
	configured := *s
	if cfg.Timeout > 0 {
		configured.timeout = cfg.Timeout
	}
	return &configured
}

// Methods lists the ways to pay.
func (s *Service) Methods() []Method {
	all := make([]Method, len(s.providers))
	for i, p := range s.providers {
		all[i] = p.Method()
	}
	return all
}

// Method gives a way to pay by its handle.
func (s *Service) Method(handle string) (Method, bool) {
	p, ok := s.provider(handle)
	if !ok {
		return Method{}, false
	}
	return p.Method(), true
}

func (s *Service) provider(handle string) (Provider, bool) {
	for _, p := range s.providers {
		if p.Method().Handle == handle {
			return p, true
		}
	}
	return nil, false
}

// Open writes an attempt down before anybody is asked. It joins the caller's
// transaction; the provider is asked (Ask) after that has committed. A checkout
// has one open attempt at most.
func (s *Service) Open(ctx context.Context, n New) (Payment, error) {
	if err := n.Validate(); err != nil {
		return Payment{}, err
	}
	if _, ok := s.provider(n.Method); !ok {
		return Payment{}, ErrMethodUnknown
	}
	var opened Payment
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		opened, err = s.insert(ctx, n, secret.Token())
		return err
	})
	return opened, err
}

// Record writes a verdict down, in the caller's transaction: the step that it
// means, with its history and its fact. A verdict that means no step (the same
// again, or one that comes late) changes nothing. Money that does not count
// makes the payment not good but owed back.
func (s *Service) Record(ctx context.Context, id ID, v Verdict) (Payment, error) {
	if err := v.validate(); err != nil {
		return Payment{}, err
	}
	return s.change(ctx, id, func(a attempt) (step, error) { return judge(a, v), nil })
}

// OweRefund notes, in the caller's transaction, that the money must go back.
// The reason goes into the fact: it names no person.
func (s *Service) OweRefund(ctx context.Context, id ID, reason string) error {
	_, err := s.change(ctx, id, func(a attempt) (step, error) {
		if a.refund != refundNone {
			return step{}, nil
		}
		if !a.State.Good() {
			return step{}, ErrNothingToOwe
		}
		a.refund = refundOwed
		return step{after: a, owes: reason, changed: true}, nil
	})
	return err
}

// MarkPaid notes, in the caller's transaction, that money which was to come
// beside the shop has come. Marking it again changes nothing.
func (s *Service) MarkPaid(ctx context.Context, id ID) (Payment, error) {
	return s.change(ctx, id, func(a attempt) (step, error) {
		if m, ok := s.Method(a.Method); !ok || !m.PayLater {
			return step{}, ErrNotByHand
		}
		if a.State == lifecycle.Captured {
			return step{}, nil
		}
		return take(a, lifecycle.Capture)
	})
}

// MarkRefunded notes, in the caller's transaction, that staff gave back by hand
// what was owed of a payment whose money came beside the shop.
func (s *Service) MarkRefunded(ctx context.Context, id ID) (Payment, error) {
	return s.change(ctx, id, func(a attempt) (step, error) {
		if m, ok := s.Method(a.Method); !ok || !m.PayLater {
			return step{}, ErrNotByHand
		}
		if a.refund == refundNone {
			return step{}, ErrNothingOwed
		}
		return repaid(a), nil
	})
}

// Attach says, in the caller's transaction, which order the payment pays. It
// never moves to another.
func (s *Service) Attach(ctx context.Context, id ID, order int64) error {
	return s.db.InTx(ctx, func(ctx context.Context) error { return s.attach(ctx, id, order) })
}

// Heard takes a provider's hint that something happened to the payment of a
// key. What it was, whoever listens asks.
func (s *Service) Heard(ctx context.Context, key string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		p, err := s.ByKey(ctx, key)
		if err != nil {
			return err
		}
		return s.events.Record(ctx, Heard{Payment: p.ID, Version: p.Version})
	})
}

// change locks a payment, has a step decided upon it and writes that. It is the
// only writer of a state.
func (s *Service) change(ctx context.Context, id ID, decide func(attempt) (step, error)) (Payment, error) {
	var after Payment
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.lock(ctx, id)
		if err != nil {
			return err
		}
		after = a.Payment
		st, err := decide(a)
		if err != nil || !st.changed {
			return err
		}
		after, err = s.save(ctx, a, st)
		return err
	})
	return after, err
}
