package listing

import (
	"context"
	"os"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

// fixture is the shop of testdata/shop.sql.
type fixture struct {
	*Service
	db *postgres.DB
	us Context
	de Context
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	db := testkit.DB(t)
	script, err := os.ReadFile("testdata/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(context.Background(), string(script)); err != nil {
		t.Fatalf("load the shop: %v", err)
	}
	us := Context{Market: 1, PriceList: 1, Currency: "USD", Country: "US", Language: "en",
		StoreURL: "https://shop.example", Now: testkit.Started()}
	de := us
	de.Market, de.PriceList, de.Currency, de.Country, de.Language = 2, 2, "EUR", "DE", "de"
	de.Translations = []locale.Language{"de"}
	return &fixture{Service: NewService(db, "https://shop.example"), db: db, us: us, de: de}
}

func first(n int) *int { return &n }
