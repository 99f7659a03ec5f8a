package replenish

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However the stock moves: what is told of a level takes turns, it is marked
// whenever it is under its threshold, and never once it is above the margin.
func TestJudge_tellsFallAndRiseByTurns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit, margin := rapid.Int64Range(0, 5).Draw(t, "limit"), rapid.Int64Range(0, 3).Draw(t, "margin")
		th := Threshold{LowAt: &limit, ReorderAt: &limit, Margin: margin}
		low, reorder := false, false
		for i, available := range rapid.SliceOf(rapid.Int64Range(-2, 12)).Draw(t, "available") {
			incoming := rapid.Int64Range(0, 3).Draw(t, "incoming")
			after, facts := th.judge(time.Unix(int64(i), 0), available, incoming)
			th = after
			for _, f := range facts {
				switch f := f.(type) {
				case Low:
					if low {
						t.Fatal("low twice")
					}
					low = true
				case Reorder:
					if reorder {
						t.Fatal("to be ordered twice")
					}
					reorder = true
				case Recovered:
					was := &low
					if f.From == MarkReorder {
						was = &reorder
					}
					if !*was {
						t.Fatalf("recovered from %s, which it was not", f.From)
					}
					*was = false
				}
			}
			if low != (th.LowSince != nil) || reorder != (th.ReorderSince != nil) {
				t.Fatal("what is told is not what is marked")
			}
			if available <= limit && !low || available > limit+margin && low ||
				available+incoming <= limit && !reorder || available+incoming > limit+margin && reorder {
				t.Fatalf("%d available, %d incoming, limit %d, margin %d: low %t, to be ordered %t", available, incoming, limit, margin, low, reorder)
			}
			if again, facts := th.judge(time.Unix(int64(i), 0), available, incoming); len(facts) != 0 || again != th {
				t.Fatal("the same stock is news")
			}
		}
	})
}
