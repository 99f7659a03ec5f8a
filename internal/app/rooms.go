package app

import (
	"context"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/track"
	"github.com/souk-commerce/souk/internal/translation"
)

// rooms are the capabilities of the shop, in their order.
type rooms struct {
	audit        *audit.Log
	markets      *market.Service
	directory    *market.Directory
	translations *translation.Service
	metafields   *metafield.Service
	staff        *staff.Service
	media        *media.Service
	content      *content.Service
	track        *track.Recorder
	catalog      *catalog.Service
	pricing      *pricing.Service
	inventory    *inventory.Service
	importer     *importer.Service
	listing      *listing.Service
	buyers       *listing.Buyers
}

// furnish makes the rooms over the database.
func (a *App) furnish() rooms {
	var r rooms
	r.audit = audit.New(a.db)
	r.markets = market.NewService(a.db, a.outbox, r.audit)
	r.directory = market.NewDirectory(r.markets, a.cfg.publicURL())
	r.translations = translation.NewService(a.db, a.outbox, r.audit)
	r.metafields = metafield.NewService(a.db, a.outbox, r.audit)
	r.staff = staff.NewService(a.db, r.audit, a.redis, staff.Keys{Access: a.key.DeriveAll("staff access token")}, a.clock)
	r.media = media.NewService(a.db, a.originals, r.audit)
	r.content = content.NewService(a.db, a.outbox, r.audit)
	r.track = track.NewRecorder(a.db, track.Config{HashKey: a.key.Derive("visitor hash"), Logger: a.log, Metrics: a.metrics})
	r.catalog = catalog.NewService(a.db, a.outbox, r.audit)
	r.pricing = pricing.NewService(a.db, a.outbox, r.audit, pricing.Rooms{Catalog: r.catalog, Markets: r.markets})
	r.inventory = inventory.NewService(a.db, a.outbox, r.audit, r.catalog)
	r.catalog.Attach(r.pricing, r.inventory)
	r.importer = importer.NewService(a.db, a.outbox, r.audit, a.cfg.publicURL())
	r.listing = listing.NewService(a.db, a.cfg.publicURL())
	r.buyers = listing.NewBuyers(a.db, r.directory)
	return r
}

// Checks are the invariants of all books.
func Checks() []doctor.Check {
	var all []doctor.Check
	for _, room := range [][]doctor.Check{doctor.Shape(), market.Checks(), catalog.Checks(), pricing.Checks(), inventory.Checks()} {
		all = append(all, room...)
	}
	return all
}

// refreshMarkets reads the markets into memory; a shop that is not founded yet
// has none.
func (a *App) refreshMarkets(ctx context.Context) error {
	err := a.directory.Refresh(ctx)
	if isNoShop(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return a.buyers.Refresh(ctx)
}
