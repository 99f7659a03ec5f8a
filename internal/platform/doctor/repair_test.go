package doctor_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/platform/doctor"
)

func TestMend_tellsWhatWasDoneAlsoWhenOneCannotGoOn(t *testing.T) {
	t.Parallel()
	does := func(err error, did ...string) func(context.Context) ([]string, error) {
		return func(context.Context) ([]string, error) { return did, err }
	}
	gone := errors.New("gone")
	got, err := doctor.Mend(t.Context(), []doctor.Repair{
		{ID: "a.idle", Do: does(nil)},
		{ID: "a.first", Says: "it is right", Do: does(nil, "this", "that")},
		{ID: "a.half", Says: "it is half right", Do: does(gone, "a part")},
		{ID: "a.never", Do: does(nil, "never")},
	})
	if !errors.Is(err, gone) || !strings.Contains(err.Error(), "a.half") {
		t.Errorf("%v", err)
	}
	if len(got) != 2 || got[0].String() != "a.first: it is right\n  this\n  that" || got[1].Repair.ID != "a.half" {
		t.Errorf("%v", got)
	}
}
