package importer

import (
	"bytes"
	"compress/gzip"
	"slices"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNormalizeHandle(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"impulse-duffle": "impulse-duffle", "Impulse Duffle ": "impulse-duffle", "voyage/../yoga-bag": "voyage-yoga-bag",
		"Café Crème": "cafe-creme", "a--b_c": "a-b-c", "-x-": "x", "men's": "mens", "漢字": "", "": "",
	} {
		if got := normalizeHandle(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestEscape_isUndoneForEveryValue(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"=1", "'=1", "''=1", "'tis", "-5", "@x", "\tx", "", "'", "a=1"} {
		cell := escape(v)
		if unescape(cell) != v || cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
			t.Errorf("%q: cell %q, back %q", v, cell, unescape(cell))
		}
	}
}

func TestParseAmount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"5": 500, " 45 ": 4500, "0.00": 0, "1,144.95": 114495, "1,000,000.00": 100000000, "5.500": 550} {
		m, _, bad := parseAmount(text, "USD")
		if bad != nil || m.Minor != want {
			t.Errorf("%q: %v %v", text, m, bad)
		}
	}
	for text, code := range map[string]string{
		"12.5 EUR": "invalid_price", "1.504,95": "invalid_price", "-49.00": "negative_price", "54.005": "too_many_decimals", "5.5E+1": "invalid_price",
		"1,50": "invalid_price", "1,144": "invalid_price", "12,34,567.00": "invalid_price", "+5": "invalid_price", ".5": "invalid_price", "99999999999999": "price_out_of_range",
	} {
		if _, _, bad := parseAmount(text, "USD"); bad == nil || bad.code != code {
			t.Errorf("%q: %v, want %s", text, bad, code)
		}
	}
	if m, _, bad := parseAmount("1200", money.Currency("JPY")); bad != nil || m.Minor != 1200 {
		t.Errorf("yen: %v %v", m, bad)
	}
}

func TestBarcode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0025184252717": "0025184252717", "25184252717": "0025184252717", "8.83E+11": "", "883000000001": "", "725184825897": "725184825897", "ABC-1": "ABC-1", "12345": "12345",
	} {
		if got, _ := barcode(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestImageURL_keepsOutOfPrivateNetworks(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"https://cdn.example.com/a.jpg?v=1", "http://images.icecat.biz/x.jpg", "https://93.184.216.34/a.png", "https://[2606:4700::1]/a"} {
		if _, bad := imageURL(good); bad != nil {
			t.Errorf("%s: %v", good, bad)
		}
	}
	for _, address := range []string{
		"ftp://a.example.com/x", "javascript:alert(1)", "http://127.0.0.1:6379/x", "http://2130706433/x", "http://0x7f.1/x", "http://0177.0.0.1/x", "http://localhost/x",
		"http://db.internal/x", "http://10.1.2.3/x", "http://169.254.169.254/x", "http://[::1]/x", "http://[::ffff:10.0.0.1]/x", "http://[fd00::1]/x", "http://100.64.0.1/x",
		"http://user:pw@a.example.com/x", "//a.example.com/x", "x.jpg", "http://127.0.0.1./x", "http:///x",
	} {
		if _, bad := imageURL(address); bad == nil {
			t.Errorf("%s was taken", address)
		}
	}
}

func TestClean_takesOutWhatRunsAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	s := newSanitizer()
	for _, kept := range []string{
		"plain & simple", "<p>a<br>b <li>no end", `<p style="margin-top: 30px;">x</p>`, `<a href="https://a.example.com/?a=1&b=2" target="_blank">x</a>`,
		`<TABLE class='big'><tr><td>1</TABLE>`, "CoolTech&trade; 5 < 6", `<img src="/a.png" alt=x>`, `<strong style="display: block; margin: 20px 0 5px;">x</strong>`,
	} {
		if got, out := s.clean(kept); got != kept || out.active {
			t.Errorf("%q became %q, active %v", kept, got, out.active)
		}
	}
	for _, bad := range []string{
		`<p>x</p><script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<a href=" javascript:alert(1)">m</a>`, `<iframe src="https://a.example.com"></iframe>`,
		`x<img src=x onerror=alert(1)`, `<svg><a xlink:href="javascript:alert(1)">`, `<p style="background:url(javascript:alert(1))">x`, `<form action=/x><input>`,
		`<a href="jav&#x09;ascript:alert(1)">x</a>`, `<a href="data:text/html,x">x</a>`,
	} {
		got, out := s.clean(bad)
		lower := strings.ToLower(got)
		for _, word := range []string{"script", "onerror", "<iframe", "<svg", "<form", "url(", "data:"} {
			if strings.Contains(lower, word) {
				t.Errorf("%q became %q", bad, got)
			}
		}
		if !out.active {
			t.Errorf("%q: nobody was told", bad)
		}
		if again, _ := s.clean(got); again != got {
			t.Errorf("%q is not stable: %q, %q", bad, got, again)
		}
	}
	if got, out := s.clean("<p>a<!-- note -->b</p>"); got != "<p>ab</p>" || out.active || out.markup {
		t.Errorf("a comment: %q %+v", got, out)
	}
}

// The time of this test is its point: unbounded, each of these takes seconds.
func TestClean_isNotHeldUpByMonstrousStyles(t *testing.T) {
	t.Parallel()
	s := newSanitizer()
	for _, style := range []string{strings.Repeat("(", 400_000), "font-family:" + strings.Repeat("a,", 200_000)} {
		if got, out := s.clean(`<p style="` + style + `">x</p>`); got != "<p>x</p>" || !out.markup {
			t.Errorf("%.60q %+v", got, out)
		}
	}
}

func TestForm_isTheNarrowestType(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]string{
		TypeBoolean: {"TRUE", "false"}, TypeInteger: {"1", "-20", "0"}, TypeDecimal: {"1", "1.85"}, TypeDate: {"2006-07-01"}, TypeText: {"0882", "1"},
		TypeList: {"Nylon; Polyester", "Wool"}, TypeMultiline: {"a\nb", "x; y"}, TypeURL: {"https://a.example.com"},
	} {
		var f form
		for _, v := range values {
			f.see(v)
		}
		if got := f.kind(); got != want {
			t.Errorf("%v: %s, want %s", values, got, want)
		}
	}
}

// FuzzClean: whatever goes in, nothing active comes out, and cleaning again
// changes nothing.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"<p onclick=x>a", "<a href='java\nscript:x'>", "<scr<script>ipt>", "<!--><img src=x onerror=y>", "<style>@import 'x'</style><p style=\"color:red;x:url(y)\">"} {
		f.Add(seed)
	}
	s := newSanitizer()
	f.Fuzz(func(t *testing.T, text string) {
		out, _ := s.clean(text)
		list, whole := tokens(out)
		if !whole || slices.ContainsFunc(list, activeToken) {
			t.Fatalf("%q came out as %q", text, out)
		}
		if again, _ := s.clean(out); again != out {
			t.Fatalf("%q, then %q, then %q", text, out, again)
		}
	})
}
