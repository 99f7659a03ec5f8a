package feeds_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/stockfeed"
	"github.com/souk-commerce/souk/web/feeds"
)

// receiver answers what the test says, after it has read the body.
type receiver struct {
	receipt stockfeed.Receipt
	err     error
	handle  string
	got     stockfeed.Envelope
	body    string
}

func (r *receiver) Receive(_ context.Context, handle string, e stockfeed.Envelope, read func() ([]byte, error)) (stockfeed.Receipt, error) {
	r.handle, r.got = handle, e
	body, err := read()
	if err != nil {
		return stockfeed.Receipt{}, err
	}
	r.body = string(body)
	return r.receipt, r.err
}

// waiter takes nothing in before it is told to.
type waiter chan struct{}

func (w waiter) Receive(context.Context, string, stockfeed.Envelope, func() ([]byte, error)) (stockfeed.Receipt, error) {
	<-w
	return stockfeed.Receipt{}, nil
}

func post(h http.Handler, change func(*http.Request), body string) (int, map[string]any, http.Header) {
	r := httptest.NewRequest(http.MethodPost, "/feeds/supplier", strings.NewReader(body))
	r.Header.Set("Webhook-Id", "m-1")
	r.Header.Set("Webhook-Timestamp", "1700000000")
	r.Header.Set("Webhook-Signature", "v1,abc")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var answer map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &answer)
	return w.Code, answer, w.Header()
}

func TestPost_answersWithWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	run := func(state stockfeed.RunState, reason string) stockfeed.Receipt {
		return stockfeed.Receipt{Run: stockfeed.Run{ID: 12, State: state, Reason: reason}}
	}
	repeated := run(stockfeed.Applied, "")
	repeated.Repeated = true
	for name, c := range map[string]struct {
		receipt stockfeed.Receipt
		err     error
		change  func(*http.Request)
		body    string
		status  int
		reason  string
	}{
		"taken":       {receipt: run(stockfeed.Applied, ""), status: 200},
		"repeated":    {receipt: repeated, status: 409, reason: "repeated"},
		"stale":       {receipt: run(stockfeed.Refused, "stale"), status: 409, reason: "stale"},
		"unreadable":  {receipt: run(stockfeed.Refused, "invalid_json"), status: 422, reason: "invalid_json"},
		"unsigned":    {err: stockfeed.ErrSignature, status: 401, reason: "signature_refused"},
		"down":        {err: fault.New(fault.Unavailable, "lock_timeout", ""), status: 503, reason: "lock_timeout"},
		"our failure": {err: errors.New("at line 7 of secret.go"), status: 500, reason: "internal"},
		"too large":   {body: strings.Repeat("x", stockfeed.MaxBytes+1), status: 413, reason: "too_large"},
		"unannounced": {body: strings.Repeat("x", stockfeed.MaxBytes+1), change: func(r *http.Request) { r.ContentLength = -1 }, status: 413, reason: "too_large"},
		"compressed":  {change: func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, status: 415, reason: "compressed"},
		"read":        {change: func(r *http.Request) { r.Method = http.MethodGet }, status: 405},
	} {
		status, answer, header := post(feeds.New(feeds.Config{Feeds: &receiver{receipt: c.receipt, err: c.err}}), c.change, c.body)
		if reason, _ := answer["reason"].(string); status != c.status || reason != c.reason {
			t.Errorf("%s: %d %v, want %d %s", name, status, answer, c.status, c.reason)
		}
		if strings.Contains(strings.Join(header.Values("Retry-After"), ""), "5") != (c.status >= 500) {
			t.Errorf("%s: Retry-After %q", name, header.Values("Retry-After"))
		}
		if message, _ := answer["message"].(string); strings.Contains(message, "secret.go") {
			t.Errorf("%s: %s", name, message)
		}
		if c.receipt.Run.ID != 0 && answer["run"] != "gid://souk/StockFeedRun/12" {
			t.Errorf("%s: %v", name, answer)
		}
	}
}

func TestPost_passesOnWhatWasSent(t *testing.T) {
	t.Parallel()
	r := &receiver{}
	post(feeds.New(feeds.Config{Feeds: r}), nil, "sku,on_hand\nA,1")
	if r.handle != "supplier" || r.got != (stockfeed.Envelope{ID: "m-1", Timestamp: "1700000000", Signature: "v1,abc"}) || r.body != "sku,on_hand\nA,1" {
		t.Errorf("%+v", r)
	}
	post(feeds.New(feeds.Config{Feeds: r}), func(r *http.Request) { r.Header.Add("Webhook-Id", "m-2") }, "")
	if r.got.ID != "" {
		t.Errorf("of two ids %q is taken", r.got.ID)
	}
}

func TestPost_countsWrongSignaturesOnly(t *testing.T) {
	t.Parallel()
	r := &receiver{}
	attempts := redis.NewAttempts(redis.NewMemory(clock.NewManual(time.Unix(0, 0))), "feeds", 3, time.Minute)
	h := feeds.New(feeds.Config{Feeds: r, Attempts: attempts})
	for range 10 {
		if status, _, _ := post(h, nil, ""); status != 200 {
			t.Fatalf("%d", status)
		}
	}
	r.err = stockfeed.ErrSignature
	var got []int
	for range 5 {
		status, _, _ := post(h, nil, "")
		got = append(got, status)
	}
	if want := []int{401, 401, 401, 429, 429}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPost_boundsWhatItHoldsAtOnce(t *testing.T) {
	t.Parallel()
	w := make(waiter)
	h := feeds.New(feeds.Config{Feeds: w})
	status := make(chan int, 28)
	for range 28 {
		go func() {
			code, _, _ := post(h, nil, "")
			status <- code
		}()
	}
	for range 12 { // the others wait
		if code := <-status; code != http.StatusServiceUnavailable {
			t.Errorf("%d", code)
		}
	}
	w <- struct{}{}
	if code := <-status; code != http.StatusOK {
		t.Errorf("%d", code)
	}
	close(w)
	for range 15 {
		<-status
	}
}

func TestPost_doesNotWaitForABodyThatDoesNotCome(t *testing.T) {
	t.Parallel()
	past := clock.NewManual(time.Unix(0, 0)) // whatever the body may take is over
	server := httptest.NewServer(feeds.New(feeds.Config{Feeds: &receiver{}, Clock: past}))
	t.Cleanup(server.Close)
	body, sender := io.Pipe()
	t.Cleanup(func() { _ = sender.Close() })
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/feeds/supplier", body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%d", response.StatusCode)
	}
}
