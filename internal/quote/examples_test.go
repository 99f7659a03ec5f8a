package quote_test

import (
	"fmt"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/tax"
)

func TestOf_examples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/examples.txt")
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.Split(string(text), "\n== ")[1:]
	if len(examples) < 25 {
		t.Fatalf("only %d examples were read", len(examples))
	}
	for _, example := range examples {
		name, body, _ := strings.Cut(example, "\n")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bought, want, _ := strings.Cut(body, "---\n")
			q, err := quote.Of(read(t, bought))
			if err != nil {
				t.Fatal(err)
			}
			if got := show(q); got != strings.TrimSpace(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// read understands what is bought.
func read(t *testing.T, text string) quote.Input {
	t.Helper()
	r := reader{t: t}
	for row := range strings.Lines(text) {
		row = strings.TrimSpace(row)
		switch {
		case row == "" || strings.HasPrefix(row, "#"):
		case r.in.Currency == "":
			currency, display, _ := strings.Cut(row, ", tax ")
			r.in.Currency, r.in.TaxIncluded = money.Currency(currency), display == "included"
		default:
			head, rest, _ := strings.Cut(row, ": ")
			r.row(strings.Fields(head), rest)
		}
	}
	return r.in
}

type reader struct {
	t  *testing.T
	in quote.Input
}

func (r *reader) row(head []string, rest string) {
	amount, taxes, _ := strings.Cut(rest, ", ")
	switch {
	case head[0] == "line":
		quantity, price, _ := strings.Cut(amount, " × ")
		r.in.Lines = append(r.in.Lines, quote.LineInput{ID: r.number(head[1]), Quantity: int(r.number(quantity)),
			UnitPrice: r.price(price), Taxes: r.levies(taxes)})
	case head[0] == "delivery":
		r.in.Deliveries = append(r.in.Deliveries, quote.DeliveryInput{Shipment: head[1], Method: head[3],
			Price: r.amount(amount), Taxes: r.levies(taxes)})
	case head[0] == "off":
		amount, source, _ := strings.Cut(rest, " ")
		a := quote.Adjustment{Source: strings.Trim(source, "()"), Amount: r.amount(amount)}
		if head[1] == "line" {
			a.Line = r.number(head[2])
		} else {
			a.Shipment = head[2]
		}
		r.in.Adjustments = append(r.in.Adjustments, a)
	case head[0] == "credit":
		r.in.Credits = append(r.in.Credits, quote.Credit{Source: head[1], Available: r.amount(rest)})
	default:
		r.t.Fatalf("the example has a row of an unknown sort: %v", head)
	}
}

func (r *reader) number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *reader) amount(text string) int64 {
	m, err := money.Parse(text, r.in.Currency)
	if err != nil {
		r.t.Fatal(err)
	}
	return m.Minor
}

// price reads an amount, or what a bundle costs: "(1 × 25.00 + 2 × 15.25) less
// 10%".
func (r *reader) price(text string) int64 {
	parts, discount, bundled := strings.Cut(strings.TrimPrefix(text, "("), ") less ")
	if !bundled {
		return r.amount(text)
	}
	percent := r.number(strings.TrimSuffix(discount, "%"))
	item := quote.Item{Quantity: 1, Goods: listing.Goods{Bundle: &bundle.Recipe{Pricing: bundle.Sum, DiscountPPM: 10_000 * percent}}}
	for part := range strings.SplitSeq(parts, " + ") {
		quantity, price, _ := strings.Cut(part, " × ")
		item.Components = append(item.Components, quote.Component{Quantity: int(r.number(quantity)),
			Goods: listing.Goods{Prices: []listing.Tier{{From: 1, Amount: r.amount(price)}}}})
	}
	tier, ok := item.Price()
	if !ok {
		r.t.Fatalf("%q has no price", text)
	}
	return tier.Amount
}

// levies reads "GST 5%, QST 9.975%".
func (r *reader) levies(text string) []tax.Levy {
	var out []tax.Levy
	for name := range strings.SplitSeq(text, ", ") {
		if name == "" {
			continue
		}
		percent, ok := new(big.Rat).SetString(strings.TrimSuffix(name[strings.LastIndex(name, " ")+1:], "%"))
		if !ok {
			r.t.Fatalf("%q does not end with a rate", name)
		}
		ppm := percent.Mul(percent, big.NewRat(10_000, 1))
		out = append(out, tax.Levy{Name: name, PPM: ppm.Num().Int64()})
	}
	return out
}

// show writes a quote as the examples do.
func show(q quote.Quote) string {
	var rows []string
	add := func(format string, args ...any) { rows = append(rows, fmt.Sprintf(format, args...)) }
	f := func(minor int64) string { return money.New(minor, q.Currency).Fixed() }
	taxes := func(list []quote.Tax) string {
		out := make([]string, len(list))
		for i, t := range list {
			out[i] = t.Name + " " + f(t.Amount)
		}
		return strings.Join(out, ", ")
	}
	item := func(head string, whole, off, total, tax int64, by []quote.Tax, adjustments []quote.Adjustment) {
		row := fmt.Sprintf("%s: %s - %s = %s, tax %s", head, f(whole), f(off), f(total), f(tax))
		if len(by) > 0 {
			row += " (" + taxes(by) + ")"
		}
		rows = append(rows, row)
		for _, a := range adjustments {
			add("  off %s (%s)", f(a.Amount), a.Source)
		}
	}
	for _, l := range q.Lines {
		item(fmt.Sprintf("line %d", l.ID), l.Subtotal, l.Discount, l.Total, l.Tax, l.Taxes, l.Adjustments)
	}
	for _, d := range q.Deliveries {
		item("delivery "+d.Shipment+" by "+d.Method, d.Price, d.Discount, d.Total, d.Tax, d.Taxes, d.Adjustments)
	}
	if len(q.Taxes) > 0 {
		add("taxes: %s", taxes(q.Taxes))
	}
	beside, within := " + "+f(q.Tax), ""
	if q.TaxIncluded {
		beside, within = "", ", tax in it "+f(q.Tax)
	}
	add("total: %s - %s + %s%s = %s%s", f(q.Subtotal), f(q.Discount), f(q.Delivery), beside, f(q.Total), within)
	for _, c := range q.Credits {
		add("credit %s: %s", c.Source, f(c.Amount))
	}
	add("due: %s", f(q.Due))
	return strings.Join(slices.Clip(rows), "\n")
}
