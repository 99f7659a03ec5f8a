package page_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// numbers is a list of 0 … n-1 as a store would read a window of it.
func numbers(n int, w page.Window) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	if w.Descending() {
		slices.Reverse(all)
	}
	if w.Cursor != "" {
		var at int
		if err := page.Decode(w.Cursor, &at); err != nil {
			panic(err)
		}
		all = all[slices.Index(all, at)+1:]
	}
	return all[:min(len(all), w.Limit+1)]
}

func TestPaging_joinsToTheWholeListBothWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, size := rapid.IntRange(0, 30).Draw(t, "n"), rapid.IntRange(1, 8).Draw(t, "size")
		backward, reverse := rapid.Bool().Draw(t, "backward"), rapid.Bool().Draw(t, "reverse")
		var got []int
		args := page.Args{First: &size, Reverse: reverse}
		if backward {
			args = page.Args{Last: &size, Reverse: reverse}
		}
		for range n + 2 {
			w, err := args.Window(10, 250)
			if err != nil {
				t.Fatal(err)
			}
			s := page.Cut(numbers(n, w), w, func(i int) string { return page.Encode(i) })
			if backward {
				got = append(slices.Clone(s.Items), got...)
				args.Before = s.Info.StartCursor
			} else {
				got = append(got, s.Items...)
				args.After = s.Info.EndCursor
			}
			if backward && !s.Info.HasPreviousPage || !backward && !s.Info.HasNextPage {
				break
			}
		}
		want := numbers(n, page.Window{Limit: n, Reverse: reverse})
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestWindow_refusesWhatItCannotServe(t *testing.T) {
	t.Parallel()
	one, minus, many := 1, -1, 251
	for name, args := range map[string]page.Args{
		"both":     {First: &one, Last: &one},
		"negative": {First: &minus},
		"too many": {Last: &many},
	} {
		if _, err := args.Window(10, 250); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestDecode_refusesForeignCursors(t *testing.T) {
	t.Parallel()
	var n int
	var s string
	for _, c := range []string{"", "!!!", page.Encode("a", 1), page.Encode(1, 2, 3), page.Encode()} {
		if err := page.Decode(c, &n, &s); err == nil {
			t.Errorf("%q was taken", c)
		}
	}
}
