//go:build unix

package pgserver

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

// archive builds what the repository serves: a jar with one tar.xz in it.
func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var jar bytes.Buffer
	zw := zip.NewWriter(&jar)
	member, err := zw.Create("postgres-test.txz")
	if err != nil {
		t.Fatal(err)
	}
	xw, err := xz.NewWriter(member)
	if err != nil {
		t.Fatal(err)
	}
	tw := tar.NewWriter(xw)
	for name, text := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []interface{ Close() error }{tw, xw, zw} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return jar.Bytes()
}

// fetching gives a Server whose archives come from a repository of the test's.
func fetching(t *testing.T, jar []byte, sum string) *Server {
	t.Helper()
	repo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".sha256") {
			_, _ = w.Write([]byte(sum))
			return
		}
		_, _ = w.Write(jar)
	}))
	t.Cleanup(repo.Close)
	return &Server{cfg: Config{DataDir: t.TempDir(), Archive: repo.URL}, log: slog.New(slog.DiscardHandler)}
}

func checksum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestFetched_unpacksOnceWhatHasTheRightChecksum(t *testing.T) {
	t.Parallel()
	jar := archive(t, map[string]string{
		"bin/postgres": "#!/bin/sh\necho 'postgres (PostgreSQL) 17.5'\n",
		"bin/initdb":   "#!/bin/sh\n",
	})
	s := fetching(t, jar, checksum(jar)+"  archive.jar\n")
	bin, err := s.fetched(t.Context())
	if err != nil || majorOf(bin) != fetchedMajor {
		t.Fatalf("%s, %v", bin, err)
	}
	s.cfg.Archive = "http://127.0.0.1:1" // it must not be asked again
	if again, err := s.fetched(t.Context()); err != nil || again != bin {
		t.Fatalf("%s, %v", again, err)
	}
}

func TestFetched_refusesAWrongChecksum(t *testing.T) {
	t.Parallel()
	jar := archive(t, map[string]string{"bin/postgres": "x"})
	s := fetching(t, jar, checksum([]byte("something else")))
	if _, err := s.fetched(t.Context()); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Fatalf("got %v", err)
	}
}

func TestFetched_staysInItsDirectory(t *testing.T) {
	t.Parallel()
	jar := archive(t, map[string]string{"../escaped": "x"})
	s := fetching(t, jar, checksum(jar))
	if _, err := s.fetched(t.Context()); err == nil {
		t.Fatal("unpacked a path that leads out")
	}
	if _, err := os.Stat(filepath.Join(s.cfg.DataDir, "escaped")); err == nil {
		t.Fatal("wrote outside of its directory")
	}
}
