// Package playground serves GraphiQL from the binary itself: it loads nothing
// from other hosts and works offline. The assets are built by build.sh and
// committed.
package playground

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"path"
)

//go:embed assets
var assets embed.FS

// Example is an operation that a new visitor finds in a tab of its own.
type Example struct {
	Name      string `json:"name"`
	Query     string `json:"query"`
	Variables string `json:"variables,omitempty"` // a JSON object
	Headers   string `json:"headers,omitempty"`   // a JSON object
}

// Config says what the playground is for.
type Config struct {
	Title         string    `json:"title"`
	Endpoint      string    `json:"endpoint"`                // path of the GraphQL endpoint, such as /shop/graphql
	Subscriptions string    `json:"subscriptions,omitempty"` // path of the WebSocket endpoint, if there is one
	Headers       string    `json:"headers,omitempty"`       // a JSON object that new tabs start with
	Examples      []Example `json:"examples"`
}

// policy lets the page talk to its own host only. GraphiQL's editor sets style
// attributes and carries its fonts as data.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// types are the assets and their media types. Nothing else can be asked for.
var types = map[string]string{
	"playground.js":  "text/javascript; charset=utf-8",
	"playground.css": "text/css; charset=utf-8",
	"LICENSES.txt":   "text/plain; charset=utf-8",
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="?asset=playground.css&amp;v={{.CSS}}">
<style>html, body, #playground { height: 100%; margin: 0 }</style>
</head>
<body>
<div id="playground"></div>
<script type="application/json" id="config">{{.Config}}</script>
<script src="?asset=playground.js&amp;v={{.JS}}"></script>
</body>
</html>
`))

// New makes a handler of the page. It may stand at any path, since it serves its
// assets at that same path, by the parameter asset.
func New(cfg Config) (http.Handler, error) {
	files := make(map[string]file, len(types))
	for name, typ := range types {
		body, err := assets.ReadFile(path.Join("assets", name))
		if err != nil {
			return nil, fmt.Errorf("playground asset %s: %w", name, err)
		}
		files[name] = newFile(typ, body)
	}
	var html bytes.Buffer
	err := page.Execute(&html, map[string]any{
		"Title":  cfg.Title,
		"Config": cfg,
		"CSS":    files["playground.css"].version,
		"JS":     files["playground.js"].version,
	})
	if err != nil {
		return nil, fmt.Errorf("playground page: %w", err)
	}
	return handler{page: html.Bytes(), files: files}, nil
}

type file struct {
	typ     string
	version string
	body    []byte
}

func newFile(typ string, body []byte) file {
	sum := sha256.Sum256(body)
	return file{typ: typ, version: hex.EncodeToString(sum[:8]), body: body}
}

type handler struct {
	page  []byte
	files map[string]file
}

// ServeHTTP answers the page, or one of its assets.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Use GET.", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	name := r.URL.Query().Get("asset")
	if name == "" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(h.page)
		return
	}
	f, ok := h.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	f.serve(w, r)
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	tag := `"` + f.version + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", f.typ)
	_, _ = w.Write(f.body)
}
