// Package shipping knows how goods can be brought to a place and what that
// costs: zones of places, the methods that serve a zone, and a table of rates
// by weight for each method and currency. A flat rate is a table of one row.
package shipping

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// The identities of this room.
type (
	ZoneID   int64
	MethodID int64
)

// Everywhere is the area of a zone that serves whatever no other zone names.
const Everywhere locale.Country = "*"

// Zone is a group of places that the same methods serve.
type Zone struct {
	ID        ZoneID
	Name      string
	Areas     []Area
	Methods   []Method
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Area is a country or one of its subdivisions. The narrowest area that holds a
// place decides its zone.
type Area struct {
	Country     locale.Country // or Everywhere
	Subdivision string         // "" is the whole country
}

// Method is one way of bringing goods to a zone.
type Method struct {
	ID          MethodID
	Handle      string // unique in its zone
	Title       string
	Description string
	MinDays     *int
	MaxDays     *int
	Position    int
	Active      bool
	Rates       []Rate
}

// Rate is what a method costs for parcels of a weight. In one currency the
// rates of a method do not overlap.
type Rate struct {
	Currency   money.Currency
	FromGrams  int64
	BelowGrams *int64 // nil: however heavy
	Amount     int64  // minor units
	FreeFrom   *int64 // value of goods from which it costs nothing, minor units
}

// Parcel is what is to be brought.
type Parcel struct {
	Grams int64
	Value money.Money // of the goods after discounts
}

// Option is a method with what it costs for a parcel.
type Option struct {
	Handle      string
	Title       string
	Description string
	Price       money.Money
	MinDays     *int
	MaxDays     *int
}
