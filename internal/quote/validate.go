package quote

import (
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/tax"
)

// The bounds of a quote. Together they keep every sum in it within an int64:
// taxes are at most eight times what is taxed.
const (
	MaxQuantity = 1_000_000
	MaxAmount   = 1_000_000_000_000         // a unit price, a delivery, an adjustment, a credit
	MaxGross    = 1_000_000_000_000_000_000 // lines and deliveries together, before discounts
	MaxRates    = 8_000_000                 // parts per million: all taxes of a line or a delivery
)

// target is what an adjustment can be of.
type target struct {
	line     int64
	shipment string
}

// Validate reports every fault of the input at once.
func (in Input) Validate() error {
	var faults fault.List
	if !in.Currency.Valid() {
		faults.Add(errCurrency.At("currency"))
	}
	known := map[target]bool{{}: true} // so that nothing is called nothing
	for _, l := range in.Lines {
		at := []string{"lines", strconv.FormatInt(l.ID, 10)}
		faults.Add(first(known, target{line: l.ID}, at))
		faults = append(faults, l.check(at)...)
	}
	for _, d := range in.Deliveries {
		at := []string{"deliveries", d.Shipment}
		faults.Add(first(known, target{shipment: d.Shipment}, at))
		faults.Add(checkAmount(d.Price, at, "price"))
		faults.Add(checkRates(d.Taxes, at))
	}
	delete(known, target{})
	faults = append(faults, in.checkReductions(known)...)
	if len(faults) == 0 && !in.fits() {
		faults.Add(ErrAmount)
	}
	return faults.Err()
}

// checkReductions looks at what is taken off and paid.
func (in Input) checkReductions(known map[target]bool) (faults fault.List) {
	for i, a := range in.Adjustments {
		at := []string{"adjustments", strconv.Itoa(i)}
		if !known[a.target()] {
			faults.Add(errTarget.At(at...))
		}
		faults.Add(checkAmount(a.Amount, at, "amount"))
	}
	for i, c := range in.Credits {
		faults.Add(checkAmount(c.Available, []string{"credits", strconv.Itoa(i)}, "available"))
	}
	return faults
}

func (l LineInput) check(at []string) (faults fault.List) {
	if l.Quantity < 1 || l.Quantity > MaxQuantity {
		faults.Add(ErrQuantity.At(join(at, "quantity")...))
	}
	faults.Add(checkAmount(l.UnitPrice, at, "unitPrice"))
	faults.Add(checkRates(l.Taxes, at))
	return faults
}

// fits tells whether all amounts together stay within the bound; each by itself
// does.
func (in Input) fits() bool {
	var gross int64
	for _, l := range in.Lines {
		if gross += l.UnitPrice * int64(l.Quantity); gross > MaxGross {
			return false
		}
	}
	for _, d := range in.Deliveries {
		if gross += d.Price; gross > MaxGross {
			return false
		}
	}
	return true
}

func (a Adjustment) target() target { return target{line: a.Line, shipment: a.Shipment} }

// first marks what is named, and refuses what was named before.
func first(known map[target]bool, t target, at []string) *fault.Error {
	if known[t] {
		return errID.At(at...)
	}
	known[t] = true
	return nil
}

func checkAmount(amount int64, at []string, name string) *fault.Error {
	if amount < 0 || amount > MaxAmount {
		return ErrAmount.At(join(at, name)...)
	}
	return nil
}

func checkRates(levies []tax.Levy, at []string) *fault.Error {
	var sum int64
	for _, l := range levies {
		if sum += l.PPM; l.PPM < 0 || l.PPM > MaxRates || sum > MaxRates {
			return errRate.At(join(at, "taxes")...)
		}
	}
	return nil
}

// join gives the path of a field below at.
func join(at []string, name string) []string { return append(at[:len(at):len(at)], name) }
