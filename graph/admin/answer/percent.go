package answer

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// A percent is 10,000 parts per million: with four decimals at most the two
// forms turn into each other exactly.
const (
	percentDigits = 4
	partsOfOne    = 10_000
)

var errRate = fault.Newf(fault.Invalid, "invalid_rate", "A rate is from 0 to 100 percent, with at most %d decimals.", percentDigits).At("rate")

// Percent shows parts per million as percent, with at least one decimal: "19.0",
// "8.875".
func Percent(ppm int64) string {
	text := strings.TrimRight(fmt.Sprintf("%d.%0*d", ppm/partsOfOne, percentDigits, ppm%partsOfOne), "0")
	if strings.HasSuffix(text, ".") {
		text += "0"
	}
	return text
}

// ParsePercent reads percent as parts per million. It rounds nothing: what has
// no exact form is refused.
func ParsePercent(text string) (int64, error) {
	whole, part, _ := strings.Cut(text, ".")
	part = strings.TrimRight(part, "0")
	if whole == "" || len(part) > percentDigits {
		return 0, errRate
	}
	ppm, err := strconv.ParseInt(whole+part+strings.Repeat("0", percentDigits-len(part)), 10, 64)
	if err != nil || ppm < 0 || ppm > 100*partsOfOne {
		return 0, errRate
	}
	return ppm, nil
}
