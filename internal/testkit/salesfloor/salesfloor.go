// Package salesfloor is a small shop with everything from goods to orders, wired
// as in the server, for the tests of those rooms and of the edges above them.
package salesfloor

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/adapter/payment/manual"
	"github.com/souk-commerce/souk/internal/adapter/payment/sandbox"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	catalogcycle "github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/failpoint"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/track"
)

// Shop is the shop with its rooms.
type Shop struct {
	DB         *postgres.DB
	Outbox     *event.Outbox
	Key        secret.Key
	Redis      redis.Store
	Audit      *audit.Log
	Markets    *market.Directory
	Catalog    *catalog.Service
	Pricing    *pricing.Service
	Bundles    *bundle.Service
	Stock      *inventory.Service
	Taxes      *tax.Directory
	Deliveries *shipping.Directory
	Pricer     *quote.Pricer
	Payments   *payment.Service
	Sandbox    *sandbox.Provider
	Listing    *listing.Service
	Buyers     *listing.Buyers
	Carts      *cart.Service
	Prices     *cart.Prices
	Orders     *order.Service
	Checkouts  *checkout.Service
	Track      *track.Recorder
	Location   inventory.LocationID
	Base       pricing.ListID
	// Variants by SKU: "shirt-s" and "shirt-m" at 25.00 (200 g, 100 on hand),
	// "mug" at 9.99 (350 g, 10 on hand), "ebook" at 5.00 (nothing to send or
	// count), "crate" at 40.00 (3 kg, sold by twos from 4 to 12, 50 on hand).
	Variants map[string]listing.VariantID
}

// Options change the shop.
type Options struct {
	Conns     int                // connections of the pool; 0: 8
	Clock     clock.Clock        // nil: one that stands still
	Providers []payment.Provider // besides the sandbox and manual
	Caps      inventory.HoldCaps
	Timeout   time.Duration // how long a provider may take; 0: 300 ms
}

// Checks are the invariants that hold in the shop at every end of a test.
func Checks() []doctor.Check {
	return slices.Concat(bundle.Checks(), inventory.Checks(), inventory.CrossChecks(), cart.Checks(), payment.Checks(), sandbox.Checks(), order.Checks(), checkout.Checks(), shipping.Checks())
}

// Context is that of somebody who set the shop up.
func Context() context.Context {
	return actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 1, Name: "Setup"})
}

// Open makes the shop. Prices are without tax in the United States (California
// takes 7.25 %, New York 4 %), with it in Germany (19 %).
func Open(t testing.TB, o Options) *Shop {
	t.Helper()
	opts := []testkit.Option{testkit.WithInvariants(Checks()...)}
	if o.Conns > 0 {
		opts = append(opts, testkit.WithMaxConns(o.Conns))
	}
	if o.Clock != nil {
		opts = append(opts, testkit.WithClock(o.Clock))
	}
	s := &Shop{DB: testkit.DB(t, opts...), Variants: map[string]listing.VariantID{}}
	s.wire(t, o)
	s.furnish(t)
	s.stockUp(t)
	return s
}

