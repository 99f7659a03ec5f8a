package e2e_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// What a buyer who means no good fills in.
const (
	evilFirst   = `<script>alert(1)</script>`
	evilLast    = `"><img src=x onerror=alert(2)>`
	evilCompany = `</textarea><iframe srcdoc="<b>x">`
	evilGift    = `'-alert(3)-' {{.Shop}} <b>bold</b>`
)

const hostedCart = `mutation($variant: ID!, $gift: String!) { cartCreate(input: {lines: [{merchandiseId: $variant, quantity: 2, attributes: [{key: "Engraving", value: $gift}]}],
	buyerIdentity: {countryCode: US}}) { cart { id checkoutUrl } userErrors { code message } } }`

// visitor uses the pages as a browser does that runs no script and keeps no
// cookie: links, forms and redirects are all he has.
type visitor struct {
	s      *shop
	at     string // path and query of the page he sees
	status int
	header http.Header
	page   *html.Node
}

// checkout puts something into a cart and follows its checkoutUrl.
func checkout(t *testing.T, s *shop) *visitor {
	t.Helper()
	variant, _ := inStock(t, s)
	made := s.query(t, hostedCart, map[string]any{"variant": variant, "gift": evilGift}).at("cartCreate")
	link, ok := strings.CutPrefix(made.at("cart", "checkoutUrl").text(), s.url)
	if !ok {
		t.Fatal(made.json())
	}
	v := &visitor{s: s}
	v.open(t, link+"&logged_in=true&_fd=0")
	return v
}

// open follows a link, as far as it leads.
func (v *visitor) open(t *testing.T, path string) {
	t.Helper()
	v.arrive(t, path, v.s.do(t, http.MethodGet, path, ""))
}

// arrive looks at what a request got, behind all redirects.
func (v *visitor) arrive(t *testing.T, path string, a answer) {
	t.Helper()
	for range 5 {
		if a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
		to := a.header.Get("Location")
		if to == "" {
			break
		}
		path = strings.TrimPrefix(to, v.s.url)
		if !strings.HasPrefix(path, "/") {
			t.Fatalf("led away, to %s", to)
		}
		a = v.s.do(t, http.MethodGet, path, "")
	}
	page, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	v.at, v.status, v.header, v.page = path, a.status, a.header, page
}

// fill gives the page's form that is sent to an address with that ending, filled
// in as it stands and with the fields besides.
func (v *visitor) fill(t *testing.T, ending string, fields ...string) (action string, form url.Values) {
	t.Helper()
	for n := range v.page.Descendants() {
		if n.Data != "form" || attr(n, "method") != "post" || !strings.HasSuffix(first(attr(n, "action"), v.at), ending) {
			continue
		}
		form = contents(n)
		for i := 0; i+1 < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		return first(attr(n, "action"), v.at), form
	}
	t.Fatalf("%s has no form for %q:\n%s", v.at, ending, clip(v.text()))
	return "", nil
}

// submit sends a form of the page and goes where it leads.
func (v *visitor) submit(t *testing.T, ending string, fields ...string) {
	t.Helper()
	action, form := v.fill(t, ending, fields...)
	v.arrive(t, action, v.post(t, action, form))
}

func (v *visitor) post(t *testing.T, action string, form url.Values, headers ...string) answer {
	t.Helper()
	headers = append(headers, "Content-Type", "application/x-www-form-urlencoded", "Origin", v.s.url, "Sec-Fetch-Site", "same-origin")
	return v.s.do(t, http.MethodPost, action, form.Encode(), headers...)
}

