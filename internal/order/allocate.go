package order

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Allocations tells where the pieces of orders are, in the order of their
// lines. What needs no counting has none.
func (s *Service) Allocations(ctx context.Context, ids []ID) (map[ID][]Allocation, error) {
	lines, err := s.heldBy(ctx, ids)
	if err != nil {
		return nil, err
	}
	var checkouts []inventory.CheckoutID
	for _, l := range lines {
		checkouts = append(checkouts, l.Checkout)
	}
	slices.Sort(checkouts)
	promised, err := s.inventory.ReservationsOf(ctx, slices.Compact(checkouts))
	if err != nil {
		return nil, fmt.Errorf("read where the pieces are: %w", err)
	}
	out := make(map[ID][]Allocation, len(ids))
	for _, l := range lines { // by position
		for _, r := range slices.SortedFunc(slices.Values(promised[l.Checkout]), byPlace) {
			if r.State == inventory.Consumed && r.Line == l.CheckoutLine {
				out[l.Order] = append(out[l.Order], Allocation{Line: l.Line, Variant: r.Variant, Location: r.Location, Quantity: r.Quantity, State: r.State})
			}
		}
	}
	return out, nil
}

func byPlace(a, b inventory.Reservation) int {
	return cmp.Or(cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.Location, b.Location))
}

// held is the line of a checkout that an order's line has its pieces by.
type held struct {
	Order        ID
	Line         LineID
	Checkout     inventory.CheckoutID
	CheckoutLine int64
}

func (s *Service) heldBy(ctx context.Context, ids []ID) ([]held, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT o.id, l.id, o.checkout_id, l.checkout_line_id FROM sales_order o JOIN order_line l ON l.order_id = o.id
		WHERE o.id = ANY($1) AND o.checkout_id IS NOT NULL AND l.checkout_line_id IS NOT NULL ORDER BY o.id, l.position`, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("read lines of orders: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[held])
	if err != nil {
		return nil, fmt.Errorf("read lines of orders: %w", postgres.Fault(err))
	}
	return found, nil
}

// Reallocate lets another location send pieces of a line that were not sent
// yet; it must have them.
func (s *Service) Reallocate(ctx context.Context, in Reallocation) (Order, error) {
	c := change{id: in.Order, version: in.Version, action: "order.reallocate", event: reallocate, reason: in.Reason}
	var o Order
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.ByID(ctx, in.Order)
		if err != nil {
			return err
		}
		if before.Version != in.Version {
			return ErrStale
		}
		// Stock is locked before orders everywhere, so it goes first.
		if err := s.move(ctx, before, in); err != nil {
			return err
		}
		o, err = s.apply(ctx, c)
		return err
	})
	return o, err
}

func (s *Service) move(ctx context.Context, o Order, in Reallocation) error {
	i := slices.IndexFunc(o.Lines, func(l Line) bool { return l.ID == in.Line })
	if i < 0 {
		return ErrLine
	}
	variant, unsent := o.Lines[i].unsent(in.Variant)
	if variant == 0 {
		return ErrPart
	}
	if o.Checkout == 0 || in.Quantity > unsent {
		return inventory.ErrNotAllocated
	}
	return s.inventory.Reallocate(ctx, inventory.Reallocation{Checkout: inventory.CheckoutID(o.Checkout), Line: o.Lines[i].CheckoutLine,
		Variant: variant, From: in.From, To: in.To, Quantity: in.Quantity, Reason: in.Reason})
}

// unsent gives the variant of the line that is meant, 0 for none, and how many
// of its pieces are still to be sent. A bundle of one part needs no naming.
func (l Line) unsent(v listing.VariantID) (listing.VariantID, int64) {
	parts := map[listing.VariantID]int{}
	for _, c := range l.Components {
		parts[c.Variant] += c.Quantity
	}
	if len(parts) == 0 {
		parts[l.Variant] = 1
	}
	if v == 0 && len(parts) == 1 {
		v = cmp.Or(slices.Collect(maps.Keys(parts))...)
	}
	if parts[v] == 0 {
		return 0, 0
	}
	return v, int64(l.Quantity-l.Cancelled-l.Fulfilled) * int64(parts[v])
}

// stays reports whether an event leaves the state as it is.
func stays(e lifecycle.Event) bool { return e == tagged || e == settle || e == reallocate }
