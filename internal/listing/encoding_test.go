package listing

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEncodeCombinations_writesTheKnownForm(t *testing.T) {
	t.Parallel()
	got := encodeCombinations([][]int{
		{0, 0, 0}, {0, 1, 0}, {0, 1, 1}, {1, 0, 0}, {1, 0, 1}, {1, 1, 1}, {2, 0, 1}, {2, 1, 0},
	})
	if want := "v1_0:0:0,1:0-1,,1:0:0-1,1:1,,2:0:1,1:0,,"; got != want {
		t.Errorf("encoded %q, want %q", got, want)
	}
	if got := encodeCombinations(nil); got != "v1_" {
		t.Errorf("the empty set is %q, want v1_", got)
	}
}

func TestEncodeCombinations_isReadBackByTheClients(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		options := rapid.IntRange(1, 4).Draw(t, "options")
		position := rapid.SliceOfN(rapid.IntRange(0, 12), options, options)
		want := rapid.SliceOfN(position, 0, 60).Draw(t, "combinations")
		got := decodeCombinations(encodeCombinations(slices.Clone(want)))
		slices.SortFunc(want, slices.Compare[[]int])
		want = slices.CompactFunc(want, slices.Equal[[]int])
		if diff := cmp.Diff(want, got); len(want)+len(got) > 0 && diff != "" {
			t.Fatal(diff)
		}
	})
}

// decodeCombinations reads the form the way storefront clients do: from control
// character to control character, keeping the position it is at.
func decodeCombinations(encoded string) [][]int {
	text, _ := strings.CutPrefix(encoded, encodingVersion)
	var all [][]int
	var at []int
	from, begin := -1, 0
	emit := func() { all = append(all, slices.Clone(at)) }
	depth := 0
	for i, c := range text {
		if !strings.ContainsRune(" :,-", c) {
			continue
		}
		value, _ := strconv.Atoi(text[begin:i])
		if depth < 0 {
			return nil
		}
		at = append(at[:min(depth, len(at))], value)
		if from >= 0 {
			for ; from < value; from++ {
				at[depth] = from
				emit()
			}
			at[depth], from = value, -1
		}
		switch {
		case c == '-':
			from = value
		case c == ':':
			depth++
		case c == ' ':
			emit()
		default:
			if i == 0 || text[i-1] != ',' {
				emit()
			}
			depth--
		}
		begin = i + 1
	}
	return all
}
