// Command relevance measures how well searches find what people mean: rated
// queries (nDCG@10; condensed: among rated hits only), known items by title and
// by number, and how many queries find nothing; clean and damaged, for the
// embedded engine and, where MEILI_URL names a server, for Meilisearch.
//
//	go run ./bench/relevance [-data ../shared/data] [-check] [-write] [-missed file] [-queries]
//
// It makes its indexes in a temporary directory, needs no database and asks what
// a shop asks: the same entries, the same understanding, the same lift of the
// category that a query means. Damage is seeded (damage.go): figures are the same in each
// run. With -check it fails where a figure of the embedded engine is more than
// .005 worse than in baseline.json; -write makes that file anew.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/souk-commerce/souk/internal/adapter/search/bleve"
	"github.com/souk-commerce/souk/internal/adapter/search/meilisearch"
	"github.com/souk-commerce/souk/internal/search"
)

const (
	longest = 30 * time.Minute // how long a run may take
	// index is what ours is called.
	index = "relevance-en"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "relevance:", err)
		os.Exit(1)
	}
}

type options struct {
	data, baseline, missed string
	check, write, queries  bool
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("relevance", flag.ContinueOnError)
	flags.StringVar(&o.data, "data", os.Getenv("SOUK_TEST_DATA"), "directory of icecat.csv.gz and icecat-ratings.csv")
	flags.StringVar(&o.baseline, "baseline", "bench/relevance/baseline.json", "file of figures that must hold")
	flags.StringVar(&o.missed, "missed", "", "file to write known items to that were not found")
	flags.BoolVar(&o.check, "check", false, "fail where a figure is worse than the baseline's")
	flags.BoolVar(&o.write, "write", false, "write the baseline")
	flags.BoolVar(&o.queries, "queries", false, "print the figure of each rated query")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.data == "" {
		o.data = filepath.Join("..", "shared", "data")
	}
	return o, nil
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	products := filepath.Join(o.data, "icecat.csv.gz")
	if _, err := os.Stat(products); errors.Is(err, os.ErrNotExist) {
		_, err = fmt.Fprintf(out, "There is no %s: relevance is not measured. Name the directory with -data or SOUK_TEST_DATA.\n", products)
		return err
	}
	c, err := readCatalogue(products)
	if err != nil {
		return err
	}
	rated, err := readRatings(filepath.Join(o.data, "icecat-ratings.csv"), c)
	if err != nil {
		return err
	}
	trials, err := measure(ctx, o, c, rated, out)
	if err != nil {
		return err
	}
	return judge(o, trials, out)
}

// measure tries every engine that there is.
func measure(ctx context.Context, o options, c *catalogue, rated []judged, out io.Writer) (_ map[string]*trial, err error) {
	dir, err := os.MkdirTemp("", "souk-relevance-")
	if err != nil {
		return nil, fmt.Errorf("make directory of indexes: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	embedded := bleve.New(bleve.Config{Root: dir})
	defer func() { err = errors.Join(err, embedded.Close()) }()
	engines := []search.Engine{embedded}
	if url := os.Getenv("MEILI_URL"); url != "" {
		remote, err := meilisearch.New(meilisearch.Config{URL: url, Key: os.Getenv("MEILI_MASTER_KEY"), Prefix: "relevance", ReadTimeout: time.Minute})
		if err != nil {
			return nil, fmt.Errorf("reach Meilisearch: %w", err)
		}
		engines = append(engines, remote)
	}
	trials := map[string]*trial{}
	for _, engine := range engines {
		t, err := try(ctx, o, engine, c, rated)
		if err != nil {
			return nil, err
		}
		trials[engine.Kind()] = t
		if err := t.print(engine.Kind(), o.queries, out); err != nil {
			return nil, err
		}
	}
	return trials, nil
}

// try fills an index of an engine and asks it everything.
func try(ctx context.Context, o options, engine search.Engine, c *catalogue, rated []judged) (_ *trial, err error) {
	if local, ok := engine.(search.Local); ok {
		if _, err := local.Claim(); err != nil {
			return nil, fmt.Errorf("claim directory of indexes: %w", err)
		}
	}
	empty, err := engine.Create(ctx, index, language)
	if err != nil {
		return nil, fmt.Errorf("make index: %w", err)
	}
	defer func() { err = errors.Join(err, empty.Close(), engine.Drop(ctx, index)) }()
	s, err := open(ctx, c, empty)
	if err != nil {
		return nil, err
	}
	t := &trial{shop: s, figures: map[string]*figure{}, each: map[string]float64{}}
	if o.missed != "" {
		file, err := os.Create(o.missed + "." + engine.Kind())
		if err != nil {
			return nil, fmt.Errorf("make file of missed items: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		t.missed = file
	}
	return t, t.run(ctx, c, rated, items(engine))
}

// items is how many known items are looked for: fewer where each answer comes
// from a server.
func items(engine search.Engine) int {
	if engine.Shared() {
		return knownItems / 5
	}
	return knownItems
}

// print shows the figures of an engine.
func (t *trial) print(engine string, queries bool, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	if queries {
		for _, q := range slices.Sorted(maps.Keys(t.each)) {
			fmt.Fprintf(table, "%.3f\t%s\t\n", t.each[q], q)
		}
	}
	fmt.Fprintf(table, "%s\tnDCG@10\tof clean\tcondensed\tknown item\tzero results\tqueries\t\n", engine)
	for _, name := range t.names {
		f := t.figures[name]
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%.2f %%\t%d\t\n", name, shownMean(f.NDCG),
			ratio(f.NDCG, f.Clean), shownMean(f.Condensed), shownMean(f.Known), 100*f.Zero.value(), f.Zero.n)
	}
	return table.Flush()
}

func shownMean(m mean) string {
	if m.n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f", m.value())
}

func ratio(m, clean mean) string {
	if m.n == 0 || clean.sum == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*m.sum/clean.sum)
}

// judge compares with the baseline, or makes it.
func judge(o options, trials map[string]*trial, out io.Writer) error {
	if o.write {
		b := baseline{}
		for engine, t := range trials {
			b[engine] = t.guarded()
		}
		return b.write(o.baseline)
	}
	if !o.check {
		return nil
	}
	b, err := readBaseline(o.baseline)
	if err != nil {
		return err
	}
	// Only the embedded engine is the same everywhere: a server's version is not ours.
	worse := b.worse(bleve.Kind, trials[bleve.Kind].guarded())
	if len(worse) == 0 {
		_, err = fmt.Fprintln(out, "No figure is worse than the baseline's.")
		return err
	}
	slices.Sort(worse)
	return fmt.Errorf("worse than the baseline:\n%s", strings.Join(worse, "\n"))
}
