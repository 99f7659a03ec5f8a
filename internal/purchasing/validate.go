package purchasing

import (
	"strconv"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

const (
	maxReference = 255   // bytes
	maxNote      = 5_000 // bytes
)

// Validate reports every fault of the input at once.
func (in NewOrder) Validate() error {
	faults := checkLines(in.Lines, in.Currency)
	faults.Add(checkText(in.Reference, maxReference, "reference"))
	faults.Add(checkText(in.Note, maxNote, "note"))
	if !in.Currency.Valid() {
		faults.Add(errCurrencyCode)
	}
	if in.Supplier == in.Location {
		faults.Add(ErrSamePlace)
	}
	return faults.Err()
}

// Validate reports every fault of the change at once, save those of costs in
// another currency than the order's.
func (c Change) Validate() error {
	var faults fault.List
	if c.Lines != nil {
		faults.Add(checkLength(len(c.Lines)))
	}
	if c.Reference != nil {
		faults.Add(checkText(*c.Reference, maxReference, "reference"))
	}
	if c.Note != nil {
		faults.Add(checkText(*c.Note, maxNote, "note"))
	}
	return faults.Err()
}

// Validate reports every fault of the delivery at once.
func (d Delivery) Validate() error {
	if len(d.Lines) == 0 {
		return nil
	}
	if f := checkLength(len(d.Lines)); f != nil {
		return f
	}
	var faults fault.List
	variants := make([]catalog.VariantID, len(d.Lines))
	for i, l := range d.Lines {
		variants[i] = l.Variant
		faults.Add(checkQuantity(l.Quantity, i))
	}
	return append(faults, listed(variants, "lines")...).Err()
}

func checkLines(lines []NewLine, currency money.Currency) (faults fault.List) {
	if f := checkLength(len(lines)); f != nil {
		return fault.List{f}
	}
	variants := make([]catalog.VariantID, len(lines))
	for i, l := range lines {
		variants[i] = l.Variant
		faults.Add(checkQuantity(l.Quantity, i))
		switch at := []string{"lines", strconv.Itoa(i), "unitCost"}; {
		case l.UnitCost == nil:
		case l.UnitCost.Currency != currency:
			faults.Add(ErrCurrency.At(at...))
		case l.UnitCost.Minor < 0 || l.UnitCost.Minor > MaxCost:
			faults.Add(errCost.At(at...))
		}
	}
	return append(faults, listed(variants, "lines")...)
}

func checkLength(n int) *fault.Error {
	if n >= 1 && n <= MaxLines {
		return nil
	}
	return fault.Newf(fault.Invalid, "invalid_lines", "There are between 1 and %d lines.", MaxLines).At("lines")
}

func checkQuantity(n int64, i int) *fault.Error {
	if n >= 1 && n <= inventory.MaxQuantity {
		return nil
	}
	return errQuantity.At("lines", strconv.Itoa(i), "quantity")
}

func checkText(text string, limit int, field string) *fault.Error {
	if len(text) <= limit {
		return nil
	}
	return fault.Newf(fault.Invalid, "too_long", "It has at most %d bytes.", limit).At(field)
}

// listed refuses variants that stand twice in a list.
func listed(variants []catalog.VariantID, name string) (faults fault.List) {
	seen := make(map[catalog.VariantID]bool, len(variants))
	for i, v := range variants {
		if seen[v] {
			faults.Add(errTwice.At(name, strconv.Itoa(i)))
		}
		seen[v] = true
	}
	return faults
}
