package listing

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/media"
)

// Product is a product as a buyer sees it in one market.
type Product struct {
	ID              ProductID
	Handle          string
	Title           string
	DescriptionHTML string
	Vendor          string
	Type            string
	GiftCard        bool
	CreatedAt       time.Time
	UpdatedAt       time.Time
	PublishedAt     time.Time
	SEO             SEO
	Price           Range
	CompareAt       Range // zero when nothing is reduced
	Available       bool
	Inventory       *int // nil when no variant is tracked
	VariantCount    int
	Tags            []string
	Options         []*Option
	Categories      []*Category
	URL             *string // of its page on the storefront

	variants    []*Variant // in the merchant's order
	gallery     []*Media
	collections []*Collection
	metafields  []*Metafield
}

// Range is the span of amounts of a product's variants.
type Range struct {
	Min, Max money.Money
}

// Option is an axis on which variants differ.
type Option struct {
	ID     OptionID
	Name   string
	Values []*OptionValue

	origin string // the name as the merchant wrote it, whatever the language
}

// OptionValue is one choice on an axis.
type OptionValue struct {
	ID     OptionValueID
	Name   string
	Swatch *Swatch
	// First is the first variant with this value that can be bought, else the
	// first that has it.
	First *Variant

	option *Option
	origin string // the name as the merchant wrote it, whatever the language
}

// Swatch is how a choice looks.
type Swatch struct {
	Color *string // "#rrggbb"
	Image *Media
}

// ValueNames gives the names of the choices.
func (o *Option) ValueNames() []string {
	names := make([]string, len(o.Values))
	for i, v := range o.Values {
		names[i] = v.Name
	}
	return names
}

// Description gives the description as plain text, cut to so many characters.
func (p *Product) Description(truncateAt *int) string {
	return plain(p.DescriptionHTML, truncateAt)
}

// FirstOptions gives the axes, at most so many.
func (p *Product) FirstOptions(first *int) []*Option {
	if first == nil || *first < 0 || *first >= len(p.Options) {
		return p.Options
	}
	return p.Options[:*first]
}

// FeaturedImage gives the first picture of the gallery.
func (p *Product) FeaturedImage() *Image {
	for _, m := range p.gallery {
		if m.Kind == media.Image {
			return &m.Image
		}
	}
	return nil
}

// Metafields gives metafields in the order asked for, nil where there is none.
func (p *Product) Metafields(identifiers []MetafieldKey) []*Metafield {
	return pick(p.metafields, identifiers)
}

// VariantSort is what variants are ordered by.
type VariantSort string

// The orders of variants.
const (
	VariantByPosition  VariantSort = "position"
	VariantByRelevance VariantSort = "relevance" // by position: there is no query
	VariantByID        VariantSort = "id"
	VariantBySKU       VariantSort = "sku"
	VariantByTitle     VariantSort = "title"
)
