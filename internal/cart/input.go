package cart

import (
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
)

// New is what a cart begins with; the zero one is an empty cart.
type New struct {
	Customer   int64 // 0 is a guest
	Buyer      BuyerChange
	Lines      []NewLine
	Note       string
	Attributes []Attribute
	Codes      []string
	GiftCards  []string
	Addresses  []NewAddress
	Metafields []Metafield
}

// NewLine puts pieces of a variant in.
type NewLine struct {
	Variant    listing.VariantID
	Quantity   int
	Attributes []Attribute
	Components []bundle.Component // what the buyer picks for a bundle
}

// LineChange changes a line; nil keeps. A quantity of 0 removes it. A fixed
// bundle whose recipe has changed takes the new one with any change.
type LineChange struct {
	ID         LineID
	Variant    *listing.VariantID
	Quantity   *int
	Attributes *[]Attribute
	Components *[]bundle.Component
}

// BuyerChange says who buys; nil keeps.
type BuyerChange struct {
	Email       *string
	Phone       *string
	Country     *locale.Country // the unknown country keeps, too
	Preferences *Preferences
	Addresses   *[]NewAddress // replaces them; older clients say it here
	// CustomerToken is refused until customers have accounts.
	CustomerToken *string
}

// Strategy says how closely an address is looked at.
type Strategy string

// The strategies.
const (
	CountryOnly Strategy = "country_only" // the country is one that there is; also when empty
	Strict      Strategy = "strict"       // the post of the country would take it
)

// NewAddress is an address to keep with the cart.
type NewAddress struct {
	Postal     postal.Address
	Selected   bool
	OneTimeUse bool
	Strategy   Strategy
}

// AddressChange changes an address; nil keeps.
type AddressChange struct {
	ID         AddressID
	Postal     *postal.Address
	Selected   *bool
	OneTimeUse *bool
	Strategy   Strategy
}

// Choice is a delivery method for a shipment.
type Choice struct {
	Shipment string
	Method   string
}

// Change is a cart after it was changed, with what there is to say about it:
// what was done differently than asked, and what the state of the cart is.
type Change struct {
	Cart     Cart
	Warnings []Warning
}
