package search_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/adapter/search/bleve"
	"github.com/souk-commerce/souk/internal/adapter/search/meilisearch"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/understanding"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// open makes a small shop whose clock runs.
func open(t testing.TB) *salesfloor.Shop {
	t.Helper()
	s := salesfloor.Open(t, salesfloor.Options{Clock: clock.System(), Conns: 16})
	t.Cleanup(func() { // before the database goes
		if n := s.Count(t, `SELECT count(*) FROM search_generation WHERE state = 'live' GROUP BY instance, engine HAVING count(*) > 1
			UNION ALL SELECT 0 LIMIT 1`); n > 0 {
			t.Errorf("%d generations are live", n)
		}
	})
	return s
}

// fill writes products "Thing word-n" by hand, and no facts about them.
func fill(t testing.TB, s *salesfloor.Shop, n int) {
	t.Helper()
	_, err := s.DB.Conn(t.Context()).Exec(t.Context(), `
		INSERT INTO product (id, created_at, updated_at, handle, title, status, published_at)
		SELECT 10000 + i, now(), now(), 'thing-' || i, 'Thing gadget' || chr(97 + i % 26) || chr(97 + i / 26 % 26) || chr(97 + i / 676 % 26), 'active', now()
		FROM generate_series(0, $1 - 1) i`, n)
	if err != nil {
		t.Fatal(err)
	}
}

// process is a server as far as search is concerned.
type process struct {
	*search.Service
	shop       *salesfloor.Shop
	everywhere *event.Dispatcher
	ordered    *event.Dispatcher
	stop       func()
}

var quick = search.Config{Poll: 20 * time.Millisecond, Lease: 2 * time.Second}

// serve starts a process; it stops with the test at the latest.
func serve(t testing.TB, s *salesfloor.Shop, engine search.Engine, cfg search.Config) *process {
	t.Helper()
	p := wire(t, s, engine, cfg)
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for _, run := range []func(context.Context) error{p.Run, p.everywhere.Run, p.ordered.Run} {
		group.Go(func() { _ = run(ctx) })
	}
	p.stop = sync.OnceFunc(func() { cancel(); group.Wait() })
	t.Cleanup(p.stop)
	return p
}

// wire makes a process that does nothing yet.
func wire(t testing.TB, s *salesfloor.Shop, engine search.Engine, cfg search.Config) *process {
	t.Helper()
	markets := market.NewDirectory(market.NewService(s.DB, s.Outbox, s.Audit), "https://shop.example")
	p := &process{shop: s,
		Service: search.NewService(search.Rooms{DB: s.DB, Events: s.Outbox, Audit: s.Audit, Listing: s.Listing, Markets: markets, Engine: engine,
			Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Metrics: prometheus.NewRegistry()}, cfg),
		everywhere: event.NewDispatcher(s.DB, s.Outbox, event.Config{Poll: 20 * time.Millisecond}),
		ordered:    event.NewDispatcher(s.DB, s.Outbox, event.Config{Poll: 20 * time.Millisecond}),
	}
	everywhere, ordered := p.Consumers()
	if err := errors.Join(p.everywhere.Add(t.Context(), everywhere...), p.ordered.Add(t.Context(), ordered...)); err != nil {
		t.Fatal(err)
	}
	return p
}

// settled waits until every change so far has been taken over.
func (p *process) settled(t testing.TB) {
	t.Helper()
	if err := errors.Join(p.everywhere.CatchUp(t.Context()), p.ordered.CatchUp(t.Context())); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nothing waits", func() bool {
		st, err := p.Status(t.Context())
		return err == nil && st.Pending == 0
	})
}

// ready waits until searches are answered by an index.
func (p *process) ready(t testing.TB) *process {
	t.Helper()
	eventually(t, "search is ready", p.Ready)
	return p
}

// finds asks in a language and gives the products.
func (p *process) finds(t testing.TB, language locale.Language, words string) []search.ProductID {
	t.Helper()
	found, err := p.Find(t.Context(), search.Find{Language: language, Words: words, NoRescue: true})
	if err != nil {
		t.Fatalf("find %q: %v", words, err)
	}
	return found.IDs
}

// live waits until a generation is live in this process.
func (p *process) live(t testing.TB, id int64) {
	t.Helper()
	eventually(t, fmt.Sprintf("generation %d is live", id), func() bool {
		st, err := p.Status(t.Context())
		return err == nil && st.Generation == id
	})
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("in vain: %s", what)
}

// local gives an engine of its own.
func local(t testing.TB, root string) *faulty {
	t.Helper()
	e := bleve.New(bleve.Config{Root: root})
	t.Cleanup(func() { _ = e.Close() })
	return &faulty{Engine: e, inner: e}
}

