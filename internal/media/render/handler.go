package render

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/media"
)

// Handler serves GET and HEAD below media.Path. What an address shows never
// changes, so browsers and proxies may keep it for a year. Whatever is wrong
// with an address, the answer is the same plain 404.
func (r *Renderer) Handler() http.Handler { return http.HandlerFunc(r.serve) }

func (r *Renderer) serve(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed)
		return
	}
	key, ok := strings.CutPrefix(req.URL.Path, media.Path)
	// Keys need no percent signs, so whatever was written with one is no key.
	if !ok || strings.Contains(req.URL.EscapedPath(), "%") || !media.ValidKey(key) {
		refuse(w, http.StatusNotFound)
		return
	}
	f, err := r.Open(req.Context(), key, media.ParseTransform(req.URL.Query()))
	if err != nil {
		r.fail(w, req, err)
		return
	}
	defer f.Close()
	secure(w)
	h := w.Header()
	h.Set("Content-Type", media.ContentType(f.Key))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", etag(f.Key))
	http.ServeContent(w, req, "", f.Info.ModifiedAt, f)
}

func (r *Renderer) fail(w http.ResponseWriter, req *http.Request, err error) {
	switch {
	case req.Context().Err() != nil: // nobody is there to answer
	case fault.KindOf(err) == fault.Internal:
		r.log.ErrorContext(req.Context(), "serving a picture failed", "path", req.URL.Path, "error", err)
		refuse(w, http.StatusInternalServerError)
	default:
		refuse(w, http.StatusNotFound)
	}
}

// secure keeps a file from being anything but a picture, and lets pages of
// other origins show it.
func secure(w http.ResponseWriter) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*")
}

func refuse(w http.ResponseWriter, status int) {
	secure(w)
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, http.StatusText(status), status)
}

// etag names the content of a file by its key, which holds its digest.
func etag(key string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // never fails
	return fmt.Sprintf("%q", fmt.Sprintf("%016x", h.Sum64()))
}
