// Command race is the concurrent purchase test: in each round many buyers with
// ready carts want few units of one article at the same moment, over HTTP, with
// GraphQL only. It runs against any started shop:
//
//	go run ./bench/race -url http://127.0.0.1:8080 -staff-password …
//
// or, without -url, against server processes of its own on a PostgreSQL of its
// own, which it removes at the end:
//
//	go run ./bench/race -processes 2
//
// A round: every buyer makes a cart with an address and a delivery; all wait for
// one barrier; then each starts a checkout and completes it with play money.
// There must be exactly as many orders as units, and a coded OUT_OF_STOCK for
// everybody else: no 5xx, no INTERNAL, no timeout, no order number twice. All
// the while what is available is sampled, and may never be less than nothing;
// after the round it is nothing. Whatever is otherwise ends the program with
// exit status 1.
//
// What it needs of a shop that it did not start: play money (souk dev has it;
// SOUK_SANDBOX_PAYMENTS=true elsewhere), delivery to the address of -address, and
// a member of staff who may write catalogue, prices and stock. It makes an
// article of its own there, or uses that of -sku, and adds as many pieces as a
// round needs. The password is also read from SOUK_ADMIN_PASSWORD, or from
// .souk/staff-password, where souk dev keeps it.
//
// All buyers come from this machine. A shop caps what one client may hold
// (SOUK_HOLD_MAX_CLIENT, 5,000 pieces unless set): for more units than that set
// it to 0, or let SOUK_TRUSTED_PROXIES name this machine: each buyer says in
// X-Forwarded-For that he comes from an address of his own. With -database the
// levels and orders are read from the database as well, and with -doctor a souk
// binary examines it at the end.
//
// An answer of the kind SERVICE_UNAVAILABLE (the shop is busy) or IN_PROGRESS is
// asked for again under the same idempotency key, as clients do; the table says
// how often.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// longest is how long a run may take, whatever was asked for.
const longest = time.Hour

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "race:", err)
		os.Exit(1)
	}
}

type options struct {
	urls                               []string
	buyers, units, connections, rounds int
	processes                          int
	souk, server                       string // of shops of its own
	database, doctor                   string
	email, password, sku               string
	address                            map[string]any
	patience                           time.Duration
	environment                        []string // of the doctor
}

// home is where the sample shop delivers to.
const home = `{"firstName":"Ada","lastName":"Lovelace","address1":"1 Market Street","city":"San Francisco","provinceCode":"CA","zip":"94105","countryCode":"US"}`

func parse(args []string) (options, error) {
	flags := flag.NewFlagSet("race", flag.ContinueOnError)
	var o options
	urls := flags.String("url", "", "the shop's address, or several of one shop by comma; empty starts one")
	flags.IntVar(&o.buyers, "buyers", 1_000, "how many buyers a round has, at most 20,000")
	flags.IntVar(&o.units, "units", 100, "how many units they race for")
	flags.IntVar(&o.connections, "connections", 200, "over how many connections, at most 2,000")
	flags.IntVar(&o.rounds, "rounds", 20, "how many rounds, at most 1,000")
	flags.IntVar(&o.processes, "processes", 1, "without -url: how many server processes on one database, at most 8")
	flags.StringVar(&o.souk, "souk", "./bin/souk", "without -url: the binary to race on; it is built if it is not there")
	flags.StringVar(&o.server, "server", "", "without -url: a PostgreSQL on which the database "+databaseName+" may be made anew; empty starts one")
	flags.StringVar(&o.database, "database", "", "the shop's database, to look at it as well")
	flags.StringVar(&o.doctor, "doctor", "", "a souk binary that examines the database at the end; needs -database")
	flags.StringVar(&o.email, "staff-email", "owner@example.com", "who makes the article")
	flags.StringVar(&o.password, "staff-password", "", "his password; empty: SOUK_ADMIN_PASSWORD, else what .souk/staff-password holds")
	flags.StringVar(&o.sku, "sku", "", "the article to race for; empty makes one")
	address := flags.String("address", home, "where the buyers live, as a CartDeliveryAddressInput in JSON")
	flags.DurationVar(&o.patience, "patience", time.Minute, "how long one answer may take")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for url := range strings.SplitSeq(*urls, ",") {
		if url = strings.TrimRight(strings.TrimSpace(url), "/"); url != "" {
			o.urls = append(o.urls, url)
		}
	}
	if err := json.Unmarshal([]byte(*address), &o.address); err != nil {
		return o, fmt.Errorf("read -address: %w", err)
	}
	if o.password == "" {
		o.password = knownPassword()
	}
	o.environment = append([]string{"SOUK_ENV=dev"}, os.Environ()...) // unless the environment says otherwise
	return o, o.validate()
}

func (o options) validate() error {
	for _, n := range []struct {
		name         string
		is, from, to int
	}{
		{"buyers", o.buyers, 1, 20_000}, {"units", o.units, 1, o.buyers}, {"connections", o.connections, 1, 2_000},
		{"rounds", o.rounds, 1, 1_000}, {"processes", o.processes, 1, 8},
	} {
		if n.is < n.from || n.is > n.to {
			return fmt.Errorf("-%s is %d; it must be between %d and %d", n.name, n.is, n.from, n.to)
		}
	}
	if o.doctor != "" && o.database == "" && len(o.urls) > 0 {
		return errors.New("-doctor needs -database")
	}
	if len(o.urls) > 0 && o.password == "" {
		return errors.New("say -staff-password: an article is made, or stocked, through the admin API")
	}
	return nil
}

func knownPassword() string {
	if p := os.Getenv("SOUK_ADMIN_PASSWORD"); p != "" {
		return p
	}
	text, err := os.ReadFile(".souk/staff-password")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func run(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if len(o.urls) == 0 {
		g, err := prepare(ctx, &o)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, g.close()) }()
	}
	b, err := openBooks(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	shop, err := stockroom(ctx, o)
	if err != nil {
		return err
	}
	if err := raceAll(ctx, o, shop, b); err != nil {
		return err
	}
	return examine(ctx, o)
}
