package meilisearch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/search"
)

// Answers of Meilisearch 1.50, as recorded.
const (
	enqueued = `{"taskUid":7,"indexUid":"souk_g1","status":"enqueued","type":"documentAdditionOrUpdate","enqueuedAt":"2026-11-21T22:45:39.011680822Z"}`
	running  = `{"uid":7,"batchUid":null,"indexUid":"souk_g1","status":"processing","type":"documentAdditionOrUpdate","canceledBy":null,"details":{"receivedDocuments":1,"indexedDocuments":null},"error":null,"duration":null,"enqueuedAt":"2026-11-21T22:45:39.011680822Z","startedAt":null,"finishedAt":null}`
	over     = `{"uid":7,"batchUid":6,"indexUid":"souk_g1","status":"%s","type":"documentAdditionOrUpdate","canceledBy":null,"details":{"receivedDocuments":1,"indexedDocuments":0},"error":%s,"duration":"PT0.021501411S","enqueuedAt":"2026-11-21T22:45:39.011680822Z","startedAt":"2026-11-21T22:45:39.012796081Z","finishedAt":"2026-11-21T22:45:39.034297492Z"}`
	failure  = `{"message":"%s","code":"%s","type":"%s","link":"https://docs.meilisearch.com/errors#%[2]s"}`
)

const secret = "a-very-secret-key"

func say(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func sayFailure(status int, message, code, kind string) http.HandlerFunc {
	return say(status, fmt.Sprintf(failure, message, code, kind))
}

func failed(message, code, kind string) http.HandlerFunc {
	return say(http.StatusOK, fmt.Sprintf(over, "failed", fmt.Sprintf(failure, message, code, kind)))
}

// slow answers long after anybody waits, and ends with the test.
func slow(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that nobody waits
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
	}
	w.WriteHeader(http.StatusOK)
}

