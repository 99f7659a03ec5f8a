// Package bundle knows which variants are sold as several others together, and
// of what: always the same, or what the buyer picks.
package bundle

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
)

// ID is a bundle's identity.
type ID int64

// The bounds of a bundle.
const (
	MaxSlots    = 50
	MaxChoices  = 100   // of all slots together
	MaxPieces   = 1_000 // of a choice, and how often choices are made in a slot
	MaxTitle    = 255
	MaxDiscount = 1_000_000 // the whole sum
)

// Kind says who decides what is in a bundle.
type Kind string

// The kinds.
const (
	Fixed Kind = "fixed" // the merchant: each slot has one choice, made once
	Pick  Kind = "pick"  // the buyer
)

// Pricing says what one bundle costs.
type Pricing string

// The ways of pricing.
const (
	Own Pricing = "own" // the price of its variant
	Sum Pricing = "sum" // what the components cost together, less a discount
)

// Bundle is a variant that is sold as several others together.
type Bundle struct {
	ID      ID
	Variant catalog.VariantID
	Recipe
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Recipe says what is in a bundle and what that costs. A variant stands in it
// once at most, so that a component belongs to one slot.
type Recipe struct {
	Kind        Kind    `json:"kind"`
	Pricing     Pricing `json:"pricing"`
	DiscountPPM int64   `json:"discount_ppm"` // off the sum, in millionths
	Slots       []Slot  `json:"slots"`
}

// Slot is a place in a bundle that choices fill. Any of them may be made more
// than once.
type Slot struct {
	Title   string   `json:"title"`
	Least   int      `json:"least"` // how often choices are made, at least
	Most    int      `json:"most"`
	Choices []Choice `json:"choices"`
}

// Choice is a variant that can fill a slot.
type Choice struct {
	Variant  catalog.VariantID `json:"variant"`
	Quantity int               `json:"quantity"` // pieces for one choice of it
}

// Component is a variant inside of one bundle that is bought.
type Component struct {
	Variant  catalog.VariantID `json:"variant"`
	Quantity int               `json:"quantity"` // pieces in one bundle
}
