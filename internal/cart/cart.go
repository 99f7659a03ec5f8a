// Package cart keeps what shoppers mean to buy. A cart is known by its number
// and a secret; knowing both is the right to use it. PostgreSQL holds the truth,
// the priced cart is kept in Redis for reading.
package cart

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/quote"
)

// The identities of this room.
type (
	ID        int64
	LineID    int64
	AddressID int64
)

// The bounds of a cart.
const (
	MaxLines      = 500
	MaxParts      = 1_000     // lines, bundles counting as many as they have components
	MaxQuantity   = 1_000_000 // pieces of one line
	MaxAttributes = 50        // of a cart or a line
	MaxCodes      = 20
	MaxAddresses  = 20
	MaxNote       = 5_000
)

// State is where a cart stands.
type State string

// The states. Only an active cart can be read and changed.
const (
	Active    State = "active"
	Completed State = "completed" // it became an order
	Merged    State = "merged"    // its lines went into another cart
	Expired   State = "expired"
)

// Ref names a cart as clients do: number and secret.
type Ref struct {
	ID  ID
	Key string
}

// Cart is what a shopper means to buy, priced for now.
type Cart struct {
	ID          ID
	Key         string // the secret that opens it
	Version     int64
	State       State
	Customer    int64 // 0 is a guest
	Market      market.ID
	Country     locale.Country
	Language    locale.Language
	Currency    money.Currency
	Email       string
	Phone       string
	Note        string
	Attributes  []Attribute
	Codes       []string // discount codes as they were entered; none applies yet
	Preferences Preferences
	Metafields  []Metafield
	Choices     map[string]string // shipment → handle of the delivery method
	Addresses   []Address
	Lines       []Line
	Quantity    int // pieces in all
	Priced      quote.Priced
	// Estimated says that the delivery address is not known, so that tax and
	// delivery are those of the country.
	Estimated bool
	Warnings  []Warning // of the state of the cart; a mutation adds its own
	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time
}

// Line is a variant in a cart.
type Line struct {
	ID         LineID
	Variant    listing.VariantID
	Quantity   int
	Attributes []Attribute
	Components []quote.Component // what is in one of it, if it is a bundle
	Title      string            // what it was called when it was put in
	Goods      listing.Goods     // as they are now; zero when the variant is gone
	Quote      quote.Line        // zero when it cannot be sold
	CompareAt  *int64
}

// Attribute is a word of the shop's own on a cart or a line.
type Attribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Metafield is a typed value of the shop's own on a cart.
type Metafield struct {
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
	Type      string `json:"type"`
	Value     string `json:"value"`
}

// Address is an address that the buyer thinks of having the cart sent to. At
// most one is selected.
type Address struct {
	ID         AddressID
	Postal     postal.Address
	Selected   bool
	OneTimeUse bool
}

// Preferences are what the buyer prefers of delivery and wallets; the shop only
// remembers them.
type Preferences struct {
	DeliveryMethods []string     `json:"delivery_methods,omitempty"`
	PickupHandles   []string     `json:"pickup_handles,omitempty"`
	Wallets         []string     `json:"wallets,omitempty"`
	Coordinates     *Coordinates `json:"coordinates,omitempty"`
}

// Coordinates are where the buyer would like to pick something up.
type Coordinates struct {
	Country   locale.Country `json:"country"`
	Latitude  string         `json:"latitude"`
	Longitude string         `json:"longitude"`
}

// WarningCode says what was done differently than asked, or changed.
type WarningCode string

// The warnings.
const (
	NotEnoughStock       WarningCode = "merchandise_not_enough_stock"
	OutOfStock           WarningCode = "merchandise_out_of_stock"
	Unavailable          WarningCode = "merchandise_unavailable"
	BundleChanged        WarningCode = "bundle_changed"
	PriceChanged         WarningCode = "price_changed"
	DiscountNotFound     WarningCode = "discount_not_found"
	GiftCardsUnavailable WarningCode = "payments_gift_cards_unavailable"
	DuplicateAddress     WarningCode = "duplicate_delivery_address"
)

// Warning is a typed remark on a cart. Line 0 is about the cart itself.
type Warning struct {
	Code    WarningCode
	Line    LineID
	Message string
}
