package restock_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/restock"
	page "github.com/souk-commerce/souk/web/restock"
)

// book is the requests of one address, whose token is "1-right".
type book struct {
	ended int
	err   error
}

func (b *book) Unsubscribe(_ context.Context, token, client string) error {
	switch {
	case b.err != nil:
		return b.err
	case token != "1-right" || client != "somebody":
		return restock.ErrToken
	}
	b.ended++
	return nil
}

func visit(t *testing.T, b *book, method, path string, header ...string) (int, string, http.Header) {
	t.Helper()
	handler, err := page.New(page.Config{Requests: b, Shop: func() string { return "Shop <b>" }, Client: func(context.Context) string { return "somebody" }})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

// Mail servers follow links: only the button does it.
func TestPage_endsRequestsByItsButtonOnly(t *testing.T) {
	t.Parallel()
	b := &book{}
	code, body, header := visit(t, b, "GET", "/restock/1-right", "Accept-Language", "de-AT,de;q=0.9")
	if code != 200 || b.ended != 0 || !strings.Contains(body, "Alle Anfragen beenden") || !strings.Contains(body, "Shop &lt;b&gt;") {
		t.Errorf("%d, %d ended: %s", code, b.ended, body)
	}
	if !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") || header.Get("Referrer-Policy") != "no-referrer" || header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", header)
	}
	for range 2 {
		if code, body, _ := visit(t, b, "POST", "/restock/1-right", "Accept-Language", "fr"); code != 200 || !strings.Contains(body, "Done.") || strings.Contains(body, "<form") {
			t.Errorf("%d: %s", code, body)
		}
	}
	if b.ended != 2 {
		t.Errorf("%d ended", b.ended)
	}
}

func TestPage_refuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path   string
		err    error
		header []string
		code   int
		says   string
	}{
		"a wrong link":       {"/restock/1-wrong", nil, nil, 404, "not valid"},
		"too many tries":     {"/restock/1-right", restock.ErrAttempts, nil, 429, "try again"},
		"no database":        {"/restock/1-right", errors.New("secret of the database"), nil, 503, "try again"},
		"another site":       {"/restock/1-right", nil, []string{"Sec-Fetch-Site", "cross-site"}, 403, "End all requests"},
		"a strange language": {"/restock/1-wrong", nil, []string{"Accept-Language", "\x00;q=x,,"}, 404, "not valid"},
	} {
		b := &book{err: c.err}
		code, body, _ := visit(t, b, "POST", c.path, c.header...)
		if code != c.code || !strings.Contains(body, c.says) || strings.Contains(body, "secret") || b.ended != 0 {
			t.Errorf("%s: %d, %d ended: %s", name, code, b.ended, body)
		}
	}
}