// faulty is an index on a server that answers everything in one way, but for
// tasks, and the handing over of documents.
func faulty(t *testing.T, answer, tasks http.HandlerFunc) *index {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/", answer)
	if tasks != nil {
		mux.HandleFunc("POST /indexes/souk_g1/documents", say(http.StatusAccepted, enqueued))
		mux.HandleFunc("GET /tasks/7", tasks)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return indexAt(t, server.URL)
}

func indexAt(t *testing.T, url string) *index {
	t.Helper()
	e, err := New(Config{URL: url, Key: secret, ReadTimeout: 150 * time.Millisecond, WriteTimeout: 200 * time.Millisecond, TaskTimeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return &index{engine: e, uid: "souk_g1", manager: e.server.Index("souk_g1")}
}

// calls are all that reach the server.
func calls(ctx context.Context, x *index) map[string]error {
	_, find := x.Candidates(ctx, search.Query{Groups: []search.Group{{Any: []string{"shirt", "blouse"}}, {Any: []string{"red"}, Prefix: true}}})
	_, versions := x.Versions(ctx, 0, 10)
	_, put := x.Put(ctx, []search.Entry{{ID: 1, Version: "v"}})
	_, remove := x.Delete(ctx, []search.ProductID{1})
	_, open := x.engine.Open(ctx, "g1", "en")
	_, create := x.engine.Create(ctx, "g1", "en")
	_, names := x.engine.Names(ctx)
	return map[string]error{"find": find, "versions": versions, "put": put, "delete": remove, "open": open, "create": create, "names": names}
}

func TestCall_tellsFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"slow":                   {slow, search.ErrUnavailable},
		"full queue":             {sayFailure(503, "Too many search requests running at the same time: 1000. Retry after 10s.", "too_many_search_requests", "system"), search.ErrUnavailable},
		"too many, says a proxy": {say(429, "slow down"), search.ErrUnavailable},
		"no gateway":             {say(502, "<html>bad gateway</html>"), search.ErrUnavailable},
		"no space":               {sayFailure(422, "No space left on device (os error 28)", "no_space_left_on_device", "system"), search.ErrUnavailable},
		"half an answer":         {say(200, `{"hits":[{"id":1},{"i`), search.ErrUnavailable},
		"half a task":            {say(202, `{"taskUid":`), search.ErrUnavailable},
		"wrong key":              {sayFailure(403, "The provided API key `"+secret+"` is invalid.", "invalid_api_key", "auth"), search.ErrUnavailable},
		"index gone":             {sayFailure(404, "Index `souk_g1` not found.", "index_not_found", "invalid_request"), search.ErrNoIndex},
		"too large":              {sayFailure(413, "The provided payload reached the size limit.", "payload_too_large", "invalid_request"), search.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			started := time.Now()
			for call, err := range calls(t.Context(), faulty(t, c.answer, nil)) {
				if name == "index gone" && (call == "create" || call == "names") {
					continue // to drop what is not there is no error
				}
				if !errors.Is(err, c.want) {
					t.Errorf("%s: got %v, want %v", call, err, c.want)
				}
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("%s tells the key: %v", call, err)
				}
			}
			if took := time.Since(started); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestCall_refusedConnection(t *testing.T) {
	t.Parallel()
	for call, err := range calls(t.Context(), indexAt(t, "http://"+freeAddress(t))) {
		if !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("%s: got %v, want ErrUnavailable", call, err)
		}
	}
}

func TestCall_endsWithItsContext(t *testing.T) {
	t.Parallel()
	x := faulty(t, slow, slow)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for call, err := range calls(ctx, x) {
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, search.ErrUnavailable) {
			t.Errorf("%s: got %v, want the caller's own end", call, err)
		}
	}
}

// TestCandidates_doesNotTakeAPartForAll has answers that are JSON and no
// answers.
func TestCandidates_doesNotTakeAPartForAll(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `null`, `{"hits":[{"id":1}]}`, `{"hits":[{"id":"one"}],"totalHits":1}`, `{"hits":[{"id":1}],"totalHits":2}`} {
		found, err := faulty(t, say(200, body), nil).Candidates(t.Context(), search.Query{Groups: []search.Group{{Any: []string{"shirt"}}}})
		if !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("%s: got %v, %v, want ErrUnavailable", body, found, err)
		}
	}
}

func TestWait_tellsWhatBecameOfATask(t *testing.T) {
	t.Parallel()
	asked := 0
	for name, c := range map[string]struct {
		tasks http.HandlerFunc
		want  error
	}{
		"done": {func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked < 4 {
				say(200, running)(w, r)
				return
			}
			say(200, fmt.Sprintf(over, "succeeded", "null"))(w, r)
		}, nil},
		"document at fault": {failed("Document doesn't have a `id` attribute: `{`.", "missing_document_id", "invalid_request"), search.ErrRefused},
		"server at fault":   {failed("MDB_CORRUPTED: Located page was wrong type.", "internal", "internal"), search.ErrUnavailable},
		"disk full":         {failed("No space left on device (os error 28)", "no_space_left_on_device", "system"), search.ErrUnavailable},
		"index gone":        {failed("Index `souk_g1` not found.", "index_not_found", "invalid_request"), search.ErrNoIndex},
		"canceled":          {say(200, fmt.Sprintf(over, "canceled", "null")), search.ErrUnavailable},
		"lost":              {sayFailure(404, "Task `7` not found.", "task_not_found", "invalid_request"), search.ErrUnavailable},
		"stuck":             {say(200, running), search.ErrUnavailable},
		"half an answer":    {say(200, `{"uid":7,"sta`), search.ErrUnavailable},
		"slow":              {slow, search.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			task, err := faulty(t, http.NotFound, c.tasks).Put(t.Context(), []search.Entry{{ID: 1, Version: "v"}})
			if err != nil {
				t.Fatal(err)
			}
			if err := task.Wait(t.Context()); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := task.Wait(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: got %v, want context.Canceled", err)
			}
		})
	}
}
