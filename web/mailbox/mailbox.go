// Package mailbox shows, on a developer's machine, the mails that the shop wrote:
// GET /mailbox lists them, GET /mailbox/{id} shows one as its reader would see it.
// Nobody is asked who they are, so it is never served in production.
package mailbox

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/notify"
)

//go:embed mailbox.html
var source string

// shown is how many mails the list holds; older ones are a page further.
const shown = 50

// policy lets the page load nothing at all. The letter inherits it, and its
// frame takes scripts and forms away from it besides.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type handler struct {
	mails *notify.Service
	pages *template.Template
}

// New gives the handler of both pages.
func New(mails *notify.Service) http.Handler {
	h := &handler{mails: mails, pages: template.Must(template.New("mailbox").Parse(source))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mailbox", h.list)
	mux.HandleFunc("GET /mailbox/{id}", h.show)
	return mux
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) {
	first, args := shown, page.Args{}
	args.First = &first
	if after := r.URL.Query().Get("after"); after != "" {
		args.After = &after
	}
	mails, err := h.mails.Page(r.Context(), notify.Filter{}, args)
	if err != nil {
		refuse(w, err)
		return
	}
	h.render(w, "list", mails)
}

func (h *handler) show(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	m, err := h.mails.ByID(r.Context(), notify.ID(id))
	if err != nil {
		refuse(w, err)
		return
	}
	h.render(w, "mail", m)
}

func (h *handler) render(w http.ResponseWriter, name string, data any) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy)
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	_ = h.pages.ExecuteTemplate(w, name, data) // a reader who went away
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, notify.ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, page.ErrCursor):
		status = http.StatusBadRequest
	}
	http.Error(w, http.StatusText(status), status)
}
