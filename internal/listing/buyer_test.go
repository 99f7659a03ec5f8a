package listing

import (
	"slices"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/testkit"
)

func TestTranslations_endAtTheLanguageOfTheCatalog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wanted, written locale.Language
		want            []locale.Language
	}{
		{"en", "en", nil},
		{"de", "en", []locale.Language{"de"}},
		{"pt-br", "en", []locale.Language{"pt-br", "pt"}},
		{"pt-br", "pt", []locale.Language{"pt-br"}},
	} {
		if got := translations(c.wanted, c.written); !slices.Equal(got, c.want) {
			t.Errorf("%s over %s: %v, want %v", c.wanted, c.written, got, c.want)
		}
	}
}

func TestBuyers_pickMarketAndPrices(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	markets := market.NewDirectory(market.NewService(f.db, event.NewOutbox(f.db), audit.New(f.db)), "")
	buyers := NewBuyers(f.db, markets)
	if _, err := buyers.Context(market.Wish{}, testkit.Started()); err == nil {
		t.Error("a shop without markets answers")
	}
	if err := markets.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := buyers.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for wish, want := range map[market.Wish]string{
		{}: "1 USD en", {Country: "ZZ"}: "1 USD en", {Country: "AT", Language: "de"}: "2 EUR de", {Country: "CA", Language: "de"}: "1 USD en",
	} {
		at, err := buyers.Context(wish, testkit.Started())
		if err != nil {
			t.Fatal(err)
		}
		if got := string(rune('0'+at.PriceList)) + " " + string(at.Currency) + " " + string(at.Language); got != want {
			t.Errorf("%v: %s, want %s", wish, got, want)
		}
	}
}
