package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/souk-commerce/souk/internal/app"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/telemetry"
)

// stopLimit bounds how long the private database may take to stop.
const stopLimit = 30 * time.Second

// shop is what most commands need.
type shop struct {
	*app.App
	cfg app.Config
	log *slog.Logger
}

// ground is configuration, log and a running database, but no shop over it yet.
type ground struct {
	cfg app.Config
	log *slog.Logger
}

// onGround runs do with the database of the configuration running. settings go
// before those of the environment.
func onGround(ctx context.Context, change func(*app.Config), do func(ctx context.Context, g ground) error, settings ...string) (err error) {
	cfg, err := app.LoadConfig(append(os.Environ(), settings...))
	if err != nil {
		return err
	}
	if change != nil {
		change(&cfg)
	}
	if cfg.Telemetry.Format == "" {
		cfg.Telemetry.Format = "json"
		if cfg.Dev() {
			cfg.Telemetry.Format = "text"
		}
	}
	log := telemetry.NewLogger(os.Stderr, cfg.Telemetry)
	private, err := app.StartPrivate(ctx, &cfg, log)
	if err != nil {
		return err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer cancel()
		err = errors.Join(err, private.Stop(stop))
	}()
	stopTraces, err := telemetry.StartTraces(ctx, cfg.Telemetry, version)
	if err != nil {
		return err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = errors.Join(err, stopTraces(stop))
	}()
	return do(ctx, ground{cfg: cfg, log: log})
}

// inShop runs do in a shop that is put together.
func inShop(c *cobra.Command, do func(ctx context.Context, s shop) error) error {
	return inShopWith(c, func(context.Context, ground) error { return nil }, do)
}

// inShopWith is inShop with something done to the ground before.
func inShopWith(c *cobra.Command, before func(ctx context.Context, g ground) error, do func(ctx context.Context, s shop) error) error {
	ctx := actor.WithSystem(c.Context(), "souk "+c.Name())
	return onGround(ctx, quietDown, func(ctx context.Context, g ground) error {
		if err := before(ctx, g); err != nil {
			return err
		}
		return g.open(ctx, do)
	})
}

// quietDown keeps the log out of what a command prints for people.
func quietDown(cfg *app.Config) {
	if cfg.Telemetry.Level == "info" {
		cfg.Telemetry.Level = "warn"
	}
}

func (g ground) open(ctx context.Context, do func(ctx context.Context, s shop) error) (err error) {
	a, err := app.Open(ctx, g.cfg, version, g.log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return do(ctx, shop{App: a, cfg: g.cfg, log: g.log})
}
