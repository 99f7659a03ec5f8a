package insight

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/track"
)

// rescuedAs is a search that found something only under another reading.
func rescuedAs(after time.Duration, id, query, used string) step {
	hits := 4
	return did(after, track.Search, track.Payload{QueryID: id, Query: query, UsedQuery: used, Stage: "corrected", Hits: &hits})
}

func TestReactions_whatAVisitDidWhenASearchFailedIt(t *testing.T) {
	t.Parallel()
	opened := func(after time.Duration, kind track.Kind, p track.Payload) step { return did(after, kind, p) }
	cup := searched(0, "a", "cup", 0)
	for name, c := range map[string]struct {
		steps []step
		want  []string
	}{
		"nothing":               {[]step{cup}, nil},
		"another query":         {[]step{cup, searched(minute, "b", "mug", 3), clicked(2*minute, "b", 7, 1)}, []string{"rule 7", "synonym mug"}},
		"without a click":       {[]step{cup, searched(minute, "b", "mug", 3)}, nil},
		"that fails, too":       {[]step{cup, rescuedAs(minute, "b", "mgu", "mug"), clicked(2*minute, "b", 7, 1)}, []string{"rule 7"}},
		"what was read for it":  {[]step{rescuedAs(0, "a", "cup", "mug"), searched(minute, "b", "Mug", 3), clicked(2*minute, "b", 7, 1)}, []string{"rule 7"}},
		"a hit of its rescue":   {[]step{rescuedAs(0, "a", "cup", "mug"), clicked(minute, "a", 7, 1), opened(2*minute, track.ViewPage, track.Payload{Path: "/sale"})}, []string{"rule 7"}},
		"a category":            {[]step{cup, opened(minute, track.ViewCategory, track.Payload{Category: 3})}, []string{"redirect category:3"}},
		"a page":                {[]step{cup, opened(minute, track.ViewPage, track.Payload{Path: "/sale"})}, []string{"redirect /sale"}},
		"the search page":       {[]step{cup, opened(minute, track.ViewPage, track.Payload{Path: "/search?q=x"})}, nil},
		"long after":            {[]step{cup, opened(11*minute, track.ViewCategory, track.Payload{Category: 3})}, nil},
		"after another search":  {[]step{cup, searched(minute, "b", "mug", 3), opened(2*minute, track.ViewCategory, track.Payload{Category: 3})}, nil},
		"after two more":        {[]step{cup, searched(minute, "b", "mug", 3), searched(2*minute, "c", "bowl", 3), clicked(3*minute, "c", 8, 1)}, nil},
		"before it":             {[]step{opened(-minute, track.ViewProduct, track.Payload{Product: 9}), cup}, nil},
		"only a keystroke":      {[]step{searched(0, "x", "cu", 0), searched(time.Second, "a", "cups", 9), clicked(minute, "a", 7, 1)}, nil},
		"of a query that works": {[]step{searched(0, "a", "cup", 9), searched(minute, "b", "mug", 3), clicked(2*minute, "b", 7, 1)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for w := range reactions(c.steps, map[subject]bool{{"en", "cup"}: true, {"en", "cu"}: true})[subject{"en", "cup"}].ways {
				got = append(got, fmt.Sprint(w.kind, " ", w.target))
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
