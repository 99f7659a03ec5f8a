package gid_test

import (
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/gid"
)

func TestParse_takesAnyAuthorityAndTheLastTwoParts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]gid.ID{
		"gid://souk/Product/123":              {Type: "Product", Number: 123},
		"gid://other/Product/123":             {Type: "Product", Number: 123},
		"gid://souk/a/b/Product/123":          {Type: "Product", Number: 123},
		"gid://souk/Cart/7?key=s%2Fe%3Dc":     {Type: "Cart", Number: 7, Key: "s/e=c"},
		"Product/9":                           {},
		"gid://souk/Product/9007199254740993": {Type: "Product", Number: 9007199254740993},
	} {
		got, err := gid.Parse(text)
		if want == (gid.ID{}) {
			if err == nil {
				t.Errorf("%s was taken for %+v", text, got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParse_refusesHostileText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "/", "//", "gid://souk/Product/", "gid://souk/Product/-1", "gid://souk/Product/0",
		"gid://souk/Product/1e3", "gid://souk/Product/9223372036854775808", "gid://souk//1", "gid://souk/Cart/1?key=%zz",
		"gid://souk/Product/1' OR 1=1", strings.Repeat("/1", 10_000)} {
		if got, err := gid.Parse(text); err == nil {
			t.Errorf("%.40q was taken for %+v", text, got)
		}
	}
}

func TestFormat_isReadBack(t *testing.T) {
	t.Parallel()
	got, err := gid.Parse(gid.FormatKey("Cart", 5, "a b+/=?&"))
	if want := (gid.ID{Type: "Cart", Number: 5, Key: "a b+/=?&"}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}
