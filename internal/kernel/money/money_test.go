package money_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

func TestDecimal_isTheShortForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor    int64
		currency money.Currency
		want     string
	}{
		{1500, "USD", "15.0"}, {1525, "USD", "15.25"}, {1520, "USD", "15.2"}, {5, "USD", "0.05"}, {0, "USD", "0.0"},
		{-150, "EUR", "-1.5"}, {-5, "EUR", "-0.05"}, {1500, "JPY", "1500.0"}, {1234, "KWD", "1.234"},
		{math.MinInt64, "JPY", "-9223372036854775808.0"},
	} {
		if got := money.New(c.minor, c.currency).Decimal(); got != c.want {
			t.Errorf("%d %s: got %s, want %s", c.minor, c.currency, got, c.want)
		}
	}
}

func TestParse_refusesWhatIsNoPlainDecimal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " 1", "1 ", "+1", "1e3", ".5", "5.", "1,5", "1.234", "--1", "0x1", "NaN", "99999999999999999999"} {
		if m, err := money.Parse(text, "USD"); err == nil {
			t.Errorf("%q was taken for %v", text, m)
		}
	}
}

func TestParse_readsBackWhatDecimalAndFixedWrite(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := money.New(rapid.Int64Range(math.MinInt64+1, math.MaxInt64).Draw(t, "minor"),
			rapid.SampledFrom([]money.Currency{"USD", "JPY", "KWD", "EUR"}).Draw(t, "currency"))
		text := m.Decimal()
		if m.Currency == "JPY" {
			text = m.Fixed()
		}
		for _, text := range []string{text, m.Fixed()} {
			if got, err := money.Parse(text, m.Currency); err != nil || got != m {
				t.Fatalf("%s: got %v, %v; want %v", text, got, err, m)
			}
		}
	})
}

func TestArithmetic_refusesOverflowAndMixedCurrencies(t *testing.T) {
	t.Parallel()
	usd := func(n int64) money.Money { return money.New(n, "USD") }
	refused := map[string]func() (money.Money, error){
		"add over the top":   func() (money.Money, error) { return usd(math.MaxInt64).Add(usd(1)) },
		"add under the end":  func() (money.Money, error) { return usd(math.MinInt64).Add(usd(-1)) },
		"subtract the least": func() (money.Money, error) { return usd(0).Sub(usd(math.MinInt64)) },
		"times too much":     func() (money.Money, error) { return usd(math.MaxInt64 / 2).Times(3) },
		"times the least":    func() (money.Money, error) { return usd(math.MinInt64).Times(-1) },
		"mixed":              func() (money.Money, error) { return usd(1).Add(money.New(1, "EUR")) },
	}
	for name, do := range refused {
		if m, err := do(); err == nil {
			t.Errorf("%s gave %v", name, m)
		}
	}
	if m, err := usd(math.MaxInt64).Add(usd(math.MinInt64)); err != nil || m.Minor != -1 {
		t.Errorf("the ends add up to -1: got %v, %v", m, err)
	}
}

func TestSplit_partsSumToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := money.New(rapid.Int64Range(math.MinInt64+1, math.MaxInt64).Draw(t, "minor"), "USD")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 20).Draw(t, "weights")
		parts, err := m.Split(weights)
		total := int64(0)
		for _, w := range weights {
			total += w
		}
		if total == 0 {
			if err == nil {
				t.Fatal("weights without a sum were taken")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		sum := money.New(0, "USD")
		for i, p := range parts {
			if weights[i] == 0 && p.Minor != 0 {
				t.Fatalf("a weight of nothing got %v", p)
			}
			if sum, err = sum.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		if sum != m {
			t.Fatalf("parts sum to %v, want %v", sum, m)
		}
	})
}
