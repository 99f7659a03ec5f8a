package checkout_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// breakfast sells a mug with two shirts at 40.00.
func breakfast(t *testing.T, s *salesfloor.Shop) {
	t.Helper()
	s.Sell(t, "Breakfast", nil, 0, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "breakfast"}, Price: 4_000})
	slot := func(sku string, n int) bundle.Slot {
		return bundle.Slot{Title: sku, Least: 1, Most: 1, Choices: []bundle.Choice{{Variant: s.Variants[sku], Quantity: n}}}
	}
	must[bundle.Bundle](t)(s.Bundles.Set(salesfloor.Context(), s.Variants["breakfast"], 0,
		bundle.Recipe{Kind: bundle.Fixed, Pricing: bundle.Own, Slots: []bundle.Slot{slot("mug", 1), slot("shirt-s", 2)}}))
}

func TestBundle_itsPartsAreHeldAndOrdered(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	breakfast(t, s)
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"breakfast": 3, "mug": 2}), "US")
	if c.HeldUntil == nil || s.Available(t, "mug") != 5 || s.Available(t, "shirt-s") != 94 {
		t.Fatalf("%v, %d mugs, %d shirts left", c.Problems, s.Available(t, "mug"), s.Available(t, "shirt-s"))
	}
	o := buy(t, s, c)
	read := must[order.Order](t)(s.Orders.ByID(t.Context(), o.ID))
	lines := map[string]order.Line{}
	for _, l := range read.Lines {
		lines[l.SKU] = l
	}
	parts := map[string]int{}
	for _, p := range lines["breakfast"].Components {
		parts[p.SKU] = p.Quantity
	}
	if diff := cmp.Diff(map[string]int{"mug": 1, "shirt-s": 2}, parts); diff != "" || len(lines["mug"].Components) != 0 {
		t.Error(diff)
	}
	if l := lines["breakfast"]; l.UnitPrice != 4_000 || l.Grams != 350+2*200 {
		t.Errorf("%d, %d g", l.UnitPrice, l.Grams)
	}
	type piece struct {
		line    order.LineID
		variant catalog.VariantID
	}
	got := map[piece]int64{}
	for _, a := range must[map[order.ID][]order.Allocation](t)(s.Orders.Allocations(t.Context(), []order.ID{o.ID}))[o.ID] {
		got[piece{a.Line, a.Variant}] += a.Quantity
	}
	set := lines["breakfast"].ID
	if diff := cmp.Diff(map[piece]int64{{set, s.Variants["mug"]}: 3, {set, s.Variants["shirt-s"]}: 6, {lines["mug"].ID, s.Variants["mug"]}: 2}, got); diff != "" {
		t.Error(diff)
	}
	depot := west(t, s, map[string]int64{"shirt-s": 4})
	moved := must[order.Order](t)(s.Orders.Reallocate(salesfloor.Context(), order.Reallocation{Order: o.ID, Version: o.Version, Line: set,
		Variant: s.Variants["shirt-s"], From: s.Location, To: depot, Quantity: 4}))
	if _, err := s.Orders.Reallocate(salesfloor.Context(), order.Reallocation{Order: o.ID, Version: moved.Version, Line: set,
		From: s.Location, To: depot, Quantity: 1}); !fault.Is(err, "order_line_variant") {
		t.Errorf("which part is meant? %v", err)
	}
}

// A bundle and a line of the same item share what there is.
func TestBundle_andALineOfTheSameItemAreRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	breakfast(t, s)
	from := s.Cart(t, "US", map[string]int{"breakfast": 1, "mug": 1})
	must[[]inventory.Level](t)(s.Stock.Adjust(salesfloor.Context(), inventory.Cause{Key: secret.Token(), Reason: "broken"},
		[]inventory.Adjustment{{Variant: s.Variants["mug"], Location: s.Location, Delta: -9}}))
	c := must[checkout.Checkout](t)(s.Checkouts.Start(t.Context(), checkout.Start{Cart: salesfloor.RefOf(from), Key: "k"}))
	if c.HeldUntil != nil || len(c.Problems) == 0 || s.Available(t, "mug") != 1 || s.Available(t, "shirt-s") != 100 {
		t.Errorf("held until %v, problems %v", c.HeldUntil, c.Problems)
	}
	must[cart.Change](t)(s.Carts.RemoveLines(t.Context(), salesfloor.RefOf(from), []cart.LineID{lineOf(t, from, s.Variants["mug"])}))
	if buy(t, s, s.Ready(t, from, "US")); s.Available(t, "mug") != 0 || s.Available(t, "shirt-s") != 98 {
		t.Errorf("%d mugs, %d shirts left", s.Available(t, "mug"), s.Available(t, "shirt-s"))
	}
}

// What is in it may change until the buyer submits; then it may not.
func TestBundle_aNewRecipeIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	breakfast(t, s)
	c := s.Ready(t, s.Cart(t, "US", map[string]int{"breakfast": 1}), "US")
	now := must[map[catalog.VariantID]bundle.Bundle](t)(s.Bundles.ByVariants(t.Context(), []catalog.VariantID{s.Variants["breakfast"]}))[s.Variants["breakfast"]]
	recipe := now.Recipe
	recipe.Slots = recipe.Slots[:1]
	recipe.Slots[0].Choices[0].Quantity = 2
	must[bundle.Bundle](t)(s.Bundles.Set(salesfloor.Context(), now.Variant, now.Version, recipe))
	if _, err := s.Checkouts.Complete(t.Context(), salesfloor.Submission(c, "ok", "k")); err == nil {
		t.Error("bought with parts that it no longer has")
	}
	c = must[checkout.Checkout](t)(s.Checkouts.ByToken(t.Context(), c.Token))
	if len(c.Problems) == 0 || c.Problems[0].Code != checkout.Invalid {
		t.Errorf("%v", c.Problems)
	}
}
