package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/souk-commerce/souk/internal/app"
	"github.com/souk-commerce/souk/internal/importer"
)

func importCommand() *cobra.Command {
	var report string
	c := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Take a product CSV into the shop",
		Long: "Takes a product file in the Shopify CSV format, plain or gzip, '-' for standard input. It may run as often as you like:\n" +
			"products go by handle, variants by SKU, and what has not changed is left alone. A product with a bad row is refused\n" +
			"whole; the report tells every row that was refused or taken with a warning. An empty database gets an empty shop first.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return inPreparedShop(c, func(ctx context.Context, s shop) error {
				return importFile(ctx, c, s, args[0], report)
			})
		},
	}
	c.Flags().StringVar(&report, "report", "", "also write the report as JSON to this file")
	return c
}

// inPreparedShop is inShop with a schema and a shop in the database.
func inPreparedShop(c *cobra.Command, do func(ctx context.Context, s shop) error) error {
	return inShopWith(c, func(ctx context.Context, g ground) error { return app.Prepare(ctx, g.cfg, g.log) },
		func(ctx context.Context, s shop) error {
			if err := s.FoundEmpty(ctx); err != nil {
				return err
			}
			return do(ctx, s)
		})
}

func importFile(ctx context.Context, c *cobra.Command, s shop, name, report string) (err error) {
	in, err := open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	progress := func(p importer.Progress) {
		fmt.Fprintf(c.ErrOrStderr(), "\r%d of %d products: %d new, %d changed, %d unchanged, %d refused ", p.Done, p.Products,
			p.Counts.Created, p.Counts.Updated, p.Counts.Unchanged, p.Counts.Rejected)
	}
	_, r, err := s.Import(ctx, filepath.Base(name), in, progress)
	fmt.Fprintln(c.ErrOrStderr())
	if err != nil {
		return err
	}
	if err := r.WriteTable(c.OutOrStdout()); err != nil {
		return err
	}
	if report == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(report, append(text, '\n'), 0o644)
}

func open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(name)
}

func exportCommand() *cobra.Command {
	c := &cobra.Command{Use: "export", Short: "Write what is in the shop to standard output"}
	c.AddCommand(&cobra.Command{
		Use:   "products",
		Short: "Write all products as the CSV that import takes",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inShop(c, func(ctx context.Context, s shop) error { return s.Export(ctx, c.OutOrStdout()) })
		},
	})
	return c
}

func seedCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "seed",
		Short: "Load the sample shop into an empty database",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inShopWith(c, func(ctx context.Context, g ground) error { return app.Prepare(ctx, g.cfg, g.log) },
				func(ctx context.Context, s shop) error {
					loaded, err := s.Seed(ctx)
					if err != nil {
						return err
					}
					text := "The sample shop is loaded."
					if !loaded {
						text = "There is a shop already: nothing was loaded."
					}
					_, err = fmt.Fprintln(c.OutOrStdout(), text)
					return err
				})
		},
	}
}
