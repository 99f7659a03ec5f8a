package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/media"
)

// Cache is a media.Store that holds a bounded number of bytes: when it is full,
// the files that were not read for longest go first. Several processes may
// share its directory; each then bounds what it knows of.
type Cache struct {
	store *Store
	limit int64
	clock clock.Clock

	mu    sync.Mutex
	known *simplelru.LRU[string, entry]
	size  int64
}

// entry is a file of the cache.
type entry struct {
	key  string
	size int64
	read time.Time // as far as the disk knows
}

// touchEvery is how old the reading time on the disk may grow. It orders the
// files after a restart, nothing more.
const touchEvery = time.Hour

// OpenCache takes a directory up again, or begins it.
func OpenCache(dir string, limit int64, clk clock.Clock) (*Cache, error) {
	store, err := Open(dir, clk)
	if err != nil {
		return nil, err
	}
	known, err := simplelru.NewLRU[string, entry](math.MaxInt, nil) // bounded by bytes, not by number
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	c := &Cache{store: store, limit: limit, clock: clk, known: known}
	found, err := c.scan()
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	slices.SortFunc(found, func(a, b entry) int { return a.read.Compare(b.read) })
	for _, e := range found {
		c.remember(e)
	}
	return c, nil
}

// scan lists the files of the directory.
func (c *Cache) scan() ([]entry, error) {
	var found []entry
	err := fs.WalkDir(c.store.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(name, "."):
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || !media.ValidKey(name) {
			return nil //nolint:nilerr // gone meanwhile, or not ours
		}
		found = append(found, entry{key: name, size: info.Size(), read: info.ModTime()})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read media cache: %w", err)
	}
	return found, nil
}

// Close gives the directory back.
func (c *Cache) Close() error { return c.store.Close() }

// Put keeps a file and lets go of others to make room.
func (c *Cache) Put(ctx context.Context, key string, r io.Reader) error {
	if err := c.store.Put(ctx, key, r); err != nil {
		return err
	}
	f, info, err := c.store.Open(ctx, key)
	if err != nil {
		return err
	}
	c.remember(entry{key: key, size: info.Size, read: info.ModifiedAt})
	return f.Close()
}

// Open gives a file and counts as reading it.
func (c *Cache) Open(ctx context.Context, key string) (io.ReadSeekCloser, media.Info, error) {
	f, info, err := c.store.Open(ctx, key)
	if err != nil {
		c.forget(key)
		return nil, media.Info{}, err
	}
	now := c.clock.Now()
	if now.Sub(info.ModifiedAt) < touchEvery {
		now = info.ModifiedAt
	} else if err := c.store.root.Chtimes(key, now, now); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, media.Info{}, errors.Join(fmt.Errorf("touch media file: %w", err), f.Close())
	}
	c.remember(entry{key: key, size: info.Size, read: now})
	return f, info, nil
}

// Delete takes a file away.
func (c *Cache) Delete(ctx context.Context, key string) error {
	c.forget(key)
	return c.store.Delete(ctx, key)
}

// Size gives the bytes that the cache knows of.
func (c *Cache) Size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}

// remember takes a file for the one read last and evicts what is too much.
// Whoever reads an evicted file at that moment reads on.
func (c *Cache) remember(e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if before, ok := c.known.Peek(e.key); ok {
		c.size -= before.size
	}
	c.known.Add(e.key, e)
	c.size += e.size
	for c.size > c.limit {
		key, oldest, _ := c.known.RemoveOldest()
		c.size -= oldest.size
		_ = c.store.root.Remove(key) // one that stays is found again by the next scan
	}
}

func (c *Cache) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.known.Peek(key); ok {
		c.known.Remove(key)
		c.size -= e.size
	}
}
