package bleve

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/searchtest"
)

func claimed(t testing.TB, root string) *Engine {
	t.Helper()
	e := New(Config{Root: root})
	if _, err := e.Claim(); err != nil {
		t.Fatalf("claim a directory: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close engine: %v", err)
		}
	})
	return e
}

func TestEngine_conforms(t *testing.T) {
	t.Parallel()
	searchtest.Conform(t, func(t *testing.T) search.Engine { return claimed(t, t.TempDir()) })
}

func TestClaim_givesEachProcessADirectory(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	one, two := claimed(t, root), claimed(t, root)
	first, err := one.Claim() // again
	if err != nil {
		t.Fatal(err)
	}
	second, err := two.Claim()
	if err != nil {
		t.Fatal(err)
	}
	if first == second || !strings.HasSuffix(first, "-1") || !strings.HasSuffix(second, "-2") {
		t.Errorf("claimed %s and %s", first, second)
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	if third, err := claimed(t, root).Claim(); err != nil || third != first {
		t.Errorf("claimed %s, want %s, which was given back: %v", third, first, err)
	}
}

func TestEngine_isUnavailableUnclaimed(t *testing.T) {
	t.Parallel()
	e := New(Config{Root: filepath.Join(t.TempDir(), "none")})
	_, open := e.Open(t.Context(), "g1", "en")
	_, names := e.Names(t.Context())
	for _, err := range []error{open, names, e.Drop(t.Context(), "g1")} {
		if !errors.Is(err, search.ErrUnavailable) {
			t.Errorf("got %v, want ErrUnavailable", err)
		}
	}
	if _, err := os.Stat(e.root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory was touched: %v", err)
	}
}

func TestHandle_endsWithTheIndex(t *testing.T) {
	t.Parallel()
	e := claimed(t, t.TempDir())
	old, err := e.Create(t.Context(), "g1", "en")
	if err != nil {
		t.Fatal(err)
	}
	anew, err := e.Create(t.Context(), "g1", "en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.Put(t.Context(), turn(1)); !errors.Is(err, search.ErrUnavailable) {
		t.Errorf("write to an index that is gone: got %v, want ErrUnavailable", err)
	}
	if err := old.Close(); err != nil {
		t.Errorf("close the old handle: %v", err)
	}
	if _, err := anew.Put(t.Context(), turn(1)); err != nil {
		t.Errorf("closing the old handle closed the new index: %v", err)
	}
}

// TestOpen_refusesAnotherMapping has an index that another program made.
func TestOpen_refusesAnotherMapping(t *testing.T) {
	t.Parallel()
	e := claimed(t, t.TempDir())
	index, err := e.Create(t.Context(), "g1", "en")
	if err != nil {
		t.Fatal(err)
	}
	raw := index.(*handle).raw
	if err := errors.Join(raw.SetInternal([]byte(markKey), []byte("souk 0 en")), index.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Open(t.Context(), "g1", "en"); !errors.Is(err, search.ErrNoIndex) {
		t.Errorf("got %v, want ErrNoIndex", err)
	}
}
