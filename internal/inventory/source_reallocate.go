package inventory

import (
	"cmp"
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Reallocation lets another location send pieces of an order.
type Reallocation struct {
	Checkout CheckoutID // that the order was placed by
	Line     int64      // of the checkout
	Variant  catalog.VariantID
	From, To LocationID
	Quantity int64
	Reason   string
}

// Reallocate moves pieces of an order that were not sent yet to another
// location, which must have them. It joins the caller's transaction and writes
// the audit row.
func (s *Service) Reallocate(ctx context.Context, in Reallocation) error {
	if in.Quantity <= 0 || in.Quantity > MaxQuantity {
		return errQuantity.At("quantity")
	}
	if in.From == in.To {
		return ErrSameLocation
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		own, err := s.enter(ctx, in.Checkout, Consumed)
		if err != nil {
			return err
		}
		from, to := share{key{in.Line, in.Variant}, in.From}, share{key{in.Line, in.Variant}, in.To}
		want := allocated(own)
		if want[from] < in.Quantity {
			return ErrNotAllocated
		}
		now, err := s.lockRoute(ctx, in)
		if err != nil {
			return err
		}
		want[to] += in.Quantity
		if want[from] -= in.Quantity; want[from] == 0 {
			delete(want, from)
		}
		why := Cause{Reason: cmp.Or(in.Reason, "reallocation"), ReferenceKind: ofCheckout, ReferenceID: int64(in.Checkout)}
		if err := s.relocate(ctx, why, own, want, now); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "stock.reallocate", SubjectKind: "checkout", SubjectID: int64(in.Checkout), Reason: in.Reason,
			Before: routed{in.Line, in.Variant, in.From, in.Quantity}, After: routed{in.Line, in.Variant, in.To, in.Quantity}})
	})
}

// routed is what an audit row tells of pieces and where they are.
type routed struct {
	Line     int64             `json:"line"`
	Variant  catalog.VariantID `json:"variant"`
	Location LocationID        `json:"location"`
	Quantity int64             `json:"quantity"`
}

// lockRoute locks the two levels of a reallocation, and refuses a destination
// that does not have what is asked of it.
func (s *Service) lockRoute(ctx context.Context, in Reallocation) (sources, error) {
	target, err := s.LocationByID(ctx, in.To)
	switch {
	case fault.Is(err, ErrLocationNotFound.Reason):
		return sources{}, ErrLocationNotFound.At("to")
	case err != nil:
		return sources{}, fmt.Errorf("read the location: %w", err)
	case !target.Active:
		return sources{}, ErrInactive.At("to")
	}
	from, to := place{in.Variant, in.From}, place{in.Variant, in.To}
	levels, err := s.openLevels(ctx, []move{{place: from}, {place: to}})
	if err != nil {
		return sources{}, err
	}
	if there := levels[to]; there.OnHand-there.Taken-there.Safety < in.Quantity {
		return sources{}, ErrInsufficient.At("quantity")
	}
	return sources{levels: []source{{Level: levels[from]}, {Level: levels[to]}}}, nil
}
