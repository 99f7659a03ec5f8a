package hosted

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/order"
	orderstate "github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	paying "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/quote"
)

// everyPage gives one answer of each sort.
func everyPage(t *testing.T, language locale.Language) map[string]answer {
	t.Helper()
	at := func(step lifecycle.Step) *world {
		w := newWorld().upTo(step)
		w.c.Language = language
		return w
	}
	broken := at(lifecycle.Payment)
	broken.c.Problems = []checkout.Problem{{Code: checkout.OutOfStock, Line: 1}, {Code: checkout.NotFound, Line: 2}, {Code: checkout.OutOfStock}}
	waiting := at(lifecycle.Payment)
	waiting.c.State = lifecycle.AwaitingAction
	waiting.c.Payments = []payment.Payment{{ID: 1, State: paying.RequiresAction, Action: &payment.Action{URL: "https://pay.example/", Data: []byte(`{"instructions":"Say yes"}`)}}}
	expired := at(lifecycle.Contact)
	expired.c.State = lifecycle.Expired
	paid := at(lifecycle.Contact)
	paid.place()
	paid.o.Language, paid.o.PayLater, paid.o.Captured = language, true, 0
	paid.timeline = []order.Entry{{At: noon, Kind: "order.placed", Public: true}}
	failed := at(lifecycle.Payment)
	declined(failed)
	return map[string]answer{
		"contact":         at(lifecycle.Contact).get(t, home),
		"contact refused": at(lifecycle.Contact).post(t, home+"/contact"),
		"address":         at(lifecycle.ShippingAddress).get(t, home),
		"address refused": at(lifecycle.ShippingAddress).post(t, home+"/shipping", "country", "US", "format", "US"),
		"delivery":        at(lifecycle.Delivery).get(t, home),
		"no delivery":     at(lifecycle.Delivery).post(t, home+"/delivery"),
		"billing":         at(lifecycle.Payment).get(t, home+"?step=billing"),
		"payment":         at(lifecycle.Payment).get(t, home),
		"review":          at(lifecycle.Payment).get(t, home+"?step=review&method=sandbox"),
		"declined":        failed.get(t, home+"?step=review&method=sandbox"),
		"broken":          broken.get(t, home+"?step=review&method=manual"),
		"waiting":         waiting.get(t, home),
		"expired":         expired.get(t, home),
		"order":           paid.get(t, "/orders/"+orderToken),
		"missing":         at(lifecycle.Contact).get(t, "/checkout/7-guess"),
		"missing order":   at(lifecycle.Contact).get(t, "/orders/9-guess"),
		"nowhere":         at(lifecycle.Contact).get(t, "/checkout/"),
	}
}

func TestPages_areGuarded(t *testing.T) {
	t.Parallel()
	for name, a := range everyPage(t, "en") {
		for header, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
			"X-Robots-Tag": "noindex, nofollow", "Content-Type": "text/html; charset=utf-8",
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' https: http://example.com; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		} {
			if got := a.Header().Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if len(a.Result().Cookies()) > 0 {
			t.Errorf("%s sets a cookie", name)
		}
	}
}

func TestPages_whoHasNoTokenLearnsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.place()
	for _, path := range []string{"/checkout/7-guess", "/checkout/8-secret", "/checkout/7-guess/return", "/orders/9-guess", "/orders/9"} {
		a := w.get(t, path)
		if a.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Code)
		}
		a.hasNot(t, "ada@", "lamp", "1042", "€")
	}
	for _, step := range []string{"payment", "complete", "lines"} {
		if a := w.post(t, "/checkout/7-guess/"+step, "version", "1"); step != "complete" && a.Code != http.StatusNotFound {
			t.Errorf("%s: %d", step, a.Code)
		}
	}
}

func TestForms_fromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	tests := map[string]struct {
		headers map[string]string
		body    string
		status  int
	}{
		"from our page":              {map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": form}, "email=a@b.example", 303},
		"from an old browser":        {map[string]string{"Origin": "http://example.com", "Content-Type": form}, "email=a@b.example", 303},
		"from another site":          {map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "null", "Content-Type": form}, "email=a@b.example", 403},
		"from a neighboring site":    {map[string]string{"Sec-Fetch-Site": "same-site", "Content-Type": form}, "email=a@b.example", 403},
		"from another origin":        {map[string]string{"Origin": "https://evil.example", "Content-Type": form}, "email=a@b.example", 403},
		"in another form":            {map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}, "email=a@b.example", 422},
		"larger than any form of us": {map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": form}, "email=a@b.example&x=" + strings.Repeat("x", maxBody), 422},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			r := httptest.NewRequest(http.MethodPost, home+"/contact", strings.NewReader(test.body))
			for k, v := range test.headers {
				r.Header.Set(k, v)
			}
			if a := w.send(t, r); a.Code != test.status || (w.c.Email == "") != (test.status != 303) {
				t.Errorf("status %d, e-mail %q", a.Code, w.c.Email)
			}
		})
	}
}

