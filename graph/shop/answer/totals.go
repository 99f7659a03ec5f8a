package answer

import (
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/quote"
)

// Totals are what a purchase costs.
type Totals struct {
	Discount    money.Money
	Due         money.Money
	GiftCard    money.Money
	Shipping    money.Money
	Subtotal    money.Money
	Tax         money.Money
	TaxIncluded bool
	Total       money.Money
}

// TaxLine is one tax, of everything that it is taken on.
type TaxLine struct {
	Amount money.Money
	Rate   string
	Title  string
}

func taxLines(of []quote.Tax, in money.Currency) []TaxLine {
	out := make([]TaxLine, len(of))
	for i, t := range of {
		out[i] = TaxLine{Amount: money.New(t.Amount, in), Rate: fraction(t.PPM), Title: t.Name}
	}
	return out
}

// fraction writes parts per million as a decimal number with one decimal or more.
func fraction(ppm int64) string {
	digits := strconv.FormatInt(1_000_000+ppm%1_000_000, 10)[1:]
	if digits = strings.TrimRight(digits, "0"); digits == "" {
		digits = "0"
	}
	return strconv.FormatInt(ppm/1_000_000, 10) + "." + digits
}
