package cart

// CartCompleted says that a cart has become an order.
type CartCompleted struct {
	Cart    ID    `json:"cart"`
	Version int64 `json:"version"`
}

// Topic names the fact.
func (CartCompleted) Topic() string { return "cart.completed" }

// Aggregate says whose fact it is.
func (f CartCompleted) Aggregate() (string, int64) { return "cart", int64(f.Cart) }

// CartExpired says that a cart was not used for long and is no more.
type CartExpired struct {
	Cart    ID    `json:"cart"`
	Version int64 `json:"version"`
}

// Topic names the fact.
func (CartExpired) Topic() string { return "cart.expired" }

// Aggregate says whose fact it is.
func (f CartExpired) Aggregate() (string, int64) { return "cart", int64(f.Cart) }
