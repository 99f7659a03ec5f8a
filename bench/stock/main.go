// Command stock measures how fast stock is promised: reservations per second and
// how long they take, at several numbers of buyers, on one article that everybody
// wants and on a thousand; each hold in a transaction of its own (plain SELECT …
// FOR UPDATE) and decided together; in this process, and as checkouts started
// over HTTP. Beside them stands what one row inserted and committed costs on the
// same database.
//
//	go run ./bench/stock [-souk ./bin/souk] [-seconds 3] [-buyers 1,64,256] [-server postgres://…] [-http=false] [-alternatives=false]
//
// Other ways to keep one article from being oversold stand beside it, each with
// the same rows written: a conditional update, optimistic locking, buckets, an
// advisory lock, a gate in Redis (where redis-server is installed).
//
// Without -server it starts a PostgreSQL of its own that keeps what it commits,
// and removes it at the end. The books are checked in the end: every piece that
// was promised is in the ledger and on its level, and none twice.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/souk-commerce/souk/bench/ground"
)

const (
	databaseName = "souk_bench_stock"
	longest      = 30 * time.Minute // how long a run may take, whatever was asked for
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "stock:", err)
		os.Exit(1)
	}
}

type options struct {
	souk    string
	server  string
	seconds time.Duration
	buyers  []int
	http    bool
	// alternatives are other ways to keep one article from being oversold
	alternatives bool
}

func parse(args []string) (options, error) {
	flags := flag.NewFlagSet("stock", flag.ContinueOnError)
	var o options
	seconds := flags.Int("seconds", 3, "how long each measurement runs, at most 60")
	buyers := flags.String("buyers", "1,64,256", "numbers of buyers at once, by comma")
	flags.StringVar(&o.souk, "souk", "./bin/souk", "the binary to measure")
	flags.StringVar(&o.server, "server", "", "a PostgreSQL on which the database "+databaseName+" may be made anew; empty starts one")
	flags.BoolVar(&o.http, "http", true, "measure over HTTP, too")
	flags.BoolVar(&o.alternatives, "alternatives", true, "measure other ways to keep one article from being oversold, too")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.seconds = time.Duration(min(max(*seconds, 1), 60)) * time.Second
	for text := range strings.SplitSeq(*buyers, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > 1024 {
			return o, fmt.Errorf("%q is no number of buyers between 1 and 1024", text)
		}
		o.buyers = append(o.buyers, n)
	}
	return o, nil
}

func run(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	g, err := ground.Prepare(ctx, ground.Options{Souk: o.souk, Server: o.server, Name: databaseName, Goods: goodsCSV()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	s, err := open(ctx, g.Database)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.describe(ctx); err != nil {
		return err
	}
	if err := s.inProcess(ctx, o); err != nil {
		return err
	}
	if o.alternatives {
		if err := s.alternatives(ctx, o); err != nil {
			return err
		}
	}
	if o.http {
		if err := s.overHTTP(ctx, o, g); err != nil {
			return err
		}
	}
	return s.check(ctx, g)
}
