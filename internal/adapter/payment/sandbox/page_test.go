package sandbox_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/adapter/payment/sandbox"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/testkit"
)

// page is a challenge in a browser.
type page struct {
	p     *sandbox.Provider
	h     http.Handler
	heard []string
	fails error
}

func browse(t *testing.T) *page {
	t.Helper()
	b := &page{p: open(t, testkit.DB(t))}
	b.h = b.p.Handler(func(_ context.Context, key string) error {
		b.heard = append(b.heard, key)
		return b.fails
	})
	return b
}

// challenge asks for a payment and gives the path that the buyer is sent to.
func (b *page) challenge(t *testing.T, back string) (key, path string) {
	t.Helper()
	r := request(sandbox.Challenge, back)
	v, err := b.p.Authorize(t.Context(), r)
	if err != nil || v.State != lifecycle.RequiresAction || v.Action.Kind != payment.ActChallenge {
		t.Fatalf("%+v, %v", v, err)
	}
	path, ours := strings.CutPrefix(v.Action.URL, "https://shop.example/")
	if !ours {
		t.Fatalf("the buyer is sent to %s", v.Action.URL)
	}
	return r.Key, "/" + path
}

func (b *page) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func (b *page) post(path, verdict string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(url.Values{"verdict": {verdict}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	return w
}

func (b *page) state(t *testing.T, key string) lifecycle.State {
	t.Helper()
	v, _, err := b.p.Find(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return v.State
}

func TestHandler_buyerDecidesOnce(t *testing.T) {
	t.Parallel()
	for first, want := range map[string]lifecycle.State{"approve": lifecycle.Captured, "decline": lifecycle.Failed} {
		b := browse(t)
		key, path := b.challenge(t, "https://store.example/back?step=1")
		for _, verdict := range []string{first, first, "decline", "approve"} {
			w := b.post(path, verdict)
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "https://store.example/back?step=1" {
				t.Errorf("%s: %d to %s", verdict, w.Code, w.Header().Get("Location"))
			}
			if got := b.state(t, key); got != want {
				t.Errorf("%s then %s: %s", first, verdict, got)
			}
		}
		if len(b.heard) != 4 || b.heard[0] != key {
			t.Errorf("the shop heard %v", b.heard)
		}
		if w := b.get(path); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<form") || !strings.Contains(w.Body.String(), "https://store.example/back?step=1") {
			t.Errorf("after the verdict: %s", w.Body)
		}
	}
}

func TestHandler_sendsNobodyToAnAddressThatIsNone(t *testing.T) {
	t.Parallel()
	b := browse(t)
	for _, back := range []string{"", "javascript:alert(1)", "//evil.example/", "/orders", "ftp://store.example/"} {
		_, path := b.challenge(t, back)
		w := b.post(path, "approve")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "close this window") || (back != "" && strings.Contains(w.Body.String(), back)) {
			t.Errorf("%q: %d %s", back, w.Code, w.Body)
		}
	}
}

func TestHandler_showsWhatIsPaidAndLoadsNothing(t *testing.T) {
	t.Parallel()
	b := browse(t)
	_, path := b.challenge(t, "")
	w := b.get(path + "?utm=1")
	body := w.Body.String()
	for _, want := range []string{`<html lang="en">`, "19.99 EUR", `value="approve"`, `value="decline"`, `method="post"`, "<title>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s:\n%s", want, body)
		}
	}
	if strings.Contains(body, "src=") || strings.Contains(body, "url(") || strings.Contains(body, "<script") || strings.Contains(body, "ZgotmplZ") {
		t.Errorf("the page loads something:\n%s", body)
	}
	_, rest, _ := strings.Cut(body, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	for name, want := range map[string]string{"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if got := w.Header().Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestHandler_refusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	b := browse(t)
	key, path := b.challenge(t, "")
	taken := request(sandbox.OK, "")
	if _, err := b.p.Authorize(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	for what, answer := range map[string]*httptest.ResponseRecorder{
		"no such key":         b.post("/sandbox/challenge/"+secret.Token(), "approve"),
		"a very long key":     b.get("/sandbox/challenge/" + strings.Repeat("a", 5000)),
		"a NUL in the key":    b.get("/sandbox/challenge/a%00b"),
		"no challenge at all": b.post("/sandbox/challenge/"+taken.Key, "decline"),
	} {
		if answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", what, answer.Code)
		}
	}
	for _, verdict := range []string{"", "APPROVE", strings.Repeat("a", 9000)} {
		if w := b.post(path, verdict); w.Code != http.StatusBadRequest {
			t.Errorf("%.9q: %d", verdict, w.Code)
		}
	}
	if got := b.state(t, key); got != lifecycle.RequiresAction || len(b.heard) != 0 {
		t.Errorf("it moved: %s, heard %v", got, b.heard)
	}
}

func TestHandler_goesOnWhenTheShopDoesNotHear(t *testing.T) {
	t.Parallel()
	b := browse(t)
	b.fails = errors.New("down")
	key, path := b.challenge(t, "https://store.example/back")
	if w := b.post(path, "approve"); w.Code != http.StatusSeeOther || b.state(t, key) != lifecycle.Captured {
		t.Errorf("%d, %s", w.Code, b.state(t, key))
	}
}

func TestCancel_againstApproval(t *testing.T) {
	t.Parallel()
	b := browse(t)
	for range 20 {
		key, path := b.challenge(t, "")
		var cancelled payment.Verdict
		var wg sync.WaitGroup
		wg.Go(func() { b.post(path, "approve") })
		wg.Go(func() {
			var err error
			if cancelled, err = b.p.Cancel(context.WithoutCancel(t.Context()), key); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if now := b.state(t, key); now != cancelled.State {
			t.Fatalf("cancel was told %s, it is %s", cancelled.State, now)
		}
	}
}
