package catalog

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/media"
)

// Variant is one buyable combination of option values.
type Variant struct {
	ID                 VariantID
	ProductID          ProductID
	Title              string // the option values, joined by " / "
	Position           int
	Options            []SelectedOption // in option order
	SKU                *string
	Barcode            *string
	MediaID            *media.ID
	RequiresShipping   bool
	Taxable            bool
	TaxCode            string
	Weight             Weight
	Size               Size
	OriginCountry      *locale.Country
	HSCode             string
	UnitPrice          *UnitMeasure
	Quantity           QuantityRule
	Tracked            bool   // whether stock is counted
	InventoryTracker   string // who counts it, as files carry it
	Backorder          bool   // sells on when stock is used up
	BackorderLimit     *int64
	BackorderAt        *time.Time // when what was ordered ahead is expected
	Preorder           bool       // sells ahead of its release, until PreorderAt
	PreorderLimit      *int64
	PreorderAt         *time.Time // the release; nil: not known yet
	FulfillmentService string
	UnitCost           *int64 // minor units of the shop's currency; staff only
	Version            int64
	CreatedAt          time.Time
	UpdatedAt          time.Time
}

// SelectedOption is the value that a variant has on an axis.
type SelectedOption struct {
	OptionID OptionID
	ValueID  OptionValueID
	Name     string
	Value    string
}

// WeightUnit is the unit a weight is shown in.
type WeightUnit string

// The weight units.
const (
	Grams     WeightUnit = "g"
	Kilograms WeightUnit = "kg"
	Ounces    WeightUnit = "oz"
	Pounds    WeightUnit = "lb"
)

// Weight is kept in grams and shown in a unit.
type Weight struct {
	Grams int64
	Unit  WeightUnit
}

// Size is the packed size in millimeters; zero: unknown.
type Size struct {
	Length int
	Width  int
	Height int
}

// UnitMeasure lets a price be shown per unit: a piece holds QuantityMilli
// thousandths of QuantityUnit, and the price is shown per Reference of
// ReferenceUnit.
type UnitMeasure struct {
	QuantityMilli int64
	QuantityUnit  string
	Reference     int
	ReferenceUnit string
}

// QuantityRule says how many pieces may be bought at once.
type QuantityRule struct {
	Minimum int
	Maximum *int
	Step    int
}

// NewVariant is a variant to make. Pointers left nil take the shop's defaults:
// shipped, taxed, counted.
type NewVariant struct {
	Values             []string // the names of existing option values, one for each option in order
	SKU                string
	Barcode            string
	MediaID            *media.ID
	RequiresShipping   *bool
	Taxable            *bool
	TaxCode            string
	Weight             Weight
	Size               Size
	OriginCountry      locale.Country
	HSCode             string
	UnitPrice          *UnitMeasure
	Quantity           *QuantityRule
	Tracked            *bool
	InventoryTracker   string
	Backorder          bool
	BackorderLimit     *int64
	BackorderAt        *time.Time
	Preorder           bool
	PreorderLimit      *int64
	PreorderAt         *time.Time
	FulfillmentService string
	UnitCost           *int64
}

// VariantChange changes what is not nil. An empty SKU, barcode or country, a
// zero media id, a zero unit measure, a negative limit or cost, a zero time takes
// the value away.
type VariantChange struct {
	Values             []string // another combination, one value for each option in order
	SKU                *string
	Barcode            *string
	MediaID            *media.ID
	RequiresShipping   *bool
	Taxable            *bool
	TaxCode            *string
	Weight             *Weight
	Size               *Size
	OriginCountry      *locale.Country
	HSCode             *string
	UnitPrice          *UnitMeasure
	Quantity           *QuantityRule
	Tracked            *bool
	InventoryTracker   *string
	Backorder          *bool
	BackorderLimit     *int64
	BackorderAt        *time.Time
	Preorder           *bool
	PreorderLimit      *int64
	PreorderAt         *time.Time
	FulfillmentService *string
	UnitCost           *int64
}

// VariantRef says which product a variant belongs to.
type VariantRef struct {
	Variant VariantID
	Product ProductID
}

// VariantFilter narrows a list; zero fields do not.
type VariantFilter struct {
	Product ProductID
	SKU     string // its beginning, without regard to case
	Barcode string
	Text    string // part of the title, the beginning of the SKU, or the barcode
}

// VariantSort names an order of variants.
type VariantSort string

// The orders. The zero value is by position within a product, else by id.
const (
	VariantsByPosition VariantSort = "position"
	VariantsByID       VariantSort = "id"
	VariantsBySKU      VariantSort = "sku"
	VariantsByTitle    VariantSort = "title"
	VariantsByUpdate   VariantSort = "updated_at"
)
