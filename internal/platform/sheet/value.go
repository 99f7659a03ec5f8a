package sheet

import (
	"errors"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// The refusals of a cell.
var (
	errFormula  = fault.New(fault.Invalid, "formula", "The cell is a formula, which is not calculated here.")
	errEmpty    = fault.New(fault.Invalid, "required", "The cell must be filled in.")
	errNotWhole = fault.New(fault.Invalid, "not_whole", "The cell must be a whole number, in digits only.")
	errTooLarge = fault.New(fault.Invalid, "invalid_quantity", "The quantity is outside of what is allowed.")
)

// Text reads a cell that a spreadsheet would take for a formula only behind an
// apostrophe, as such cells are exported.
func Text(cell string) (string, *fault.Error) {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && formula(rest) {
		return rest, nil
	}
	if formula(cell) {
		return "", errFormula
	}
	return cell, nil
}

// formula reports what a spreadsheet would calculate.
func formula(cell string) bool { return cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) }

// Whole reads a whole number between least and most, with or without a sign.
// Fractions, exponents and separators of thousands are no whole numbers, however
// they come out.
func Whole(cell string, least, most int64) (int64, *fault.Error) {
	digits := strings.TrimLeft(cell, "+-")
	switch {
	case cell == "":
		return 0, errEmpty
	case len(cell)-len(digits) > 1 || digits == "" || strings.Trim(digits, "0123456789") != "":
		if formula(cell) && !number(digits) {
			return 0, errFormula
		}
		return 0, errNotWhole
	}
	n, err := strconv.ParseInt(cell, 10, 64)
	if errors.Is(err, strconv.ErrRange) || n < least || n > most {
		return 0, errTooLarge
	}
	return n, nil
}

// number reports whether a text is at least meant as one.
func number(text string) bool { return strings.Trim(text, "0123456789.,eE ") == "" }
