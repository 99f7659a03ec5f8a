// Package disk keeps media files in directories: originals in a Store, copies
// that can be made again in a Cache of bounded size.
package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/media"
)

// Store is a media.Store in a directory.
type Store struct {
	root *os.Root
}

// unfinished holds files while they are written. No key leads there, since no
// part of a key begins with a dot.
const unfinished = ".tmp"

// abandonedAfter is the age at which an unfinished file is a crash's leaving.
const abandonedAfter = 24 * time.Hour

// Open makes the directory where needed, and throws away what crashes left half
// written there.
func Open(dir string, clk clock.Clock) (*Store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make media directory: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open media directory: %w", err)
	}
	s := &Store{root: root}
	if err := s.sweep(clk.Now().Add(-abandonedAfter)); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return s, nil
}

// sweep removes the unfinished files from before a time.
func (s *Store) sweep(before time.Time) error {
	if err := s.root.MkdirAll(unfinished, 0o700); err != nil {
		return fmt.Errorf("make media directory: %w", err)
	}
	files, err := fs.ReadDir(s.root.FS(), unfinished)
	if err != nil {
		return fmt.Errorf("sweep media directory: %w", err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue
		}
		if err := s.root.Remove(path.Join(unfinished, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sweep media directory: %w", err)
		}
	}
	return nil
}

// Close gives the directory back.
func (s *Store) Close() error { return s.root.Close() }

// Put keeps what r gives, all of it or nothing: the file is written beside its
// place, forced to the disk, and only then moved there.
func (s *Store) Put(_ context.Context, key string, r io.Reader) error {
	if !media.ValidKey(key) {
		return media.ErrKey
	}
	if info, err := s.root.Stat(key); err == nil && info.Mode().IsRegular() {
		return nil
	}
	name, err := s.write(r)
	if err != nil {
		return err
	}
	if err := s.root.MkdirAll(path.Dir(key), 0o755); err != nil {
		return errors.Join(fmt.Errorf("make media directory: %w", err), s.root.Remove(name))
	}
	if err := s.root.Rename(name, key); err != nil {
		return errors.Join(fmt.Errorf("place media file: %w", err), s.root.Remove(name))
	}
	return nil
}

// write makes an unfinished file of r and gives its name.
func (s *Store) write(r io.Reader) (name string, err error) {
	f, err := os.CreateTemp(filepath.Join(s.root.Name(), unfinished), "put-*")
	if err != nil {
		return "", fmt.Errorf("create media file: %w", err)
	}
	name = path.Join(unfinished, filepath.Base(f.Name()))
	_, err = io.Copy(f, r)
	if err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("write media file: %w", err), s.root.Remove(name))
	}
	return name, nil
}

// Open gives a file, media.ErrNoFile when there is none.
func (s *Store) Open(_ context.Context, key string) (io.ReadSeekCloser, media.Info, error) {
	if !media.ValidKey(key) {
		return nil, media.Info{}, media.ErrNoFile
	}
	f, err := s.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotDirectory) {
		return nil, media.Info{}, media.ErrNoFile
	}
	if err != nil {
		return nil, media.Info{}, fmt.Errorf("open media file: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, media.Info{}, errors.Join(fmt.Errorf("open media file: %w", err), f.Close())
	}
	if !info.Mode().IsRegular() {
		return nil, media.Info{}, errors.Join(media.ErrNoFile, f.Close())
	}
	return f, media.Info{Size: info.Size(), ModifiedAt: info.ModTime().UTC()}, nil
}

// Delete takes a file away; one that is gone is no fault.
func (s *Store) Delete(_ context.Context, key string) error {
	if !media.ValidKey(key) {
		return media.ErrKey
	}
	if err := s.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete media file: %w", err)
	}
	return nil
}
