package stockfeed

import (
	"context"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// Receive takes in a signed message. The body is read only when the envelope
// could be right, and judged only when it is signed by the feed's secret. A feed
// that is not there, or no webhook, answers like a wrong signature.
func (s *Service) Receive(ctx context.Context, handle string, e Envelope, read func() ([]byte, error)) (Receipt, error) {
	now := s.db.Now(ctx)
	if refusal := e.check(now); refusal != nil {
		return Receipt{}, refusal
	}
	f, keep, err := s.byHandle(ctx, handle)
	switch {
	case fault.Is(err, ErrNotFound.Reason):
		return Receipt{}, ErrSignature
	case err != nil:
		return Receipt{}, err
	}
	secrets := s.secrets(keep, now)
	if f.Kind != Webhook || len(secrets) == 0 {
		return Receipt{}, ErrSignature
	}
	body, err := read()
	if err != nil {
		return Receipt{}, err
	}
	if !e.signedBy(secrets, body) {
		return Receipt{}, ErrSignature
	}
	ctx = actor.WithSystem(ctx, "feed "+f.Handle)
	return s.Deliver(ctx, f.ID, Delivery{Message: e.ID, Body: body})
}
