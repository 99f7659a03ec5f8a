package importer

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const maxHandle = 255

func itoa(n int) string { return strconv.Itoa(n) }

// normalizeHandle makes a handle of any text: lower-case Latin letters and
// digits, one hyphen between words, accents dropped.
func normalizeHandle(s string) string {
	if plainHandle(s) {
		return s
	}
	var b strings.Builder
	gap := false
	for _, c := range norm.NFKD.String(s) {
		c = unicode.ToLower(c)
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(c)
		case unicode.Is(unicode.Mn, c) || c == '\'' || c == '’':
			// an accent, or an apostrophe: does not part a word
		default:
			gap = true
		}
	}
	return b.String()
}

func plainHandle(s string) bool {
	hyphen := true
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			hyphen = false
		case c == '-' && !hyphen:
			hyphen = true
		default:
			return false
		}
	}
	return !hyphen
}

// trimInvisible cuts white space and characters that nobody sees (no-break and
// zero-width spaces, byte order marks) from both ends.
func trimInvisible(s string) string {
	return strings.TrimFunc(s, func(c rune) bool {
		return unicode.IsSpace(c) || c == '\ufeff' || c == '\u200b' || c == '\u200c' || c == '\u200d' || c == '\u2060' || c == '\u00ad'
	})
}

// A spreadsheet runs a cell that begins with one of these as a formula.
const formulaStarts = "=+-@\t\r"

// escape makes a cell harmless in a spreadsheet: an apostrophe goes before a
// formula's first character, and before a value that already begins with
// apostrophes and such a character, so that unescape gives back every value.
func escape(value string) string {
	if startsFormula(strings.TrimLeft(value, "'")) {
		return "'" + value
	}
	return value
}

// unescape undoes escape: of apostrophes before a formula's first character
// one is taken away. Every other apostrophe is part of the value.
func unescape(cell string) string {
	if strings.HasPrefix(cell, "'") && startsFormula(strings.TrimLeft(cell, "'")) {
		return cell[1:]
	}
	return cell
}

func startsFormula(s string) bool { return s != "" && strings.IndexByte(formulaStarts, s[0]) >= 0 }

// isNumber reports whether s is a plain decimal number, signed or not.
func isNumber(s string) bool {
	s = strings.TrimLeft(s, "+-")
	whole, frac, dotted := strings.Cut(s, ".")
	return digitsOnly(whole) && (!dotted || digitsOnly(frac))
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// hasControl reports whether s holds a control character other than tab and
// line breaks; no text of a shop does.
func hasControl(s []byte) bool {
	for _, c := range s {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return true
		}
	}
	return false
}

// clip shortens a value for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
