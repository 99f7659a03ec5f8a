// Command migration compares ent/schema with the database that migrations/
// makes, and writes the difference as a new migration, or with -check fails if
// there is one. It works in an empty database of its own, named by -database,
// which is made anew each time.
//
//	go run ./internal/tools/migration -url postgres://… -name add_wishlist
//	go run ./internal/tools/migration -url postgres://… -check
package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	atlas "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	tables "github.com/souk-commerce/souk/ent/migrate"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("migration", flag.ContinueOnError)
	address := flags.String("url", os.Getenv("SOUK_TEST_DATABASE_URL"), "a server on which a scratch database may be made")
	database := flags.String("database", "souk_migration_scratch", "the scratch database's name")
	dir := flags.String("dir", "migrations", "where the files are")
	name := flags.String("name", "", "the new migration's name")
	check := flags.Bool("check", false, "only fail if schema and migrations differ")
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := scratch(ctx, *address, *database)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := apply(ctx, db, *dir); err != nil {
		return err
	}
	changes, err := diff(ctx, db)
	if err != nil {
		return err
	}
	switch {
	case changes == "":
		fmt.Println("schema and migrations agree")
		return nil
	case *check:
		return fmt.Errorf("schema and migrations differ; missing:\n%s", changes)
	}
	return write(*dir, *name, changes)
}

// scratch makes the database anew.
func scratch(ctx context.Context, address, name string) (*sql.DB, error) {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return nil, errors.New("give the address of a PostgreSQL server with -url or SOUK_TEST_DATABASE_URL")
	}
	server, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := server.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("make the scratch database: %w", err)
		}
	}
	u.Path = "/" + name
	return sql.Open("pgx", u.String())
}

func apply(ctx context.Context, db *sql.DB, dir string) error {
	provider, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(dir))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("apply migrations: %w", err)
	}
	return nil
}

// diff gives the SQL that turns the database into the schema. Objects whose
// name begins with raw_ are made by hand in SQL and left alone.
func diff(ctx context.Context, db *sql.DB) (string, error) {
	var out bytes.Buffer
	driver := entsql.OpenDB(dialect.Postgres, db)
	writer := &schema.WriteDriver{Driver: driver, Writer: &out}
	m, err := schema.NewMigrate(writer,
		schema.WithDropColumn(true), schema.WithDropIndex(true), schema.WithDiffHook(keepRaw))
	if err != nil {
		return "", err
	}
	if err := m.Create(ctx, tables.Tables...); err != nil {
		return "", fmt.Errorf("compare schema and database: %w", err)
	}
	text := regexp.MustCompile(`(?m)^(BEGIN|COMMIT);\n?`).ReplaceAllString(out.String(), "")
	return strings.TrimSpace(text), nil
}

func keepRaw(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
		changes, err := next.Diff(current, desired)
		if err != nil {
			return nil, err
		}
		var kept []atlas.Change
		for _, c := range changes {
			if m, ok := c.(*atlas.ModifyTable); ok {
				m.Changes = withoutRaw(m.Changes)
				if len(m.Changes) == 0 {
					continue
				}
			}
			kept = append(kept, c)
		}
		return kept, nil
	})
}

func withoutRaw(changes []atlas.Change) []atlas.Change {
	var kept []atlas.Change
	for _, c := range changes {
		name := ""
		switch c := c.(type) {
		case *atlas.DropColumn:
			name = c.C.Name
		case *atlas.DropIndex:
			name = c.I.Name
		case *atlas.DropCheck:
			name = c.C.Name
		}
		if !strings.HasPrefix(name, "raw_") {
			kept = append(kept, c)
		}
	}
	return kept
}

// write makes the next file of the series.
func write(dir, name, changes string) error {
	if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(name) {
		return errors.New("give the migration a -name of small letters, digits and underscores")
	}
	files, err := fs.Glob(os.DirFS(dir), "*.sql")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, fmt.Sprintf("%05d_%s.sql", len(files)+1, name))
	text := "-- +goose Up\n" + changes + "\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	fmt.Println("wrote", file, "- read it before you commit it")
	return nil
}
