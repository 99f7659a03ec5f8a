package warehouse

import (
	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

func transferOf(r *ent.StockTransfer) Transfer {
	return Transfer{
		ID:         TransferID(r.ID),
		From:       inventory.LocationID(r.FromLocationID),
		To:         inventory.LocationID(r.ToLocationID),
		State:      lifecycle.TransferState(r.State),
		Note:       r.Note,
		ExpectedAt: r.ExpectedAt,
		ShippedAt:  r.ShippedAt,
		EndedAt:    r.EndedAt,
		Version:    r.Version,
		CreatedAt:  r.CreatedAt,
		UpdatedAt:  r.UpdatedAt,
	}
}

func transferLineOf(r *ent.StockTransferLine) TransferLine {
	return TransferLine{
		ID:       TransferLineID(r.ID),
		Transfer: TransferID(r.TransferID),
		Variant:  catalog.VariantID(r.VariantID),
		Quantity: r.Quantity,
		Shipped:  r.Shipped,
		Received: r.Received,
		Lost:     r.Lost,
	}
}

func countOf(r *ent.StockCount) Count {
	return Count{
		ID:        CountID(r.ID),
		Location:  inventory.LocationID(r.LocationID),
		State:     lifecycle.CountState(r.State),
		Note:      r.Note,
		EndedAt:   r.EndedAt,
		Version:   r.Version,
		CreatedAt: r.CreatedAt,
		UpdatedAt: r.UpdatedAt,
	}
}
