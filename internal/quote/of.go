package quote

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/tax"
)

// million is the whole of which rates are parts.
const million = 1_000_000

// Of works out what a purchase costs. It refuses input outside of the bounds
// with every fault at once; reason amount_out_of_range says that an amount, or
// all of them together, are too large to count.
func Of(in Input) (Quote, error) {
	if err := in.Validate(); err != nil {
		return Quote{}, err
	}
	q := Quote{
		Currency:    in.Currency,
		TaxIncluded: in.TaxIncluded,
		Lines:       make([]Line, len(in.Lines)),
		Deliveries:  make([]Delivery, len(in.Deliveries)),
	}
	adjustments := map[target][]Adjustment{}
	for _, a := range in.Adjustments {
		adjustments[a.target()] = append(adjustments[a.target()], a)
	}
	for i, l := range in.Lines {
		q.Lines[i] = lineOf(l, adjustments[target{line: l.ID}], in.TaxIncluded)
	}
	for i, d := range in.Deliveries {
		q.Deliveries[i] = deliveryOf(d, adjustments[target{shipment: d.Shipment}], in.TaxIncluded)
	}
	q.sum()
	q.pay(in.Credits)
	return q, nil
}

func lineOf(in LineInput, adjustments []Adjustment, included bool) Line {
	l := Line{ID: in.ID, Variant: in.Variant, Quantity: in.Quantity, UnitPrice: in.UnitPrice, Components: in.Components}
	l.Subtotal = in.UnitPrice * int64(in.Quantity)
	l.Adjustments, l.Discount = take(l.Subtotal, adjustments)
	l.Total = l.Subtotal - l.Discount
	l.Taxes, l.Tax = taxesOf(l.Total, in.Taxes, included)
	return l
}

func deliveryOf(in DeliveryInput, adjustments []Adjustment, included bool) Delivery {
	d := Delivery{Shipment: in.Shipment, Method: in.Method, Price: in.Price}
	d.Adjustments, d.Discount = take(in.Price, adjustments)
	d.Total = in.Price - d.Discount
	d.Taxes, d.Tax = taxesOf(d.Total, in.Taxes, included)
	return d
}

// take applies adjustments one after the other, each to what the ones before it
// left. It gives them with what they took, and the sum of it.
func take(whole int64, adjustments []Adjustment) ([]Adjustment, int64) {
	left, taken := whole, make([]Adjustment, len(adjustments))
	for i, a := range adjustments {
		a.Amount = min(a.Amount, left)
		left -= a.Amount
		taken[i] = a
	}
	return taken, whole - left
}

// taxesOf is the one place where tax is rounded: in the amount, or beside it.
func taxesOf(amount int64, levies []tax.Levy, included bool) ([]Tax, int64) {
	amounts := beside(amount, levies)
	if included {
		amounts = within(amount, levies)
	}
	taxes, sum := make([]Tax, len(levies)), int64(0)
	for i, l := range levies {
		taxes[i] = Tax{Levy: l, Amount: amounts[i]}
		sum += amounts[i]
	}
	return taxes, sum
}

// beside takes each rate of the amount by itself.
func beside(amount int64, levies []tax.Levy) []int64 {
	out := make([]int64, len(levies))
	for i, l := range levies {
		out[i] = share(amount, l.PPM, million)
	}
	return out
}

// within finds the tax that the amount carries, and shares it out among the
// rates.
func within(amount int64, levies []tax.Levy) []int64 {
	out, weights, sum := make([]int64, len(levies)), make([]int64, len(levies)), int64(0)
	for i, l := range levies {
		weights[i] = l.PPM
		sum += l.PPM
	}
	parts, err := money.New(share(amount, sum, million+sum), "").Split(weights)
	if err != nil { // no rate is above zero: there is nothing to share
		return out
	}
	for i, p := range parts {
		out[i] = p.Minor
	}
	return out
}

// share gives amount × part ÷ whole, a half rounded up. None is negative and
// part is at most eight times the whole, so that nothing overflows.
func share(amount, part, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(part))
	lo, carry := bits.Add64(lo, uint64(whole)/2, 0)
	quotient, _ := bits.Div64(hi+carry, lo, uint64(whole))
	return int64(quotient)
}

// sum adds lines and deliveries up.
func (q *Quote) sum() {
	taxes := map[tax.Levy]int64{}
	for _, l := range q.Lines {
		q.Subtotal += l.Subtotal
		q.Discount += l.Discount
		q.Tax += l.Tax
		count(taxes, l.Taxes)
	}
	for _, d := range q.Deliveries {
		q.Delivery += d.Price
		q.Discount += d.Discount
		q.Tax += d.Tax
		count(taxes, d.Taxes)
	}
	q.Total = q.Subtotal - q.Discount + q.Delivery
	if !q.TaxIncluded {
		q.Total += q.Tax
	}
	q.Taxes = make([]Tax, 0, len(taxes))
	for levy, amount := range taxes {
		q.Taxes = append(q.Taxes, Tax{Levy: levy, Amount: amount})
	}
	slices.SortFunc(q.Taxes, func(a, b Tax) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.PPM, b.PPM))
	})
}

func count(sums map[tax.Levy]int64, taxes []Tax) {
	for _, t := range taxes {
		sums[t.Levy] += t.Amount
	}
}

// pay uses the credits up, one after the other.
func (q *Quote) pay(credits []Credit) {
	q.Due, q.Credits = q.Total, make([]Applied, len(credits))
	for i, c := range credits {
		used := min(c.Available, q.Due)
		q.Credits[i] = Applied{Source: c.Source, Amount: used}
		q.Credit += used
		q.Due -= used
	}
}
