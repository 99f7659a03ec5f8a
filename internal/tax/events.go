package tax

// TaxRateChanged says that a rate is different now, or gone.
type TaxRateChanged struct {
	Rate    RateID `json:"rate"`
	Version int64  `json:"version"`
}

// Topic names the fact.
func (TaxRateChanged) Topic() string { return "tax_rate.changed" }

// Aggregate says whose fact it is.
func (c TaxRateChanged) Aggregate() (string, int64) { return "tax_rate", int64(c.Rate) }
