package listing

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

func TestGoods_givesWhatAPurchaseDependsOn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, counter := postgres.CountStatements(t.Context())
	spent := 0
	at := f.de
	at.Spend = func(rows int) error { spent += rows; return nil }
	found, err := f.Goods(ctx, at, []VariantID{2, 5, 404})
	if err != nil || counter.Statements() != 1 || spent != 2 {
		t.Fatalf("%d statements, %d rows, %v", counter.Statements(), spent, err)
	}
	five := int64(5)
	want := map[VariantID]Goods{
		2: {Variant: 2, Product: 1, Handle: "cap", Title: "Matrosenmütze", VariantTitle: "S / Gestreift", SKU: "CAP-S-S", Vendor: "Anchor",
			ImageURL: "https://img.example/cap-2.jpg", Currency: "EUR", Prices: []Tier{{From: 1, Amount: 2499}},
			Rule: QuantityRule{Minimum: 1, Increment: 1}, Sellable: true, Tracked: true, RequiresShipping: true, Taxable: true, Grams: 120},
		5: {Variant: 5, Product: 2, Handle: "mug", Title: "Enamel Mug", SKU: "MUG", Vendor: "Anchor", Currency: "EUR",
			Prices: []Tier{{From: 1, Amount: 1400}}, Rule: QuantityRule{Minimum: 1, Increment: 1}, Sellable: true, Tracked: true,
			Stock: 2, Ahead: true, AheadLimit: &five, RequiresShipping: true, Taxable: true, Grams: 300},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
}

func TestGoods_pricesByQuantity(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	found, err := f.Goods(t.Context(), f.us, []VariantID{1})
	if err != nil {
		t.Fatal(err)
	}
	g, was := found[1], int64(3000)
	if diff := cmp.Diff([]Tier{{From: 1, Amount: 2500, CompareAt: &was}, {From: 10, Amount: 2000}}, g.Prices); diff != "" {
		t.Error(diff)
	}
	for quantity, want := range map[int]int64{1: 2500, 9: 2500, 10: 2000, 11: 2000} {
		if tier, ok := g.PriceFor(quantity); !ok || tier.Amount != want {
			t.Errorf("%d pieces: %v", quantity, tier)
		}
	}
	if g.ImageURL != "https://shop.example/media/ab/cap.jpg" || g.Title != "Sailor Cap" || g.VariantTitle != "S / Navy" {
		t.Errorf("%+v", g)
	}
}

// What can be bought is judged as every list judges it.
func TestGoods_offersWhatListsOffer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, at := range map[string]Context{"us": f.us, "de": f.de} {
		ids := []VariantID{1, 2, 3, 4, 5, 8, 30, 40, 50, 60, 70, 1011, 1012, 404}
		found, err := f.Goods(t.Context(), at, ids)
		if err != nil || len(found) != len(ids)-1 {
			t.Fatalf("%d found, %v", len(found), err)
		}
		shown, err := f.VariantsByIDs(t.Context(), at, ids, Need{})
		if err != nil {
			t.Fatal(err)
		}
		for id, g := range found {
			v := shown[id]
			if got, want := g.Offer() > 0, v != nil && v.Available; got != want {
				t.Errorf("%s: variant %d can be bought: %v, lists say %v", name, id, got, want)
			}
			if v != nil && v.InStock != nil && g.Stock != int64(*v.InStock) {
				t.Errorf("%s: variant %d: %d pieces, lists say %d", name, id, g.Stock, *v.InStock)
			}
		}
		if found[3].Offer() != math.MaxInt64 || found[2].Offer() != 0 || found[8].Stock != 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
