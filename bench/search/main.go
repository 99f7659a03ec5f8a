// Command search measures how fast searches are answered, without HTTP and
// without the database: 24 hits with facets, completions while somebody types,
// the time until a change is found and the time to build everything, for the
// embedded engine and, where MEILI_URL names a server, for Meilisearch, in one run.
//
//	go run ./bench/search [-products 10000,50000] [-seconds 5] [-changes 100] [-data ../shared/data]
//
// The floor is a loop over all titles in memory, in the same run. MEILI_PID is the
// process of a server on this machine, whose CPU time then counts, too (Linux).
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/souk-commerce/souk/internal/adapter/search/bleve"
	"github.com/souk-commerce/souk/internal/adapter/search/meilisearch"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search"
)

const (
	longest = 20 * time.Minute // how long a run may take
	queries = 1_000
)

type options struct {
	products []int
	seconds  int
	changes  int
	data     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("search", flag.ContinueOnError)
	products := flags.String("products", "10000,50000", "how many products, one catalog after the other")
	flags.IntVar(&o.seconds, "seconds", 5, "how long each question is asked")
	flags.IntVar(&o.changes, "changes", 100, "how many changes are waited for")
	flags.StringVar(&o.data, "data", os.Getenv("SOUK_TEST_DATA"), "directory of icecat.csv.gz; products are invented where it is not there")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.data == "" {
		o.data = filepath.Join("..", "shared", "data")
	}
	for _, text := range strings.Split(*products, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return o, fmt.Errorf("-products: %q is no number of products", text)
		}
		o.products = append(o.products, n)
	}
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	m := meter{clock: clock.System(), each: time.Duration(o.seconds) * time.Second}
	for _, count := range o.products {
		docs, from, err := goods(o.data, count)
		if err != nil {
			return err
		}
		fmt.Printf("\n%d %s, %d CPUs, one question at a time; times in ms\n\n", count, from, runtime.GOMAXPROCS(0))
		fmt.Printf("%-12s %-22s %8s %8s %8s %7s %8s\n", "engine", "", "p50", "p99", "CPU", "asked", "hits")
		questions := asked(o.data, docs, queries)
		f, err := m.run(ctx, questions, floor(docs))
		if err != nil {
			return err
		}
		fmt.Printf("%-12s %-22s %s\n", "floor", "loop over titles", f)
		if err := m.engines(ctx, o, docs, questions); err != nil {
			return err
		}
	}
	return nil
}

func (m meter) engines(ctx context.Context, o options, docs []*listing.Document, questions []string) (err error) {
	dir, err := os.MkdirTemp("", "souk-bench-search-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	embedded := bleve.New(bleve.Config{Root: dir})
	defer func() { err = errors.Join(err, embedded.Close()) }()
	if _, err := embedded.Claim(); err != nil {
		return fmt.Errorf("claim %s: %w", dir, err)
	}
	if err := m.engine(ctx, embedded, o, docs, questions); err != nil {
		return err
	}
	url := os.Getenv("MEILI_URL")
	if url == "" {
		fmt.Println("meilisearch  not measured: MEILI_URL names no server")
		return nil
	}
	server, err := meilisearch.New(meilisearch.Config{URL: url, Key: os.Getenv("MEILI_MASTER_KEY"), Prefix: "souk-bench", ReadTimeout: 20 * time.Second})
	if err != nil {
		return fmt.Errorf("use Meilisearch: %w", err)
	}
	if m.server, err = strconv.Atoi(cmp.Or(os.Getenv("MEILI_PID"), "0")); err != nil {
		return fmt.Errorf("MEILI_PID: %w", err)
	}
	return m.engine(ctx, server, o, docs, questions)
}

func (m meter) engine(ctx context.Context, e search.Engine, o options, docs []*listing.Document, questions []string) (err error) {
	began, used := m.clock.Now(), m.cpu()
	s, err := build(ctx, e, docs)
	if err != nil {
		return fmt.Errorf("build %s: %w", e.Kind(), err)
	}
	defer func() {
		err = errors.Join(err, s.index.Close(), e.Drop(context.WithoutCancel(ctx), "bench-en"))
	}()
	took := m.clock.Now().Sub(began)
	fmt.Printf("%-12s %-22s %s s, CPU %s s, %.0f products/s\n", e.Kind(), "build", seconds(took), seconds(m.cpu()-used), float64(len(docs))/took.Seconds())
	for _, kind := range []struct {
		name string
		run  func() (figures, error)
	}{
		{"engine alone, all hits", func() (figures, error) {
			return m.run(ctx, questions, func(ctx context.Context, q string) (int, error) {
				ids, err := s.find(ctx, q, false)
				return len(ids), err
			})
		}},
		{"24 hits and facets", func() (figures, error) { return m.run(ctx, questions, s.answer) }},
		{"autocomplete", func() (figures, error) { return m.run(ctx, typed(questions), s.complete) }},
		{"change to visible", func() (figures, error) { return m.changes(ctx, s, docs, o.changes) }},
	} {
		f, err := kind.run()
		if err != nil {
			return fmt.Errorf("%s, %s: %w", e.Kind(), kind.name, err)
		}
		fmt.Printf("%-12s %-22s %s\n", e.Kind(), kind.name, f)
	}
	return nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) }
