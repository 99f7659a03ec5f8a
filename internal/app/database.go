package app

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/pgserver"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/postgres/migrate"
	"github.com/souk-commerce/souk/migrations"
)

// databaseName is the private database's.
const databaseName = "souk"

// Private is the private PostgreSQL of a data directory while this process uses
// it, or nothing where DATABASE_URL names another.
type Private struct {
	server *pgserver.Server
}

// StartPrivate makes the private database run where the configuration names no
// other, and writes its address into the configuration.
func StartPrivate(ctx context.Context, cfg *Config, log *slog.Logger) (*Private, error) {
	if cfg.Database.URL != "" {
		return &Private{}, nil
	}
	server, err := pgserver.Start(ctx, pgserver.Config{DataDir: cfg.DataDir, BinDir: cfg.Database.Binaries, Archive: cfg.Database.Archive, Logger: log})
	if err != nil {
		return nil, err
	}
	if err := server.EnsureDatabase(ctx, databaseName); err != nil {
		return nil, err
	}
	cfg.Database.URL = server.URL(databaseName)
	return &Private{server: server}, nil
}

// Stop ends the private database, unless another process uses it still.
func (p *Private) Stop(ctx context.Context) error {
	if p.server == nil {
		return nil
	}
	return p.server.Stop(ctx)
}

// MigrateConfig says how migrations reach the database.
func (c Config) MigrateConfig() migrate.Config {
	address := c.Database.DirectURL
	if address == "" {
		address = c.Database.URL
	}
	return migrate.Config{URL: address, FS: migrations.FS}
}

func openDatabase(ctx context.Context, cfg Config) (*postgres.DB, error) {
	db, err := postgres.Open(ctx, postgres.Config{
		URL:       cfg.Database.URL,
		DirectURL: cfg.Database.DirectURL,
		Pooler:    cfg.Database.Pooler,
		MaxConns:  cfg.Database.MaxConns,
		Trace:     cfg.Telemetry.Endpoint != "",
	})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return db, nil
}

// checkSchema refuses to work on a database that lacks migrations. One that is
// newer than this binary is fine: schemas grow so that the release before keeps
// working.
func checkSchema(ctx context.Context, cfg Config) error {
	pending, err := migrate.Plan(ctx, cfg.MigrateConfig())
	if fault.Is(err, migrate.ReasonNewer) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		return fmt.Errorf("the database lacks %d migrations of this version: run `souk migrate up`", len(pending))
	}
	return nil
}
