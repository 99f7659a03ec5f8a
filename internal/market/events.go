package market

// Changed says that a market, or with no market the shop itself, is different
// now.
type Changed struct {
	Market  ID    `json:"market,omitempty"`
	Version int64 `json:"version"`
}

// Topic names the fact.
func (Changed) Topic() string { return "market.changed" }

// Aggregate says whose fact it is.
func (c Changed) Aggregate() (string, int64) {
	if c.Market == 0 {
		return "shop", 1
	}
	return "market", int64(c.Market)
}
