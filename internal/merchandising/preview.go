package merchandising

import (
	"context"

	"github.com/souk-commerce/souk/internal/listing"
)

// Preview answers as [Service.Search] would if drafts were live, and can explain
// where each hit stands. It is for staff; what was previewed is no search of a
// shopper, so nobody writes it down.
func (s *Service) Preview(ctx context.Context, at listing.Context, ask Ask) (*Answer, error) {
	answers, err := s.answers(ctx, at, []Ask{ask})
	if err != nil {
		return nil, err
	}
	return answers[0], nil
}
