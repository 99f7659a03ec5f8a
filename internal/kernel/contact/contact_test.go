package contact_test

import (
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/contact"
)

func TestIsEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"ada@example.com": true, "a.b+c@mail.example.co.uk": true, "müller@example.de": true,
		"": false, "ada": false, "ada@example": false, "ada@.": false, "@example.com": false, "Ada <ada@example.com>": false,
		"ada@example.com, eve@example.com": false, "ada@example.com\r\nBcc: eve@example.com": false, " ada@example.com": false,
		`"a b"@example.com`: false, strings.Repeat("a", 250) + "@example.com": false,
	} {
		if got := contact.IsEmail(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestEmail_isOneSpelling(t *testing.T) {
	t.Parallel()
	if got := contact.Email("  Ada@Example.COM\n"); got != "ada@example.com" {
		t.Errorf("%q", got)
	}
	if contact.Email("mu\u0308ller@example.de") != contact.Email("m\u00fcller@example.de") {
		t.Error("the same letters, composed and not, are two addresses")
	}
}

func TestIsPhone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"+49 (221) 123-456": true, "0221/123456": true, "1234": true,
		"": false, "123": false, "call me": false, "+1234567890123456": false, "12 34\n56": false,
	} {
		if got := contact.IsPhone(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if contact.Phone(" １２３４ ") != "1234" {
		t.Error("wide digits are kept")
	}
}
