package order_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/order"
	paymentstate "github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/quote"
)

// depot is a second place, with pieces of the shop's variant.
func (s *shop) depot(t *testing.T, pieces int64) inventory.LocationID {
	t.Helper()
	at := must[inventory.Location](t)(s.stock.CreateLocation(s.ctx, inventory.NewLocation{Handle: "depot", Name: "Depot", Priority: 9})).ID
	must[[]inventory.Level](t)(s.stock.Receive(s.ctx, inventory.Cause{Key: "depot", Reason: "test"},
		[]inventory.Receipt{{Variant: s.variant.ID, Location: at, Quantity: pieces}}))
	return at
}

func TestReallocate_movesPiecesAndSaysSo(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.paid(t)
	to := s.depot(t, 1)
	at := must[map[order.ID][]order.Allocation](t)(s.Allocations(s.ctx, []order.ID{o.ID}))[o.ID]
	if len(at) != 1 || at[0].Quantity != 2 || at[0].Line != o.Lines[0].ID {
		t.Fatalf("%+v", at)
	}
	from := at[0].Location
	in := order.Reallocation{Order: o.ID, Version: o.Version, Line: o.Lines[0].ID, From: from, To: to, Quantity: 1, Reason: "closer"}
	for reason, change := range map[string]func(*order.Reallocation){
		"stale_version":        func(r *order.Reallocation) { r.Version-- },
		"order_line_not_found": func(r *order.Reallocation) { r.Line++ },
		"order_line_variant":   func(r *order.Reallocation) { r.Variant = 99 },
		"not_allocated":        func(r *order.Reallocation) { r.Quantity = 3 },
		"insufficient_stock":   func(r *order.Reallocation) { r.Quantity = 2 },
		"location_not_found":   func(r *order.Reallocation) { r.To = 99 },
	} {
		other := in
		change(&other)
		if _, err := s.Reallocate(s.ctx, other); !fault.Is(err, reason) {
			t.Errorf("%s: %v", reason, err)
		}
	}
	moved := must[order.Order](t)(s.Reallocate(s.ctx, in))
	if moved.Version != o.Version+1 || moved.State != o.State {
		t.Errorf("version %d after %d, %s", moved.Version, o.Version, moved.State)
	}
	want := []order.Allocation{
		{Line: o.Lines[0].ID, Variant: s.variant.ID, Location: from, Quantity: 1, State: inventory.Consumed},
		{Line: o.Lines[0].ID, Variant: s.variant.ID, Location: to, Quantity: 1, State: inventory.Consumed},
	}
	now := must[map[order.ID][]order.Allocation](t)(s.Allocations(s.ctx, []order.ID{o.ID}))[o.ID]
	if diff := cmp.Diff(want, now); diff != "" {
		t.Error(diff)
	}
	for sql, n := range map[string]int{
		`SELECT count(*) FROM audit_entry WHERE action IN ('order.reallocate', 'stock.reallocate') AND reason = 'closer'`: 2,
		`SELECT count(*) FROM outbox WHERE topic = 'order.changed' AND payload->>'event' = 'reallocate'`:                  1,
	} {
		if got := s.count(t, sql); got != n {
			t.Errorf("%d, want %d: %s", got, n, sql)
		}
	}
	if _, err := s.Reallocate(s.ctx, in); !fault.Is(err, "stale_version") {
		t.Errorf("a repeat moves again: %v", err)
	}
}

// A bundle is frozen with what is in it, and its pieces are found by their own
// variants.
func TestPlace_keepsWhatIsInABundle(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.placement(t, 2)
	p.Items[1].Components = []quote.Component{
		{Variant: s.variant.ID, Quantity: 3, Goods: listing.Goods{Variant: s.variant.ID, Product: 7, Title: "Cup", VariantTitle: "Blue", SKU: "CUP-B", RequiresShipping: true, Grams: 90}},
		{Variant: 78, Quantity: 1, Goods: listing.Goods{Variant: 78, Product: 8, Title: "Saucer"}},
	}
	s.pay(t, &p, "card", paymentstate.Captured)
	var placed order.Order
	err := s.db.InTx(s.ctx, func(ctx context.Context) (err error) {
		placed, err = s.Place(ctx, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	read := must[order.Order](t)(s.ByID(s.ctx, placed.ID))
	want := []order.Component{
		{Variant: s.variant.ID, Product: 7, Title: "Cup", VariantTitle: "Blue", SKU: "CUP-B", Quantity: 3, RequiresShipping: true, Grams: 90},
		{Variant: 78, Product: 8, Title: "Saucer", Quantity: 1},
	}
	if diff := cmp.Diff(want, read.Lines[1].Components); diff != "" || read.Lines[0].Components != nil {
		t.Error(diff, read.Lines[0].Components)
	}
	if diff := cmp.Diff(placed.Lines[1].Components, read.Lines[1].Components); diff != "" {
		t.Error(diff)
	}
}
