package mailbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/web/mailbox"
)

const letter = `<!doctype html><html><body title="a'b"><p>Grüße</p><script>alert("x")</script><img src="https://evil.example/x"></body></html>`

func open(t *testing.T) (*postgres.DB, http.Handler) {
	t.Helper()
	db := testkit.DB(t)
	s, err := notify.NewService(notify.Rooms{DB: db})
	if err != nil {
		t.Fatal(err)
	}
	return db, mailbox.New(s)
}

func write(t *testing.T, db *postgres.DB, subject string) (id int64) {
	t.Helper()
	err := db.Conn(t.Context()).QueryRow(t.Context(), `
		INSERT INTO mail_message (created_at, updated_at, key, kind, subject_kind, subject_id, message_id, recipient, language, subject, text, html)
		VALUES ($1, $1, gen_random_uuid()::text, 'test', 'test', 1, '<x@y>', 'ada@example.com', 'en', $2, 'Dear </pre><b>Ada', $3) RETURNING id`,
		db.Now(t.Context()), subject, letter).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}

func TestMail_showsTheLetterBehindGlass(t *testing.T) {
	t.Parallel()
	db, h := open(t)
	w := get(t, h, fmt.Sprint("/mailbox/", write(t, db, "<script>alert(1)</script>")))
	if w.Code != http.StatusOK {
		t.Fatal(w.Code)
	}
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script-src") || strings.Contains(policy, "http") {
		t.Errorf("policy %s", policy)
	}
	page, err := html.Parse(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	frames := 0
	for n := range page.Descendants() {
		switch n.Data {
		case "script", "img", "link", "b", "form":
			if n.Type == html.ElementNode {
				t.Errorf("the page has a %s of its own", n.Data)
			}
		case "iframe":
			frames++
			attrs := map[string]string{}
			for _, a := range n.Attr {
				attrs[a.Key] = a.Val
			}
			sandbox, sandboxed := attrs["sandbox"]
			if attrs["srcdoc"] != letter || attrs["src"] != "" || !sandboxed || strings.Contains(sandbox, "script") || strings.Contains(sandbox, "same-origin") || strings.Contains(sandbox, "form") {
				t.Errorf("frame %v", attrs)
			}
		}
	}
	if frames != 1 {
		t.Errorf("%d frames", frames)
	}
}

func TestList_newestFirstAndOnPages(t *testing.T) {
	t.Parallel()
	db, h := open(t)
	if w := get(t, h, "/mailbox"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "not written any mail") {
		t.Errorf("empty: %d %s", w.Code, w.Body)
	}
	for i := range 60 {
		write(t, db, fmt.Sprintf("mail %02d", i))
	}
	first := get(t, h, "/mailbox").Body.String()
	if a, b := strings.Index(first, "mail 59"), strings.Index(first, "mail 10"); a < 0 || b < a || strings.Contains(first, "mail 09") {
		t.Error(first)
	}
	_, rest, _ := strings.Cut(first, `href="/mailbox?after=`)
	cursor, _, _ := strings.Cut(rest, `"`)
	if second := get(t, h, "/mailbox?after="+cursor).Body.String(); !strings.Contains(second, "mail 09") || strings.Contains(second, "mail 10") || strings.Contains(second, "Older mails") {
		t.Error(second)
	}
}

func TestPages_whatThereIsNot(t *testing.T) {
	t.Parallel()
	_, h := open(t)
	for path, want := range map[string]int{"/mailbox/77": 404, "/mailbox/x": 404, "/mailbox/1/raw": 404, "/mailbox?after=x": 400} {
		if w := get(t, h, path); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mailbox", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}
