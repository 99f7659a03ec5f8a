// Package tax knows which taxes a place takes on which goods: a table of rates
// by country and subdivision. It computes nothing; the quote does.
package tax

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// RateID is a rate's identity.
type RateID int64

// Rate is one tax of one place on one sort of goods.
type Rate struct {
	ID      RateID
	Country locale.Country
	Zone    string // code of the subdivision; "" is the whole country
	TaxCode string // sort of goods; "" is whatever no other rate of the place names
	Name    string // as the buyer reads it: "VAT 19%"
	PPM     int64  // parts per million: 19% is 190,000
	// Delivery says that the rate is taken on delivery, too. It means something
	// only for a rate without a tax code.
	Delivery  bool
	Active    bool
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Levy is a tax as a quote takes it: what it is called and how much it is.
type Levy struct {
	Name string `json:"name"`
	PPM  int64  `json:"ppm"` // parts per million
}
