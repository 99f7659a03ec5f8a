// Command purchase measures the way from a cart to an order on a running shop:
// carts, whole checkouts, and the completion of checkouts that are ready, on
// many articles and on one that everybody wants. Beside each runs a floor on the
// same database with as many connections: one row inserted and committed.
//
//	go run ./bench/purchase [-souk ./bin/souk] [-seconds 5] [-connections 1,16] [-prepared 600] [-server postgres://…]
//
// Without -server it starts a PostgreSQL of its own that keeps what it commits,
// and removes it at the end. Every answer is checked, and at the end the books
// are: as many orders as completions, and stock less by exactly what was bought.
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

// databaseName is that of the database which is made anew for each run.
const databaseName = "souk_bench_purchase"

// longest is how long a run may take, whatever was asked for.
const longest = 20 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "purchase:", err)
		os.Exit(1)
	}
}

type options struct {
	souk        string
	server      string
	seconds     time.Duration
	connections []int
	prepared    int
}

func parse(args []string) (options, error) {
	flags := flag.NewFlagSet("purchase", flag.ContinueOnError)
	var o options
	seconds := flags.Int("seconds", 5, "how long each measurement of carts and checkouts runs, at most 60")
	connections := flags.String("connections", "1,16", "numbers of connections, by comma")
	flags.IntVar(&o.prepared, "prepared", 600, "how many prepared checkouts each measurement of completions completes, at most 10,000")
	flags.StringVar(&o.souk, "souk", "./bin/souk", "the binary to measure")
	flags.StringVar(&o.server, "server", "", "a PostgreSQL on which the database "+databaseName+" may be made anew; empty starts one")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.seconds = time.Duration(min(max(*seconds, 1), 60)) * time.Second
	o.prepared = min(max(o.prepared, 1), 10_000)
	for text := range strings.SplitSeq(*connections, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > 64 {
			return o, fmt.Errorf("%q is no number of connections between 1 and 64", text)
		}
		o.connections = append(o.connections, n)
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
	b, err := open(ctx, g.Database)
	if err != nil {
		return err
	}
	defer b.pool.Close()
	if err := b.describe(ctx); err != nil {
		return err
	}
	if err := countStatements(ctx, g, b); err != nil {
		return err
	}
	if err := measureAll(ctx, o, g, b); err != nil {
		return err
	}
	return b.check(ctx, g)
}