// contents are what a browser would send of a form, apart from its buttons.
func contents(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		kind := attr(n, "type")
		switch {
		case n.Data == "option" && has(n, "selected"):
			values.Set(attr(n.Parent, "name"), attr(n, "value"))
		case n.Data != "input", (kind == "radio" || kind == "checkbox") && !has(n, "checked"):
		default:
			values.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	return values
}

// text is what the page says to those who read it.
func (v *visitor) text() string { return textOf(v.page) }

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && c.Parent.Data != "style" {
			b.WriteString(c.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// reads asks that the page is at a place and says something.
func (v *visitor) reads(t *testing.T, place string, says ...string) {
	t.Helper()
	if !strings.Contains(v.at, place) || v.status != http.StatusOK {
		t.Fatalf("at %s, %d, not at %s:\n%s", v.at, v.status, place, clip(v.text()))
	}
	for _, want := range says {
		if !strings.Contains(v.text(), want) {
			t.Errorf("%s does not say %q:\n%s", v.at, want, clip(v.text()))
		}
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// harmless asks that nothing of what was filled in has become more than text.
func harmless(t *testing.T, place string, page *html.Node) {
	t.Helper()
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"script", "b", "textarea", "object"}, n.Data) || attr(n, "src") == "x" {
			t.Errorf("%s has a %s", place, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || strings.Contains(a.Val, "javascript:") {
				t.Errorf("%s has %s=%q", place, a.Key, a.Val)
			}
		}
	}
}

// toReview walks every step but the last one, with hostile names.
func (v *visitor) toReview(t *testing.T, method string) {
	t.Helper()
	steps := []struct {
		form, says string
		fields     []string
	}{
		{"/contact", "How can we reach you?", []string{"email", "grace@example.com"}},
		{"/shipping", "Where should it go?", []string{"firstName", evilFirst, "lastName", evilLast, "company", evilCompany,
			"address1", "1 Market Street", "city", "San Francisco", "zoneCode", "CA", "zip", "94105"}},
		{"/delivery", "How should it get there?", nil},
		{"/billing", "Who is the bill for?", nil},
		{"/payment", "How would you like to pay?", []string{"method", method}},
	}
	for _, step := range steps {
		v.reads(t, "/checkout/", step.says, "Engraving: "+evilGift)
		harmless(t, step.form, v.page)
		v.submit(t, step.form, step.fields...)
	}
	v.reads(t, "step=review", "Check and order", "grace@example.com", evilFirst+" "+evilLast, evilCompany)
	harmless(t, "review", v.page)
}

// A buyer without script or cookie gets from the checkoutUrl to his order and its
// mail; what he fills in is text on every page, however it looks.
func TestHosted_fromCheckoutURLToTheMail(t *testing.T) {
	t.Parallel()
	s := sampleShop(t)
	v := checkout(t, s)
	if v.header.Get("Cache-Control") != "no-store" || !strings.Contains(v.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("guarded by %v", v.header)
	}
	v.submit(t, "/contact", "email", evilFirst)
	if v.status != http.StatusUnprocessableEntity || !strings.Contains(v.text(), "There is a problem") {
		t.Errorf("%d %s", v.status, clip(v.text()))
	}
	harmless(t, "a refused form", v.page)

	v.open(t, strings.TrimSuffix(v.at, "/contact"))
	v.toReview(t, "sandbox")
	action, form := v.fill(t, "/complete", "card", "ok")
	review := v.at
	v.arrive(t, action, v.post(t, action, form))
	v.reads(t, "/orders/", "Thank you", "Paid", evilFirst+" "+evilLast, "Engraving: "+evilGift)
	harmless(t, "the order", v.page)
	order, heading := v.at, number(t, v)

	v.arrive(t, action, v.post(t, action, form))
	if v.at != order {
		t.Errorf("the form sent again led to %s, not to %s", v.at, order)
	}
	if v.open(t, review); v.at != order {
		t.Errorf("going back led to %s", v.at)
	}
	letter := mailAbout(t, s, heading)
	harmless(t, "the mail", letter)
	if text := textOf(letter); !strings.Contains(text, evilFirst) {
		t.Error(text)
	}
}

// number gives the number of the order on the page.
func number(t *testing.T, v *visitor) string {
	t.Helper()
	_, rest, _ := strings.Cut(v.text(), "Order ")
	n, _, _ := strings.Cut(rest, " ")
	if _, err := strconv.Atoi(n); err != nil {
		t.Fatalf("no order: %s", clip(v.text()))
	}
	return n
}

// mailAbout waits for the one mail about an order and gives its letter.
func mailAbout(t *testing.T, s *shop, number string) *html.Node {
	t.Helper()
	v := &visitor{s: s}
	links := func() (all []string) {
		v.open(t, "/mailbox")
		for n := range v.page.Descendants() {
			if n.Data == "a" && strings.Contains(textOf(n), "#"+number) {
				all = append(all, attr(n, "href"))
			}
		}
		return all
	}
	if !s.until(30*time.Second, func() bool { return len(links()) > 0 }) {
		t.Fatal("no mail came")
	}
	all := links()
	if len(all) != 1 {
		t.Errorf("%d mails", len(all))
	}
	v.open(t, all[0])
	v.reads(t, "/mailbox/", "grace@example.com")
	for n := range v.page.Descendants() {
		if n.Data == "iframe" {
			letter, err := html.Parse(strings.NewReader(attr(n, "srcdoc")))
			if err != nil {
				t.Fatal(err)
			}
			return letter
		}
	}
	t.Fatal("the mail has no letter")
	return nil
}

// A buyer whose bank asks him may say no and still buy afterwards: the provider's
// page leads back to the checkout, whichever he says.
func TestHosted_challengeDeclinedThenApproved(t *testing.T) {
	t.Parallel()
	v := checkout(t, sampleShop(t))
	v.toReview(t, "sandbox")
	review := v.at
	v.submit(t, "/complete", "card", "challenge")
	v.reads(t, "/sandbox/challenge/", "Confirm your payment")
	challenge := v.at
	v.open(t, review)
	v.reads(t, "/checkout/", "Check and order") // a step may be looked at while the bank waits
	v.open(t, strings.Split(review, "?")[0])
	v.reads(t, "/checkout/", "Please confirm your payment", "Continue to the provider")

	v.open(t, challenge)
	v.submit(t, challenge, "verdict", "decline")
	v.reads(t, "step=review", "The payment was declined", "Nothing was charged.")
	v.submit(t, "/complete", "card", "challenge")
	v.submit(t, v.at, "verdict", "approve")
	v.reads(t, "/orders/", "Paid")
}

// What another site sends in a buyer's name, and what is no form, does nothing.
func TestHosted_refusesFormsFromElsewhere(t *testing.T) {
	t.Parallel()
	v := checkout(t, sampleShop(t))
	v.toReview(t, "manual")
	action, form := v.fill(t, "/complete")
	base := strings.TrimSuffix(action, "/complete")
	forms := map[string]url.Values{
		"/complete": form, "/cancel": {}, "/contact": {"email": {"mallory@example.com"}}, "/billing": {"same": {"yes"}},
		"/payment": {"method": {"sandbox"}}, "/lines": {"line": {"1"}, "remove": {"yes"}},
	}
	for name, headers := range map[string][]string{
		"another origin":          {"Origin", "https://evil.example"},
		"a port of its own":       {"Origin", v.s.url + "1"},
		"another site":            {"Sec-Fetch-Site", "cross-site"},
		"another site, our name":  {"Sec-Fetch-Site", "cross-site", "Origin", v.s.url},
		"a site beside":           {"Sec-Fetch-Site", "same-site"},
		"another origin, no path": {"Origin", "https://evil.example/" + v.s.url},
	} {
		for ending, values := range forms {
			a := v.s.do(t, http.MethodPost, base+ending, values.Encode(), append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
			if a.status != http.StatusForbidden {
				t.Errorf("%s, %s: %d", name, ending, a.status)
			}
		}
	}
	for ending, values := range forms {
		if a := v.s.do(t, http.MethodPost, base+ending, values.Encode(), "Content-Type", "text/plain"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("as text, %s: %d", ending, a.status)
		}
		v.open(t, base+ending)
		v.reads(t, "/checkout/")
	}
	v.open(t, base+"?step=contact")
	v.reads(t, "step=contact")
	if _, now := v.fill(t, "/contact"); now.Get("email") != "grace@example.com" {
		t.Errorf("the address is %q", now.Get("email"))
	}
	v.arrive(t, action, v.post(t, action, form))
	v.reads(t, "/orders/", "Received", "Still to be paid")
}

// A token that is not right, by a letter or altogether, opens nothing and tells
// nothing; nor does the order's open the checkout.
func TestHosted_tokensOpenOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	v := checkout(t, sampleShop(t))
	token := strings.TrimPrefix(v.at, "/checkout/")
	id, signature, _ := strings.Cut(token, "-")
	v.toReview(t, "manual")
	v.submit(t, "/complete")
	v.reads(t, "/orders/")
	order := strings.TrimPrefix(v.at, "/orders/")
	swapped := "A" + signature[1:]
	if swapped == signature {
		swapped = "B" + signature[1:]
	}
	other, _ := strconv.Atoi(id)
	for _, path := range []string{
		"/checkout/" + id + "-" + swapped, "/checkout/" + id, "/checkout/" + id + "-", "/checkout/-" + signature, "/checkout/" + strconv.Itoa(other+1) + "-" + signature,
		"/checkout/" + order, "/orders/" + token, "/orders/" + order + "A", "/orders/" + strings.Repeat("9", 40) + "-" + signature, "/checkout/%00-" + signature,
		"/checkout/..%2f..%2fadmin", "/cart/c/1?key=" + signature, "/cart/c/" + url.PathEscape("1' OR 1=1") + "?key=x", "/sandbox/challenge/" + signature,
	} {
		a := v.s.do(t, http.MethodGet, path, "")
		if a.status != http.StatusNotFound || strings.Contains(a.body, "grace@") {
			t.Errorf("%s: %d %s", path, a.status, clip(a.body))
		}
	}
}