func (s *Shop) wire(t testing.TB, o Options) {
	t.Helper()
	s.Outbox, s.Audit = event.NewOutbox(s.DB), audit.New(s.DB)
	s.Key = must(secret.NewKey("a key that is long enough for every test here"))(t)
	s.Redis = redis.NewMemory(s.DB.Clock())
	s.Track = track.NewRecorder(s.DB, track.Config{HashKey: s.Key.Derive("visitor hash")})
	s.Catalog = catalog.NewService(s.DB, s.Outbox, s.Audit)
	markets := market.NewService(s.DB, s.Outbox, s.Audit)
	s.Markets = market.NewDirectory(markets, "https://shop.example")
	s.Pricing = pricing.NewService(s.DB, s.Outbox, s.Audit, pricing.Rooms{Catalog: s.Catalog, Markets: markets})
	s.Stock = inventory.NewService(s.DB, s.Outbox, s.Audit, s.Catalog)
	s.Stock.LimitHolds(o.Caps)
	s.Stock.Combine(inventory.Combining{On: true, Queue: 1_000, Batch: 256})
	s.Bundles = bundle.NewService(s.DB, s.Outbox, s.Audit, bundle.Rooms{Catalog: s.Catalog, Pricing: s.Pricing})
	s.Pricing.Attach(s.Bundles)
	s.Catalog.Attach(s.Bundles, s.Pricing, s.Stock)
	s.Taxes, s.Deliveries = tax.NewDirectory(tax.NewService(s.DB, s.Outbox, s.Audit)), shipping.NewDirectory(shipping.NewService(s.DB, s.Outbox, s.Audit))
	s.Pricer = quote.NewPricer(s.Taxes, s.Deliveries)
	s.Listing, s.Buyers = listing.NewService(s.DB, "https://api.example"), listing.NewBuyers(s.DB, s.Markets)
	s.Sandbox = must(sandbox.New(s.DB, sandbox.Config{PublicURL: "https://api.example"}))(t)
	if o.Timeout == 0 {
		o.Timeout = 300 * time.Millisecond
	}
	s.Payments = payment.NewService(s.DB, s.Outbox, append(o.Providers, s.Sandbox, manual.New())...).With(payment.Config{Timeout: o.Timeout})
	s.Prices = cart.NewPrices()
	s.Carts = cart.NewService(cart.Rooms{DB: s.DB, Events: s.Outbox, Markets: s.Markets, Goods: s.Listing, Buyers: s.Buyers, Pricer: s.Pricer,
		Track: s.Track, Cache: s.Redis, Key: s.Key, Prices: s.Prices,
		Held: func(ctx context.Context, id cart.ID) (map[listing.VariantID]int64, error) {
			return s.Checkouts.HeldFor(ctx, id)
		}}, cart.Config{Keep: 720 * time.Hour})
	s.Orders = order.NewService(order.Rooms{DB: s.DB, Events: s.Outbox, Audit: s.Audit, Inventory: s.Stock, Payments: s.Payments,
		Attempts: s.Redis, Key: s.Key})
	s.Checkouts = checkout.NewService(s.DB, s.Outbox, checkout.Rooms{Keys: idempotency.New(s.DB), Carts: s.Carts, Stock: s.Stock,
		Payments: s.Payments, Orders: s.Orders, Listing: s.Listing, Buyers: s.Buyers, Markets: s.Markets, Pricer: s.Pricer, Track: s.Track,
		Secret: s.Key, Home: "https://api.example"},
		checkout.Config{Hold: 15 * time.Minute, HoldMost: time.Hour, Life: 24 * time.Hour, Await: 30 * time.Minute}, failpoint.Points{})
}

