package inventory

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// CustomerKey names the person behind an e-mail address, for the cap on what
// one customer may hold; "" for no address. Spellings of one mailbox have one
// key: case, compatibility forms (Unicode NFKC) and what stands behind a plus
// do not count, nor do points in addresses of Gmail, which delivers them alike.
func CustomerKey(email string) string {
	email = strings.ToLower(norm.NFKC.String(strings.TrimSpace(email)))
	at := strings.LastIndexByte(email, '@')
	if at <= 0 {
		return ""
	}
	local, domain := email[:at], email[at+1:]
	if plus := strings.IndexByte(local, '+'); plus > 0 {
		local = local[:plus]
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	sum := sha256.Sum256([]byte("customer\x00" + local + "@" + domain))
	return hex.EncodeToString(sum[:])
}
