package checkout

import (
	"context"

	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
)

// step is a move of the machine as its history keeps it; no event, no row.
type step struct{ event, before, reason string }

// apply is the only writer of a checkout's state: it takes the step that the
// table allows on these facts, saves what changed, and notes history and fact.
// The row is locked.
func (s *Service) apply(ctx context.Context, r *row, event lifecycle.Event, facts lifecycle.Facts, reason string) error {
	next, err := lifecycle.Transitions().Next(r.state, event, facts)
	if err != nil {
		return err
	}
	taken := step{before: string(r.state), reason: reason}
	if next != r.state || event != lifecycle.Amend {
		taken.event = string(event)
	}
	r.state = next
	r.version++
	r.updatedAt = s.db.Now(ctx)
	if err := s.save(ctx, r, &taken); err != nil {
		return err
	}
	return s.events.Record(ctx, Changed{Checkout: r.id, Version: r.version, State: r.state})
}