func TestPages_escapeWhatOthersWrote(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`
	w := newWorld().upTo(lifecycle.Payment)
	w.shop = newWorld().shop
	w.shop.Name, w.shop.PrimaryDomain = evil, "javascript:alert(1)"
	l := &w.c.Lines[0]
	l.Goods.Title, l.Goods.VariantTitle, l.Goods.ImageURL = evil, evil, `javascript:alert(1)//"`+evil
	l.Attributes = []cart.Attribute{{Key: evil, Value: evil}}
	w.c.Email, w.c.ShippingAddress.FirstName, w.c.ShippingAddress.Address1 = evil, evil, evil
	w.c.Priced.Shipments[0].Options[0].Title = evil
	w.c.Methods[0].Title = evil
	w.c.Payments = []payment.Payment{{State: paying.Failed, DeclineReason: evil}}
	w.judge()
	w.c.Problems = []checkout.Problem{{Code: checkout.NotFound, Line: 1, Message: evil}}
	pages := []answer{
		w.post(t, home+"/contact", "email", evil), w.post(t, home+"/shipping", "country", "US", "format", "US", "city", evil, "zoneCode", evil),
	}
	for _, step := range []string{"contact", "shipping", "delivery", "billing", "payment", "review&method=sandbox"} {
		pages = append(pages, w.get(t, home+"?step="+step))
	}
	w.place()
	w.o.Lines[0].Title, w.o.Email = evil, evil
	w.timeline = []order.Entry{{Kind: "unheard of", Message: evil, Public: true}}
	pages = append(pages, w.get(t, "/orders/"+orderToken))
	for _, a := range pages {
		a.hasNot(t, "<script", "<img src=x", `="javascript:`)
	}
}

// TestPages_canBeUsedByAll looks at what can be seen in the markup: labels,
// headings, landmarks, and that whatever is named is there.
func TestPages_canBeUsedByAll(t *testing.T) {
	t.Parallel()
	for _, language := range []locale.Language{"en", "de"} {
		for name, a := range everyPage(t, language) {
			doc, err := html.Parse(strings.NewReader(a.body))
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range inspect(doc) {
				t.Errorf("%s (%s): %s", name, language, fault)
			}
		}
	}
}

// inspect lists what is wrong with a page.
func inspect(doc *html.Node) (faults []string) {
	ids, count := map[string]int{}, map[string]int{}
	var labels, names []string // what labels are for; what attributes name
	var inputs []*html.Node
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		attrs := map[string]string{}
		for _, a := range n.Attr {
			attrs[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				faults = append(faults, "attribute "+a.Key+" is stopped by the policy")
			}
		}
		if id := attrs["id"]; id != "" {
			ids[id]++
		}
		names = append(names, strings.Fields(attrs["aria-describedby"]+" "+attrs["aria-labelledby"])...)
		if to, ok := strings.CutPrefix(attrs["href"], "#"); ok {
			names = append(names, to)
		}
		switch n.Data {
		case "label":
			labels = append(labels, attrs["for"])
		case "input", "select":
			if attrs["type"] != "hidden" {
				inputs = append(inputs, n)
			}
		case "script":
			faults = append(faults, "a script")
		case "html":
			if attrs["lang"] == "" {
				faults = append(faults, "no language")
			}
		}
	}
	for id, n := range ids {
		if n > 1 {
			faults = append(faults, "the id "+id+" stands twice")
		}
	}
	for _, name := range names {
		if ids[name] == 0 {
			faults = append(faults, "nothing has the id "+name)
		}
	}
	for _, n := range inputs {
		if !labelled(n, labels) {
			faults = append(faults, "an input without a label")
		}
	}
	for _, one := range []string{"h1", "main", "header", "footer", "title"} {
		if count[one] != 1 {
			faults = append(faults, "not exactly one "+one)
		}
	}
	if count["fieldset"] != count["legend"] {
		faults = append(faults, "a fieldset without a legend")
	}
	return faults
}

