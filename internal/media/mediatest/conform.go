// Package mediatest holds the promises of media.Store as tests, which every
// store passes.
package mediatest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/media"
)

// HostileKeys are keys that lead, or try to lead, out of a store.
func HostileKeys() []string {
	return []string{
		"", "/", ".", "..", "../x.jpg", "a/../../x.jpg", "a/..", "/etc/passwd", "//host/x.jpg", `..\x.jpg`, `a\b.jpg`, `c:\x.jpg`,
		"a//b.jpg", "a/./b.jpg", "a/.hidden", ".tmp/x", "..%2fx.jpg", "%2e%2e/x.jpg", "%2e%2e%2fx.jpg", "a\x00.jpg", "a/b.jpg\x00",
		"a/\n.jpg", "a b.jpg", "ä.jpg", "a/b.jpg/", "~/x.jpg", "a:b.jpg", "..;/x.jpg", "a/..%252fx.jpg",
		strings.Repeat("a/", 20) + "x.jpg", strings.Repeat("a", 500),
	}
}

// Conform checks a store that open makes empty.
func Conform(t *testing.T, open func(t *testing.T) media.Store) {
	t.Helper()
	t.Run("gives back what was put", func(t *testing.T) {
		t.Parallel()
		keepsContent(t, open(t))
	})
	t.Run("refuses keys that lead elsewhere", func(t *testing.T) {
		t.Parallel()
		refusesHostileKeys(t, open(t))
	})
	t.Run("keeps nothing of a broken upload", func(t *testing.T) {
		t.Parallel()
		keepsNothingBroken(t, open(t))
	})
	t.Run("shows a file whole or not at all", func(t *testing.T) {
		t.Parallel()
		isAtomic(t, open(t))
	})
}

const key = "ab/cd/abcd/cup.jpg"

func keepsContent(t *testing.T, s media.Store) {
	ctx := t.Context()
	if _, _, err := s.Open(ctx, key); !errors.Is(err, media.ErrNoFile) {
		t.Fatalf("an empty store answered %v", err)
	}
	for range 2 {
		if err := s.Put(ctx, key, strings.NewReader("content")); err != nil {
			t.Fatal(err)
		}
	}
	f, info, err := s.Open(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err != nil || string(got) != "content" || info.Size != 7 || info.ModifiedAt.IsZero() {
		t.Errorf("read %q, %+v, %v", got, info, err)
	}
	if at, err := f.Seek(3, io.SeekStart); at != 3 || err != nil {
		t.Errorf("sought to %d: %v", at, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := s.Delete(ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Open(ctx, key); !errors.Is(err, media.ErrNoFile) {
		t.Errorf("a deleted file answered %v", err)
	}
	if _, _, err := s.Open(ctx, "ab/cd"); !errors.Is(err, media.ErrNoFile) {
		t.Errorf("a directory answered %v", err)
	}
}

func refusesHostileKeys(t *testing.T, s media.Store) {
	ctx := t.Context()
	for _, k := range HostileKeys() {
		if err := s.Put(ctx, k, strings.NewReader("x")); !errors.Is(err, media.ErrKey) {
			t.Errorf("put %q: %v", k, err)
		}
		if _, _, err := s.Open(ctx, k); !errors.Is(err, media.ErrNoFile) {
			t.Errorf("open %q: %v", k, err)
		}
		if err := s.Delete(ctx, k); !errors.Is(err, media.ErrKey) {
			t.Errorf("delete %q: %v", k, err)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func keepsNothingBroken(t *testing.T, s media.Store) {
	ctx := t.Context()
	r := io.MultiReader(strings.NewReader("half"), broken{})
	if err := s.Put(ctx, key, r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("put answered %v", err)
	}
	if _, _, err := s.Open(ctx, key); !errors.Is(err, media.ErrNoFile) {
		t.Errorf("open answered %v", err)
	}
}

func isAtomic(t *testing.T, s media.Store) {
	ctx := t.Context()
	content := bytes.Repeat([]byte("0123456789"), 50_000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := s.Put(ctx, key, bytes.NewReader(content)); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			f, _, err := s.Open(ctx, key)
			if errors.Is(err, media.ErrNoFile) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, content) {
				t.Errorf("read %d bytes, %v", len(got), err)
			}
		})
	}
	all.Wait()
}
