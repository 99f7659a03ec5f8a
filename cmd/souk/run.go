package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/souk-commerce/souk/internal/app"
)

// gcPercent lets the heap of a server grow to four times what lives before it is
// collected: what lives is small, and answers are made of short-lived values.
// GOGC goes first.
const gcPercent = 300

func collectLess() {
	if _, chosen := os.LookupEnv("GOGC"); !chosen {
		debug.SetGCPercent(gcPercent)
	}
}

func devCommand() *cobra.Command {
	var tls bool
	c := &cobra.Command{
		Use:   "dev",
		Short: "Run a whole shop on this machine: private PostgreSQL, sample shop, APIs, playground, worker",
		Long: "Runs everything in one process. Without DATABASE_URL it starts a private PostgreSQL in SOUK_DATA_DIR,\n" +
			"brings it to this version's schema and, the first time, loads the sample shop. Ctrl-C stops all of it.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			secure := func(cfg *app.Config) {
				if tls && cfg.HTTP.PublicURL == "" {
					cfg.HTTP.PublicURL = "https://" + cfg.HTTP.Addr
				}
			}
			return onGround(c.Context(), secure, func(ctx context.Context, g ground) error {
				if err := app.Prepare(ctx, g.cfg, g.log); err != nil {
					return err
				}
				collectLess()
				return g.open(ctx, func(ctx context.Context, s shop) error {
					return s.Dev(ctx, app.DevOptions{TLS: tls, Out: c.OutOrStdout()})
				})
			}, "SOUK_ENV=dev", "SOUK_DRAIN_DELAY=0s")
		},
	}
	c.Flags().BoolVar(&tls, "tls", false, "serve HTTPS with a certificate of this machine's own, for clients that insist")
	return c
}

func serveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve the APIs",
		Long:  "Serves the APIs until it is told to stop, then lets running requests end. Run any number of these, and at least one worker.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return onGround(c.Context(), nil, func(ctx context.Context, g ground) error {
				collectLess()
				return g.open(ctx, func(ctx context.Context, s shop) error { return s.Serve(ctx) })
			})
		},
	}
}

func workerCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "worker",
		Short: "Work on events and jobs",
		Long:  "Hands events to their consumers and works on jobs until it is told to stop. SOUK_ADDR then answers health and metrics only.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return onGround(c.Context(), nil, func(ctx context.Context, g ground) error {
				return g.open(ctx, func(ctx context.Context, s shop) error { return s.ServeWorker(ctx) })
			})
		},
	}
}
