package sandbox

import (
	"context"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html/template"
	"net/http"
	"regexp"
	"time"
)

// pagePath is where buyers meet a challenge.
const pagePath = "/sandbox/challenge/"

// hearLimit bounds the callback, which goes on when the browser has left.
const hearLimit = 10 * time.Second

// longestForm is more than an honest buyer sends.
const longestForm = 4 << 10

// keyShape is what the shop's keys look like.
var keyShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

//go:embed page.html
var pageSource string

//go:embed page.css
var style string

// Handler serves the page of a challenge at its whole path,
// /sandbox/challenge/{key}. Knowing the key, which cannot be guessed, is the
// right to decide. heard is told of a verdict and finds out what it was; it may
// be told twice.
func (p *Provider) Handler(heard func(ctx context.Context, key string) error) http.Handler {
	pages := pages{p: p, heard: heard, page: template.Must(template.New("page").Parse(pageSource))}
	sum := sha256.Sum256([]byte(style))
	// There is no form-action: browsers apply it to the redirect after the form
	// too, and that leads back to a storefront elsewhere.
	pages.policy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; frame-ancestors 'none'"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+pagePath+"{key}", pages.show)
	mux.HandleFunc("POST "+pagePath+"{key}", pages.decide)
	return mux
}

type pages struct {
	p      *Provider
	heard  func(ctx context.Context, key string) error
	page   *template.Template
	policy string
}

// view is what the page shows.
type view struct {
	Title     string
	Text      string
	Style     template.CSS
	Amount    string // "" without a charge
	Reference string
	Ask       bool
	Return    string // "" when there is nowhere to go
}

func (s pages) show(w http.ResponseWriter, r *http.Request) {
	c, ok := s.charge(w, r)
	if !ok {
		return
	}
	s.render(w, http.StatusOK, s.viewOf(c))
}

func (s pages) decide(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	to, known := map[string]state{"approve": charged, "decline": declined}[r.PostFormValue("verdict")]
	if !known {
		s.render(w, http.StatusBadRequest, view{Title: "Approve or decline", Text: "Go back and choose one of the two."})
		return
	}
	c, ok := s.charge(w, r)
	if !ok {
		return
	}
	if err := s.p.ledger.decide(r.Context(), c.key, to); err != nil {
		s.broken(w, r, err)
		return
	}
	s.tell(r, c.key)
	if absolute(c.returnURL) {
		s.headers(w)
		http.Redirect(w, r, c.returnURL, http.StatusSeeOther)
		return
	}
	if c, ok = s.charge(w, r); ok {
		s.render(w, http.StatusOK, s.viewOf(c))
	}
}

// tell calls back. If that fails nothing is lost: the shop asks by itself.
func (s pages) tell(r *http.Request, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), hearLimit)
	defer cancel()
	if err := s.heard(ctx, key); err != nil {
		s.p.log.WarnContext(ctx, "the shop did not hear a sandbox verdict", "error", err)
	}
}

// charge finds the challenge of the request, or answers that there is none.
func (s pages) charge(w http.ResponseWriter, r *http.Request) (charge, bool) {
	var c charge
	var err error
	key, found := r.PathValue("key"), false
	if keyShape.MatchString(key) {
		c, found, err = s.p.ledger.find(r.Context(), key)
	}
	if err != nil {
		s.broken(w, r, err)
		return c, false
	}
	if !found || c.token != Challenge {
		s.render(w, http.StatusNotFound, view{Title: "No such payment", Text: "This address belongs to no payment."})
		return c, false
	}
	return c, true
}

func (s pages) broken(w http.ResponseWriter, r *http.Request, err error) {
	s.p.log.ErrorContext(r.Context(), "sandbox page", "error", err)
	s.render(w, http.StatusServiceUnavailable, view{Title: "Try again", Text: "Something did not work. Load this page again in a moment."})
}

func (s pages) viewOf(c charge) view {
	v := view{Amount: c.amount.Fixed() + " " + string(c.amount.Currency), Reference: s.p.verdict(c).Reference}
	if absolute(c.returnURL) {
		v.Return = c.returnURL
	}
	switch c.state {
	case challenged:
		v.Ask, v.Title, v.Text = true, "Confirm your payment", "Your bank would ask you now. This is a test: no money moves."
	case charged:
		v.Title, v.Text = "Payment approved", "You can close this window."
	case declined:
		v.Title, v.Text = "Payment declined", "You can close this window."
	default:
		v.Title, v.Text = "Payment given up", "The shop no longer waits for it. You can close this window."
	}
	return v
}

func (s pages) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", s.policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the key
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
}

func (s pages) render(w http.ResponseWriter, status int, v view) {
	v.Style = template.CSS(style) //nolint:gosec // our own file
	s.headers(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = s.page.Execute(w, v) // the buyer has gone, if it fails
}
