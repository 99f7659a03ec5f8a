package inventory

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/market"
)

// ReservationID is a reservation's identity.
type ReservationID int64

// CheckoutID names the checkout that holds pieces. The room of checkouts comes
// after this one and lends its numbers.
type CheckoutID int64

// ReservationState is where a reservation stands.
type ReservationState string

// The states.
const (
	Held         ReservationState = "held"      // until ExpiresAt
	Committed    ReservationState = "committed" // as long as the payment takes
	Consumed     ReservationState = "consumed"  // an order has the pieces
	ReleasedHold ReservationState = "released"
	ExpiredHold  ReservationState = "expired"
)

// Reservation is a number of pieces of one level that are promised to one line
// of a checkout.
type Reservation struct {
	ID        ReservationID
	Checkout  CheckoutID
	Line      int64
	Variant   catalog.VariantID
	Location  LocationID
	Quantity  int64
	State     ReservationState
	ExpiresAt time.Time
	CreatedAt time.Time
	client    string
	customer  string
}

// Want is a number of pieces that a line of a checkout needs.
type Want struct {
	Line     int64
	Variant  catalog.VariantID
	Quantity int64
}

// Hold asks for pieces until a time: all of them or none.
type Hold struct {
	Checkout CheckoutID
	Client   string    // a hash of who asks, for the cap on what one client may hold; "" is not capped
	Customer string    // CustomerKey of the buyer's e-mail, for the cap on what one customer may hold; "" is not capped
	Market   market.ID // whose locations serve; 0 is served by all
	Caps     *HoldCaps // of the market; nil: those of the shop
	Wants    []Want
	Until    time.Time
}

// Shortage says that a line cannot have what it needs.
type Shortage struct {
	Line      int64
	Variant   catalog.VariantID
	Wanted    int64
	Available int64 // never negative
}

// ReservationFilter narrows a list; zero fields do not.
type ReservationFilter struct {
	Checkout CheckoutID
	Variant  catalog.VariantID
	Location LocationID
	State    ReservationState
	Active   bool // held or committed
}

// HoldCaps bound what can be held without paying; 0 is no cap.
type HoldCaps struct {
	Line     int64 `env:"SOUK_HOLD_MAX_LINE" default:"1000" min:"0" doc:"how many pieces one checkout line may hold before it is paid; 0 is no cap"`
	Checkout int64 `env:"SOUK_HOLD_MAX_CHECKOUT" default:"2000" min:"0" doc:"how many pieces one checkout may hold before it is paid; 0 is no cap"`
	Customer int64 `env:"SOUK_HOLD_MAX_CUSTOMER" default:"2000" min:"0" doc:"how many pieces one customer, known by e-mail address, may hold in all checkouts; 0 is no cap"`
	Client   int64 `env:"SOUK_HOLD_MAX_CLIENT" default:"5000" min:"0" doc:"how many pieces one client address may hold in all its checkouts; 0 is no cap. Behind a proxy SOUK_TRUSTED_PROXIES must name it, and a storefront that asks from its own server counts as one client: raise it there"`
}
