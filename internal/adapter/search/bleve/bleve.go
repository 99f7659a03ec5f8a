// Package bleve is the search engine inside the program: indexes of bleve on
// disk, a directory each, which belong to one process at a time.
//
// bleve keeps the words, the places where they stand and the batches that
// survive a crash; how products are ranked is ours (ask.go, package scoring). Its
// own scores are sums in an order that depends on how the index was written,
// and so the same products would stand in another order after a rebuild.
package bleve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	upstream "github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"go.etcd.io/bbolt"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/search"
)

// Kind names this engine.
const Kind = "bleve"

// Config says where the indexes are.
type Config struct {
	// Root holds a directory for each process that runs at the same time: 1, 2 …
	Root string
}

// maxSlots bounds how many processes share a root.
const maxSlots = 64

// ErrInUse says that too many processes work below the root already.
var ErrInUse = fault.New(fault.Conflict, "search_directory_in_use", "Too many processes use this directory of search indexes.")

// Engine implements search.Engine.
type Engine struct {
	root string

	mu       sync.Mutex
	dir      string // "" until claimed
	instance string
	unlock   func() error
	open     map[string]*index
}

var (
	_ search.Engine = (*Engine)(nil)
	_ search.Local  = (*Engine)(nil)
)

// New makes an engine. It touches nothing before Claim.
func New(cfg Config) *Engine {
	return &Engine{root: cfg.Root, open: make(map[string]*index)}
}

// Claim takes the first directory below the root that no other process has, and
// gives a name to this process by it. Once is enough; Close gives it back.
func (e *Engine) Claim() (instance string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dir != "" {
		return e.instance, nil
	}
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("name this process: %w", err)
	}
	for slot := 1; slot <= maxSlots; slot++ {
		dir := filepath.Join(e.root, strconv.Itoa(slot))
		unlock, err := take(dir)
		if errors.Is(err, ErrInUse) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("claim directory of search indexes: %w", err)
		}
		e.dir, e.unlock, e.instance = dir, unlock, fmt.Sprintf("%s-%d", host, slot)
		return e.instance, nil
	}
	return "", ErrInUse
}

// take makes a directory this process's alone and clears what a crash left.
func take(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	unlock, err = lock(filepath.Join(dir, "LOCK"))
	if err != nil {
		return nil, err
	}
	if err := sweep(dir); err != nil {
		return nil, errors.Join(err, unlock())
	}
	return unlock, nil
}

// Kind implements search.Engine.
func (e *Engine) Kind() string { return Kind }

// Shared implements search.Engine: each process has its own indexes.
func (e *Engine) Shared() bool { return false }

// Close ends all indexes and gives the directory back.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dir == "" {
		return nil
	}
	var errs []error
	for name := range e.open {
		errs = append(errs, e.end(name))
	}
	unlock := e.unlock
	e.dir, e.instance, e.unlock = "", "", nil
	return errors.Join(append(errs, unlock())...)
}

// Create implements search.Engine.
func (e *Engine) Create(ctx context.Context, name string, language locale.Language) (search.Index, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.remove(ctx, name); err != nil {
		return nil, err
	}
	raw, err := upstream.NewUsing(e.path(name), upstream.NewIndexMapping(), scorch.Name, scorch.Name, settings())
	if err != nil {
		return nil, fmt.Errorf("create search index %s: %w", name, err)
	}
	// The mark comes last: without it the index does not open.
	if err := raw.SetInternal([]byte(markKey), mark(language)); err != nil {
		return nil, errors.Join(fmt.Errorf("mark search index %s: %w", name, err), raw.Close())
	}
	return e.lend(name, newIndex(raw)), nil
}

