package app

import (
	"context"

	"github.com/souk-commerce/souk/internal/adapter/mail/smtp"
	"github.com/souk-commerce/souk/internal/adapter/payment/manual"
	"github.com/souk-commerce/souk/internal/adapter/payment/sandbox"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/failpoint"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/purchasing"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/replenish"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/stockfeed"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/track"
	"github.com/souk-commerce/souk/internal/translation"
	"github.com/souk-commerce/souk/internal/warehouse"
)

// rooms are the capabilities of the shop, in their order.
type rooms struct {
	audit         *audit.Log
	markets       *market.Service
	directory     *market.Directory
	translations  *translation.Service
	metafields    *metafield.Service
	staff         *staff.Service
	media         *media.Service
	content       *content.Service
	track         *track.Recorder
	catalog       *catalog.Service
	pricing       *pricing.Service
	bundles       *bundle.Service
	taxes         *tax.Service
	taxTable      *tax.Directory
	inventory     *inventory.Service
	reconciler    *inventory.Reconciler
	warehouse     *warehouse.Service
	purchasing    *purchasing.Service
	replenish     *replenish.Service
	feeds         *stockfeed.Service
	importer      *importer.Service
	delivery      *shipping.Service
	deliveries    *shipping.Directory
	payments      *payment.Service
	sandbox       *sandbox.Provider // nil where play money is not taken
	listing       *listing.Service
	buyers        *listing.Buyers
	carts         *cart.Service
	prices        *cart.Prices
	orders        *order.Service
	checkouts     *checkout.Service
	restock       *restock.Service
	mails         *notify.Service
	search        *search.Service
	merchandising *merchandising.Service
	insight       *insight.Service
	learned       *insight.Memory
	recommend     *recommend.Service
}

// furnish makes the rooms over the database.
func (a *App) furnish() (rooms, error) {
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
	r.taxes = tax.NewService(a.db, a.outbox, r.audit)
	r.taxTable = tax.NewDirectory(r.taxes)
	a.furnishStock(&r)
	r.importer = importer.NewService(a.db, a.outbox, r.audit, importer.Rooms{Bundles: r.bundles, MediaBase: a.cfg.publicURL()})
	r.delivery = shipping.NewService(a.db, a.outbox, r.audit)
	r.deliveries = shipping.NewDirectory(r.delivery)
	r.listing = listing.NewService(a.db, a.cfg.publicURL())
	r.buyers = listing.NewBuyers(a.db, r.directory)
	if err := a.furnishSearch(&r); err != nil {
		return r, err
	}
	return r, a.furnishSales(&r)
}

// furnishStock makes the rooms of what is where. Whoever refuses that a variant
// goes is asked before those who let go of it.
func (a *App) furnishStock(r *rooms) {
	r.bundles = bundle.NewService(a.db, a.outbox, r.audit, bundle.Rooms{Catalog: r.catalog, Pricing: r.pricing})
	r.pricing.Attach(r.bundles)
	r.inventory = inventory.NewService(a.db, a.outbox, r.audit, r.catalog)
	r.inventory.LimitHolds(a.cfg.Holds)
	r.inventory.Combine(a.cfg.Stock)
	r.reconciler = inventory.NewReconciler(r.inventory, a.metrics, a.log)
	r.warehouse = warehouse.NewService(a.db, a.outbox, r.audit, warehouse.Rooms{Catalog: r.catalog, Stock: r.inventory})
	r.purchasing = purchasing.NewService(a.db, a.outbox, r.audit, purchasing.Rooms{Catalog: r.catalog, Stock: r.inventory})
	r.replenish = replenish.NewService(a.db, a.outbox, r.audit, r.inventory)
	r.feeds = stockfeed.NewService(a.db, a.outbox, r.audit, stockfeed.Rooms{Catalog: r.catalog, Stock: r.inventory, Key: a.key,
		Loopback: a.cfg.Dev()})
	r.catalog.Attach(r.bundles, r.warehouse, r.purchasing, r.pricing, r.inventory)
}

