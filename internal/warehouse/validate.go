package warehouse

import (
	"strconv"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

const maxNote = 5_000 // bytes

// Validate reports every fault of the input at once.
func (in NewTransfer) Validate() error {
	faults := checkPieces(in.Lines, 1)
	faults.Add(checkNote(in.Note))
	if in.From == in.To {
		faults.Add(ErrSamePlace)
	}
	return faults.Err()
}

// Validate reports every fault of the change at once.
func (c TransferChange) Validate() error {
	var faults fault.List
	if c.Lines != nil {
		faults = checkPieces(c.Lines, 1)
	}
	if c.Note != nil {
		faults.Add(checkNote(*c.Note))
	}
	return faults.Err()
}

// Validate reports every fault of the input at once.
func (in NewCount) Validate() error {
	faults := listed(in.Variants, "variants")
	faults.Add(checkNote(in.Note))
	if len(in.Variants) > MaxCountLines {
		faults.Add(ErrTooManyLines.At("variants"))
	}
	return faults.Err()
}

func checkNote(note string) *fault.Error {
	if len(note) <= maxNote {
		return nil
	}
	return fault.Newf(fault.Invalid, "too_long", "It has at most %d bytes.", maxNote).At("note")
}

func checkLength(n int) *fault.Error {
	if n >= 1 && n <= MaxLines {
		return nil
	}
	return fault.Newf(fault.Invalid, "invalid_lines", "There are between 1 and %d lines.", MaxLines).At("lines")
}

// checkPieces wants some lines of at least so many pieces.
func checkPieces(lines []Pieces, least int64) (faults fault.List) {
	if f := checkLength(len(lines)); f != nil {
		return fault.List{f}
	}
	variants := make([]catalog.VariantID, len(lines))
	for i, l := range lines {
		if variants[i] = l.Variant; l.Quantity < least || l.Quantity > inventory.MaxQuantity {
			faults.Add(errQuantity.At("lines", strconv.Itoa(i), "quantity"))
		}
	}
	return append(faults, listed(variants, "lines")...)
}

func checkArrivals(lines []Arrival) (faults fault.List) {
	if f := checkLength(len(lines)); f != nil {
		return fault.List{f}
	}
	variants := make([]catalog.VariantID, len(lines))
	for i, l := range lines {
		variants[i] = l.Variant
		if min(l.Received, l.Lost) < 0 || max(l.Received, l.Lost) > inventory.MaxQuantity || l.Received+l.Lost == 0 {
			faults.Add(errQuantity.At("lines", strconv.Itoa(i)))
		}
	}
	return append(faults, listed(variants, "lines")...)
}

func checkTallies(lines []Tally) error {
	if f := checkLength(len(lines)); f != nil {
		return f
	}
	var faults fault.List
	variants := make([]catalog.VariantID, len(lines))
	for i, l := range lines {
		if variants[i] = l.Variant; l.Counted < 0 || l.Counted > inventory.MaxQuantity {
			faults.Add(errQuantity.At("lines", strconv.Itoa(i), "counted"))
		}
	}
	return append(faults, listed(variants, "lines")...).Err()
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
