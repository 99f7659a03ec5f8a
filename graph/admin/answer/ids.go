package answer

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/purchasing"
	"github.com/souk-commerce/souk/internal/replenish"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/stockfeed"
	"github.com/souk-commerce/souk/internal/warehouse"
)

// The ids of what the back office alone knows.

// MarshalTransferID writes the public id of a transfer of stock.
func MarshalTransferID(id warehouse.TransferID) graphql.Marshaler {
	return gql.MarshalGID("StockTransfer", int64(id))
}

// UnmarshalTransferID reads the public id of a transfer of stock.
func UnmarshalTransferID(v any) (warehouse.TransferID, error) {
	n, err := gql.UnmarshalGID(v, "StockTransfer")
	return warehouse.TransferID(n), err
}

// MarshalTransferLineID writes the public id of a line of a transfer.
func MarshalTransferLineID(id warehouse.TransferLineID) graphql.Marshaler {
	return gql.MarshalGID("StockTransferLine", int64(id))
}

// UnmarshalTransferLineID reads the public id of a line of a transfer.
func UnmarshalTransferLineID(v any) (warehouse.TransferLineID, error) {
	n, err := gql.UnmarshalGID(v, "StockTransferLine")
	return warehouse.TransferLineID(n), err
}

// MarshalStockCountID writes the public id of a stock count.
func MarshalStockCountID(id warehouse.CountID) graphql.Marshaler {
	return gql.MarshalGID("StockCount", int64(id))
}

// UnmarshalStockCountID reads the public id of a stock count.
func UnmarshalStockCountID(v any) (warehouse.CountID, error) {
	n, err := gql.UnmarshalGID(v, "StockCount")
	return warehouse.CountID(n), err
}

// MarshalStockCountLineID writes the public id of a line of a stock count.
func MarshalStockCountLineID(id warehouse.CountLineID) graphql.Marshaler {
	return gql.MarshalGID("StockCountLine", int64(id))
}

// UnmarshalStockCountLineID reads the public id of a line of a stock count.
func UnmarshalStockCountLineID(v any) (warehouse.CountLineID, error) {
	n, err := gql.UnmarshalGID(v, "StockCountLine")
	return warehouse.CountLineID(n), err
}

// MarshalPurchaseOrderID writes the public id of a purchase order.
func MarshalPurchaseOrderID(id purchasing.ID) graphql.Marshaler {
	return gql.MarshalGID("PurchaseOrder", int64(id))
}

// UnmarshalPurchaseOrderID reads the public id of a purchase order.
func UnmarshalPurchaseOrderID(v any) (purchasing.ID, error) {
	n, err := gql.UnmarshalGID(v, "PurchaseOrder")
	return purchasing.ID(n), err
}

// MarshalPurchaseOrderLineID writes the public id of a line of a purchase order.
func MarshalPurchaseOrderLineID(id purchasing.LineID) graphql.Marshaler {
	return gql.MarshalGID("PurchaseOrderLine", int64(id))
}

// UnmarshalPurchaseOrderLineID reads the public id of a line of a purchase order.
func UnmarshalPurchaseOrderLineID(v any) (purchasing.LineID, error) {
	n, err := gql.UnmarshalGID(v, "PurchaseOrderLine")
	return purchasing.LineID(n), err
}

// MarshalFeedID writes the public id of a feed of stock.
func MarshalFeedID(id stockfeed.ID) graphql.Marshaler {
	return gql.MarshalGID("StockFeed", int64(id))
}

// UnmarshalFeedID reads the public id of a feed of stock.
func UnmarshalFeedID(v any) (stockfeed.ID, error) {
	n, err := gql.UnmarshalGID(v, "StockFeed")
	return stockfeed.ID(n), err
}

// MarshalFeedRunID writes the public id of a delivery of a feed.
func MarshalFeedRunID(id stockfeed.RunID) graphql.Marshaler {
	return gql.MarshalGID("StockFeedRun", int64(id))
}

// UnmarshalFeedRunID reads the public id of a delivery of a feed.
func UnmarshalFeedRunID(v any) (stockfeed.RunID, error) {
	n, err := gql.UnmarshalGID(v, "StockFeedRun")
	return stockfeed.RunID(n), err
}

// MarshalRestockRequestID writes the public id of a wish to hear when a variant is in stock again.
func MarshalRestockRequestID(id restock.ID) graphql.Marshaler {
	return gql.MarshalGID("RestockRequest", int64(id))
}

// UnmarshalRestockRequestID reads the public id of a wish to hear when a variant is in stock again.
func UnmarshalRestockRequestID(v any) (restock.ID, error) {
	n, err := gql.UnmarshalGID(v, "RestockRequest")
	return restock.ID(n), err
}

// MarshalThresholdID writes the public id of a threshold.
func MarshalThresholdID(id replenish.ThresholdID) graphql.Marshaler {
	return gql.MarshalGID("StockThreshold", int64(id))
}

// UnmarshalThresholdID reads the public id of a threshold.
func UnmarshalThresholdID(v any) (replenish.ThresholdID, error) {
	n, err := gql.UnmarshalGID(v, "StockThreshold")
	return replenish.ThresholdID(n), err
}
