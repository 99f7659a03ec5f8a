// Package contact knows how people are reached: what an e-mail address and a
// telephone number look like, and the one form in which each is kept.
package contact

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MaxEmail is the longest address that mail servers take, in bytes (RFC 5321,
// section 4.5.3.1.3, less the angle brackets).
const MaxEmail = 254

// Email gives an address in the form in which the shop keeps and compares it.
func Email(text string) string { return norm.NFC.String(strings.ToLower(strings.TrimSpace(text))) }

// IsEmail reports whether text is a bare address (RFC 5322) at a domain with a
// dot in it, and nothing besides.
func IsEmail(text string) bool {
	if len(text) > MaxEmail || strings.ContainsFunc(text, unicode.IsControl) || strings.Contains(text, `"`) {
		return false
	}
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Address != text {
		return false
	}
	_, domain, _ := strings.Cut(text, "@")
	return strings.Contains(strings.Trim(domain, "."), ".")
}

// Phone gives a number in the form in which the shop keeps it.
func Phone(text string) string { return norm.NFKC.String(strings.TrimSpace(text)) }

// phone is a number as people write it.
var phone = regexp.MustCompile(`^\+?[0-9 ()./-]{4,31}$`)

// IsPhone reports whether text is a number of 4 to 15 digits (E.164 has at most
// 15), written as people write them.
func IsPhone(text string) bool {
	digits := 0
	for _, c := range text {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return phone.MatchString(text) && digits >= 4 && digits <= 15
}