// furnish writes markets, taxes and delivery.
func (s *Shop) furnish(t testing.TB) {
	t.Helper()
	ctx := Context()
	markets := market.NewService(s.DB, s.Outbox, s.Audit)
	must(markets.Found(ctx, market.Founding{Currency: "USD", Shop: market.ShopInput{Name: "Test shop", Email: "shop@shop.example", Country: "US", Language: "en",
		PrimaryDomain: "https://shop.example"}}))(t)
	must(markets.Create(ctx, market.Input{Handle: "us", Name: "United States", Currency: "USD", Default: true, Active: true,
		Countries: []locale.Country{"US"}, Languages: []locale.Language{"en"}}))(t)
	de := must(markets.Create(ctx, market.Input{Handle: "de", Name: "Germany", Currency: "EUR", PricesIncludeTax: true, Active: true, Position: 1,
		Countries: []locale.Country{"DE"}, Languages: []locale.Language{"de", "en"}}))(t)
	s.Base = must(s.Pricing.CreateList(ctx, pricing.NewList{Name: "Base prices", Base: true}))(t).ID
	must(s.Pricing.CreateList(ctx, pricing.NewList{Name: "Germany", MarketID: &de.ID, Rule: &pricing.Rule{FactorPPM: 1_000_000, Step: 1}}))(t)
	s.Location = must(s.Stock.CreateLocation(ctx, inventory.NewLocation{Handle: "main", Name: "Main", Default: true}))(t).ID
	rates := tax.NewService(s.DB, s.Outbox, s.Audit)
	for _, in := range []tax.Input{
		{Country: "US", Zone: "CA", Name: "California sales tax", PPM: 72_500, Delivery: true, Active: true},
		{Country: "US", Zone: "NY", Name: "New York sales tax", PPM: 40_000, Active: true},
		{Country: "DE", Name: "MwSt. 19 %", PPM: 190_000, Delivery: true, Active: true},
	} {
		must(rates.Create(ctx, in))(t)
	}
	zones := shipping.NewService(s.DB, s.Outbox, s.Audit)
	heavy := int64(2_000)
	must(zones.CreateZone(ctx, shipping.ZoneInput{Name: "United States", Areas: []shipping.Area{{Country: "US"}}, Methods: []shipping.Method{
		{Handle: "standard", Title: "Standard delivery", Active: true, Rates: []shipping.Rate{
			{Currency: "USD", BelowGrams: &heavy, Amount: 500}, {Currency: "USD", FromGrams: heavy, Amount: 1_200}}},
		{Handle: "express", Title: "Express delivery", Position: 1, Active: true, Rates: []shipping.Rate{{Currency: "USD", Amount: 1_900}}},
	}}))(t)
	must(zones.CreateZone(ctx, shipping.ZoneInput{Name: "Germany", Areas: []shipping.Area{{Country: "DE"}}, Methods: []shipping.Method{
		{Handle: "standard", Title: "Standard delivery", Active: true, Rates: []shipping.Rate{{Currency: "EUR", Amount: 490}}}}}))(t)
	for _, refresh := range []func(context.Context) error{s.Markets.Refresh, s.Buyers.Refresh, s.Taxes.Refresh, s.Deliveries.Refresh} {
		if err := refresh(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// stockUp writes the goods.
func (s *Shop) stockUp(t testing.TB) {
	t.Helper()
	no, twelve := false, 12
	s.Sell(t, "Shirt", []catalog.NewOption{{Name: "Size", Values: []catalog.NewOptionValue{{Name: "S"}, {Name: "M"}}}}, 100,
		Piece{NewVariant: catalog.NewVariant{Values: []string{"S"}, SKU: "shirt-s", Weight: catalog.Weight{Grams: 200}}, Price: 2_500},
		Piece{NewVariant: catalog.NewVariant{Values: []string{"M"}, SKU: "shirt-m", Weight: catalog.Weight{Grams: 200}}, Price: 2_500})
	s.Sell(t, "Mug", nil, 10, Piece{NewVariant: catalog.NewVariant{SKU: "mug", Weight: catalog.Weight{Grams: 350}}, Price: 999})
	s.Sell(t, "E-book", nil, 0, Piece{NewVariant: catalog.NewVariant{SKU: "ebook", RequiresShipping: &no, Tracked: &no}, Price: 500})
	s.Sell(t, "Crate", nil, 50, Piece{NewVariant: catalog.NewVariant{SKU: "crate", Weight: catalog.Weight{Grams: 3_000},
		Quantity: &catalog.QuantityRule{Minimum: 4, Step: 2, Maximum: &twelve}}, Price: 4_000})
}

// Piece is a variant to sell, with its price in US cents.
type Piece struct {
	catalog.NewVariant
	Price int64
}

// Sell makes a product that is for sale at once.
func (s *Shop) Sell(t testing.TB, title string, options []catalog.NewOption, stock int64, pieces ...Piece) catalog.Product {
	t.Helper()
	ctx := Context()
	in := catalog.NewProduct{Title: title, Status: catalogcycle.Active, Options: options}
	for _, p := range pieces {
		in.Variants = append(in.Variants, p.NewVariant)
	}
	product := must(s.Catalog.CreateProduct(ctx, in))(t)
	made := must(s.Catalog.VariantPages(ctx, []catalog.ProductID{product.ID}, page.Args{}))(t)[product.ID].Items
	var prices []pricing.Change
	var receipts []inventory.Receipt
	for i, v := range made {
		s.Variants[pieces[i].SKU] = v.ID
		amount := money.New(pieces[i].Price, "USD")
		prices = append(prices, pricing.Change{Variant: v.ID, Amount: &amount})
		if stock > 0 {
			receipts = append(receipts, inventory.Receipt{Variant: v.ID, Location: s.Location, Quantity: stock})
		}
	}
	if err := s.Pricing.SetPrices(ctx, s.Base, prices); err != nil {
		t.Fatal(err)
	}
	if len(receipts) > 0 {
		must(s.Stock.Receive(ctx, inventory.Cause{Key: secret.Token(), Reason: "test"}, receipts))(t)
	}
	return product
}

// Wish is what a buyer in a country asks with.
func (s *Shop) Wish(t testing.TB, country locale.Country) listing.Context {
	t.Helper()
	return must(s.Buyers.Context(market.Wish{Country: country}, s.DB.Clock().Now()))(t)
}

// Cart makes a cart of a buyer in a country; lines are SKU and quantity.
func (s *Shop) Cart(t testing.TB, country locale.Country, lines map[string]int) cart.Cart {
	t.Helper()
	var in cart.New
	for _, sku := range slices.Sorted(maps.Keys(lines)) {
		n := lines[sku]
		in.Lines = append(in.Lines, cart.NewLine{Variant: s.Variants[sku], Quantity: n})
	}
	change := must(s.Carts.Create(context.Background(), s.Wish(t, country), in))(t)
	return change.Cart
}

// Address is a usable address in California or Germany.
func Address(country locale.Country) postal.Address {
	if country == "DE" {
		return postal.Address{FirstName: "Erika", LastName: "Musterfrau", Address1: "Heidestraße 17", City: "Köln", Zip: "51147", Country: "DE"}
	}
	return postal.Address{FirstName: "Ada", LastName: "Lovelace", Address1: "1 Market Street", City: "San Francisco", ZoneCode: "CA", Zip: "94105", Country: "US"}
}

// Ready brings a cart to where nothing is missing but the submission.
func (s *Shop) Ready(t testing.TB, from cart.Cart, country locale.Country) checkout.Checkout {
	t.Helper()
	ctx := context.Background()
	c := must(s.Checkouts.Start(ctx, checkout.Start{Cart: cart.Ref{ID: from.ID, Key: from.Key}, Key: secret.Token()}))(t)
	ref := checkout.Ref{ID: c.ID, Token: c.Token}
	c = must(s.Checkouts.SetContact(ctx, ref, checkout.Contact{Email: "ada@example.com"}))(t)
	c = must(s.Checkouts.SetShippingAddress(ctx, ref, Address(country)))(t)
	for _, sh := range c.Priced.Shipments {
		if sh.ID == quote.Goods {
			c = must(s.Checkouts.SelectDelivery(ctx, ref, map[string]string{quote.Goods: "standard"}))(t)
		}
	}
	return c
}

// Submission is the buyer's word on a checkout as it is, paid in the sandbox.
func Submission(c checkout.Checkout, token, key string) checkout.Submission {
	return checkout.Submission{Ref: checkout.Ref{ID: c.ID, Token: c.Token}, QuoteHash: c.QuoteHash, Method: "sandbox", Token: token, Key: key}
}

// Available is how many pieces of a variant can be sold.
func (s *Shop) Available(t testing.TB, sku string) int64 {
	t.Helper()
	goods := must(s.Listing.Goods(context.Background(), s.Wish(t, "US"), []listing.VariantID{s.Variants[sku]}))(t)
	return goods[s.Variants[sku]].Offer()
}

// Count asks the database for a number.
func (s *Shop) Count(t testing.TB, sql string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := s.DB.Conn(context.Background()).QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// RefOf is the right to use a cart.
func RefOf(c cart.Cart) cart.Ref { return cart.Ref{ID: c.ID, Key: c.Key} }

// Restock receives more pieces of a variant.
func (s *Shop) Restock(t testing.TB, sku string, pieces int64) {
	t.Helper()
	must(s.Stock.Receive(Context(), inventory.Cause{Key: secret.Token(), Reason: "test"},
		[]inventory.Receipt{{Variant: s.Variants[sku], Location: s.Location, Quantity: pieces}}))(t)
}
