package order

import "github.com/souk-commerce/souk/internal/order/lifecycle"

// Placed says that an order exists from now on.
type Placed struct {
	Order    ID    `json:"order"`
	Version  int64 `json:"version"`
	Checkout int64 `json:"checkout"` // 0: staff made it
	Number   int64 `json:"number"`
}

// Topic names the fact.
func (Placed) Topic() string { return "order.placed" }

// Aggregate says whose fact it is.
func (f Placed) Aggregate() (string, int64) { return "order", int64(f.Order) }

// Changed says that an order is different now. Event is the step of its machine
// where it took one, else what was done to it.
type Changed struct {
	Order   ID              `json:"order"`
	Version int64           `json:"version"`
	Event   lifecycle.Event `json:"event"`
	State   lifecycle.State `json:"state"`
}

// What is done to an order without a step of its machine.
const (
	tagged     lifecycle.Event = "tag"
	settle     lifecycle.Event = "settle"     // what was owed has come
	reallocate lifecycle.Event = "reallocate" // another location sends it
)

// Topic names the fact.
func (Changed) Topic() string { return "order.changed" }

// Aggregate says whose fact it is.
func (f Changed) Aggregate() (string, int64) { return "order", int64(f.Order) }
