package pricing

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/testkit"
)

func TestDiscounted_examples(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ whole, discount, want int64 }{
		{5883, 100_000, 5295}, // 5294.7
		{5, 500_000, 3},       // 2.5: a half goes up
		{4999, 333_333, 3333}, // 3332.668…
		{1, 500_001, 0},       // 0.499999
		{1234, 0, 1234},       // nothing off
		{1234, 1_000_000, 0},  // all off
		{MaxAmount, 1, 1e12 - 1e6},
	} {
		if got := Discounted(test.whole, test.discount); got != test.want {
			t.Errorf("%d less %d ppm is %d, want %d", test.whole, test.discount, got, test.want)
		}
	}
}

// The database discounts sums by the same rule, and neither gives more than the
// whole.
func TestDiscounted_agreesWithSQL(t *testing.T) {
	t.Parallel()
	db, ctx := testkit.DB(t), context.Background()
	sql := `SELECT ` + discountedSQL + ` FROM (SELECT $1::numeric AS whole, $2::bigint AS discount_ppm) w`
	rapid.Check(t, func(t *rapid.T) {
		whole, discount := anyAmount(t, "whole"), rapid.Int64Range(0, 1_000_000).Draw(t, "discount")
		var got int64
		if err := db.Conn(ctx).QueryRow(ctx, sql, whole, discount).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if want := Discounted(whole, discount); got != want || want < 0 || want > whole {
			t.Fatalf("%d less %d ppm is %d in SQL and %d in Go", whole, discount, got, want)
		}
	})
}