func labelled(n *html.Node, labels []string) bool {
	for p := range n.Ancestors() {
		if p.Data == "label" {
			return true
		}
	}
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "id" && slices.Contains(labels, a.Val) })
}

func TestAddress_everyCountryCanBeAsked(t *testing.T) {
	t.Parallel()
	w := newWorld().upTo(lifecycle.ShippingAddress)
	for _, country := range locale.Countries() {
		a := w.post(t, home+"/shipping", "update", "country", "country", string(country))
		if a.Code != http.StatusOK {
			t.Fatalf("%s: %d", country, a.Code)
		}
		if country == locale.Unknown {
			continue
		}
		for _, f := range postal.FormatOf(country).Fields {
			a.has(t, `id="`+f.Name+`"`)
		}
		switch country {
		case "DE":
			a.has(t, `autocomplete="shipping postal-code" inputmode="numeric" required`)
		case "US":
			a.has(t, `<option value="CA">California`)
		}
	}
}

func TestOrder_tellsHowItStands(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.place()
	w.o.PayLater, w.o.Captured, w.o.Status = true, 0, orderstate.StatusConfirmed
	w.c.Payments = []payment.Payment{{Method: "manual", State: paying.Authorized}}
	w.timeline = []order.Entry{
		{At: noon, Kind: "order.placed", Message: "The order was placed.", Public: true},
		{At: noon, Kind: "note", Message: "He always complains.", Actor: "Bob"},
		{At: noon.Add(time.Hour), Kind: "parcel.lost", Message: "The parcel was found.", Public: true},
	}
	a := w.get(t, "/orders/"+orderToken)
	a.has(t, "Order 1042", "Confirmed", "Desk lamp “Halo”", "228,40", "Lindenstraße 7", "21 November 2026, 13:00 UTC", "We received your order.",
		"The parcel was found.", "Still to be paid: 228,40", "IBAN DE02", "Engraving: For Ada")
	a.hasNot(t, "complains", "Bob")
	w.o.Language = "de"
	a = w.get(t, "/orders/"+orderToken)
	a.has(t, "Bestellung 1042", "Bestätigt", "An der Bestellung hat sich etwas geändert.", "21. November 2026", "Deutschland")
	a.hasNot(t, "found")
	w.o.Captured = w.o.Total
	w.get(t, "/orders/"+orderToken).hasNot(t, "Noch zu zahlen")
}

// Who pays later is told that the shop waits for him, not that money came.
func TestOrder_paidLaterAsksForTheMoney(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.place()
	w.o.PayLater, w.o.Captured, w.o.Status = true, 0, orderstate.StatusPending
	w.timeline = []order.Entry{{At: noon, Kind: "payment.authorized", Public: true}}
	a := w.get(t, "/orders/"+orderToken)
	a.has(t, "once your payment arrives", "You chose to pay later.")
	a.hasNot(t, "checking the payment", "The payment was accepted.")
}

// Digital goods are brought for nothing, which is no delivery to speak of.
func TestOrder_ofDigitalGoodsHasNoDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.place()
	w.o.Language, w.o.Deliveries = "de", []order.Delivery{{Shipment: quote.Digital, Title: "Digital delivery"}}
	a := w.get(t, "/orders/"+orderToken)
	a.has(t, "Digitale Waren")
	a.hasNot(t, "Digital delivery", "Kostenlos")
}

func TestSummary_hidesWhatIsMeantForMachines(t *testing.T) {
	t.Parallel()
	a := newWorld().get(t, home)
	a.has(t, "Engraving: For Ada", "Including VAT 19%: 35,68", "another 14 minutes")
	a.hasNot(t, "_ref", "hidden<")
}

