package pgserver

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/ulikunitz/xz"
)

// errNoArchive is why nothing is fetched where nobody said from where.
var errNoArchive = errors.New("SOUK_PG_ARCHIVE names no Maven repository")

const (
	fetchedVersion = "17.5.0"
	fetchedMajor   = 17
	maxArchive     = 64 << 20
	maxUnpacked    = 512 << 20
)

// fetched gives the unpacked programs, fetching them the first time.
func (s *Server) fetched(ctx context.Context) (string, error) {
	dir := s.path("postgresql-" + fetchedVersion)
	bin := filepath.Join(dir, "bin")
	if majorOf(bin) == fetchedMajor {
		return bin, nil
	}
	if s.cfg.Archive == "" {
		return "", errNoArchive
	}
	s.log.Info("fetching PostgreSQL, since there is none on this machine", "version", fetchedVersion)
	jar, err := s.download(ctx)
	if err != nil {
		return "", err
	}
	part := dir + ".part"
	if err := errors.Join(os.RemoveAll(part), os.RemoveAll(dir)); err != nil {
		return "", err
	}
	if err := unpack(jar, part); err != nil {
		return "", err
	}
	if err := os.Rename(part, dir); err != nil {
		return "", err
	}
	if majorOf(bin) != fetchedMajor {
		return "", errors.New("the fetched programs do not run here")
	}
	return bin, nil
}

// download gives the archive after comparing it with its published checksum.
func (s *Server) download(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	name := "embedded-postgres-binaries-" + platform()
	url := fmt.Sprintf("%s/io/zonky/test/postgres/%s/%s/%s-%s.jar", strings.TrimSuffix(s.cfg.Archive, "/"), name, fetchedVersion, name, fetchedVersion)
	want, err := get(ctx, url+".sha256", 1<<10)
	if err != nil {
		return nil, err
	}
	jar, err := get(ctx, url, maxArchive)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(jar); !strings.EqualFold(hex.EncodeToString(sum[:]), firstField(want)) {
		return nil, fmt.Errorf("%s does not have the checksum published beside it", url)
	}
	return jar, nil
}

func firstField(text []byte) string {
	if fields := strings.Fields(string(text)); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

func platform() string {
	arch := runtime.GOARCH
	if arch == "arm64" {
		arch = "arm64v8"
	}
	if _, err := os.Stat("/etc/alpine-release"); err == nil {
		arch += "-alpine"
	}
	return runtime.GOOS + "-" + arch
}

func get(ctx context.Context, url string, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", url, limit)
	}
	return body, err
}

// unpack puts the tar.xz that the jar holds into dir.
func unpack(jar []byte, dir string) error {
	zr, err := zip.NewReader(bytes.NewReader(jar), int64(len(jar)))
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	for _, f := range zr.File {
		if strings.HasSuffix(f.Name, ".txz") {
			return unpackMember(f, dir)
		}
	}
	return errors.New("the archive holds no programs")
}

func unpackMember(f *zip.File, dir string) error {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	defer func() { _ = r.Close() }()
	x, err := xz.NewReader(r)
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir) // nothing in the archive leads out of it
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return untar(tar.NewReader(io.LimitReader(x, maxUnpacked)), root)
}

func untar(tr *tar.Reader, root *os.Root) error {
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		if err := place(tr, h, root); err != nil {
			return fmt.Errorf("unpack %s: %w", h.Name, err)
		}
	}
}

func place(tr *tar.Reader, h *tar.Header, root *os.Root) error {
	name := filepath.Clean(h.Name)
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		return root.Symlink(h.Linkname, name)
	case tar.TypeReg:
		f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, h.FileInfo().Mode().Perm()|0o444)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, tr)
		return errors.Join(err, f.Close())
	}
	return nil
}
