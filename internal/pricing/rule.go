package pricing

import (
	"math/bits"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Rule says how a list follows the base list.
type Rule struct {
	FactorPPM int64 // minor units of the list per million minor units of the base price
	Step      int64 // derived prices step by this many minor units; at least 1
	Ending    int64 // and end like this within a step: 100 and 95 make x.95
}

// Validate reports every fault of the rule at once, under "rule".
func (r Rule) Validate() error {
	var faults fault.List
	if r.FactorPPM < 1 || r.FactorPPM > MaxFactor {
		faults.Add(outOfRange("rule", "factorPpm"))
	}
	if r.Step < 1 || r.Step > MaxStep {
		faults.Add(outOfRange("rule", "step"))
	}
	if r.Ending < 0 || r.Ending >= r.Step {
		faults.Add(outOfRange("rule", "ending"))
	}
	return faults.Err()
}

// Apply converts an amount of the base list. It is the one place where prices
// are rounded:
//
//  1. amount × factor ÷ 1,000,000, a half rounded up;
//  2. then to the nearest amount that is the ending more than a multiple of the
//     step, of two equally near the upper one;
//  3. what costs something never becomes free: instead of nothing or less it
//     costs the smallest such amount; what is free stays free.
//
// The amount lies between 0 and MaxAmount and the rule is valid, so that nothing
// overflows. derivedAmount says the same in SQL.
func (r Rule) Apply(amount int64) int64 {
	if amount == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(amount), uint64(r.FactorPPM))
	lo, carry := bits.Add64(lo, 500_000, 0)
	converted, _ := bits.Div64(hi+carry, lo, 1_000_000)
	// Three halves of a step are added and one step taken off again, so that the
	// division never meets a negative number.
	steps := (2*(int64(converted)-r.Ending)+3*r.Step)/(2*r.Step) - 1
	if rounded := steps*r.Step + r.Ending; rounded > 0 {
		return rounded
	}
	if r.Ending > 0 {
		return r.Ending
	}
	return r.Step
}

// derivedAmount is Apply in SQL over the base price's column and the rule of
// the list r. A test holds the two against each other.
func derivedAmount(column string) string {
	const (
		ending = `r.round_ending::numeric`
		step   = `r.round_to::numeric`
	)
	converted := `div(` + column + `::numeric * r.factor_ppm + 500000, 1000000)`
	rounded := `(div(2 * (` + converted + ` - ` + ending + `) + 3 * ` + step + `, 2 * ` + step + `) - 1) * ` + step + ` + ` + ending
	return `CASE WHEN ` + column + ` = 0 THEN 0 WHEN ` + rounded + ` > 0 THEN (` + rounded + `)::bigint` +
		` WHEN r.round_ending > 0 THEN r.round_ending ELSE r.round_to END`
}

func outOfRange(path ...string) *fault.Error {
	return fault.New(fault.Invalid, "out_of_range", "It is outside of what is allowed.").At(path...)
}
