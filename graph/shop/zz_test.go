package shop_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"encoding/json"
	"syscall"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

func cpu() int64 { var r syscall.Rusage; syscall.Getrusage(0, &r); return (r.Utime.Nano() + r.Stime.Nano()) }

func TestZZ(b *testing.T) {
	if os.Getenv("ZZ") == "" { b.Skip() }
	db, err := postgres.Open(context.Background(), postgres.Config{URL: os.Getenv("ZZ")})
	if err != nil { b.Fatal(err) }
	outbox, log := event.NewOutbox(db), audit.New(db)
	markets := market.NewDirectory(market.NewService(db, outbox, log), "")
	buyers := listing.NewBuyers(db, markets)
	_ = markets.Refresh(context.Background()); _ = buyers.Refresh(context.Background())
	rooms := shop.Rooms{Listing: listing.NewService(db, "https://x"), Buyers: buyers, Content: content.NewService(db, outbox, log), Markets: markets, Clock: clock.System()}
	h, err := gql.NewHandler(gql.HandlerConfig{Schema: shop.NewSchema(rooms), Limits: guard.Shop(), Extensions: []graphql.HandlerExtension{rooms.Buyer()}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil { b.Fatal(err) }
	at, _ := buyers.Context(market.Wish{}, clock.System().Now())
	n := 24
	l := listing.List{Sort: listing.ByID}
	l.Page.First = &n
	l.Need = listing.Need{Fields: listing.FieldFeaturedImage | listing.FieldAvailable, Variants: 1}
	run := func(name string, f func()) {
		for range 50 { f() }
		c := cpu()
		for range 600 { f() }
		fmt.Printf("%-14s %6d µs cpu\n", name, (cpu()-c)/600/1000)
	}
	post := func(q string) func() {
		body, _ := json.Marshal(map[string]any{"query": q})
		return func() {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
		}
	}
	run("list", post("{ products(first: 24, sortKey: ID) " + card + " }"))
	run("product", post(`{ product(handle: "bulk-77") { title descriptionHtml tags options { name optionValues { name firstSelectableVariant { id } swatch { color } } } encodedVariantExistence
			encodedVariantAvailability selectedOrFirstAvailableVariant { id image { url } price { amount } } adjacentVariants { id } images(first: 10) { nodes { url } }
			variants(first: 250) { nodes { id sku price { amount } selectedOptions { name value } } } seo { title } } }`))
	run("listing only", func() { _, _ = rooms.Listing.Products(context.Background(), at, l) })
}
