package lifecycle_test

import (
	"testing"

	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
)

func TestNext_isTheTable(t *testing.T) {
	t.Parallel()
	want := map[lifecycle.Event]map[lifecycle.Status]lifecycle.Status{
		lifecycle.Publish:   {lifecycle.Draft: lifecycle.Active, lifecycle.Active: lifecycle.Active},
		lifecycle.Unpublish: {lifecycle.Active: lifecycle.Draft},
		lifecycle.Archive:   {lifecycle.Draft: lifecycle.Archived, lifecycle.Active: lifecycle.Archived},
		lifecycle.Restore:   {lifecycle.Archived: lifecycle.Draft},
	}
	for event, moves := range want {
		for _, from := range []lifecycle.Status{lifecycle.Draft, lifecycle.Active, lifecycle.Archived} {
			to, allowed := moves[from]
			if got, ok := lifecycle.Next(from, event); ok != allowed || ok && got != to {
				t.Errorf("%s from %s: %s, %v", event, from, got, ok)
			}
		}
	}
}
