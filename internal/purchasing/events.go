package purchasing

// OrderChanged says that a purchase order is new or different.
type OrderChanged struct {
	Order   ID    `json:"order"`
	Version int64 `json:"version"`
}

// Topic names the fact.
func (OrderChanged) Topic() string { return "purchase_order.changed" }

// Aggregate says whose fact it is.
func (f OrderChanged) Aggregate() (string, int64) { return "purchase_order", int64(f.Order) }
