package cart_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/track"
)

// Variants of the shop.
const (
	cap4  listing.VariantID = 1    // eight of them; 25.00 each, from ten on 20.00
	none  listing.VariantID = 2    // none is left
	mug   listing.VariantID = 5    // two there, five more can be promised; 15.25
	draft listing.VariantID = 40   // not published
	plain listing.VariantID = 2001 // and up to 2600: never out of stock; 10.00
	pairs listing.VariantID = 3001 // seven of them, sold by twos from four to ten
	chart listing.VariantID = 3002 // needs no sending
)

// shop is a small shop with two markets: US in dollars, taxes on top, and DE in
// euros that carry 19 percent.
type shop struct {
	*cart.Service
	t      *testing.T
	ctx    context.Context
	db     *postgres.DB
	cache  *watched
	prices *cart.Prices
	buyers *listing.Buyers
	rooms  cart.Rooms
}

// watched counts what is asked of a store.
type watched struct {
	redis.Store
	gets int
}

func (w *watched) Get(ctx context.Context, key string) ([]byte, error) {
	w.gets++
	return w.Store.Get(ctx, key)
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func open(t *testing.T) *shop {
	t.Helper()
	db := testkit.DB(t, testkit.WithMaxConns(16), testkit.WithInvariants(cart.Checks()...))
	return openOn(t, db, redis.NewMemory(db.Clock()))
}

func openOn(t *testing.T, db *postgres.DB, store redis.Store) *shop {
	t.Helper()
	ctx := t.Context()
	for _, file := range []string{"../listing/testdata/shop.sql", "testdata/goods.sql"} {
		if _, err := db.Pool().Exec(ctx, string(must[[]byte](t)(os.ReadFile(file)))); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	events, log := event.NewOutbox(db), audit.New(db)
	rates, zones := tax.NewService(db, events, log), shipping.NewService(db, events, log)
	must[tax.Rate](t)(rates.Create(ctx, tax.Input{Country: "DE", Name: "VAT 19%", PPM: 190_000, Delivery: true, Active: true}))
	must[shipping.Zone](t)(zones.CreateZone(ctx, shipping.ZoneInput{Name: "Germany", Areas: []shipping.Area{{Country: "DE"}},
		Methods: []shipping.Method{{Handle: "post", Title: "Post", Active: true, Rates: []shipping.Rate{{Currency: "EUR", Amount: 490}}}}}))
	must[shipping.Zone](t)(zones.CreateZone(ctx, shipping.ZoneInput{Name: "America", Areas: []shipping.Area{{Country: "US"}},
		Methods: []shipping.Method{{Handle: "truck", Title: "Truck", Active: true, Rates: []shipping.Rate{{Currency: "USD", Amount: 700}}}}}))
	taxes, delivery := tax.NewDirectory(rates), shipping.NewDirectory(zones)
	markets := market.NewDirectory(market.NewService(db, events, log), "")
	buyers := listing.NewBuyers(db, markets)
	for _, refresh := range []func(context.Context) error{taxes.Refresh, delivery.Refresh, markets.Refresh, buyers.Refresh} {
		if err := refresh(ctx); err != nil {
			t.Fatal(err)
		}
	}
	s := &shop{t: t, ctx: ctx, db: db, cache: &watched{Store: store}, prices: cart.NewPrices(), buyers: buyers}
	s.rooms = cart.Rooms{
		DB: db, Events: events, Markets: markets, Goods: listing.NewService(db, "https://shop.example"), Buyers: buyers,
		Pricer: quote.NewPricer(taxes, delivery), Track: track.NewRecorder(db, track.Config{}), Cache: s.cache,
		Key: must[secret.Key](t)(secret.NewKey(strings.Repeat("k", secret.MinLength))), Prices: s.prices,
	}
	s.Service = cart.NewService(s.rooms, cart.Config{})
	return s
}

func (s *shop) at(country string) listing.Context {
	s.t.Helper()
	return must[listing.Context](s.t)(s.buyers.Context(market.Wish{Country: localeOf(country)}, s.db.Now(s.ctx)))
}

// create makes a cart of an American guest.
func (s *shop) create(lines ...cart.NewLine) cart.Cart {
	s.t.Helper()
	return must[cart.Change](s.t)(s.Create(s.ctx, s.at("US"), cart.New{Lines: lines})).Cart
}

func (s *shop) read(c cart.Cart) cart.Cart {
	s.t.Helper()
	return must[cart.Cart](s.t)(s.ByRef(s.ctx, ref(c)))
}

func (s *shop) sql(text string, args ...any) {
	s.t.Helper()
	if _, err := s.db.Pool().Exec(s.ctx, text, args...); err != nil {
		s.t.Fatal(err)
	}
}

func ref(c cart.Cart) cart.Ref { return cart.Ref{ID: c.ID, Key: c.Key} }

func line(v listing.VariantID, n int) cart.NewLine { return cart.NewLine{Variant: v, Quantity: n} }

func quantities(c cart.Cart) (all []int) {
	for _, l := range c.Lines {
		all = append(all, l.Quantity)
	}
	return all
}

func codes(all []cart.Warning) (out []cart.WarningCode) {
	for _, w := range all {
		out = append(out, w.Code)
	}
	return out
}

// refused gives reason and path of every refusal.
func refused(err error) string {
	var all []string
	for _, f := range fault.All(err) {
		all = append(all, strings.TrimSpace(f.Reason+" "+strings.Join(f.Path, ".")))
	}
	return strings.Join(all, ", ")
}

func (s *shop) wants(what string, err error, want string) {
	s.t.Helper()
	if got := refused(err); got != want || err == nil {
		s.t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func (s *shop) warned(what string, c cart.Change, want ...cart.WarningCode) {
	s.t.Helper()
	if got := codes(c.Warnings); !slices.Equal(got, want) {
		s.t.Errorf("%s: warned %v, want %v", what, got, want)
	}
}

func berlin() postal.Address {
	return postal.Address{FirstName: "Ada", LastName: "Byron", Address1: "Torstr. 1", City: "Berlin", Zip: "10119", Country: "DE"}
}

const month = 30 * 24 * time.Hour
