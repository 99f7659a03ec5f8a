package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/adapter/media/disk"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/media/mediatest"
)

func TestStore_conforms(t *testing.T) {
	t.Parallel()
	mediatest.Conform(t, func(t *testing.T) media.Store { return openStore(t, t.TempDir()) })
}

func TestCache_conforms(t *testing.T) {
	t.Parallel()
	mediatest.Conform(t, func(t *testing.T) media.Store { return openCache(t, t.TempDir(), 1<<20) })
}

func TestStore_doesNotFollowLinksOutOfItsDirectory(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret.jpg"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Skip("this machine makes no symbolic links")
	}
	if f, _, err := openStore(t, dir).Open(t.Context(), "link/secret.jpg"); err == nil {
		t.Errorf("the link was followed: %v", f.Close())
	}
}

func TestOpen_sweepsOldLeavingsOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	openStore(t, dir)
	old, fresh := filepath.Join(dir, ".tmp", "old"), filepath.Join(dir, ".tmp", "fresh")
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	openStore(t, dir)
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old one stayed: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("the fresh one went: %v", err)
	}
}

func TestCache_letsGoOfWhatWasNotReadForLongest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := openCache(t, dir, 30)
	for _, key := range []string{"a.jpg", "b.jpg", "c.jpg"} {
		put(t, c, key)
	}
	if !has(t, c, "a.jpg") {
		t.Fatal("a.jpg is missing before the cache is full")
	}
	put(t, c, "d.jpg")
	for key, want := range map[string]bool{"a.jpg": true, "b.jpg": false, "c.jpg": true, "d.jpg": true} {
		if got := has(t, c, key); got != want {
			t.Errorf("%s is there: %v, want %v", key, got, want)
		}
	}
	if c.Size() != 30 {
		t.Errorf("the cache holds %d bytes", c.Size())
	}
}

func TestOpenCache_remembersAndHoldsItsLimit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := openCache(t, dir, 100)
	for i, key := range []string{"a.jpg", "b.jpg", "c.jpg"} {
		put(t, before, key)
		at := time.Now().Add(time.Duration(i-5) * time.Hour)
		if err := os.Chtimes(filepath.Join(dir, key), at, at); err != nil {
			t.Fatal(err)
		}
	}
	after := openCache(t, dir, 20)
	if after.Size() != 20 || has(t, after, "a.jpg") || !has(t, after, "c.jpg") {
		t.Errorf("after the restart it holds %d bytes, a: %v, c: %v", after.Size(), has(t, after, "a.jpg"), has(t, after, "c.jpg"))
	}
}

func openStore(t *testing.T, dir string) *disk.Store {
	t.Helper()
	s, err := disk.Open(dir, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openCache(t *testing.T, dir string, limit int64) *disk.Cache {
	t.Helper()
	c, err := disk.OpenCache(dir, limit, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// put keeps ten bytes.
func put(t *testing.T, s media.Store, key string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader("0123456789")); err != nil {
		t.Fatal(err)
	}
}

func has(t *testing.T, s media.Store, key string) bool {
	t.Helper()
	f, _, err := s.Open(t.Context(), key)
	if errors.Is(err, media.ErrNoFile) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.Close() == nil
}
