// Package money counts money in whole minor units of a currency. There are no
// floats in it and no silent rounding: what does not fit is a fault.
package money

import (
	"math"
	"math/bits"
	"sort"
	"strconv"
	"strings"

	"github.com/bojanz/currency"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Currency is an ISO 4217 code, such as EUR.
type Currency string

// Valid reports whether the code is one of ISO 4217's.
func (c Currency) Valid() bool { return currency.IsValid(string(c)) }

// Digits gives the number of decimals of the currency: 2 for EUR, 0 for JPY, 3
// for KWD. An unknown code counts as 2.
func (c Currency) Digits() int {
	if d, ok := currency.GetDigits(string(c)); ok {
		return int(d)
	}
	return 2
}

// Money is an amount in minor units (cents) of one currency.
type Money struct {
	Minor    int64
	Currency Currency
}

// The refusals of arithmetic.
var (
	ErrMixed    = fault.New(fault.Invalid, "currency_mismatch", "Amounts of different currencies cannot be combined.")
	ErrOverflow = fault.New(fault.Invalid, "amount_out_of_range", "The amount is too large.")
)

// New gives minor units of a currency.
func New(minor int64, c Currency) Money { return Money{Minor: minor, Currency: c} }

// Decimal gives the amount as the APIs show it: at least one decimal, trailing
// zeros cut ("15.0", "15.25"). Known storefront clients depend on this form.
func (m Money) Decimal() string {
	digits := m.Currency.Digits()
	abs := uint64(m.Minor)
	sign := ""
	if m.Minor < 0 {
		abs, sign = -abs, "-"
	}
	s := strconv.FormatUint(abs, 10)
	if len(s) <= digits {
		s = strings.Repeat("0", digits-len(s)+1) + s
	}
	whole, frac := s[:len(s)-digits], strings.TrimRight(s[len(s)-digits:], "0")
	if frac == "" {
		frac = "0"
	}
	return sign + whole + "." + frac
}

// Fixed gives the amount with exactly the currency's decimals ("15.00", "1500"
// for JPY), as files and invoices want it.
func (m Money) Fixed() string {
	digits := m.Currency.Digits()
	whole, frac, _ := strings.Cut(m.Decimal(), ".")
	if digits == 0 {
		return whole
	}
	for len(frac) < digits {
		frac += "0"
	}
	return whole + "." + frac[:digits]
}

// String gives the amount with its currency, for people.
func (m Money) String() string { return m.Decimal() + " " + string(m.Currency) }

// Parse reads a plain decimal ("12.34", "-5"). More decimals than the currency
// has are refused unless they are zeros; so are signs, spaces and exponents.
func Parse(text string, c Currency) (Money, error) {
	malformed := fault.Newf(fault.Invalid, "invalid_amount", "%q is not an amount of %s.", clip(text), string(c))
	body, negative := strings.CutPrefix(text, "-")
	whole, frac, dotted := strings.Cut(body, ".")
	if !isDigits(whole) || (dotted && !isDigits(frac)) {
		return Money{}, malformed
	}
	digits := c.Digits()
	if len(frac) > digits {
		if strings.Trim(frac[digits:], "0") != "" {
			return Money{}, malformed
		}
		frac = frac[:digits]
	}
	frac += strings.Repeat("0", digits-len(frac))
	minor, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil {
		return Money{}, ErrOverflow
	}
	if negative {
		minor = -minor
	}
	return New(minor, c), nil
}

func isDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// Add gives m + o.
func (m Money) Add(o Money) (Money, error) {
	if m.Currency != o.Currency {
		return Money{}, ErrMixed
	}
	sum := m.Minor + o.Minor
	if (sum > m.Minor) != (o.Minor > 0) && o.Minor != 0 {
		return Money{}, ErrOverflow
	}
	return New(sum, m.Currency), nil
}

// Sub gives m − o.
func (m Money) Sub(o Money) (Money, error) {
	if o.Minor == math.MinInt64 {
		return Money{}, ErrOverflow
	}
	return m.Add(New(-o.Minor, o.Currency))
}

// Times gives m × n.
func (m Money) Times(n int64) (Money, error) {
	hi, lo := bits.Mul64(magnitude(m.Minor), magnitude(n))
	if hi != 0 || lo > math.MaxInt64 {
		return Money{}, ErrOverflow
	}
	minor := int64(lo)
	if (m.Minor < 0) != (n < 0) {
		minor = -minor
	}
	return New(minor, m.Currency), nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Split divides m by weights so that the parts sum to the whole. What does not
// divide goes, unit by unit, to the parts with the largest remainders, the
// earlier first (the largest-remainder method). Weights are not negative and
// their sum is positive.
func (m Money) Split(weights []int64) ([]Money, error) {
	var total uint64
	for _, w := range weights {
		if w < 0 {
			return nil, fault.New(fault.Invalid, "invalid_weight", "A weight must not be negative.")
		}
		total += uint64(w)
	}
	if total == 0 || total > math.MaxInt64 {
		return nil, fault.New(fault.Invalid, "invalid_weight", "The weights must have a positive sum.")
	}
	abs := magnitude(m.Minor)
	parts := make([]uint64, len(weights))
	rest := make([]uint64, len(weights))
	left := abs
	for i, w := range weights {
		hi, lo := bits.Mul64(abs, uint64(w))
		parts[i], rest[i] = bits.Div64(hi, lo, total)
		left -= parts[i]
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rest[order[a]] > rest[order[b]] })
	for _, i := range order[:left] {
		parts[i]++
	}
	out := make([]Money, len(weights))
	for i, p := range parts {
		minor := int64(p)
		if m.Minor < 0 {
			minor = -minor
		}
		out[i] = New(minor, m.Currency)
	}
	return out, nil
}
