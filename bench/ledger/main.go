// Command ledger measures how long the doctor takes over the books of stock. It
// makes a database with as many orders as it is told, asks every check of
// inventory, and prints what each took.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/postgres/migrate"
	"github.com/souk-commerce/souk/migrations"
)

//go:embed books.sql
var books string

func main() {
	server := flag.String("server", os.Getenv("SOUK_TEST_DATABASE_URL"), "a server on which a database may be made")
	name := flag.String("name", "souk_bench_ledger", "the database")
	orders := flag.Int("orders", 100_000, "how many orders there are")
	keep := flag.Bool("keep", false, "take the database as it is, if it is there")
	flag.Parse()
	if err := run(context.Background(), *server, *name, *orders, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "ledger:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, server, name string, orders int, keep bool) error {
	address, err := url.Parse(server)
	if err != nil {
		return err
	}
	address.Path = "/" + name
	if !keep {
		if err := prepare(ctx, server, name); err != nil {
			return err
		}
		if err := fill(ctx, address.String(), orders); err != nil {
			return err
		}
	}
	return measure(ctx, address.String())
}

// prepare makes the database anew.
func prepare(ctx context.Context, server, name string) error {
	if !regexp.MustCompile(`^souk_bench[a-z0-9_]*$`).MatchString(name) {
		return fmt.Errorf("%q is no name for a database that may be dropped: it begins with souk_bench", name)
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func fill(ctx context.Context, address string, orders int) error {
	if _, err := migrate.Up(ctx, migrate.Config{URL: address, FS: migrations.FS}); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, sql := range []string{"SET souk.variants = 5000", "SET souk.orders = " + strconv.Itoa(orders), books, "VACUUM ANALYZE"} {
		if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			return err
		}
	}
	return nil
}

// measure asks each check and fails if one finds something.
func measure(ctx context.Context, address string) error {
	db, err := postgres.Open(ctx, postgres.Config{URL: address, MaxConns: 2, StatementTimeout: time.Minute})
	if err != nil {
		return err
	}
	defer db.Close()
	var movements, reservations int64
	err = db.Conn(ctx).QueryRow(ctx, `SELECT (SELECT count(*) FROM stock_movement), (SELECT count(*) FROM reservation)`).Scan(&movements, &reservations)
	if err != nil {
		return err
	}
	fmt.Printf("%d movements, %d reservations\n", movements, reservations)
	clock := db.Clock()
	start, off := clock.Now(), 0
	for _, check := range slices.Concat(inventory.Checks(), inventory.CrossChecks(), inventory.LiveChecks()) {
		began := clock.Now()
		found, err := doctor.Run(ctx, db.Conn(ctx), []doctor.Check{check})
		if err != nil {
			return err
		}
		fmt.Printf("%8.0f ms  %s\n", float64(clock.Now().Sub(began).Microseconds())/1000, check.ID)
		for _, f := range found {
			off++
			fmt.Println(f)
		}
	}
	fmt.Printf("%8.0f ms  all of them\n", float64(clock.Now().Sub(start).Microseconds())/1000)
	if off > 0 {
		return fmt.Errorf("%d checks found something", off)
	}
	return nil
}
