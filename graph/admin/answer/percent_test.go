package answer_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/graph/admin/answer"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

func TestPercent_isExactBothWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ppm := rapid.Int64Range(0, 1_000_000).Draw(t, "ppm")
		if back, err := answer.ParsePercent(answer.Percent(ppm)); err != nil || back != ppm {
			t.Errorf("%d is shown as %s and read as %d, %v", ppm, answer.Percent(ppm), back, err)
		}
	})
}

func TestPercent_showsOneDecimalAtLeast(t *testing.T) {
	t.Parallel()
	for ppm, want := range map[int64]string{0: "0.0", 1: "0.0001", 190_000: "19.0", 88_750: "8.875", 1_000_000: "100.0", 50_500: "5.05"} {
		if got := answer.Percent(ppm); got != want {
			t.Errorf("%d is %s, want %s", ppm, got, want)
		}
	}
}

func TestParsePercent_refusesWhatHasNoExactForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"19": 190_000, "19.000000": 190_000, "0.0001": 1, "100": 1_000_000, "007.50": 75_000} {
		if got, err := answer.ParsePercent(text); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"0.00001", "-1", "-0.5", "100.0001", "99999999999999999999", "", "x", "1e1", "1.-5", "19,5"} {
		if got, err := answer.ParsePercent(text); !fault.Is(err, "invalid_rate") {
			t.Errorf("%q is %d, %v", text, got, err)
		}
	}
}
