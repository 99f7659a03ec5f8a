package merchandising

// Released says that what is live is different now.
type Released struct {
	Release ReleaseID `json:"release"`
	Item    ItemID    `json:"item"`
	Version int64     `json:"version"` // of the item
}

// Topic names the fact.
func (Released) Topic() string { return "merchandising.released" }

// Aggregate says whose fact it is.
func (r Released) Aggregate() (string, int64) { return "merchandising_item", int64(r.Item) }