// furnishSales makes the rooms from the cart to the mail about an order.
func (a *App) furnishSales(r *rooms) error {
	if err := a.openPayments(r); err != nil {
		return err
	}
	pricer := quote.NewPricer(r.taxTable, r.deliveries)
	r.prices = cart.NewPrices()
	r.carts = cart.NewService(cart.Rooms{DB: a.db, Events: a.outbox, Markets: r.directory, Goods: r.listing, Buyers: r.buyers,
		Pricer: pricer, Track: r.track, Cache: a.redis, Key: a.key, Prices: r.prices, Log: a.log,
		Held: func(ctx context.Context, id cart.ID) (map[listing.VariantID]int64, error) {
			return r.checkouts.HeldFor(ctx, id)
		}}, a.cfg.Carts)
	r.orders = order.NewService(order.Rooms{DB: a.db, Events: a.outbox, Audit: r.audit, Inventory: r.inventory, Payments: r.payments,
		Attempts: a.redis, Key: a.key})
	r.checkouts = checkout.NewService(a.db, a.outbox, checkout.Rooms{Keys: idempotency.New(a.db), Carts: r.carts, Stock: r.inventory,
		Payments: r.payments, Orders: r.orders, Listing: r.listing, Buyers: r.buyers, Markets: r.directory, Pricer: pricer, Track: r.track,
		Secret: a.key, Log: a.log, Home: a.cfg.publicURL(), Loopback: a.cfg.Dev()}, a.cfg.Checkouts, a.failpoint())
	r.restock = restock.NewService(restock.Rooms{DB: a.db, Events: a.outbox, Goods: r.listing, Buyers: r.buyers, Attempts: a.redis, Key: a.key})
	mailer, err := a.mailer()
	if err != nil {
		return err
	}
	r.mails, err = notify.NewService(notify.Rooms{DB: a.db, Orders: r.orders, Markets: r.markets, Restock: r.restock, Goods: r.listing,
		Buyers: r.buyers, Mailer: mailer, PublicURL: a.cfg.publicURL(), Config: a.cfg.Mail, Log: a.log})
	return err
}

// openPayments makes the ways to pay: by agreement, and with play money where
// that is allowed.
func (a *App) openPayments(r *rooms) error {
	var providers []payment.Provider
	if a.cfg.Dev() || a.cfg.Sandbox {
		var err error
		r.sandbox, err = sandbox.New(a.db, sandbox.Config{PublicURL: a.cfg.publicURL(), Production: !a.cfg.Dev(),
			AllowInProduction: a.cfg.Sandbox, Logger: a.log})
		if err != nil {
			return err
		}
		providers = append(providers, r.sandbox)
	}
	providers = append(providers, manual.New())
	r.payments = payment.NewService(a.db, a.outbox, providers...).With(a.cfg.Payments)
	return nil
}

// mailer gives what mails are sent with; nil leaves them in the mailbox.
func (a *App) mailer() (notify.Mailer, error) {
	if a.cfg.SMTP.URL == "" {
		return nil, nil
	}
	return smtp.New(a.cfg.SMTP)
}

// failpoint is where this process is to die; nowhere outside of development.
func (a *App) failpoint() failpoint.Points {
	if !a.cfg.Dev() {
		return failpoint.Points{}
	}
	return failpoint.Arm(a.cfg.Failpoint)
}

// Checks are the invariants of all books.
func Checks() []doctor.Check {
	var all []doctor.Check
	for _, room := range [][]doctor.Check{doctor.Shape(), market.Checks(), catalog.Checks(), pricing.Checks(), bundle.Checks(),
		inventory.Checks(), inventory.CrossChecks(), warehouse.Checks(), purchasing.Checks(), replenish.Checks(), stockfeed.Checks(), shipping.Checks(), payment.Checks(), sandbox.Checks(), cart.Checks(), order.Checks(), checkout.Checks(), search.Checks(), merchandising.Checks(), insight.Checks(), recommend.Checks(), restock.Checks(), notify.Checks()} {
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

// refreshTrade reads taxes, deliveries and what markets say of stock into memory.
func (a *App) refreshTrade(ctx context.Context) error {
	if err := a.taxTable.Refresh(ctx); err != nil {
		return err
	}
	if err := a.deliveries.Refresh(ctx); err != nil {
		return err
	}
	return a.inventory.RefreshPolicies(ctx)
}
