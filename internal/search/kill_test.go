package search_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/adapter/search/bleve"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/failpoint"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// childVar has this test program be a server that others kill: database, root
// of indexes and armed failpoint, with "|" between.
const childVar = "SOUK_SEARCH_CHILD"

func TestMain(m *testing.M) {
	if told := os.Getenv(childVar); told != "" {
		if err := child(strings.Split(told, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child serves until it is killed.
func child(told []string) error {
	ctx := context.Background()
	db, err := postgres.Open(ctx, postgres.Config{URL: told[0], MaxConns: 6})
	if err != nil {
		return err
	}
	outbox, books := event.NewOutbox(db), audit.New(db)
	engine := bleve.New(bleve.Config{Root: told[1]})
	s := search.NewService(search.Rooms{DB: db, Events: outbox, Audit: books, Listing: listing.NewService(db, "https://api.example"),
		Markets: market.NewDirectory(market.NewService(db, outbox, books), ""), Engine: engine, Metrics: prometheus.NewRegistry()},
		search.Config{Poll: 20 * time.Millisecond, Check: 300 * time.Millisecond, Fail: failpoint.Arm(told[2])})
	d := event.NewDispatcher(db, outbox, event.Config{Poll: 10 * time.Millisecond})
	everywhere, _ := s.Consumers()
	if err := d.Add(ctx, everywhere...); err != nil {
		return err
	}
	go func() { _ = d.Run(ctx) }()
	go func() {
		for !s.Ready() {
			time.Sleep(time.Millisecond)
		}
		fmt.Println("ready")
	}()
	return s.Run(ctx)
}

// points are where a child may be told to die; "" is at any moment.
var points = []string{"", "", "", "search.created", "search.filled", "search.verified", "search.flipped"}

// TestKill_nothingIsLostWhereverAServerDies kills servers while products change
// and indexes are built anew, and looks at what the last one finds.
func TestKill_nothingIsLostWhereverAServerDies(t *testing.T) {
	t.Parallel()
	times := 5
	if os.Getenv("SOUK_PROVE") == "1" {
		times = 50
	}
	s := open(t)
	fill(t, s, 1_500)
	root := t.TempDir()
	ctx, cancel := context.WithCancel(salesfloor.Context())
	var group sync.WaitGroup
	group.Go(func() { churn(ctx, t, s) })
	request := wire(t, s, local(t, t.TempDir()), search.Config{})
	for i := range times {
		point := points[(i*3)%len(points)]
		die(t, s, root, point, func() {
			if _, err := request.Request(salesfloor.Context(), "killer"); err != nil && i > 0 {
				t.Logf("request: %v", err) // nobody has an index yet
			}
		})
	}
	cancel()
	group.Wait()
	p := serve(t, s, local(t, root), quick).ready(t)
	p.settled(t)
	eventually(t, "what was being built is done", func() bool {
		return s.Count(t, `SELECT count(*) FROM search_generation WHERE state IN ('requested', 'building')`) == 0
	})
	first, err := p.Check(t.Context())
	no(t, err)
	drift, err := p.Check(t.Context())
	if err != nil || drift != 0 {
		t.Errorf("after one check that repaired %d entries: drift %d, %v", first, drift, err)
	}
	t.Logf("%d kills, %d entries repaired by the check", times, first)
	want := s.Count(t, `SELECT count(*) FROM product WHERE status = 'active' AND title LIKE 'Thing %'`)
	if n := len(p.finds(t, "en", "thing")); int64(n) != want {
		t.Errorf("%d are found of %d", n, want)
	}
	if n := s.Count(t, `SELECT count(*) FROM search_generation WHERE state = 'live'`); n != 1 {
		t.Errorf("%d generations are live", n)
	}
}

// die starts a server, waits until it answers and kills it, or has it die at a
// point while it builds an index anew.
func die(t *testing.T, s *salesfloor.Shop, root, point string, rebuild func()) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childVar+"="+strings.Join([]string{s.DB.DirectURL(), root, point}, "|"))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	no(t, err)
	no(t, c.Start())
	ready := make(chan struct{})
	go func() {
		bufio.NewScanner(out).Scan()
		close(ready)
	}()
	select {
	case <-ready: // or dead: the point is passed with the first index, too
	case <-time.After(60 * time.Second):
		t.Error("a server does not get ready")
	}
	rebuild()
	wait := time.Duration(rand.IntN(400)) * time.Millisecond
	if point != "" {
		wait = 20 * time.Second // it dies by itself
	}
	gone := make(chan struct{})
	go func() { _ = c.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-time.After(wait):
		_ = c.Process.Kill()
		<-gone
		if point != "" {
			var why string
			_ = s.DB.Conn(t.Context()).QueryRow(t.Context(), `SELECT string_agg(concat_ws(' ', id, state, error), '; ' ORDER BY id DESC) FROM search_generation`).Scan(&why)
			t.Errorf("%s was not passed: %s", point, why)
		}
	}
}

// churn changes products, takes some away and makes new ones, with the facts
// that say so.
func churn(ctx context.Context, t *testing.T, s *salesfloor.Shop) {
	for n := 0; ctx.Err() == nil; n++ {
		id := 10_000 + rand.IntN(1_500)
		set := fmt.Sprintf("title = 'Thing changed%d'", n)
		if n%7 == 0 {
			set = `status = CASE status WHEN 'active' THEN 'draft' ELSE 'active' END`
		}
		err := s.DB.InTx(ctx, func(ctx context.Context) error {
			if _, err := s.DB.Conn(ctx).Exec(ctx, `UPDATE product SET version = version + 1, `+set+` WHERE id = $1`, id); err != nil {
				return err
			}
			return s.Outbox.Record(ctx, changed{Product: int64(id)})
		})
		if err != nil && ctx.Err() == nil {
			t.Error(err)
			return
		}
		time.Sleep(3 * time.Millisecond)
	}
}

// changed is the catalog's fact, made by hand.
type changed struct {
	Product int64 `json:"product"`
}

func (changed) Topic() string                { return "product.updated" }
func (c changed) Aggregate() (string, int64) { return "product", c.Product }
