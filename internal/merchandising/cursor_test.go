package merchandising

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Whoever turns pages of any size, forward or backward, in either direction of
// the list, sees each position once, in order.
func TestWalk_pagesJoinToTheWholeList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(0, 60).Draw(t, "total")
		size := rapid.IntRange(1, 25).Draw(t, "size")
		w := page.Window{Limit: size, Backward: rapid.Bool().Draw(t, "backward"), Reverse: rapid.Bool().Draw(t, "reverse")}
		var got []int
		var from *place
		for {
			if from != nil {
				w.Cursor = "given"
			}
			cut := page.Cut(walk(w, from, total), w, func(int) string { return "" })
			more := cut.Info.HasNextPage
			if w.Backward {
				got, more = append(slices.Clone(cut.Items), got...), cut.Info.HasPreviousPage
			} else {
				got = append(got, cut.Items...)
			}
			if !more {
				break
			}
			at := got[len(got)-1]
			if w.Backward {
				at = got[0]
			}
			from = &place{position: at}
		}
		want := make([]int, total)
		for i := range want {
			want[i] = i
			if w.Reverse {
				want[i] = total - 1 - i
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestPlaceOf_refusesWhatNoListMade(t *testing.T) {
	t.Parallel()
	good := place{generation: 3, version: 7, order: ranked, position: 23}
	if got, err := placeOf(page.Window{Cursor: good.encode()}, ranked); err != nil || *got != good {
		t.Fatalf("%v, %v", got, err)
	}
	for name, cursor := range map[string]string{
		"another order":              place{order: "price"}.encode(),
		"before the list":            place{order: ranked, position: -1}.encode(),
		"far beyond any list":        place{order: ranked, position: 1 << 40}.encode(),
		"a catalog's cursor inside":  place{generation: 3, order: ranked, inner: "x"}.encode(),
		"a catalog's without cursor": place{generation: catalogs, order: ranked}.encode(),
		"a catalog's own cursor":     page.Encode("relevance", []string{"0"}, 0, 1),
		"too few parts":              page.Encode(1, 2),
		"no cursor at all":           "%%%",
		"a long text":                strings.Repeat("A", 5000),
	} {
		if got, err := placeOf(page.Window{Cursor: cursor}, ranked); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
