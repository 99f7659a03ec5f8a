// Command testserver starts and stops the database server that the tests share.
// `start` prints its URL, fit for SOUK_TEST_DATABASE_URL.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/souk-commerce/souk/internal/platform/pgserver"
	"github.com/souk-commerce/souk/internal/testkit"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "start":
		s, err := testkit.SharedServer(ctx)
		if err != nil {
			return err
		}
		defer s.Release()
		_, err = fmt.Fprintln(out, s.URL("postgres"))
		return err
	case len(args) == 1 && args[0] == "stop":
		return pgserver.Halt(ctx, testkit.SharedServerDir())
	}
	return errors.New("usage: testserver start|stop")
}
