package warehouse

// TransferChanged says that a transfer is new or different.
type TransferChanged struct {
	Transfer TransferID `json:"transfer"`
	Version  int64      `json:"version"`
}

// Topic names the fact.
func (TransferChanged) Topic() string { return "transfer.changed" }

// Aggregate says whose fact it is.
func (f TransferChanged) Aggregate() (string, int64) { return "transfer", int64(f.Transfer) }

// CountChanged says that a stock count is new or different, or that something
// was counted.
type CountChanged struct {
	Count   CountID `json:"count"`
	Version int64   `json:"version"`
}

// Topic names the fact.
func (CountChanged) Topic() string { return "stock_count.changed" }

// Aggregate says whose fact it is.
func (f CountChanged) Aggregate() (string, int64) { return "stock_count", int64(f.Count) }
