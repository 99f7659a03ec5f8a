// Command database makes an empty database anew on a server, for benches.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"

	"github.com/jackc/pgx/v5"
)

func main() {
	server := flag.String("server", os.Getenv("SOUK_TEST_DATABASE_URL"), "a server on which a database may be made")
	name := flag.String("name", "souk_bench", "the database; it is dropped first")
	flag.Parse()
	if err := run(context.Background(), *server, *name); err != nil {
		fmt.Fprintln(os.Stderr, "database:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, server, name string) error {
	if !regexp.MustCompile(`^souk_bench[a-z0-9_]*$`).MatchString(name) {
		return fmt.Errorf("%q is no name for a database that may be dropped: it begins with souk_bench", name)
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