// engines are those that the promises of this room are held against: a local
// one, the same as if it were shared, and Meilisearch where there is one.
func engines() map[string]func(testing.TB) *faulty {
	all := map[string]func(testing.TB) *faulty{
		"local":  func(t testing.TB) *faulty { return local(t, t.TempDir()) },
		"shared": common,
	}
	if url := os.Getenv("MEILI_URL"); url != "" {
		all["meilisearch"] = func(t testing.TB) *faulty { return meili(t, url) }
	}
	return all
}

// meili gives a part of a Meilisearch server that is empty afterwards.
func meili(t testing.TB, url string) *faulty {
	t.Helper()
	e, err := meilisearch.New(meilisearch.Config{URL: url, Key: os.Getenv("MEILI_MASTER_KEY"), Prefix: "test" + strings.ToLower(rand.Text()[:10])})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		names, _ := e.Names(context.Background())
		for _, name := range names {
			_ = e.Drop(context.Background(), name)
		}
	})
	return &faulty{Engine: e, shared: true}
}

// common gives an engine that all processes share.
func common(t testing.TB) *faulty {
	t.Helper()
	e := local(t, filepath.Join(t.TempDir(), "shared"))
	if _, err := e.inner.Claim(); err != nil {
		t.Fatal(err)
	}
	e.shared = true
	return e
}

// faulty is a real engine that can be made to fail.
type faulty struct {
	search.Engine
	inner  *bleve.Engine // nil: another one
	shared bool

	down   atomic.Bool            // does not answer
	hangs  atomic.Bool            // answers searches only when it is given up on
	loses  atomic.Bool            // says that it wrote and did not
	slow   atomic.Int64           // nanoseconds that each write takes
	poison atomic.Pointer[string] // entries with this title are refused
	puts   atomic.Int64           // entries that were written
	asked  atomic.Int64           // searches
	under  atomic.Int64           // tasks on their way
	most   atomic.Int64           // of these, at once
	prefix string
}

func (f *faulty) Shared() bool           { return f.shared }
func (f *faulty) Claim() (string, error) { return f.inner.Claim() }
func (f *faulty) Mapping() string        { return f.prefix }
func (f *faulty) wrap(i search.Index, err error) (search.Index, error) {
	if err != nil {
		return nil, err
	}
	return &faultyIndex{Index: i, f: f}, nil
}

func (f *faulty) Create(ctx context.Context, name string, l locale.Language) (search.Index, error) {
	if f.down.Load() {
		return nil, search.ErrUnavailable
	}
	return f.wrap(f.Engine.Create(ctx, name, l))
}

func (f *faulty) Open(ctx context.Context, name string, l locale.Language) (search.Index, error) {
	if f.down.Load() {
		return nil, search.ErrUnavailable
	}
	return f.wrap(f.Engine.Open(ctx, name, l))
}

type faultyIndex struct {
	search.Index
	f *faulty
}

func (i *faultyIndex) Candidates(ctx context.Context, q search.Query) (search.Candidates, error) {
	i.f.asked.Add(1)
	if i.f.hangs.Load() {
		<-ctx.Done()
		return search.Candidates{}, ctx.Err()
	}
	if i.f.down.Load() {
		return search.Candidates{}, search.ErrUnavailable
	}
	return i.Index.Candidates(ctx, q)
}

func (i *faultyIndex) Versions(ctx context.Context, after search.ProductID, limit int) ([]search.Version, error) {
	if i.f.down.Load() {
		return nil, search.ErrUnavailable
	}
	return i.Index.Versions(ctx, after, limit)
}

func (i *faultyIndex) Delete(ctx context.Context, ids []search.ProductID) (search.Task, error) {
	if i.f.down.Load() {
		return nil, search.ErrUnavailable
	}
	return i.Index.Delete(ctx, ids)
}

func (i *faultyIndex) Put(ctx context.Context, entries []search.Entry) (search.Task, error) {
	if len(entries) > 1_000 {
		return nil, errors.New("too many entries at once")
	}
	if i.f.down.Load() {
		return nil, search.ErrUnavailable
	}
	i.f.puts.Add(int64(len(entries)))
	if i.f.loses.Load() {
		return task(func() error { return nil }), nil
	}
	if p := i.f.poison.Load(); p != nil && slices.ContainsFunc(entries, func(e search.Entry) bool { return e.Title == *p }) {
		return task(func() error { return search.ErrRefused.Wrap(errors.New("poison")) }), nil
	}
	for now := i.f.under.Add(1); ; {
		most := i.f.most.Load()
		if now <= most || i.f.most.CompareAndSwap(most, now) {
			break
		}
	}
	done, err := i.Index.Put(ctx, entries)
	return task(func() error {
		defer i.f.under.Add(-1)
		time.Sleep(time.Duration(i.f.slow.Load()))
		return errors.Join(err, done.Wait(ctx))
	}), nil
}

type task func() error

func (t task) Wait(context.Context) error { return t() }

// indexed is a title as an entry has it.
func indexed(l locale.Language, title string) *string {
	words := understanding.Indexed(l, title)
	return &words
}
