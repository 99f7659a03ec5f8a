package stockfeed

import (
	"context"
	"errors"
	"fmt"

	"github.com/souk-commerce/souk/internal/platform/actor"
)

// PullDue fetches at most limit feeds whose time has come, one after the other,
// and tells how many. One that fails does not keep the others: its run says why,
// and the next interval tries again. What is as it was the last time leaves no
// run. It runs in any number of processes: a feed is fetched by one of them.
func (s *Service) PullDue(ctx context.Context, limit int) (int, error) {
	var failures []error
	for n := range limit {
		if ctx.Err() != nil {
			return n, errors.Join(failures...)
		}
		f, due, err := s.claim(ctx)
		if err != nil || !due {
			return n, errors.Join(append(failures, err)...)
		}
		if _, err := s.pull(actor.WithSystem(ctx, "feed "+f.Handle), f); err != nil {
			failures = append(failures, err)
		}
	}
	return limit, errors.Join(failures...)
}

// Pull fetches a feed now. When it could not be fetched the run says why.
func (s *Service) Pull(ctx context.Context, id ID) (Receipt, error) {
	f, err := s.ByID(ctx, id)
	switch {
	case err != nil:
		return Receipt{}, err
	case f.Kind != Pull:
		return Receipt{}, ErrNotPulled
	case !f.Active:
		return Receipt{}, errInactive
	}
	return s.pull(ctx, f)
}

func (s *Service) pull(ctx context.Context, f Feed) (Receipt, error) {
	if err := s.db.Refuse(ctx, "fetching a feed"); err != nil {
		return Receipt{}, err
	}
	body, err := s.fetcher.get(ctx, f.URL)
	if err != nil {
		s.recordFailure(ctx, f.ID, Delivery{}, err)
		return Receipt{}, fmt.Errorf("fetch feed %s: %w", f.Handle, err)
	}
	return s.Deliver(ctx, f.ID, Delivery{Body: body, pulled: true})
}