// Open implements search.Engine.
func (e *Engine) Open(ctx context.Context, name string, language locale.Language) (search.Index, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.check(ctx, name); err != nil {
		return nil, err
	}
	if x, ok := e.open[name]; ok {
		if !x.marked(language) {
			return nil, search.ErrNoIndex
		}
		return e.lend(name, x), nil
	}
	raw, err := openRaw(e.path(name))
	if err != nil {
		return nil, search.ErrNoIndex.Wrap(fmt.Errorf("open search index %s: %w", name, err))
	}
	x := newIndex(raw)
	if !x.marked(language) {
		return nil, search.ErrNoIndex.Wrap(errors.Join(fmt.Errorf("search index %s has another mapping", name), raw.Close()))
	}
	return e.lend(name, x), nil
}

// Drop implements search.Engine.
func (e *Engine) Drop(ctx context.Context, name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.remove(ctx, name)
}

// Names implements search.Engine.
func (e *Engine) Names(ctx context.Context) ([]string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return nil, fmt.Errorf("list search indexes: %w", err)
	}
	names := []string{}
	for _, entry := range entries {
		if entry.IsDir() && goodName(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

func (e *Engine) path(name string) string { return filepath.Join(e.dir, name) }

func (e *Engine) ready(ctx context.Context) error {
	if e.dir == "" {
		return search.ErrUnavailable.Wrap(errors.New("the engine has claimed no directory"))
	}
	return ctx.Err()
}

func (e *Engine) check(ctx context.Context, name string) error {
	if !goodName(name) {
		return fault.Newf(fault.Invalid, "search_index_name", "%q cannot name a search index.", name)
	}
	return e.ready(ctx)
}

// remove takes an index away in one step, so that none is ever half there.
func (e *Engine) remove(ctx context.Context, name string) error {
	if err := e.check(ctx, name); err != nil {
		return err
	}
	if err := e.end(name); err != nil {
		return fmt.Errorf("close search index %s: %w", name, err)
	}
	gone, err := os.MkdirTemp(e.dir, gonePrefix)
	if err != nil {
		return fmt.Errorf("drop search index %s: %w", name, err)
	}
	if err := os.Rename(e.path(name), filepath.Join(gone, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop search index %s: %w", name, err)
	}
	if err := os.RemoveAll(gone); err != nil {
		return fmt.Errorf("drop search index %s: %w", name, err)
	}
	return nil
}

// end closes an index that may be open; its handles say so from now on.
func (e *Engine) end(name string) error {
	x, ok := e.open[name]
	if !ok {
		return nil
	}
	delete(e.open, name)
	return x.end()
}

// lend gives a handle; the index is closed with the last one.
func (e *Engine) lend(name string, x *index) *handle {
	e.open[name] = x
	x.users++
	return &handle{index: x, giveBack: func() error {
		e.mu.Lock()
		defer e.mu.Unlock()
		if x.users--; x.users > 0 || e.open[name] != x {
			return nil
		}
		return e.end(name)
	}}
}

// sweep takes away what a crash left of dropped indexes.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), gonePrefix) {
			if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

const gonePrefix = ".gone-"

func goodName(name string) bool {
	ok, err := regexp.MatchString(`^[a-z0-9][a-z0-9-]{0,59}$`, name)
	return ok && err == nil
}

// settings keep bleve from waiting for ever for a file that somebody holds.
func settings() map[string]any { return map[string]any{"bolt_timeout": "2s"} }

// openRaw opens what may be broken in any way, of which some make bleve panic
// and some would end the program: it reads files as memory.
func openRaw(path string) (raw upstream.Index, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			raw, err = nil, fmt.Errorf("the files are broken: %v", r)
		}
	}()
	if err := checkRoot(filepath.Join(path, "store", "root.bolt")); err != nil {
		return nil, err
	}
	return upstream.OpenUsing(path, settings())
}

// checkRoot tells whether the file that lists all others is as long as it says
// itself. In one cut short, a page may be missed long after it was opened.
func checkRoot(path string) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: 2 * time.Second})
	if err != nil {
		return fmt.Errorf("open root: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(func(tx *bbolt.Tx) error {
		if info.Size() < tx.Size() {
			return fmt.Errorf("the root has %d bytes of %d", info.Size(), tx.Size())
		}
		return nil
	})
}
