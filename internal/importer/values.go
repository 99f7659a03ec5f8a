package importer

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// maxAmount bounds a price, in minor units, so that no cart overflows.
const maxAmount = 1_000_000_000_000

// complaint is why a value is not taken: a stable code and a reason.
type complaint struct{ code, reason string }

func (c *complaint) Error() string { return c.reason }

func complain(code, reason string) *complaint { return &complaint{code, reason} }

// parseAmount reads a price. separated says that a thousands separator had to
// be taken out: commas before groups of three digits and a point with the
// currency's decimals can be nothing else.
func parseAmount(text string, c money.Currency) (m money.Money, separated bool, bad *complaint) {
	text = strings.TrimSpace(text)
	if grouped(text, c.Digits()) {
		text, separated = strings.ReplaceAll(text, ",", ""), true
	}
	if !isNumber(text) || strings.HasPrefix(text, "+") || strings.HasPrefix(text, "--") {
		return m, false, complain("invalid_price", strconv.Quote(clip(text))+" is not a plain decimal number such as 12.50, without currency or exponent")
	}
	if strings.HasPrefix(text, "-") {
		return m, false, complain("negative_price", "the price is below zero")
	}
	m, err := money.Parse(text, c)
	if fault.Is(err, "invalid_amount") {
		return m, false, complain("too_many_decimals", clip(text)+" has more decimals than "+string(c)+" has")
	}
	if err != nil || m.Minor > maxAmount {
		return m, false, complain("price_out_of_range", "the price is too large")
	}
	return m, separated, nil
}

func grouped(text string, decimals int) bool {
	whole, frac, dotted := strings.Cut(text, ".")
	parts := strings.Split(whole, ",")
	if !dotted || len(frac) != decimals || decimals == 0 || len(parts) < 2 || len(parts[0]) > 3 {
		return false
	}
	for i, p := range parts {
		if !digitsOnly(p) || i > 0 && len(p) != 3 {
			return false
		}
	}
	return true
}

// parseBool reads a truth value. ok is false for one that is neither.
func parseBool(text string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "yes", "1":
		return true, true
	case "false", "no", "0":
		return false, true
	}
	return false, false
}

// parseQuantity reads a whole number of pieces, which may be below zero.
func parseQuantity(text string) (int64, *complaint) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n > maxQuantity || n < -maxQuantity {
		return 0, complain("invalid_quantity", strconv.Quote(clip(text))+" is not a whole number of pieces")
	}
	return n, nil
}

const maxQuantity = 1_000_000_000

// parseGrams reads a weight; rounded says that fractions of a gram were lost.
func parseGrams(text string) (grams int64, rounded bool, bad *complaint) {
	milli, exact, ok := parseMilli(strings.TrimSpace(text))
	if !ok || milli > 1000*maxQuantity {
		return 0, false, complain("invalid_weight", strconv.Quote(clip(text))+" is not a number of grams")
	}
	return (milli + 500) / 1000, !exact || milli%1000 != 0, nil
}

// parseMilli reads a decimal number that is not negative, in thousandths; exact
// is false when digits beyond them were cut.
func parseMilli(text string) (milli int64, exact, ok bool) {
	whole, frac, dotted := strings.Cut(text, ".")
	if !digitsOnly(whole) || dotted && !digitsOnly(frac) || len(whole) > 14 {
		return 0, false, false
	}
	exact = true
	if len(frac) > 3 {
		exact = strings.Trim(frac[3:], "0") == ""
		frac = frac[:3]
	}
	n, err := strconv.ParseInt(whole+frac+"000"[len(frac):], 10, 64)
	return n, exact, err == nil
}

// milliText is the shortest text that parseMilli reads as n.
func milliText(n int64) string {
	s := strconv.FormatInt(n/1000, 10)
	if rest := n % 1000; rest != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")
	}
	return s
}

// barcode reads a bar code. A GTIN must have a right check digit; one that lost
// its leading zeros gets them back. Digits that a spreadsheet spoiled are not
// taken. A code with letters is the merchant's own and stays as it is.
func barcode(text string) (code string, note *complaint) {
	text = trimInvisible(text)
	switch {
	case text == "":
		return "", nil
	case !digitsOnly(text):
		if scientific(text) {
			return "", complain("barcode_spoiled", clip(text)+" is not a GTIN, a spreadsheet made a number of it; the barcode is left out")
		}
		return text, nil
	case len(text) > 14 || len(text) < 8:
		return text, nil
	case !checkDigitHolds(text):
		if len(text) == 8 || len(text) >= 12 {
			return "", complain("barcode_check_digit", text+" is not a GTIN, its check digit is wrong; the barcode is left out")
		}
		return text, nil
	case len(text) >= 9 && len(text) <= 11:
		full := strings.Repeat("0", 13-len(text)) + text
		return full, complain("barcode_zeros", "the barcode lost its leading zeros; its check digit holds, so it is read as "+full)
	}
	return text, nil
}

func scientific(s string) bool {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(s), "E")
	return found && isNumber(mantissa) && digitsOnly(strings.TrimLeft(exponent, "+-"))
}

// checkDigitHolds is the rule of GS1: from the right, digits count once and
// three times in turn, and the sum is a multiple of ten.
func checkDigitHolds(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 3
		}
		sum += d
	}
	return sum%10 == 0
}

const maxURL = 2000

// imageURL checks the address of a picture by its text alone: nothing is
// looked up and nothing opened.
func imageURL(text string) (string, *complaint) {
	text = trimInvisible(text)
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Hostname() == "" || u.User != nil || strings.ContainsAny(text, " \t\r\n\"<>\\") {
		return "", complain("invalid_image_address", strconv.Quote(clip(text))+" is not an address; the product comes without this image")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", complain("image_scheme", "the address is not http or https; the product comes without this image")
	}
	if privateHost(strings.ToLower(u.Hostname())) {
		return "", complain("private_address", "the address lies inside a private network; the product comes without this image")
	}
	return text, nil
}

// privateHost recognizes names and literal addresses that no public picture
// has. IPv4 in any spelling but four decimal numbers counts as private.
func privateHost(host string) bool {
	host = strings.TrimSuffix(host, ".")
	addr, err := netip.ParseAddr(host)
	if err != nil {
		for _, private := range []string{"localhost", "local", "internal", "lan", "home.arpa"} {
			if host == private || strings.HasSuffix(host, "."+private) {
				return true
			}
		}
		last := host[strings.LastIndexByte(host, '.')+1:]
		return digitsOnly(last) || strings.HasPrefix(last, "0x")
	}
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return true
	}
	for _, reserved := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", "64:ff9b::/96", "2002::/16"} {
		if netip.MustParsePrefix(reserved).Contains(addr) {
			return true
		}
	}
	return false
}
