package market_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/testkit"
)

func open(t *testing.T) *market.Service {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(market.Checks()...))
	return market.NewService(db, event.NewOutbox(db), audit.New(db))
}

func found(t *testing.T, s *market.Service) {
	t.Helper()
	_, err := s.Found(context.Background(), market.Founding{Currency: "EUR",
		Shop: market.ShopInput{Name: "Souk", Country: "DE", Language: "en"}})
	if err != nil {
		t.Fatal(err)
	}
}

func europe() market.Input {
	return market.Input{Handle: "europe", Name: "Europe", Currency: "EUR", Default: true, Active: true,
		Countries: []locale.Country{"DE", "FR", "DE"}, Languages: []locale.Language{"EN", "de", "en"}, Domains: []string{"Shop.Example "}}
}

func america() market.Input {
	return market.Input{Handle: "america", Name: "America", Currency: "USD", Active: true, Position: 1,
		Countries: []locale.Country{"US"}, Languages: []locale.Language{"en"}, Domains: []string{"us.shop.example"}}
}

func create(t *testing.T, s *market.Service, in market.Input) market.Market {
	t.Helper()
	m, err := s.Create(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFound_happensOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := s.Shop(context.Background()); !errors.Is(err, market.ErrNoShop) {
		t.Errorf("before: %v", err)
	}
	found(t, s)
	again, err := s.Found(context.Background(), market.Founding{Currency: "USD", Shop: market.ShopInput{Name: "Other", Country: "US", Language: "en"}})
	shop, _ := s.Shop(context.Background())
	if err != nil || again || shop.Name != "Souk" || shop.Currency != "EUR" {
		t.Errorf("%v %v %+v", again, err, shop)
	}
}

func TestUpdateShop_refusesAStaleVersion(t *testing.T) {
	t.Parallel()
	s := open(t)
	found(t, s)
	in := market.ShopInput{Name: "Bazaar", Country: "FR", Language: "fr", PrimaryDomain: "https://bazaar.example"}
	after, err := s.UpdateShop(context.Background(), 1, in)
	if err != nil || after.Version != 2 || after.Name != "Bazaar" {
		t.Fatalf("%+v, %v", after, err)
	}
	if _, err := s.UpdateShop(context.Background(), 1, in); !errors.Is(err, market.ErrStale) {
		t.Errorf("%v", err)
	}
}

func TestCreate_writesEachPartOnceInItsOneForm(t *testing.T) {
	t.Parallel()
	m := create(t, open(t), europe())
	if len(m.Countries) != 2 || len(m.Languages) != 2 || m.Languages[0] != "en" || m.Domains[0] != "shop.example" {
		t.Errorf("%+v", m)
	}
}

func TestDefault_isExactlyOneMarket(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := s.Create(context.Background(), america()); !errors.Is(err, market.ErrNeedsDefault) {
		t.Errorf("the first market: %v", err)
	}
	old := create(t, s, europe())
	in := america()
	in.Default = true
	create(t, s, in)
	old, err := s.ByID(context.Background(), old.ID)
	if err != nil || old.Default {
		t.Errorf("both are: %+v, %v", old, err)
	}
	all, _ := s.List(context.Background())
	in.Default = false
	if _, err := s.Update(context.Background(), all[1].ID, all[1].Version, in); !errors.Is(err, market.ErrNeedsDefault) {
		t.Errorf("none would be: %v", err)
	}
}

func TestCreate_refusesWhatAnotherMarketHas(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, europe())
	for reason, change := range map[string]func(*market.Input){
		"already_exists":   func(in *market.Input) { in.Handle = "europe" },
		"country_taken":    func(in *market.Input) { in.Countries = append(in.Countries, "FR") },
		"domain_taken":     func(in *market.Input) { in.Domains = []string{"SHOP.example"} },
		"invalid_currency": func(in *market.Input) { in.Currency = "EURO" },
		"invalid_host":     func(in *market.Input) { in.Domains = []string{"https://x.example/"} },
	} {
		in := america()
		change(&in)
		if _, err := s.Create(context.Background(), in); !fault.Is(err, reason) {
			t.Errorf("%s: %v", reason, err)
		}
	}
	if n, err := s.Count(context.Background(), market.Filter{}); err != nil || n != 1 {
		t.Errorf("%d markets, %v", n, err)
	}
}

func TestUpdate_replacesTheWholeAndRefusesAStaleVersion(t *testing.T) {
	t.Parallel()
	s := open(t)
	m := create(t, s, europe())
	in := europe()
	in.Countries, in.Domains = []locale.Country{"IT"}, nil
	after, err := s.Update(context.Background(), m.ID, m.Version, in)
	if err != nil || len(after.Countries) != 1 || len(after.Domains) != 0 || !after.Default || after.Version != m.Version+1 {
		t.Fatalf("%+v, %v", after, err)
	}
	if _, err := s.Update(context.Background(), m.ID, m.Version, europe()); !errors.Is(err, market.ErrStale) {
		t.Errorf("%v", err)
	}
	if got, _ := s.ByID(context.Background(), m.ID); len(got.Countries) != 1 {
		t.Errorf("a refused update wrote: %+v", got)
	}
}

func TestPage_filtersAndSorts(t *testing.T) {
	t.Parallel()
	s := open(t)
	create(t, s, europe())
	in := america()
	in.Active = false
	create(t, s, in)
	active := true
	p, err := s.Page(context.Background(), market.Filter{Active: &active}, market.ByPosition, page.Args{})
	if err != nil || len(p.Items) != 1 || p.Items[0].Handle != "europe" {
		t.Errorf("%+v, %v", p, err)
	}
	p, err = s.Page(context.Background(), market.Filter{Text: "A"}, market.ByName, page.Args{})
	if err != nil || len(p.Items) != 1 || p.Items[0].Handle != "america" || len(p.Items[0].Countries) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestResolve_goesByCountryThenHostThenDefault(t *testing.T) {
	t.Parallel()
	s := open(t)
	found(t, s)
	create(t, s, europe())
	create(t, s, america())
	d := market.NewDirectory(s, "")
	if _, ok := d.Resolve(market.Wish{}); ok {
		t.Error("an empty directory resolved")
	}
	if err := d.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	for want, wish := range map[string]market.Wish{
		"america US en":  {Country: "US", Host: "shop.example"},
		"america US en ": {Host: "US.shop.example:8080", Language: "fr"},
		"europe FR de":   {Country: "FR", Language: "de-at"},
		"europe DE en":   {Country: "JP"},
	} {
		c, ok := d.Resolve(wish)
		got := c.Market.Handle + " " + string(c.Country) + " " + string(c.Language)
		if !ok || got != strings.TrimSpace(want) {
			t.Errorf("%+v gives %s", wish, got)
		}
	}
}
