package hosted

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// page is what every template is given.
type page struct {
	Lang    string
	Title   string
	Style   string
	Shop    string
	ShopURL string // "" when the shop has no storefront
	Refresh *refresh
	Errors  []formError

	words  words
	format format
}

// refresh has the browser ask again by itself.
type refresh struct {
	Seconds int
	URL     string
}

// formError is a line of the summary of what is wrong with a form.
type formError struct {
	Text  string
	Field string // the id of its field; "" is about the form
}

// newPage begins a page in the nearest language that the pages speak.
func (s *site) newPage(wish locale.Language, country locale.Country) page {
	spoken := s.speech.spoken(wish)
	shop := s.Shop.Shop()
	return page{
		Lang: string(spoken), Style: s.style.path, Shop: shop.Name, ShopURL: shop.PrimaryDomain,
		words: s.speech[spoken], format: newFormat(spoken, country),
	}
}

// strange begins a page for somebody of whom only the browser is known.
func (s *site) strange(r *http.Request) page { return s.newPage(s.speech.heard(r), locale.Unknown) }

// T gives a message; pairs replace its {names}.
func (p page) T(key string, pairs ...any) string { return p.words.text(key, pairs...) }

// money gives an amount in words of the page's language.
func (p page) money(minor int64, c money.Currency) string { return p.format.money(money.New(minor, c)) }

// fault gives a refusal in words. One that the language has none for is not
// told in another.
func (p page) fault(f *fault.Error) string {
	if p.Lang == string(fallback) {
		return p.words.or("fault."+f.Reason, f.Message)
	}
	return p.words.or("fault."+f.Reason, p.T("fault.other"))
}

// render sends a page.
func (s *site) render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := s.templates.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	return nil
}

// action answers a request; what it returns is shown as a page.
type action func(w http.ResponseWriter, r *http.Request) error

func (s *site) answer(act action) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := act(w, r); err != nil {
			s.refuse(w, r, err)
		}
	}
}

// notice is a page that says one thing.
type notice struct {
	page
	Heading string
	Text    string
	Link    string // where to go from here, "" is nowhere
	Label   string
}

// notice begins such a page, which leads back to the shop if there is one.
func (s *site) notice(p page, heading, text string) notice {
	n := notice{page: p}
	n.Heading, n.Text = n.T(heading), n.T(text)
	n.Title = n.Heading
	if n.ShopURL != "" {
		n.Link, n.Label = n.ShopURL, n.T("shop.back")
	}
	return n
}

// refuse shows an error as a page. What is not the buyer's doing is logged and
// not told.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, key := statusOf(err), "failed"
	if status == http.StatusNotFound {
		key = "missing"
	}
	n := s.notice(s.strange(r), key+".heading", key+".text")
	if f, ok := fault.As(err); ok && status < 500 && status != http.StatusNotFound {
		n.Text = n.fault(f)
	}
	if status >= 500 && !errors.Is(err, context.Canceled) {
		s.Log.ErrorContext(r.Context(), "checkout page failed", "route", r.Pattern, "error", err)
	}
	if err := s.render(w, status, "notice.html", n); err != nil {
		s.Log.ErrorContext(r.Context(), "page cannot be shown", "error", err)
		http.Error(w, n.Heading, http.StatusInternalServerError)
	}
}

func statusOf(err error) int {
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Exhausted:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// known tells whether an error is a refusal that a buyer can do something about,
// in the form that was sent.
func known(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict, fault.Exhausted:
		return true
	}
	return false
}

// see leads the browser to another page, by GET.
func see(w http.ResponseWriter, r *http.Request, address string) error {
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// sheet is the style sheet. Its address names its content, so that browsers keep
// it.
type sheet struct {
	path string
	text []byte
}

func newSheet() sheet {
	text, err := files.ReadFile("style.css")
	if err != nil {
		panic("hosted: the style sheet is embedded: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return sheet{path: "/checkout/style-" + hex.EncodeToString(sum[:8]) + ".css", text: text}
}

// ServeHTTP sends the style sheet.
func (s sheet) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(s.text)
}

// sentence joins texts that are there.
func sentence(separator string, parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, separator)
}
