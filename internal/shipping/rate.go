package shipping

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// priceFor finds what the method costs for a parcel; false when it takes no
// such weight, or is not sold in the currency.
func (m Method) priceFor(p Parcel) (money.Money, bool) {
	for _, r := range m.Rates {
		if r.Currency == p.Value.Currency && r.FromGrams <= p.Grams && (r.BelowGrams == nil || p.Grams < *r.BelowGrams) {
			return money.New(r.amountFor(p.Value.Minor), r.Currency), true
		}
	}
	return money.Money{}, false
}

func (r Rate) amountFor(value int64) int64 {
	if r.FreeFrom != nil && value >= *r.FreeFrom {
		return 0
	}
	return r.Amount
}

// checkRates reports every fault of a method's rates, overlaps included.
func checkRates(rates []Rate, at []string) (faults fault.List) {
	order := make([]int, len(rates))
	for i, r := range rates {
		order[i] = i
		faults = append(faults, r.check(below(at, "rates", strconv.Itoa(i)))...)
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := rates[i], rates[j]
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.FromGrams, b.FromGrams))
	})
	for n := 1; n < len(order); n++ {
		// The one that reaches farthest is kept in front, so that it is held
		// against all that follow.
		before, next := order[n-1], order[n]
		if rates[before].Currency != rates[next].Currency {
			continue
		}
		if rates[before].reaches(rates[next].FromGrams) {
			faults.Add(fault.Newf(fault.Invalid, "rates_overlap", "Rate %d is for some of these weights already.", before).
				At(below(at, "rates", strconv.Itoa(next), "fromGrams")...))
		}
		if rates[next].BelowGrams != nil && rates[before].reaches(*rates[next].BelowGrams) {
			order[n] = before
		}
	}
	return faults
}

// reaches tells whether the rate ends above a weight.
func (r Rate) reaches(grams int64) bool { return r.BelowGrams == nil || *r.BelowGrams > grams }

func (r Rate) check(at []string) (faults fault.List) {
	if !r.Currency.Valid() {
		faults.Add(fault.Newf(fault.Invalid, "invalid_currency", "%q is no ISO 4217 currency code.", string(r.Currency)).
			At(below(at, "currency")...))
	}
	faults.Add(between(r.FromGrams, 0, MaxGrams, below(at, "fromGrams")...))
	if r.BelowGrams != nil {
		faults.Add(between(*r.BelowGrams, r.FromGrams+1, MaxGrams, below(at, "belowGrams")...))
	}
	faults.Add(between(r.Amount, 0, MaxAmount, below(at, "amount")...))
	if r.FreeFrom != nil {
		faults.Add(between(*r.FreeFrom, 1, MaxAmount, below(at, "freeFrom")...))
	}
	return faults
}

func between(n, least, most int64, at ...string) *fault.Error {
	if n >= least && n <= most {
		return nil
	}
	return fault.Newf(fault.Invalid, "out_of_range", "It is between %d and %d.", least, most).At(at...)
}
