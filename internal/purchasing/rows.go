package purchasing

import (
	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/purchasing/lifecycle"
)

func orderOf(r *ent.PurchaseOrder) Order {
	return Order{
		ID:         ID(r.ID),
		Supplier:   inventory.LocationID(r.SupplierID),
		Location:   inventory.LocationID(r.LocationID),
		State:      lifecycle.State(r.State),
		Reference:  r.Reference,
		Note:       r.Note,
		Currency:   money.Currency(r.Currency),
		ExpectedAt: r.ExpectedAt,
		OrderedAt:  r.OrderedAt,
		EndedAt:    r.EndedAt,
		Version:    r.Version,
		CreatedAt:  r.CreatedAt,
		UpdatedAt:  r.UpdatedAt,
	}
}

func lineOf(r *ent.PurchaseOrderLine, currency money.Currency) Line {
	l := Line{
		ID:        LineID(r.ID),
		Order:     ID(r.PurchaseOrderID),
		Variant:   catalog.VariantID(r.VariantID),
		Quantity:  r.Quantity,
		Received:  r.Received,
		Cancelled: r.Cancelled,
	}
	if r.UnitCost != nil {
		cost := money.New(*r.UnitCost, currency)
		l.UnitCost = &cost
	}
	return l
}
