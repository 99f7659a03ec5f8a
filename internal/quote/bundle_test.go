package quote_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/quote"
)

// picnic is a fixed bundle of two things at 10.00 that are sent, of 500 g each,
// and one at 5.00 that is not.
func picnic(pricing bundle.Pricing, discount int64) quote.Item {
	sent, digital := goods(1000), goods(500)
	sent.Variant, digital.Variant, digital.RequiresShipping = 11, 12, false
	of := goods(9900)
	of.TaxCode = "book"
	of.Bundle = &bundle.Recipe{Kind: bundle.Fixed, Pricing: pricing, DiscountPPM: discount, Slots: []bundle.Slot{
		{Least: 1, Most: 1, Choices: []bundle.Choice{{Variant: 11, Quantity: 2}}}, {Least: 1, Most: 1, Choices: []bundle.Choice{{Variant: 12, Quantity: 1}}},
	}}
	return quote.Item{ID: 1, Quantity: 3, Goods: of, Components: []quote.Component{
		{Variant: 11, Quantity: 2, Goods: sent}, {Variant: 12, Quantity: 1, Goods: digital},
	}}
}

func TestPrice_ofBundles(t *testing.T) {
	t.Parallel()
	p := world(t)
	b := quote.Basket{Currency: "EUR", TaxIncluded: true, To: basket().To, Items: []quote.Item{picnic(bundle.Sum, 100_000)}}
	priced := price(t, p, b)
	// 25.00 less a tenth, with the 7 % of the bundle's own tax code.
	if l := priced.Quote.Lines[0]; l.UnitPrice != 2250 || l.Total != 6750 || l.Tax != 442 || l.Variant != 7 {
		t.Errorf("%+v", l)
	}
	if s := priced.Shipments; len(s) != 1 || s[0].ID != quote.Goods || s[0].Grams != 3*(2*500+500) {
		t.Errorf("%+v", s)
	}
	other := picnic(bundle.Sum, 100_000)
	slices.Reverse(other.Components)
	again := b
	again.Items = []quote.Item{other}
	if price(t, p, again).Quote.Hash() != priced.Quote.Hash() {
		t.Error("the order of components is agreed to")
	}
	other.Goods.Bundle.Slots[1].Choices[0].Variant, other.Components[0].Variant = 13, 13
	if price(t, p, again).Quote.Hash() == priced.Quote.Hash() {
		t.Error("what is in a bundle is not agreed to")
	}
	b.Items[0] = picnic(bundle.Own, 0)
	if l := price(t, p, b).Quote.Lines[0]; l.UnitPrice != 9900 {
		t.Errorf("a price of its own: %+v", l)
	}
	for i := range b.Items[0].Components {
		b.Items[0].Components[i].Goods.RequiresShipping = false
	}
	if s := price(t, p, b).Shipments; len(s) != 1 || s[0].ID != quote.Digital {
		t.Errorf("nothing in it is sent: %+v", s)
	}
}

func TestCheck_ofBundles(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*quote.Item){
		"":               func(i *quote.Item) { slices.Reverse(i.Components) },
		"bundle_changed": func(i *quote.Item) { i.Components[0].Quantity = 1 },
		"not_for_sale":   func(i *quote.Item) { i.Components[1].Goods.Sellable = false },
		"no_price":       func(i *quote.Item) { i.Components[1].Goods.Prices = nil },
	} {
		item := picnic(bundle.Sum, 0)
		if change(&item); want == "" && item.Check("EUR") != nil || want != "" && !fault.Is(item.Check("EUR"), want) {
			t.Errorf("got %v, want %q", item.Check("EUR"), want)
		}
	}
	for name, change := range map[string]func(*quote.Item){
		"no bundle any more":          func(i *quote.Item) { i.Goods.Bundle = nil },
		"a bundle only since":         func(i *quote.Item) { i.Components = nil },
		"with something else besides": func(i *quote.Item) { i.Components = append(i.Components, quote.Component{Variant: 13, Quantity: 1}) },
	} {
		item := picnic(bundle.Own, 0)
		if change(&item); !fault.Is(item.Check("EUR"), "bundle_changed") {
			t.Errorf("%s: %v", name, item.Check("EUR"))
		}
	}
	own := picnic(bundle.Own, 0)
	own.Components[1].Goods.Prices = nil
	if err := own.Check("EUR"); err != nil {
		t.Errorf("a component needs no price where the bundle has one: %v", err)
	}
}

