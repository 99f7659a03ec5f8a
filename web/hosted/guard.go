package hosted

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// maxBody bounds what a form may send. The largest holds what a cart of 500
// lines cost when it was shown.
const maxBody = 64 << 10

var (
	errNoPage    = fault.New(fault.NotFound, "page_not_found", "There is no such page.")
	errElsewhere = fault.New(fault.Forbidden, "cross_site", "The form came from another site.")
	errForm      = fault.New(fault.Invalid, "form_unreadable", "The form could not be read.")
)

// policy lets a page load its style sheet and pictures, and send forms to us and
// on to payment providers. Nothing else.
func policy(cfg Config) string {
	sources := func(more ...string) string {
		return strings.Join(slices.Compact(append([]string{"'self'"}, more...)), " ")
	}
	return "default-src 'none'; style-src 'self'; img-src " + sources("https:", origin(cfg.PublicURL)) +
		"; form-action " + sources(cfg.PaymentOrigins...) + "; base-uri 'none'; frame-ancestors 'none'"
}

// origin gives scheme and host of an address, "" when it has none.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// guarded sets the headers of every answer and turns away what no page of ours
// sends.
func (s *site) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", s.policy)
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if r.Method == http.MethodPost {
			if !s.sameOrigin(r) {
				s.refuse(w, r, errElsewhere)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin tells whether a form was sent by a page of ours. Browsers that do
// not say where a request starts send the origin, which is "null" since our pages
// send no referrer; then the token in the path has to do.
func (s *site) sameOrigin(r *http.Request) bool {
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" {
		return from == "same-origin" || from == "none"
	}
	sent := r.Header.Get("Origin")
	if sent == "" || sent == "null" {
		return true
	}
	u, err := url.Parse(sent)
	return err == nil && (u.Host == r.Host || sent == origin(s.PublicURL))
}

// form reads a posted form.
func form(r *http.Request) (url.Values, error) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/x-www-form-urlencoded" {
		return nil, errForm
	}
	if err := r.ParseForm(); err != nil {
		return nil, errForm.Wrap(err)
	}
	return r.PostForm, nil
}

// mayLeadTo tells whether the answer to a form may redirect to the address: the
// browser would stop anything that the policy does not name.
func (s *site) mayLeadTo(address string, r *http.Request) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	return u.Host == r.Host && u.Scheme == s.scheme(r) || slices.Contains(s.PaymentOrigins, u.Scheme+"://"+u.Host)
}

func (s *site) scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	if scheme, _, ok := strings.Cut(s.PublicURL, "://"); ok {
		return scheme
	}
	return "http"
}
