package quote_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/testkit"
)

// world has German taxes and two ways of sending, one of them free from 50.00.
func world(t *testing.T) *quote.Pricer {
	t.Helper()
	db, ctx := testkit.DB(t), context.Background()
	outbox, log := event.NewOutbox(db), audit.New(db)
	taxes, zones := tax.NewService(db, outbox, log), shipping.NewService(db, outbox, log)
	for _, in := range []tax.Input{
		{Country: "DE", Name: "VAT 19%", PPM: 190_000, Delivery: true, Active: true},
		{Country: "DE", TaxCode: "book", Name: "VAT 7%", PPM: 70_000, Active: true},
	} {
		if _, err := taxes.Create(ctx, in); err != nil {
			t.Fatal(err)
		}
	}
	free, heavy := int64(5000), int64(2000)
	_, err := zones.CreateZone(ctx, shipping.ZoneInput{Name: "Germany", Areas: []shipping.Area{{Country: "DE"}}, Methods: []shipping.Method{
		{Handle: "standard", Title: "Standard", Active: true, Rates: []shipping.Rate{{Currency: "EUR", Amount: 490, BelowGrams: &heavy, FreeFrom: &free}}},
		{Handle: "express", Title: "Express", Active: true, Rates: []shipping.Rate{{Currency: "EUR", Amount: 1290}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	rates, methods := tax.NewDirectory(taxes), shipping.NewDirectory(zones)
	if err := rates.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	if err := methods.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	return quote.NewPricer(rates, methods)
}

func goods(amount int64) listing.Goods {
	return listing.Goods{Variant: 7, Currency: "EUR", Prices: []listing.Tier{{From: 1, Amount: amount}}, Sellable: true,
		RequiresShipping: true, Taxable: true, Grams: 500}
}

// basket has two shirts, a book and a download.
func basket() quote.Basket {
	book, download := goods(1000), goods(500)
	book.TaxCode = "book"
	download.RequiresShipping, download.Taxable = false, false
	return quote.Basket{Currency: "EUR", TaxIncluded: true, To: postal.Place{Country: "DE"}, Items: []quote.Item{
		{ID: 1, Quantity: 2, Goods: goods(2000)}, {ID: 2, Quantity: 1, Goods: book}, {ID: 3, Quantity: 1, Goods: download},
	}}
}

func price(t *testing.T, p *quote.Pricer, b quote.Basket) quote.Priced {
	t.Helper()
	priced, err := p.Price(b)
	if err != nil {
		t.Fatal(err)
	}
	return priced
}

// offer writes what a shipment can be brought by: "standard 0.0 express 12.9".
func offer(s quote.Shipment) string {
	var b strings.Builder
	for _, o := range s.Options {
		b.WriteString(o.Handle + " " + o.Price.Decimal() + " ")
	}
	return strings.TrimSpace(b.String())
}

func TestPrice_splitsWhatIsSentFromWhatIsNot(t *testing.T) {
	t.Parallel()
	p := world(t)
	priced := price(t, p, basket())
	if len(priced.Shipments) != 2 {
		t.Fatalf("%+v", priced.Shipments)
	}
	sent, digital := priced.Shipments[0], priced.Shipments[1]
	if sent.ID != quote.Goods || len(sent.Items) != 2 || sent.Grams != 1500 || sent.Selected != nil || offer(sent) != "standard 0.0 express 12.9" {
		t.Errorf("%+v", sent)
	}
	if digital.ID != quote.Digital || len(digital.Items) != 1 || digital.Selected == nil || offer(digital) != "digital 0.0" {
		t.Errorf("%+v", digital)
	}
	if q := priced.Quote; len(q.Deliveries) != 1 || q.Total != 5500 || q.Lines[0].Tax != 639 || q.Lines[1].Tax != 65 || q.Lines[2].Tax != 0 {
		t.Errorf("%+v", q)
	}
	if empty := price(t, p, quote.Basket{Currency: "EUR"}); len(empty.Shipments) != 0 || empty.Quote.Due != 0 {
		t.Errorf("%+v", empty)
	}
}

func TestPrice_takesWhatWasChosenWhileItIsOnOffer(t *testing.T) {
	t.Parallel()
	p := world(t)
	b := basket()
	b.Choices = map[string]string{quote.Goods: "express"}
	q := price(t, p, b).Quote
	if q.Delivery != 1290 || q.Deliveries[0].Method != "express" || q.Deliveries[0].Tax != 206 || q.Total != 6790 {
		t.Errorf("%+v", q)
	}
	b.Choices[quote.Goods] = "standard"
	standard := price(t, p, b)
	if standard.Quote.Delivery != 0 || standard.Quote.Hash() == q.Hash() {
		t.Errorf("%+v", standard)
	}
	b.Items[0].Quantity = 4 // 2,500 g: too heavy for it
	if s := price(t, p, b).Shipments[0]; s.Selected != nil || offer(s) != "express 12.9" {
		t.Errorf("%+v", s)
	}
}

func TestPrice_valuesGoodsAfterTheirDiscounts(t *testing.T) {
	t.Parallel()
	p := world(t)
	b := basket()
	b.Choices = map[string]string{quote.Goods: "standard"}
	b.Adjustments = []quote.Adjustment{{Source: "promotion/1", Line: 1, Amount: 1}}
	if q := price(t, p, b).Quote; q.Delivery != 490 || q.Total != 5500-1+490 {
		t.Errorf("49.99 of goods are sent for %d: %+v", q.Delivery, q)
	}
}

func TestPrice_discountsOfDeliveryWaitForTheChoice(t *testing.T) {
	t.Parallel()
	p := world(t)
	b := basket()
	b.Adjustments = []quote.Adjustment{{Source: "promotion/2", Shipment: quote.Goods, Amount: 1000}}
	if q := price(t, p, b).Quote; q.Discount != 0 {
		t.Errorf("%+v", q)
	}
	b.Choices = map[string]string{quote.Goods: "express"}
	if q := price(t, p, b).Quote; q.Discount != 1000 || q.Deliveries[0].Total != 290 {
		t.Errorf("%+v", q)
	}
	b.Adjustments[0].Shipment = "elsewhere"
	if _, err := p.Price(b); !fault.Is(err, "unknown_target") {
		t.Errorf("%v", err)
	}
}

func TestPrice_refusesEveryItemThatHasNoPriceHere(t *testing.T) {
	t.Parallel()
	p := world(t)
	b := basket()
	b.Items[0].Goods.Sellable = false
	b.Items[1].Goods.Prices = []listing.Tier{{From: 5, Amount: 100}}
	b.Items[2].Goods.Currency = "USD"
	_, err := p.Price(b)
	var got []string
	for _, e := range fault.All(err) {
		got = append(got, e.Reason+" "+strings.Join(e.Path, "."))
	}
	if s := strings.Join(got, ", "); s != "not_for_sale items.1, no_price items.2, currency_mismatch items.3" {
		t.Error(s)
	}
	for _, item := range basket().Items {
		if err := item.Check("EUR"); err != nil {
			t.Errorf("%d: %v", item.ID, err)
		}
	}
}

func TestPrice_offersNothingWhereNothingIsBrought(t *testing.T) {
	t.Parallel()
	p := world(t)
	b := basket()
	b.Choices = map[string]string{quote.Goods: "express"}
	for _, c := range []locale.Country{"", "ZZ", "FR"} {
		b.To.Country = c
		priced := price(t, p, b)
		if s := priced.Shipments[0]; len(s.Options) != 0 || s.Selected != nil || priced.Quote.Tax != 0 || priced.Quote.Total != 5500 {
			t.Errorf("%q: %+v", c, priced)
		}
	}
	b.To.Country, b.Items[0].Goods.Grams = "DE", math.MaxInt64
	if s := price(t, p, b).Shipments[0]; s.Grams != math.MaxInt64 || offer(s) != "express 12.9" {
		t.Errorf("what is too heavy to count is light: %+v", s)
	}
}
