package search_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/search"
)

// TestHear_aProcessThatDoesNotServeKeepsNothingPending is about workers: they
// hear what everybody hears, and would never catch up.
func TestHear_aProcessThatDoesNotServeKeepsNothingPending(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := wire(t, s, local(t, t.TempDir()), search.Config{})
	everywhere, _ := p.Consumers()
	fact, err := json.Marshal(changed{Product: 1})
	no(t, err)
	no(t, everywhere[0].Handle(t.Context(), []event.Envelope{{Topic: changed{}.Topic(), Payload: fact, RecordedAt: s.DB.Now(t.Context()).Add(-time.Hour)}}))
	status, err := p.Status(t.Context())
	no(t, err)
	if status.Pending != 0 || status.Oldest != 0 {
		t.Errorf("%d products wait, the oldest for %v", status.Pending, status.Oldest)
	}
}
