package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/souk-commerce/souk/internal/app"
	"github.com/souk-commerce/souk/internal/platform/config"
	"github.com/souk-commerce/souk/internal/platform/postgres/migrate"
	"github.com/souk-commerce/souk/internal/staff"
)

func migrateCommand() *cobra.Command {
	c := &cobra.Command{Use: "migrate", Short: "Bring the database to this version's schema"}
	c.AddCommand(
		migrateStep("up", "Apply what is missing", migrate.Up, printApplied),
		migrateStep("status", "List all migrations and when they were applied", migrate.Status, printStatus),
		migrateStep("plan", "Print the SQL that up would run", migrate.Plan, printPlan),
	)
	return c
}

type migrateFunc func(ctx context.Context, cfg migrate.Config) ([]migrate.Migration, error)

func migrateStep(use, short string, step migrateFunc, print func(c *cobra.Command, m []migrate.Migration) error) *cobra.Command {
	return &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return onGround(c.Context(), quietDown, func(ctx context.Context, g ground) error {
				all, err := step(ctx, g.cfg.MigrateConfig())
				if err != nil {
					return err
				}
				return print(c, all)
			})
		},
	}
}

func printApplied(c *cobra.Command, all []migrate.Migration) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(c.OutOrStdout(), "Nothing to do: the database has this version's schema.")
		return err
	}
	for _, m := range all {
		if _, err := fmt.Fprintf(c.OutOrStdout(), "applied %05d %s\n", m.Version, m.Name); err != nil {
			return err
		}
	}
	return nil
}

func printStatus(c *cobra.Command, all []migrate.Migration) error {
	w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	for _, m := range all {
		at := "pending"
		if !m.AppliedAt.IsZero() {
			at = m.AppliedAt.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%05d\t%s\t%s\n", m.Version, m.Name, at)
	}
	return w.Flush()
}

func printPlan(c *cobra.Command, all []migrate.Migration) error {
	if len(all) == 0 {
		return printApplied(c, nil)
	}
	for _, m := range all {
		if _, err := fmt.Fprintf(c.OutOrStdout(), "-- %05d %s\n%s\n", m.Version, m.Name, m.SQL); err != nil {
			return err
		}
	}
	return nil
}

func doctorCommand() *cobra.Command {
	var ready, repair bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check that the books are right",
		Long: "Asks the database every invariant of the books and fails with what is off. With --repair it first makes right what is derived " +
			"from what is truth (levels from the ledger, reservations from their checkouts), and writes each repair down in the audit log. " +
			"With --ready it only asks the running process at SOUK_ADDR whether it can serve.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if ready {
				cfg, err := app.LoadConfig(os.Environ())
				if err != nil {
					return err
				}
				return app.AskReady(c.Context(), cfg.HTTP.Addr)
			}
			return inShop(c, func(ctx context.Context, s shop) error {
				if repair {
					mended, err := s.Repair(ctx)
					for _, m := range mended {
						fmt.Fprintln(c.OutOrStdout(), m)
					}
					if err != nil {
						return err
					}
				}
				x, err := s.Doctor(ctx)
				if err != nil {
					return err
				}
				return printExamination(c.OutOrStdout(), x)
			})
		},
	}
	c.Flags().BoolVar(&repair, "repair", false, "first make right what is derived, with an audit row each; the shop may run")
	c.Flags().BoolVar(&ready, "ready", false, "only ask the process at SOUK_ADDR whether it is ready")
	return c
}

func printExamination(w io.Writer, x app.Examination) error {
	for _, f := range x.Advice {
		fmt.Fprintf(w, "Worth a look: %s\n", f)
	}
	for _, f := range x.Findings {
		fmt.Fprintln(w, f)
	}
	if len(x.Findings) > 0 {
		return fmt.Errorf("%d of %d checks found something", len(x.Findings), x.Checks)
	}
	_, err := fmt.Fprintf(w, "All %d checks hold.\n", x.Checks)
	return err
}

func configCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Print the effective configuration, or what is wrong with it",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := app.LoadConfig(os.Environ())
			if err != nil {
				return err
			}
			return config.Print(c.OutOrStdout(), &cfg)
		},
	}
	c.AddCommand(
		&cobra.Command{Use: "docs", Short: "Print all settings as a Markdown table", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error { return config.Markdown(c.OutOrStdout(), &app.Config{}) }},
		&cobra.Command{Use: "example", Short: "Print a file that SOUK_CONFIG may name", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error { return config.Example(c.OutOrStdout(), &app.Config{}) }},
	)
	return c
}

func adminCommand() *cobra.Command {
	c := &cobra.Command{Use: "admin", Short: "Manage who works in the back office"}
	var in staff.Input
	var role string
	create := &cobra.Command{
		Use:   "create",
		Short: "Make a member of staff",
		Long:  "Makes a member of staff. The password comes from SOUK_ADMIN_PASSWORD, so that it stands in no process list; without it one is made and printed.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			in.Role = staff.Role(role)
			in.Name = strings.TrimSpace(in.Name)
			return inShop(c, func(ctx context.Context, s shop) error {
				member, password, err := s.CreateStaff(ctx, in)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "%s is %s now.\n", member.Email, member.Role)
				if password != "" {
					fmt.Fprintf(c.OutOrStdout(), "Password: %s\n", password)
				}
				return nil
			})
		},
	}
	create.Flags().StringVar(&in.Email, "email", "", "e-mail address to sign in with")
	create.Flags().StringVar(&in.Name, "name", "", "name, as the audit log shows it")
	create.Flags().StringVar(&role, "role", string(staff.Owner), "owner, admin, editor or viewer")
	if err := errors.Join(create.MarkFlagRequired("email"), create.MarkFlagRequired("name")); err != nil {
		panic(err) // the flags stand right above
	}
	c.AddCommand(create)
	return c
}

func reindexCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reindex",
		Short: "Build the search index anew",
		Long: "Asks for a new generation of the search index and follows it. Searches are answered by the present one until the new one is " +
			"complete and looked over. The process that writes the index builds it; where none runs, this command does.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inShop(c, func(ctx context.Context, s shop) error {
				return s.Reindex(ctx, func(line string) { fmt.Fprintln(c.OutOrStdout(), line) })
			})
		},
	}
}
