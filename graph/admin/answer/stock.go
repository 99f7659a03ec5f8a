package answer

import (
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/purchasing"
	"github.com/souk-commerce/souk/internal/replenish"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/stockfeed"
	"github.com/souk-commerce/souk/internal/warehouse"
)

// The payloads of the changes of stock and its papers.
type (
	StockPolicyPayload     Payload[inventory.Policy]
	StockAdjustManyPayload ListPayload[inventory.Outcome]
	StockAdjustCsvPayload  Payload[inventory.SheetReport]
	StockTransferPayload   Payload[warehouse.Transfer]
	StockCountPayload      Payload[warehouse.Count]
	PurchaseOrderPayload   Payload[purchasing.Order]
	StockFeedPayload       Payload[stockfeed.Feed]
	BundlePayload          Payload[bundle.Bundle]
	StockThresholdsPayload ListPayload[replenish.Threshold]

	StockThresholdsRemovePayload ListPayload[string]
)

// StockFeedSecretPayload is what came of a feed that got a secret. The secret is
// not kept under an idempotency key: it is shown once.
type StockFeedSecretPayload struct {
	Thing      *stockfeed.Feed
	Secret     *string `json:"-"`
	UserErrors []UserError
}

// StockFeedRunPayload is what came of a delivery.
type StockFeedRunPayload struct {
	Thing      *stockfeed.Run
	Repeated   bool
	UserErrors []UserError
}

// PurchaseOrderCreateInput is a purchase order whose costs are text, in its own
// currency.
type PurchaseOrderCreateInput struct {
	purchasing.NewOrder
	Lines []PurchaseOrderLineInput
}

// PurchaseOrderUpdateInput is a change of a purchase order whose costs are text,
// in a currency that the input does not know.
type PurchaseOrderUpdateInput struct {
	purchasing.Change
	Lines []PurchaseOrderLineInput
}

// PurchaseOrderLineInput is a line of either.
type PurchaseOrderLineInput struct {
	Variant  catalog.VariantID
	Quantity int64
	UnitCost *string
}

// Line reads the cost in a currency.
func (in PurchaseOrderLineInput) Line(c money.Currency) (purchasing.NewLine, error) {
	line := purchasing.NewLine{Variant: in.Variant, Quantity: in.Quantity}
	if in.UnitCost == nil {
		return line, nil
	}
	cost, err := money.Parse(*in.UnitCost, c)
	line.UnitCost = &cost
	return line, err
}

// BundleInput is what is in a bundle, with its discount in percent.
type BundleInput struct {
	bundle.Recipe
	Discount string
}

// StockTransferEdge is one entry of a list.
type StockTransferEdge struct {
	Cursor string
	Node   warehouse.Transfer
}

// StockTransferConnection is one page.
type StockTransferConnection struct {
	Connection[warehouse.Transfer, StockTransferEdge]
}

// StockCountEdge is one entry of a list.
type StockCountEdge struct {
	Cursor string
	Node   warehouse.Count
}

// StockCountConnection is one page.
type StockCountConnection struct {
	Connection[warehouse.Count, StockCountEdge]
}

// StockCountLineEdge is one entry of a list.
type StockCountLineEdge struct {
	Cursor string
	Node   warehouse.CountLine
}

// StockCountLineConnection is one page.
type StockCountLineConnection struct {
	Connection[warehouse.CountLine, StockCountLineEdge]
}

// PurchaseOrderEdge is one entry of a list.
type PurchaseOrderEdge struct {
	Cursor string
	Node   purchasing.Order
}

// PurchaseOrderConnection is one page.
type PurchaseOrderConnection struct {
	Connection[purchasing.Order, PurchaseOrderEdge]
}

// StockFeedEdge is one entry of a list.
type StockFeedEdge struct {
	Cursor string
	Node   stockfeed.Feed
}

// StockFeedConnection is one page.
type StockFeedConnection struct {
	Connection[stockfeed.Feed, StockFeedEdge]
}

// StockFeedRunEdge is one entry of a list.
type StockFeedRunEdge struct {
	Cursor string
	Node   stockfeed.Run
}

// StockFeedRunConnection is one page.
type StockFeedRunConnection struct {
	Connection[stockfeed.Run, StockFeedRunEdge]
}

// RestockRequestEdge is one entry of a list.
type RestockRequestEdge struct {
	Cursor string
	Node   restock.Request
}

// RestockRequestConnection is one page.
type RestockRequestConnection struct {
	Connection[restock.Request, RestockRequestEdge]
}

// StockThresholdEdge is one entry of a list.
type StockThresholdEdge struct {
	Cursor string
	Node   replenish.Threshold
}

// StockThresholdConnection is one page.
type StockThresholdConnection struct {
	Connection[replenish.Threshold, StockThresholdEdge]
}

// StockReorderEdge is one entry of a list.
type StockReorderEdge struct {
	Cursor string
	Node   replenish.Due
}

// StockReorderConnection is one page.
type StockReorderConnection struct {
	Connection[replenish.Due, StockReorderEdge]
}
