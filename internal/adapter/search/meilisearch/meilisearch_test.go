package meilisearch

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/searchtest"
)

func TestEngine_conforms(t *testing.T) {
	t.Parallel()
	cfg := server(t)
	searchtest.Conform(t, func(t *testing.T) search.Engine { return fresh(t, cfg) })
}

// server is a real Meilisearch: MEILI_URL (and MEILI_MASTER_KEY) or one that is
// started for the test.
func server(t *testing.T) Config {
	t.Helper()
	if url := os.Getenv("MEILI_URL"); url != "" {
		return Config{URL: url, Key: os.Getenv("MEILI_MASTER_KEY")}
	}
	program, err := exec.LookPath("meilisearch")
	if err != nil {
		t.Skip("no Meilisearch to test with: set MEILI_URL (and MEILI_MASTER_KEY), or put the program meilisearch into the PATH")
	}
	address := freeAddress(t)
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), program, "--http-addr", address, "--db-path", dir+"/db", "--dump-dir", dir, "--snapshot-dir", dir, "--no-analytics")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start Meilisearch: %v", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
		}
	}()
	cfg := Config{URL: "http://" + address}
	wait, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for !healthy(wait, cfg.URL) {
		if wait.Err() != nil {
			t.Fatal("Meilisearch was started and does not answer")
		}
	}
	return cfg
}

func healthy(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		time.Sleep(20 * time.Millisecond)
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// fresh gives an engine with names of its own, whose indexes go with the test.
func fresh(t *testing.T, cfg Config) *Engine {
	t.Helper()
	cfg.Prefix = "test-" + strings.ToLower(rand.Text()[:12])
	cfg.ReadTimeout = 20 * time.Second // the machine may be busy
	e, err := New(cfg)
	if err != nil {
		t.Fatalf("make engine: %v", err)
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		names, err := e.Names(ctx)
		for _, name := range names {
			err = errors.Join(err, e.Drop(ctx, name))
		}
		if err = errors.Join(err, e.Close()); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
	return e
}

// TestPut_splitsWhatIsTooMuch hands over more than one payload takes.
func TestPut_splitsWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	e := fresh(t, server(t))
	index, err := e.Create(t.Context(), "g1", "en")
	if err != nil {
		t.Fatal(err)
	}
	entries := make([]search.Entry, maxBatch+500)
	for i := range entries {
		entries[i] = search.Entry{ID: search.ProductID(i + 1), Version: "v", Title: fmt.Sprint("thing ", i)}
		if i < 8 {
			entries[i].Description = strings.Repeat("word ", search.MaxEntry/6)
		}
	}
	handed, err := index.Put(t.Context(), entries)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(handed.(task).numbers); n < 3 {
		t.Errorf("handed over in %d batches, want at least 3", n)
	}
	if err := handed.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	found, err := index.Candidates(t.Context(), search.Query{Groups: []search.Group{{Any: []string{"thing"}}}})
	if err != nil || found.Total != len(entries) {
		t.Errorf("found %d of %d: %v", found.Total, len(entries), err)
	}
}

// TestNames_areOfOneShop has two shops on a server, one's prefix beginning the
// other's.
func TestNames_areOfOneShop(t *testing.T) {
	t.Parallel()
	one := fresh(t, server(t))
	cfg := one.cfg
	cfg.Prefix += "-b"
	two, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.Create(t.Context(), "g7", "en"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = two.Drop(context.WithoutCancel(t.Context()), "g7") }()
	if names, err := one.Names(t.Context()); err != nil || len(names) != 0 {
		t.Errorf("one shop sees the other's indexes: %v, %v", names, err)
	}
}