func TestStyle_isKeptByItsContent(t *testing.T) {
	t.Parallel()
	w := newWorld()
	sheet := newSheet()
	w.get(t, home).has(t, `href="`+sheet.path+`"`)
	a := w.get(t, sheet.path)
	if a.Code != 200 || !strings.Contains(a.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(a.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", a.Code, a.Header())
	}
}

func TestFormat_writesAsItsReadersDo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		language locale.Language
		country  locale.Country
		amount   money.Money
		want     string
	}{
		{"en", "US", money.New(123_450, "USD"), "$1,234.50"},
		{"en", "GB", money.New(123_450, "EUR"), "€1,234.50"},
		{"de", "DE", money.New(123_450, "EUR"), "1.234,50\u00a0€"},
		{"de", "AT", money.New(-50, "EUR"), "-€\u00a00,50"},
		{"en", "JP", money.New(1500, "JPY"), "¥1,500"},
		{"en", "ZZ", money.New(1500, "KWD"), "KWD\u00a01.500"},
	}
	for _, test := range tests {
		if got := newFormat(test.language, test.country).money(test.amount); got != test.want {
			t.Errorf("%s-%s: %q, want %q", test.language, test.country, got, test.want)
		}
	}
	choices := newFormat("de", "DE").countries(locale.Countries(), "AT")
	at := func(code string) int {
		return slices.IndexFunc(choices, func(c choice) bool { return c.Value == code })
	}
	if o, p := at("AT"), at("PK"); choices[o].Label != "Österreich" || !choices[o].Selected || o > p || o < at("NO") || at("ZZ") >= 0 {
		t.Errorf("Österreich stands at %d, Pakistan at %d", o, p)
	}
}

var (
	inTemplates = regexp.MustCompile(`\.T "([^"]+)"`)
	inCode      = regexp.MustCompile(`(?:\.T|\.count|\.notice)\((?:r, )?"([^"]+)"(?:, "([^"]+)"\))?`)
	name        = regexp.MustCompile(`\{\w+\}`)
)

func TestSpeech_saysEverythingInEveryLanguage(t *testing.T) {
	t.Parallel()
	speech, err := readSpeech()
	if err != nil {
		t.Fatal(err)
	}
	en := speech[fallback]
	for language, words := range speech {
		for key, text := range en {
			if words[key] == "" {
				t.Errorf("%s lacks %q", language, key)
			}
			want, got := name.FindAllString(text, -1), name.FindAllString(words[key], -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: %q names %v, not %v", language, key, got, want)
			}
		}
		if len(words) != len(en) {
			t.Errorf("%s has %d messages, %s has %d", language, len(words), fallback, len(en))
		}
	}
	used := keysUsed(t)
	if len(used) < 80 {
		t.Fatalf("only %d keys were found", len(used))
	}
	for key := range used {
		if _, whole := en[key]; !whole && en[key+".one"] == "" {
			t.Errorf("nothing is said for %q", key)
		}
	}
}

// keysUsed gives the keys of messages that the pages name, and those that are
// put together from what the rooms name.
func keysUsed(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	for pattern, expr := range map[string]*regexp.Regexp{"templates/*.html": inTemplates, "[a-z]*.go": inCode} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range expr.FindAllStringSubmatch(string(text), -1) {
				if !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(m[1], ".") {
					used[m[1]] = true
				}
			}
		}
	}
	for slug := range maps.Values(slugs) {
		used["step."+slug], used["heading."+slug] = true, true
	}
	for _, token := range sandboxTokens {
		used["sandbox."+token], used["sandbox."+token+".text"] = true, true
	}
	for _, code := range []checkout.ProblemCode{checkout.Required, checkout.Invalid, checkout.NotFound, checkout.OutOfStock, checkout.PriceChanged} {
		used["line."+string(code)], used["line."+string(code)+".short"] = true, true
	}
	for _, s := range []orderstate.Status{"pending", "confirmed", "paid", "fulfilled", "shipped", "delivered", "refunded", "returned", "disputed", "cancelled"} {
		used["status."+string(s)], used["status."+string(s)+".text"] = true, true
	}
	for _, country := range locale.Countries() {
		for _, f := range postal.FormatOf(country).Fields {
			used["label."+f.Label] = true
		}
	}
	return used
}

// A bundle says what is in it, while it is bought and afterwards.
func TestSummary_tellsWhatIsInABundle(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.c.Lines[1].Components = []quote.Component{{Quantity: 2, Goods: goods("Bowl", "Blue", 0, 3)}, {Quantity: 1, Goods: goods("Spoon", "", 0, 3)}}
	w.get(t, home).has(t, "2 × Bowl (Blue)", "1 × Spoon")
	w.place()
	w.o.Lines[1].Components = []order.Component{{Title: "Bowl", VariantTitle: "Blue", Quantity: 2}}
	w.get(t, "/orders/"+orderToken).has(t, "Oak tray", "2 × Bowl (Blue)")
}