// What a sum costs lies between nothing and what its parts cost, which it is
// without a discount, and more discount never makes it dearer. It is exact to
// half a minor unit, whatever the order of the parts.
func TestItemPrice_lawsOfSums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := quote.Item{Quantity: 1, Goods: listing.Goods{Bundle: &bundle.Recipe{Pricing: bundle.Sum}}}
		var whole int64
		for range rapid.IntRange(1, 20).Draw(t, "parts") {
			n, amount := rapid.IntRange(1, 1000).Draw(t, "pieces"), rapid.Int64Range(0, 10_000_000).Draw(t, "amount")
			whole += int64(n) * amount
			item.Components = append(item.Components, quote.Component{Quantity: n, Goods: listing.Goods{Prices: []listing.Tier{{From: 1, Amount: amount}}}})
		}
		at := func(discount int64) int64 {
			item.Goods.Bundle.DiscountPPM = discount
			tier, ok := item.Price()
			if !ok || tier.CompareAt != nil && *tier.CompareAt != whole || tier.CompareAt == nil && tier.Amount != whole {
				t.Fatalf("%+v (%v), the parts cost %d", tier, ok, whole)
			}
			return tier.Amount
		}
		less := rapid.Int64Range(0, 1_000_000).Draw(t, "discount")
		got := at(less)
		if twice := 2 * (got*1_000_000 - whole*(1_000_000-less)); twice > 1_000_000 || twice <= -1_000_000 {
			t.Fatalf("%d less %d ppm is not %d", whole, less, got)
		}
		if at(0) != whole || at(1_000_000) != 0 || at(min(less+1, 1_000_000)) > got {
			t.Fatalf("more discount made it dearer")
		}
		slices.Reverse(item.Components)
		if at(less) != got {
			t.Fatal("the order of the parts matters")
		}
	})
}

func TestItemPrice_refusesSumsThatAreTooLarge(t *testing.T) {
	t.Parallel()
	item := quote.Item{Quantity: 1, Goods: listing.Goods{Bundle: &bundle.Recipe{Pricing: bundle.Sum, DiscountPPM: 999_999}}}
	part := quote.Component{Quantity: 1_000_000, Goods: listing.Goods{Prices: []listing.Tier{{From: 1, Amount: quote.MaxAmount}}}}
	item.Components = []quote.Component{part, part, part}
	if tier, ok := item.Price(); ok {
		t.Errorf("%+v", tier)
	}
}

func TestSupply_countsBundlesAndLinesTogether(t *testing.T) {
	t.Parallel()
	bundled := picnic(bundle.Own, 0)
	single := quote.Item{Quantity: 1, Goods: listing.Goods{Variant: 11}}
	s := quote.NewSupply()
	s.Stock(11, 5)
	s.Stock(12, 1<<62)
	if s.Room(bundled) != 2 || s.Room(single) != 5 {
		t.Errorf("room for %d and %d", s.Room(bundled), s.Room(single))
	}
	s.Take(bundled, 2)
	if s.Room(bundled) != 0 || s.Room(single) != 1 || s.Short(single) {
		t.Errorf("room for %d and %d", s.Room(bundled), s.Room(single))
	}
	s.Take(single, 2)
	if !s.Short(bundled) || !s.Short(single) || s.Room(single) != 0 {
		t.Error("more was taken than there is, and nothing is short")
	}
	if unknown := (quote.Item{Goods: listing.Goods{Variant: 13}}); s.Room(unknown) != 0 {
		t.Error("there is something of what nothing was said of")
	}
}
