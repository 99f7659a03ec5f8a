package pricing

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/testkit"
)

func anyRule(t *rapid.T) Rule {
	r := Rule{
		FactorPPM: rapid.OneOf(rapid.Int64Range(1, 3_000_000), rapid.Int64Range(1, MaxFactor)).Draw(t, "factor"),
		Step:      rapid.OneOf(rapid.Int64Range(1, 1000), rapid.Int64Range(1, MaxStep)).Draw(t, "step"),
	}
	r.Ending = rapid.Int64Range(0, r.Step-1).Draw(t, "ending")
	return r
}

func anyAmount(t *rapid.T, label string) int64 {
	return rapid.OneOf(rapid.Int64Range(0, 100_000), rapid.Int64Range(0, MaxAmount)).Draw(t, label)
}

func TestApply_examples(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule         Rule
		amount, want int64
	}{
		{Rule{1_000_000, 1, 0}, 1234, 1234},
		{Rule{1_100_000, 1, 0}, 1005, 1106}, // 1105.5: a half goes up
		{Rule{1_000_000, 100, 95}, 1200, 1195},
		{Rule{1_000_000, 100, 95}, 1245, 1295}, // as near to 11.95 as to 12.95: the upper one
		{Rule{1_000_000, 100, 95}, 1244, 1195},
		{Rule{1_000_000, 100, 0}, 20, 100}, // never free
		{Rule{1_000_000, 100, 95}, 3, 95},
		{Rule{1, 1, 0}, 1, 1},
		{Rule{2_000_000, 100, 95}, 0, 0}, // free stays free
		{Rule{MaxFactor, 1, 0}, MaxAmount, MaxAmount * 1_000_000},
	} {
		if got := test.rule.Apply(test.amount); got != test.want {
			t.Errorf("%+v of %d is %d, want %d", test.rule, test.amount, got, test.want)
		}
	}
}

func TestApply_lawsOfRounding(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, a := anyRule(t), anyAmount(t, "amount")
		if err := r.Validate(); err != nil {
			t.Fatal(err)
		}
		got := r.Apply(a)
		if a == 0 {
			if got != 0 {
				t.Fatalf("free became %d", got)
			}
			return
		}
		if got <= 0 || (got-r.Ending)%r.Step != 0 {
			t.Fatalf("%d does not end as the rule says", got)
		}
		if more := r.Apply(a + anyAmount(t, "more")/2); a < MaxAmount/2 && more < got {
			t.Fatalf("more money became less: %d, %d", got, more)
		}
	})
}

// The database derives prices by the same rule: both are asked the same.
func TestApply_agreesWithSQL(t *testing.T) {
	t.Parallel()
	db, ctx := testkit.DB(t), context.Background()
	sql := `SELECT ` + derivedAmount("b.amount") + ` FROM (SELECT $1::bigint AS amount) b,
		(SELECT $2::bigint AS factor_ppm, $3::bigint AS round_to, $4::bigint AS round_ending) r`
	rapid.Check(t, func(t *rapid.T) {
		r, a := anyRule(t), anyAmount(t, "amount")
		var got int64
		if err := db.Conn(ctx).QueryRow(ctx, sql, a, r.FactorPPM, r.Step, r.Ending).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if want := r.Apply(a); got != want {
			t.Fatalf("%+v of %d is %d in SQL and %d in Go", r, a, got, want)
		}
	})
}
