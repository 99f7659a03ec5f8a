package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/souk-commerce/souk/internal/app/seed"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres/migrate"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/staff"
)

// Prepare brings the database to this version's schema. In production that is
// the operator's decision (souk migrate up), so there it does nothing.
func Prepare(ctx context.Context, cfg Config, log *slog.Logger) error {
	if !cfg.Dev() {
		return nil
	}
	applied, err := migrate.Up(ctx, cfg.MigrateConfig())
	for _, m := range applied {
		log.Info("applied a migration", "version", m.Version, "name", m.Name)
	}
	return err
}

// FoundEmpty makes the least that a shop needs, for a merchant who brings a
// catalogue: a market, the base price list, a place for stock, and delivery for nothing until
// the merchant says what it costs. A shop that
// stands is left as it is.
func (a *App) FoundEmpty(ctx context.Context) error {
	return a.db.InTx(ctx, func(ctx context.Context) error {
		found, err := a.markets.Found(ctx, market.Founding{
			Currency: "USD",
			Shop:     market.ShopInput{Name: "My shop", Country: "US", Language: "en"},
		})
		if err != nil || !found {
			return err
		}
		_, err = a.markets.Create(ctx, market.Input{Handle: "us", Name: "United States", Currency: "USD", Default: true, Active: true,
			Countries: []locale.Country{"US"}, Languages: []locale.Language{"en"}})
		if err != nil {
			return err
		}
		if _, err := a.pricing.CreateList(ctx, pricing.NewList{Name: "Base prices", Base: true}); err != nil {
			return err
		}
		if _, err := a.inventory.CreateLocation(ctx, inventory.NewLocation{Handle: "main", Name: "Main warehouse", Default: true}); err != nil {
			return err
		}
		_, err = a.delivery.CreateZone(ctx, shipping.ZoneInput{Name: "Everywhere", Areas: []shipping.Area{{Country: shipping.Everywhere}},
			Methods: []shipping.Method{{Handle: "standard", Title: "Standard delivery", Active: true, Rates: []shipping.Rate{{Currency: "USD"}}}}})
		return err
	})
}

// Seed loads the sample shop into a database without a shop.
func (a *App) Seed(ctx context.Context) (bool, error) {
	loaded, err := seed.Load(ctx, seed.Rooms{DB: a.db, Markets: a.markets, Translations: a.translations, Metafields: a.metafields,
		Media: a.media, Content: a.content, Catalog: a.catalog, Pricing: a.pricing, Inventory: a.inventory,
		Taxes: a.taxes, Delivery: a.delivery})
	if err != nil || !loaded {
		return loaded, err
	}
	if err := a.CatchUp(ctx); err != nil {
		return true, err
	}
	return true, a.remember(ctx)
}

// Import takes a product file in and brings what depends on it up to date.
func (a *App) Import(ctx context.Context, name string, r io.Reader, progress func(importer.Progress)) (_ importer.Run, _ *importer.Report, err error) {
	spool, err := importer.NewSpool(r, "", importer.DefaultLimits())
	if err != nil {
		return importer.Run{}, nil, err
	}
	defer func() { err = errors.Join(err, spool.Close()) }()
	run, report, err := a.importer.Import(ctx, importer.Input{Name: name, Source: spool, Size: spool.Size(), Progress: progress})
	if err != nil {
		return run, report, err
	}
	return run, report, a.CatchUp(ctx)
}

// Export writes all products as the CSV that Import takes.
func (a *App) Export(ctx context.Context, w io.Writer) error {
	return a.importer.Export(ctx, w, func(int) {})
}

// login is how a developer signs in to the back office.
type login struct{ email, password string }

// devLogin makes an owner for the developer where the shop has no staff, and
// keeps the password in the data directory, for the next start to show it again.
func (a *App) devLogin(ctx context.Context) (login, error) {
	l := login{email: "owner@example.com"}
	file := filepath.Join(a.cfg.DataDir, "staff-password")
	ctx = actor.WithSystem(ctx, "souk dev")
	exists, err := a.staff.Exists(ctx)
	if err != nil {
		return l, err
	}
	if exists {
		return l.kept(file)
	}
	l.password = secret.Token()[:20]
	if a.cfg.AdminPassword != "" {
		l.password = a.cfg.AdminPassword
	}
	if err := os.WriteFile(file, []byte(l.password+"\n"), 0o600); err != nil {
		return l, fmt.Errorf("keep the staff password: %w", err)
	}
	_, err = a.staff.Create(ctx, staff.Input{Email: l.email, Name: "Shop owner", Role: staff.Owner, Password: l.password})
	return l, err
}

// kept reads the password of an earlier start; a shop of somebody else's making
// has none.
func (l login) kept(file string) (login, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return login{email: "as your staff do"}, nil
	}
	if err != nil {
		return l, fmt.Errorf("read the staff password: %w", err)
	}
	l.password = strings.TrimSpace(string(text))
	return l, nil
}
