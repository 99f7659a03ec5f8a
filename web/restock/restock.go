// Package restock is the page behind the link in a mail that something is in
// stock again: there the reader ends all requests of his address. The link only
// shows the page, since mail servers follow links; its button ends them.
package restock

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"log/slog"
	"net/http"

	"golang.org/x/text/language"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

//go:embed page.html
var files embed.FS

// maxBody is more than the button sends.
const maxBody = 1 << 10

// Requests are the requests to hear of stock.
type Requests interface {
	// Unsubscribe ends those of the address that a token is of.
	Unsubscribe(ctx context.Context, token, client string) error
}

// Config says what the page is made with.
type Config struct {
	Requests Requests
	Shop     func() string                    // what the shop is called
	Client   func(ctx context.Context) string // a hash of who asks
	Log      *slog.Logger                     // nil is silent
}

type page struct {
	Config
	html *template.Template
}

// New gives the handler of GET and POST /restock/<token>.
func New(cfg Config) (http.Handler, error) {
	html, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	p := &page{Config: cfg, html: html}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /restock/{token}", p.ask)
	mux.HandleFunc("POST /restock/{token}", p.end)
	return mux, nil
}

// words are what the page says in one language.
type words struct{ Language, Title, Question, Button, Done, Invalid, Later string }

// spoken gives the words of a language; false for one that nobody has written in.
func spoken(language string) (words, bool) {
	switch language {
	case "en":
		return words{"en", "Stock notices", "Do you want to hear no more of stock that comes? This ends all requests of your address.", "End all requests",
			"Done. You will hear no more from us about stock.", "This link is not valid any more.", "This cannot be done right now. Please try again in a few minutes."}, true
	case "de":
		return words{"de", "Nachrichten zum Bestand", "Möchten Sie nicht mehr hören, wenn etwas wieder da ist? Damit enden alle Anfragen Ihrer Adresse.", "Alle Anfragen beenden",
			"Erledigt. Sie hören dazu nichts mehr von uns.", "Dieser Link gilt nicht mehr.", "Das geht gerade nicht. Bitte versuchen Sie es in einigen Minuten noch einmal."}, true
	}
	return words{}, false
}

// shown is what the page is made of.
type shown struct {
	words
	Shop, Message string
	Asks          bool
}

func (p *page) ask(w http.ResponseWriter, r *http.Request) {
	t := wordsFor(r)
	p.show(w, r, http.StatusOK, shown{words: t, Message: t.Question, Asks: true})
}

func (p *page) end(w http.ResponseWriter, r *http.Request) {
	t := wordsFor(r)
	if from := r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" && from != "none" {
		p.show(w, r, http.StatusForbidden, shown{words: t, Message: t.Question, Asks: true})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	err := p.Requests.Unsubscribe(r.Context(), r.PathValue("token"), p.Client(r.Context()))
	switch kind := fault.KindOf(err); {
	case err == nil:
		p.show(w, r, http.StatusOK, shown{words: t, Message: t.Done})
	case kind == fault.NotFound:
		p.show(w, r, http.StatusNotFound, shown{words: t, Message: t.Invalid})
	case kind == fault.Exhausted:
		p.show(w, r, http.StatusTooManyRequests, shown{words: t, Message: t.Later, Asks: true})
	default:
		p.Log.ErrorContext(r.Context(), "restock requests were not ended", "error", err)
		p.show(w, r, http.StatusServiceUnavailable, shown{words: t, Message: t.Later, Asks: true})
	}
}

// wordsFor speaks the reader's language, else English.
func wordsFor(r *http.Request) words {
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		tags = nil
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		if t, ok := spoken(base.String()); ok {
			return t
		}
	}
	t, _ := spoken("en")
	return t
}

func (p *page) show(w http.ResponseWriter, r *http.Request, status int, s shown) {
	s.Shop = p.Shop()
	var body bytes.Buffer
	if err := p.html.Execute(&body, s); err != nil {
		p.Log.ErrorContext(r.Context(), "page could not be written", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}
