// Package catalog keeps what the shop sells: products with their options and
// variants, attributes, the category tree and collections.
package catalog

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
)

// The identities of this room.
type (
	ProductID     int64
	VariantID     int64
	OptionID      int64
	OptionValueID int64
)

// What a product may have at most.
const (
	MaxOptions     = 6
	MaxVariants    = 2048
	MaxMedia       = 250
	MaxTags        = 250
	MaxTitle       = 255
	MaxHandle      = 255
	MaxDescription = 512 << 10 // bytes
)

// The one option, and its one value, of a product without choice. Storefronts
// know a product without choice by these words.
const (
	DefaultOption = "Title"
	DefaultValue  = "Default Title"
)

// Fulfillment says how a product reaches its buyer.
type Fulfillment string

// The ways of fulfillment.
const (
	Warehoused  Fulfillment = "warehoused"
	Dropshipped Fulfillment = "dropshipped"
	Digital     Fulfillment = "digital"
	GiftCard    Fulfillment = "gift_card"
)

// Restock says what happens to stock when an item comes back.
type Restock string

// The restock policies.
const (
	RestockAlways Restock = "restock"
	RestockNever  Restock = "never"
	InspectFirst  Restock = "inspect"
)

// SEO is what search engines are told; empty means the title and the
// description.
type SEO struct {
	Title       string
	Description string
}

// Product is something the shop sells, in one or more variants. Variants are
// read apart, since there may be two thousand.
type Product struct {
	ID              ProductID
	Handle          string
	Title           string
	DescriptionHTML string
	Vendor          string
	Type            string
	Status          lifecycle.Status
	PublishedAt     *time.Time // visible from then on, if active
	ArchivedAt      *time.Time
	TaxClass        string
	Fulfillment     Fulfillment
	Restock         Restock
	SEO             SEO
	Tags            []string
	Options         []Option
	Media           []media.ID   // the gallery, in its order
	Categories      []CategoryID // the main one first
	ExcludedMarkets []market.ID  // where it is not sold
	Attributes      []Attribute
	Version         int64 // grows with every change to the product or its variants
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Option is an axis on which variants differ.
type Option struct {
	ID       OptionID
	Name     string
	Position int    // from 1
	LinkedTo string // a metafield that the values stand for, as files carry it
	Values   []OptionValue
}

// OptionValue is one choice on an axis.
type OptionValue struct {
	ID       OptionValueID
	Name     string
	Position int // from 1
	Swatch   Swatch
}

// Swatch shows an option value: a color, a picture, both or nothing.
type Swatch struct {
	Color   *string // "#rrggbb", small letters
	MediaID *media.ID
}

// option finds an option of the product.
func (p Product) option(id OptionID) (Option, bool) {
	for _, o := range p.Options {
		if o.ID == id {
			return o, true
		}
	}
	return Option{}, false
}

// value finds an option value of the product with its option.
func (p Product) value(id OptionValueID) (Option, OptionValue, bool) {
	for _, o := range p.Options {
		for _, v := range o.Values {
			if v.ID == id {
				return o, v, true
			}
		}
	}
	return Option{}, OptionValue{}, false
}

// withoutChoice reports whether the product has only the default option.
func (p Product) withoutChoice() bool {
	return len(p.Options) == 1 && p.Options[0].Name == DefaultOption &&
		len(p.Options[0].Values) == 1 && p.Options[0].Values[0].Name == DefaultValue
}

// NewProduct is what a product begins with. Without options it is a product
// without choice and gets its one variant; what the zero value leaves open is
// settled by the shop's defaults.
type NewProduct struct {
	Handle          string // empty: made of the title
	Title           string
	DescriptionHTML string
	Vendor          string
	Type            string
	Status          lifecycle.Status // draft or active; empty: draft
	PublishedAt     *time.Time       // empty: when it is created, if active
	TaxClass        string
	Fulfillment     Fulfillment
	Restock         Restock
	SEO             SEO
	Tags            []string
	Options         []NewOption
	Variants        []NewVariant
	Media           []media.ID
	Categories      []CategoryID // the first is the main one
	ExcludedMarkets []market.ID
	Attributes      []AttributeInput
}

// NewOption is an axis to make, with its values in order.
type NewOption struct {
	Name     string
	LinkedTo string
	Values   []NewOptionValue
}

// NewOptionValue is a choice to make.
type NewOptionValue struct {
	Name   string
	Swatch Swatch
}

// ProductChange changes what is not nil; lists replace the whole list.
type ProductChange struct {
	Handle          *string // the old one keeps leading here
	Title           *string
	DescriptionHTML *string
	Vendor          *string
	Type            *string
	TaxClass        *string
	Fulfillment     *Fulfillment
	Restock         *Restock
	SEO             *SEO
	Tags            []string
	Media           []media.ID
	Categories      []CategoryID // the first is the main one
	ExcludedMarkets []market.ID
	Attributes      []AttributeInput // those named are replaced, others stay
}

// OptionChange changes what is not nil.
type OptionChange struct {
	Name     *string
	LinkedTo *string
}

// OptionValueChange changes what is not nil. An empty color and a zero media id
// take the swatch away.
type OptionValueChange struct {
	Name   *string
	Swatch *Swatch
}

// ProductFilter narrows a list; zero fields do not.
type ProductFilter struct {
	Statuses     []lifecycle.Status
	Vendor       string // without regard to case, as are Type and Tag
	Type         string
	Tag          string
	Category     CategoryID // with its whole subtree
	Collection   CollectionID
	Text         string // words of title, vendor, type and description; a handle; the beginning of a SKU
	UpdatedSince time.Time
}

// ProductSort names an order of products.
type ProductSort string

// The orders. The zero value is the newest first.
const (
	ProductsByCreation    ProductSort = "created_at"
	ProductsByUpdate      ProductSort = "updated_at"
	ProductsByPublication ProductSort = "published_at"
	ProductsByTitle       ProductSort = "title"
	ProductsByVendor      ProductSort = "vendor"
	ProductsByType        ProductSort = "type"
	ProductsByPosition    ProductSort = "position" // in the filter's collection
)
