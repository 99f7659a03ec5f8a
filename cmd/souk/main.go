// Command souk is the whole shop in one binary. `souk help` lists what it does.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// version is set when the binary is built.
var version = "unknown"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err == nil {
		return
	}
	complain(err)
	os.Exit(1)
}

// complain says what is wrong: for what the user can put right a sentence each,
// for everything else all that is known.
func complain(err error) {
	faults := fault.All(err)
	if kind := fault.KindOf(err); kind == fault.Internal || kind == fault.Unavailable {
		faults = nil
	}
	for _, f := range faults {
		fmt.Fprintln(os.Stderr, "souk:", f.Message)
	}
	if len(faults) == 0 {
		fmt.Fprintln(os.Stderr, "souk:", err)
	}
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:           "souk",
		Short:         "A headless commerce backend: storefront and back-office GraphQL APIs over PostgreSQL",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.AddCommand(devCommand(), serveCommand(), workerCommand(), migrateCommand(), importCommand(), exportCommand(),
		seedCommand(), reindexCommand(), doctorCommand(), configCommand(), adminCommand(), versionCommand())
	return c
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), version)
			return err
		},
	}
}
